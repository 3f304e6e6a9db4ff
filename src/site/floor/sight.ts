/** Side of a cell of the floor in metres. */
const CELL = 0.5;
/** A cell starts as if so many people had been looked for there, and forgets what is older than so many. */
const PRIOR_COUNT = 10;
const MEMORY_COUNT = 200;

/** How often a camera detects people who stand at a place and whom it should see: learned by cells of the floor, as furniture and walls are not known. */
export class Sight {
  readonly #prior: number;
  readonly #cells = new Map<string, { rate: number; count: number }>();

  /** @param prior probability of a detection before anything is learned */
  constructor(prior: number) {
    this.#prior = prior;
  }

  /** The probability that a person at a place is detected, 0..1. */
  at(x: number, y: number): number {
    return this.#cells.get(keyOf(x, y))?.rate ?? this.#prior;
  }

  /** Takes whether a person at a place, seen by other cameras, was detected. */
  learn(x: number, y: number, detected: boolean): void {
    const key = keyOf(x, y);
    const cell = this.#cells.get(key) ?? { rate: this.#prior, count: PRIOR_COUNT };
    this.#cells.set(key, cell);
    cell.count = Math.min(cell.count + 1, MEMORY_COUNT);
    cell.rate += ((detected ? 1 : 0) - cell.rate) / cell.count;
  }
}

function keyOf(x: number, y: number): string {
  return `${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`;
}
