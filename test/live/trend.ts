/** A straight line through samples over time. */
export interface Trend {
  readonly mean: number;
  /** Change an hour (or whatever the samples are timed in). */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Least squares through means of equal spans, of five minutes unless given. Memory goes up and down with garbage collection, segments of a recording and what is in the
 * picture, so that samples of seconds depend on each other, and their number says nothing of the slope's error; means of minutes hardly do.
 *
 * @param samples time and value, in the order of time
 * @param span in the unit of the times, which is the hour unless given
 */
export function trendOf(samples: readonly (readonly [time: number, value: number])[], span = 1 / 12): Trend {
  const bins = new Map<number, { time: number; value: number; n: number }>();
  for (const [time, value] of samples) {
    const bin = bins.get(Math.floor(time / span)) ?? { time: 0, value: 0, n: 0 };
    bins.set(Math.floor(time / span), { time: bin.time + time, value: bin.value + value, n: bin.n + 1 });
  }
  const points = [...bins.values()].map(({ time, value, n }) => [time / n, value / n]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [t, v] = [mean(points.map(([time]) => time)), mean(points.map(([, value]) => value))];
  const spread = points.reduce((sum, [time]) => sum + (time - t) ** 2, 0);
  const slope = points.reduce((sum, [time, value]) => sum + (time - t) * (value - v), 0) / spread;
  const rest = points.reduce((sum, [time, value]) => sum + (value - v - slope * (time - t)) ** 2, 0);
  const values = samples.map(([, value]) => value);
  return {
    ...{ mean: mean(values), slope, error: Math.sqrt(rest / Math.max(1, points.length - 2) / spread) },
    ...{ least: Math.min(...values), most: Math.max(...values) },
  };
}
