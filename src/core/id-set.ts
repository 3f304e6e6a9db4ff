/** A set of ids in a bit each where they are dense, as those of a long run are. */
export class IdSet {
  size = 0;
  readonly #words = new Map<number, number>();

  /** Adds an id, 0 … 2^31 − 1. */
  add(id: number): void {
    const word = this.#words.get(id >> 5) ?? 0;
    const bit = 1 << (id & 31);
    if (word & bit) return;
    this.#words.set(id >> 5, word | bit);
    this.size++;
  }
}
