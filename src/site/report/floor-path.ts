/** Places of a person are averaged over so many seconds. */
const STEP_SECONDS = 0.5;
/** A person who is not seen for longer than so many steps has left the path, which goes on where they are seen again. */
const LONGEST_GAP = 4;

/** A part of a path that a person was seen on, as columns of one length. */
export interface PathPart {
  /** n: seconds by the clock of the site. */
  readonly times: Float64Array;
  /** n × 2: X, Y in metres. */
  readonly feet: Float64Array;
}

/** Sums of one step: weighted X and Y, and the weights. */
type Sums = [x: number, y: number, weight: number];

/** Makes one path on the floor of what all cameras saw of a person, also where several did at once. */
export class FloorPath {
  private readonly steps = new Map<number, Sums>();

  /**
   * Adds what one camera saw. Where several see the person, each counts by its weight, and not by how many pictures it takes.
   *
   * @param times n, seconds by the clock of the site
   * @param feet n × 2, metres; NaN where they are not known
   * @param weights n, how well each place is known: one over its variance
   */
  add(times: Float64Array, feet: Float64Array, weights: Float64Array): void {
    const own = new Map<number, Sums>();
    const counts = new Map<number, number>();
    for (let i = 0; i < times.length; i++) {
      const [x, y, weight] = [feet[2 * i], feet[2 * i + 1], weights[i]];
      if (!Number.isFinite(weight * x * y)) continue;
      const step = Math.floor(times[i] / STEP_SECONDS);
      addTo(own, step, [x * weight, y * weight, weight]);
      counts.set(step, 1 + (counts.get(step) ?? 0));
    }
    for (const [step, sums] of own) {
      const count = counts.get(step)!;
      addTo(this.steps, step, [sums[0] / count, sums[1] / count, sums[2] / count]);
    }
  }

  /** The path so far, in order of time. */
  parts(): PathPart[] {
    const order = [...this.steps.keys()].sort((a, b) => a - b);
    const starts = order.flatMap((step, i) => (i === 0 || step - order[i - 1] > LONGEST_GAP ? [i] : []));
    return starts.map((start, k) => {
      const own = order.slice(start, starts[k + 1]);
      return {
        times: Float64Array.from(own, (step) => (step + 0.5) * STEP_SECONDS),
        feet: Float64Array.from(
          own.flatMap((step) => {
            const [x, y, weight] = this.steps.get(step)!;
            return [x / weight, y / weight];
          }),
        ),
      };
    });
  }
}

function addTo(steps: Map<number, Sums>, step: number, [x, y, weight]: Sums): void {
  const sums = steps.get(step);
  if (!sums) {
    steps.set(step, [x, y, weight]);
    return;
  }
  sums[0] += x;
  sums[1] += y;
  sums[2] += weight;
}
