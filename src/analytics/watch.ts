import type { Border, Side } from './border.ts';
import type { AreaEvent } from './events.ts';
import type { Place } from './place.ts';

/** A change of side counts when the person has been beyond the band for so many seconds; less a rounding error. */
const CONFIRM_SECONDS = 0.3 - 1e-6;

/**
 * Follows a person along the straight ways between their places: on which side of a border they are, and since when. All times are those at
 * which the way, walked evenly, meets the border or its band.
 */
export abstract class Watch {
  protected readonly border: Border;
  protected readonly id: number;
  /** Where the person is now, and since when; 0 within the band. */
  protected side: Side = 0;
  /** Time of the last pass through the border, or of the first observation. */
  protected passedAt = Number.NaN;
  private since = Number.NaN;
  private isWithin = false;
  private x = Number.NaN;
  private y = Number.NaN;
  private time = Number.NaN;
  private distance = Number.NaN;

  constructor(border: Border, id: number) {
    this.border = border;
    this.id = id;
  }

  /**
   * Takes the next place of the person.
   *
   * @param time seconds, rising
   * @param height of the person's box in pixels
   * @param events takes the events that became certain
   */
  observe(time: number, place: Place, height: number, events: AreaEvent[]): void {
    const { border, x: x0, y: y0, time: start } = this;
    const { x } = place;
    const y = place.y(border.area.anchor);
    const band = border.bandOf(height);
    const distance = border.distance(x, y);
    if (Number.isNaN(start)) {
      this.isWithin = border.isWithin(x, y);
      this.passedAt = time;
      this.stretch(time, time, x, y, border.sideAt(x, y, band), this.isWithin, events);
    } else if (Math.max(distance, this.distance) > band + Math.hypot(x - x0, y - y0)) {
      const isWithin = border.isWithin(x, y);
      this.stretch(start, time, x0, y0, isWithin ? 1 : -1, isWithin, events);
    } else {
      const parts = [0, ...border.changes(x0, y0, x, y, band), 1];
      for (let k = 0; k + 1 < parts.length; k++) {
        const [from, to] = [parts[k], parts[k + 1]];
        const middle = (from + to) / 2;
        const [middleX, middleY] = [x0 + middle * (x - x0), y0 + middle * (y - y0)];
        const side = border.sideAt(middleX, middleY, band);
        const at = (part: number) => start + part * (time - start);
        const [fromX, fromY] = [x0 + from * (x - x0), y0 + from * (y - y0)];
        this.stretch(at(from), at(to), fromX, fromY, side, border.isWithin(middleX, middleY), events);
      }
    }
    this.x = x;
    this.y = y;
    this.time = time;
    this.distance = distance;
  }

  /** Takes a stretch of the way from (x, y) on, all on one side. */
  private stretch(
    from: number,
    to: number,
    x: number,
    y: number,
    side: Side,
    isWithin: boolean,
    events: AreaEvent[],
  ): void {
    if (isWithin !== this.isWithin) this.pass(isWithin ? 1 : -1, from, x, y);
    this.isWithin = isWithin;
    if (side !== this.side || Number.isNaN(this.since)) {
      this.since = from;
      const last = this.side;
      this.side = side;
      this.arrive(last, x, y);
    }
    if (to - this.since > CONFIRM_SECONDS) this.stay(events);
  }

  /** The way leads through the border, or what continues a line, at (x, y): to the right or in (1), or to the left or out (-1). */
  protected abstract pass(turn: 1 | -1, time: number, x: number, y: number): void;

  /** The person comes to a side, or into the band, at (x, y). */
  protected abstract arrive(last: Side, x: number, y: number): void;

  /** The person has been on their side, or within the band, for long enough. */
  protected abstract stay(events: AreaEvent[]): void;

  /** The person left at the last observation. */
  abstract leave(lastTime: number, events: AreaEvent[]): void;
}
