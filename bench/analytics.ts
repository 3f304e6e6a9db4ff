/**
 * Error of counts and dwell times of tracked people against those of the ground truth, on lines and zones spread evenly over the picture.
 *
 *   npx tsx bench/analytics.ts --gt GT.txt --results FILE.trajectories.json
 */
import { parseArgs } from 'node:util';
import { Analysis, type Areas, dwellOf } from '../src/analytics/index.ts';
import { readMot, readTrajectories, type Trajectory } from '../src/trajectories/index.ts';

/** Seven vertical and four horizontal lines, and the picture in thirds and in halves. */
export function evenAreas(width: number, height: number): Areas {
  const area = (name: string, ...outline: number[]) => ({
    name,
    outline: Float64Array.from(outline, (value, k) => value * (k % 2 === 0 ? width : height)),
    anchor: 'feet' as const,
  });
  return {
    lines: [
      ...[0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((x) => area(`x ${x}`, x, 1, x, 0)),
      ...[0.4, 0.5, 0.6, 0.7].map((y) => area(`y ${y}`, 0, y, 1, y)),
    ],
    zones: [
      ...[0, 1, 2].map((k) => area(`third ${k + 1}`, k / 3, 0, (k + 1) / 3, 0, (k + 1) / 3, 1, k / 3, 1)),
      area('upper half', 0, 0, 1, 0, 1, 0.5, 0, 0.5),
      area('lower half', 0, 0.5, 1, 0.5, 1, 1, 0, 1),
    ],
    picture: { width, height },
  };
}

/** Counts and dwell times of the ground truth and of the results, by line and by zone. */
export function compare(areas: Areas, truth: readonly Trajectory[], results: readonly Trajectory[]) {
  const [a, b] = [truth, results].map((trajectories) => {
    const analysis = new Analysis(areas);
    for (const trajectory of trajectories) analysis.add(trajectory);
    return analysis.result();
  });
  return {
    lines: a.lines.map((line, i) => ({ name: line.name, truth: line, result: b.lines[i] })),
    zones: a.zones.map(({ name, visits }, i) => ({ name, truth: dwellOf(visits), result: dwellOf(b.zones[i].visits) })),
  };
}

/** Relative errors: of all passes, of passes by line and direction, of the mean dwell over all zones. */
export function errors({ lines, zones }: ReturnType<typeof compare>) {
  const sum = (values: number[]) => values.reduce((x, y) => x + y, 0);
  const passes = sum(lines.map(({ truth }) => truth.in + truth.out));
  const wrong = lines.map(({ truth, result }) => Math.abs(truth.in - result.in) + Math.abs(truth.out - result.out));
  const mean = (which: 'truth' | 'result') =>
    sum(zones.map((zone) => zone[which].mean * zone[which].visits)) / sum(zones.map((zone) => zone[which].visits));
  return {
    passes,
    allPasses: sum(lines.map(({ result }) => result.in + result.out)) / passes - 1,
    passesByDirection: sum(wrong) / passes,
    dwell: mean('result') / mean('truth') - 1,
  };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { gt: { type: 'string' }, results: { type: 'string' } } });
  const { source, trajectories } = await readTrajectories(values.results ?? '');
  const { width = 1, height = 1, frameRate = 1 } = source;
  const comparison = compare(evenAreas(width, height), await readMot(values.gt ?? '', frameRate), trajectories);
  console.log('line         in, out in truth   in, out');
  for (const { name, truth, result } of comparison.lines)
    console.log(name.padEnd(12), `${truth.in}, ${truth.out}`.padStart(16), `${result.in}, ${result.out}`.padStart(9));
  console.log('zone         visits, mean dwell in truth');
  for (const { name, truth, result } of comparison.zones)
    console.log(name.padEnd(12), ...[truth, result].map((d) => `${d.visits}, ${d.mean.toFixed(2)} s`.padStart(16)));
  const { passes, allPasses, passesByDirection, dwell } = errors(comparison);
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  console.log(`passes ${passes}: all ${percent(allPasses)}, by line and direction ${percent(passesByDirection)}`);
  console.log(`mean dwell: ${percent(dwell)}`);
}
