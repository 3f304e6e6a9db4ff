import type { Side } from './border.ts';
import type { AreaEvent } from './events.ts';
import { Watch } from './watch.ts';

/** Finds the crossings of a line by one person. */
export class LinePass extends Watch {
  /** The side that counts; 0 while unknown. */
  #settled: Side = 0;
  /** Passes through the line to the right, less those to the left, since the person was on their side. */
  #net = 0;

  protected pass(turn: 1 | -1, time: number, x: number, y: number): void {
    if (!this.border.isOnLine(x, y)) return;
    this.#net += turn;
    this.passedAt = time;
  }

  protected arrive(): void {
    if (this.#settled === 0) this.#settled = this.side;
    if (this.side === this.#settled) this.#net = 0;
  }

  protected stay(events: AreaEvent[]): void {
    if (this.side === 0 || this.side === this.#settled) return;
    this.#settled = this.side;
    // a person who walked round the end of the line has not crossed it
    if (this.#net * this.side > 0) {
      const direction = this.side > 0 ? 'in' : 'out';
      const { name: line } = this.border.area;
      events.push({ type: 'crossed', line, id: this.id, time: this.passedAt, direction });
    }
    this.#net = 0;
  }

  leave(_lastTime: number, events: AreaEvent[]): void {
    this.stay(events);
  }
}
