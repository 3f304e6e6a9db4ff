/**
 * On-line accuracy with the default thresholds beside the best of a fixed grid, for each set of boxes: how far thresholds chosen for a set could
 * take it. A set is a MOT root and the name of its detections.
 *
 *   npm run bench:thresholds -- NAME=MOT_ROOT/det.txt[@LEAST_SCORE] … [--full]
 *
 * The grid: high and new score .3 to .9 by .2 (--full: by .1), low score .05, .1, .2, .3. LEAST_SCORE drops the boxes below it first.
 */
import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { loadAssociation } from '../src/association/model.ts';
import { combine, evaluateSequence, figures } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { follow } from '../src/learning/follow.ts';
import { loadMotRoot, type MotSequence } from '../src/learning/mot-root.ts';
import { type TrackingParameters, trackingParameters } from '../src/tracking/parameters.ts';

type Thresholds = Pick<TrackingParameters, 'highScore' | 'newScore' | 'lowScore'>;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false } },
});
const steps = values.full ? [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] : [0.3, 0.5, 0.7, 0.9];
const grid = steps.flatMap((highScore) =>
  steps.flatMap((newScore) => [0.05, 0.1, 0.2, 0.3].map((lowScore) => ({ highScore, newScore, lowScore }))),
);
const score = await loadAssociation();
const rows: string[][] = [];
for (const set of positionals) {
  const [, name, path, least] = /^([^=]+)=([^@]+)(?:@(.+))?$/.exec(set) ?? [];
  const sequences = await loadMotRoot(dirname(path), { det: basename(path) });
  for (const { frames } of sequences) for (const { detections } of frames) dropBelow(detections, Number(least ?? 0));
  const { highScore, newScore, lowScore } = trackingParameters.parse({});
  const ours = measure(sequences, { highScore, newScore, lowScore });
  const others = grid.map((thresholds) => ({ ...measure(sequences, thresholds), thresholds }));
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

function measure(sequences: readonly MotSequence[], thresholds: Thresholds) {
  const scores = sequences.map(({ truth, frames }) => evaluateSequence(truth, follow(frames, thresholds, score)));
  const { HOTA = 0, MOTA = 0, IDF1 = 0 } = figures(combine(scores));
  return { HOTA, MOTA, IDF1 };
}

/** A score of −1 is below each threshold. */
function dropBelow({ scores }: { readonly scores: Float32Array }, least: number): void {
  for (let i = 0; i < scores.length; i++) if (scores[i] < least) scores[i] = -1;
}
