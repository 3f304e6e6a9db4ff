import type { TrackedFrame } from '../core/tracked-frame.ts';
import type { Canvas } from './canvas.ts';
import { colourOf } from './colours.ts';

/** x, y, time of each of the last points, oldest first; x and y as they would be in the first picture. */
type Trail = number[];

const STILL: readonly [x: number, y: number] = [0, 0];

/** The ways that the feet (the middle of a box's lower edge) of each person went lately. Holds only what is still visible. */
export class Trails {
  private readonly seconds: number;
  private readonly trails = new Map<number, Trail>();

  constructor(seconds: number) {
    this.seconds = seconds;
  }

  /** Number of people with a trail. */
  get size(): number {
    return this.trails.size;
  }

  /** Adds the people of a frame and forgets what is older than the trail, or of the future after a clock was set back. */
  add({ ids, boxes, length, time }: TrackedFrame, [originX, originY] = STILL): void {
    if (this.seconds === 0) return;
    for (let i = 0; i < length; i++) {
      const x = boxes[4 * i] + boxes[4 * i + 2] / 2 - originX;
      const y = boxes[4 * i + 1] + boxes[4 * i + 3] - originY;
      if (!Number.isFinite(x + y + time)) continue;
      const trail = this.trails.get(ids[i]);
      if (trail) trail.push(x, y, time);
      else this.trails.set(ids[i], [x, y, time]);
    }
    for (const [id, trail] of this.trails) {
      let first = 0;
      while (first < trail.length && !(Math.abs(time - trail[first + 2]) <= this.seconds)) first += 3;
      if (first === trail.length || trail[trail.length - 1] > time) this.trails.delete(id);
      else if (first > 0) trail.splice(0, first);
    }
  }

  /** Draws all trails as lines of this radius that fade with age. */
  draw(canvas: Canvas, time: number, radius: number, [originX, originY] = STILL): void {
    for (const [id, trail] of this.trails) {
      let at = trail.length - 3;
      // From the newest point back, leaving out points that are hardly a step away: people stand still for long.
      for (let k = at - 3; k >= 0; k -= 3) {
        const dx = trail[at] - trail[k];
        const dy = trail[at + 1] - trail[k + 1];
        if (k > 0 && dx * dx + dy * dy < 9 * radius * radius) continue;
        const freshness = 1 - (time - trail[k + 2]) / this.seconds;
        const coverage = Math.round(255 * freshness ** 0.75);
        const [fromX, fromY] = [trail[at] + originX, trail[at + 1] + originY];
        canvas.line(fromX, fromY, trail[k] + originX, trail[k + 1] + originY, radius, coverage);
        at = k;
      }
      canvas.paint(colourOf(id));
    }
  }
}
