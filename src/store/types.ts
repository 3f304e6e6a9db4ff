/** Files by key, in a folder or a bucket. A key is relative, with slashes: `camera=door/date=2026-11-28/a.parquet`. */
export interface Store {
  /** As it may be shown: without passwords. */
  readonly name: string;
  /**
   * Copies a local file there. Under its key it is complete or not at all; what had the key before is replaced.
   *
   * @param options `ifAbsent`: only where the key is not there; of many who try at once one succeeds
   * @returns false where `ifAbsent` and the key is there
   * @throws TwintrackError when it cannot be read or written
   */
  put(key: string, file: string, options?: { readonly ifAbsent?: boolean }): Promise<boolean>;
  /** Copies it to a local file, which appears when it is complete. @throws TwintrackError when it is not there */
  get(key: string, file: string): Promise<void>;
  /** Whether there is a file of this key. */
  has(key: string): Promise<boolean>;
  /** The keys that begin with the prefix; those of one folder in order. */
  list(prefix: string): AsyncIterable<string>;
  /** Removes a file; one that is not there is no error. */
  remove(key: string): Promise<void>;
  /** Ends what is open. */
  close(): Promise<void>;
}
