/**
 * What each part of the tracker is worth: sets of boxes tracked with one part left out at a time. Prints Markdown: HOTA/MOTA/IDF1 on-line and refined,
 * the mean of three runs, of which two are on perturbed boxes.
 *
 *   npm run bench:ablation -- NAME=MOT_ROOT/det.txt …
 */
import { handSetScore } from '../src/association/scores/hand-set.ts';
import { combine, evaluateSequence, figures } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { follow, followRefined } from '../src/learning/follow.ts';
import type { TrackingParameters } from '../src/tracking/index.ts';
import type { RefinementParameters } from '../src/trajectories/index.ts';
import { loadSet, perturbed } from './sets.ts';

const RUNS = 3;
const PARTS: Readonly<Record<string, [Partial<TrackingParameters>, Partial<RefinementParameters>?]>> = {
  'all parts': [{}],
  'one acceleration for all': [{ accelerationNoise: 0.25 }],
  'as little wanted of pairs with rivals': [{ minProbability: 0.36, minProbabilityLow: 0.5 }],
  'no camera motion': [{ cameraMotion: false }],
  'no detections of low score': [{ lowScore: 0.6 }],
  'tracks end when unseen for 0.3 s': [{ lostSeconds: 0.3 }],
  'no one confirmed at first sight': [{ confirmProbability: 1 }],
  'smoothed by 0.25 s': [{}, { smoothSeconds: 0.25 }],
  'not smoothed': [{}, { smoothSeconds: 0 }],
  'gaps not filled': [{}, { fillSeconds: 0 }],
  'no one dropped': [{}, { minConfidence: 0, fillConfidence: 0 }],
};

const sets = await Promise.all(process.argv.slice(2).map(loadSet));
if (sets.length === 0) {
  process.stderr.write('usage: npm run bench:ablation -- NAME=MOT_ROOT/det.txt …\n');
  process.exit(2);
}
const rows = Object.entries(PARTS).map(([part, [tracking, refinement]]) => {
  process.stderr.write(`${part}\n`);
  return [part, ...sets.flatMap(({ sequences }) => measure(sequences, tracking, refinement))];
});
const head = ['', ...sets.flatMap(({ name }) => [`${name} online`, 'refined'])];
process.stdout.write(`${table(head, rows)}\n`);

/** HOTA/MOTA/IDF1 on-line and refined. */
function measure(
  sequences: (typeof sets)[number]['sequences'],
  tracking: Partial<TrackingParameters>,
  refinement: Partial<RefinementParameters> | undefined,
): string[] {
  const ways = [
    (frames: (typeof sequences)[number]['frames']) => follow(frames, tracking),
    (frames: (typeof sequences)[number]['frames']) => followRefined(frames, tracking, handSetScore, refinement),
  ];
  return ways.map((way) => {
    const runs = Array.from({ length: RUNS }, (_, run) =>
      figures(
        combine(
          sequences.map((sequence) => {
            const { frames, truth } = perturbed(sequence, run);
            return evaluateSequence(truth, way(frames));
          }),
        ),
      ),
    );
    const mean = (name: 'HOTA' | 'MOTA' | 'IDF1'): string =>
      (runs.reduce((sum, of) => sum + of[name]!, 0) / RUNS).toFixed(1);
    return `${mean('HOTA')}/${mean('MOTA')}/${mean('IDF1')}`;
  });
}
