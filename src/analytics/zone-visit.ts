import type { Side } from './border.ts';
import type { AreaEvent } from './events.ts';
import { Watch } from './watch.ts';

/** Finds the visits of a zone by one person. */
export class ZoneVisit extends Watch {
  #inside = false;
  #enteredAt = Number.NaN;
  /** Where the person left the outside, beyond the band. */
  #fromX = Number.NaN;
  #fromY = Number.NaN;
  /** A run into the zone and, perhaps, out of it: entry and exit, and where the person came back to the outside. */
  #isRunning = false;
  #ranIn = Number.NaN;
  #ranOut = Number.NaN;
  #toX = Number.NaN;
  #toY = Number.NaN;

  /** Whether the visit of the person counts, and lasts. */
  get inside(): boolean {
    return this.#inside;
  }

  /** When the visit that lasts began. */
  get enteredAt(): number {
    return this.#enteredAt;
  }

  protected pass(_turn: 1 | -1, time: number): void {
    this.passedAt = time;
  }

  protected arrive(last: Side, x: number, y: number): void {
    if (this.#inside) return;
    if (last === -1 && !this.#isRunning) {
      this.#fromX = x;
      this.#fromY = y;
    }
    if (this.side === 1 && !this.#isRunning && !Number.isNaN(this.#fromX)) {
      this.#isRunning = true;
      this.#ranIn = this.passedAt;
    }
    if (this.side === -1 && this.#isRunning) {
      this.#ranOut = this.passedAt;
      this.#toX = x;
      this.#toY = y;
    }
  }

  protected stay(events: AreaEvent[]): void {
    if (this.side === 1 && !this.#inside) this.#enter(this.passedAt, events);
    if (this.side === -1) {
      if (this.#inside) this.#exit(this.passedAt, events);
      if (this.#isRunning) this.#endRun(events);
    }
  }

  leave(lastTime: number, events: AreaEvent[]): void {
    if (this.side === -1) this.stay(events);
    // who ran into the zone and is not seen again was in it
    if (this.side === 1 && this.#isRunning) this.#enter(this.#ranIn, events);
    if (this.#inside) this.#exit(lastTime, events);
  }

  /** Ends a run through the zone: a visit, unless the box jumped into the zone and back. */
  #endRun(events: AreaEvent[]): void {
    this.#isRunning = false;
    if (!this.border.isBetween(this.#fromX, this.#fromY, this.#toX, this.#toY)) return;
    this.#enter(this.#ranIn, events);
    this.#exit(this.#ranOut, events);
  }

  #enter(time: number, events: AreaEvent[]): void {
    this.#inside = true;
    this.#isRunning = false;
    this.#enteredAt = time;
    events.push({ type: 'entered', zone: this.border.area.name, id: this.id, time });
  }

  #exit(time: number, events: AreaEvent[]): void {
    this.#inside = false;
    events.push({ type: 'left', zone: this.border.area.name, id: this.id, time, dwell: time - this.#enteredAt });
  }
}
