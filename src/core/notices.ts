import { printable } from './errors.ts';

/** Something about an input that is wrong or doubtful, and that the work goes on with. */
export interface Notice {
  /** What it is, for programs: such as `rows-repeated`. docs/trajectories.md lists the codes. */
  readonly code: string;
  /** What it is, in one line, with the file and the likely cause. */
  readonly message: string;
  /** 0-based frame that it is about, where it is about one. */
  readonly frame?: number;
}

/** Takes notices as they come up. */
export type NoticeSink = (notice: Notice) => void;

/** A notice about a file: "file: what; cause". */
export function fileNotice(code: string, file: string, text: string): Notice {
  return { code, message: `${printable(file)}: ${text}` };
}
