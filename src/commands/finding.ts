/** Something that was checked. */
export interface Finding {
  readonly part: string;
  readonly ok: boolean;
  /** Version or what is missing. */
  readonly found: string;
  /** What fixes it. */
  readonly fix?: string;
}
