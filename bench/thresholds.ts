/**
 * On-line accuracy with the default thresholds beside the best of a fixed grid, for each set of boxes: how far thresholds chosen for a set could
 * take it. A set is a MOT root and the name of its detections.
 *
 *   npm run bench:thresholds -- NAME=MOT_ROOT/det.txt[@LEAST_SCORE] … [--runs 2]
 *
 * The grid: high and new score .3, .5, .6, .7, .9, low score .05, .1, .2, .3. LEAST_SCORE drops the boxes below it first. One crossing is worth as
 * much as a threshold, so each point is the mean of several runs: on the boxes as they are, and perturbed.
 */
import { parseArgs } from 'node:util';
import { loadAssociation } from '../src/association/model.ts';
import { combine, evaluateSequence, figures } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { follow } from '../src/learning/follow.ts';
import type { MotSequence } from '../src/learning/mot-root.ts';
import { type TrackingParameters, trackingParameters } from '../src/tracking/parameters.ts';
import { loadSet, perturbed } from './sets.ts';

type Thresholds = Pick<TrackingParameters, 'highScore' | 'newScore' | 'lowScore'>;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '2' } },
});
const steps = [0.3, 0.5, 0.6, 0.7, 0.9];
const grid = steps.flatMap((highScore) =>
  steps.flatMap((newScore) => [0.05, 0.1, 0.2, 0.3].map((lowScore) => ({ highScore, newScore, lowScore }))),
);
const score = await loadAssociation();
const rows: string[][] = [];
for (const set of positionals) {
  const { name, sequences } = await loadSet(set);
  const { highScore, newScore, lowScore } = trackingParameters.parse({});
  const runs = Array.from({ length: Number(values.runs) }, (_, run) => sequences.map((s) => perturbed(s, run)));
  const ours = measure(runs, { highScore, newScore, lowScore });
  const others = grid.map((thresholds) => ({ ...measure(runs, thresholds), thresholds }));
  const best = others.reduce((a, b) => (b.HOTA > a.HOTA ? b : a));
  const at = Object.values(best.thresholds).join(' ');
  const cells = [ours, best].flatMap(({ HOTA, MOTA, IDF1 }) => [HOTA, MOTA, IDF1].map((v) => v.toFixed(1)));
  rows.push([name, ...cells, at, (best.HOTA - ours.HOTA).toFixed(2)]);
  process.stderr.write(`${rows.at(-1)?.join(' | ')}\n`);
}
const figuresOf = (who: string) => ['HOTA', 'MOTA', 'IDF1'].map((figure) => `${who} ${figure}`);
process.stdout.write(
  `${table(['set', ...figuresOf('default'), ...figuresOf('best'), 'at high, new, low', 'behind'], rows)}\n`,
);

function measure(runs: readonly (readonly MotSequence[])[], thresholds: Thresholds) {
  const sum = { HOTA: 0, MOTA: 0, IDF1: 0 };
  for (const sequences of runs) {
    const scores = sequences.map(({ truth, frames }) => evaluateSequence(truth, follow(frames, thresholds, score)));
    const { HOTA = 0, MOTA = 0, IDF1 = 0 } = figures(combine(scores));
    sum.HOTA += HOTA / runs.length;
    sum.MOTA += MOTA / runs.length;
    sum.IDF1 += IDF1 / runs.length;
  }
  return sum;
}
