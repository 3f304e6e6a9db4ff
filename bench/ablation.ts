/**
 * Ablation of the association: the tracker with one part left out at a time, on the detections of a MOT root. Learned scores are tested on
 * a sequence that they are not trained on. With several detection files (--det A,B) they learn from all of them, and each is measured.
 * Prints Markdown.
 *
 *   npm run bench:ablation -- MOT_ROOT [--det NAMES]
 */
import { parseArgs } from 'node:util';
import { type AssociationScore, FEATURE_COUNT, FEATURES, type PairFeatures } from '../src/association/features.ts';
import { handSetScore } from '../src/association/scores/hand-set.ts';
import { learnedScore } from '../src/association/scores/learned.ts';
import { combine, evaluateSequence, figures } from '../src/evaluation/index.ts';
import type { Examples } from '../src/learning/association/boosting.ts';
import { table } from '../src/learning/association/report.ts';
import { examplesByName, trainWithout } from '../src/learning/association/train-association.ts';
import { follow, followRefined } from '../src/learning/follow.ts';
import { loadMotRoot, type MotSequence } from '../src/learning/mot-root.ts';
import type { TrackingParameters } from '../src/tracking/index.ts';

const GROUPS: Readonly<Record<string, readonly (typeof FEATURES)[number][]>> = {
  'size change': ['widthChange', 'heightChange', 'heightDifference'],
  'position change': ['xChange', 'yChange'],
  'overlap with the prediction': ['iou'],
  'Mahalanobis distance': ['distance'],
  'time unseen, track length': ['gap', 'span'],
  scores: ['detectionScore', 'trackScore'],
  rivals: ['trackRivals', 'detectionRivals'],
};

const PARTS: Readonly<Record<string, Partial<TrackingParameters>>> = {
  'no camera motion': { cameraMotion: false },
  'one acceleration for all': { accelerationNoise: 0.25 },
  'one stage: no detections of low score': { lowScore: 0.5 },
  'tracks end when unseen for 0.3 s': { lostSeconds: 0.3 },
  'tracks confirmed at once': { confirmHits: 1, confirmSeconds: 0 },
};

const { positionals, values } = parseArgs({ allowPositionals: true, options: { det: { type: 'string' } } });
if (positionals.length !== 1) {
  process.stderr.write('usage: npm run bench:ablation -- MOT_ROOT [--det NAMES]\n');
  process.exit(2);
}
const all = await loadMotRoot(positionals[0], { det: values.det?.split(',') });
const names = [...new Set(all.map(({ name }) => name))];
const examples = examplesByName(all);
/** The rows of the table of each detection file. */
const tables = new Map(all.map(({ det }): [string, string[][]] => [det, []]));

const learned = leaveOneOut([]);
measure('hand-set score', () => handSetScore);
measure('learned score', learned);
for (const [name, features] of Object.entries(GROUPS)) measure(`learned, without ${name}`, leaveOneOut(features));
for (const [name, parameters] of Object.entries(PARTS)) measure(`learned, ${name}`, learned, parameters);
const head = ['', 'HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1', 'IDSW', 'HOTA refined', 'MOTA refined', 'IDF1 refined'];
for (const [det, rows] of tables) process.stdout.write(`${det}\n\n${table(head, rows)}\n\n`);

/** For each sequence the score learned from the others, without some features. */
function leaveOneOut(blindTo: readonly (typeof FEATURES)[number][]): (sequence: MotSequence) => AssociationScore {
  const columns = blindTo.map((name) => FEATURES.indexOf(name));
  const seen = examples.map((e): Examples => {
    const features = e.features.slice();
    blind(features, e.length, columns);
    return { ...e, features };
  });
  const scores = names.map((_, left) => {
    const model = trainWithout(seen, left);
    return model ? learnedScore(model) : handSetScore;
  });
  return (sequence) => ({
    score(pairs: PairFeatures, out: Float64Array) {
      blind(pairs.values, pairs.length, columns);
      scores[names.indexOf(sequence.name)].score(pairs, out);
    },
  });
}

/** Marks features of rows as missing. */
function blind(features: Float64Array, n: number, columns: readonly number[]): void {
  for (const column of columns) for (let i = 0; i < n; i++) features[i * FEATURE_COUNT + column] = Number.NaN;
}

function measure(
  name: string,
  scoreOf: (sequence: MotSequence) => AssociationScore,
  parameters: Partial<TrackingParameters> = {},
): void {
  for (const [det, rows] of tables) {
    const sequences = all.filter((sequence) => sequence.det === det);
    const scored = (how: typeof follow) =>
      figures(combine(sequences.map((s) => evaluateSequence(s.truth, how(s.frames, parameters, scoreOf(s))))));
    const [online, refined] = [scored(follow), scored(followRefined)];
    const cell = (value: number | undefined): string => (value ?? 0).toFixed(1);
    rows.push([
      name,
      ...[online.HOTA, online.DetA, online.AssA, online.MOTA, online.IDF1].map(cell),
      String(online.IDSW),
      ...[refined.HOTA, refined.MOTA, refined.IDF1].map(cell),
    ]);
  }
  process.stderr.write(`${name}\n`);
}
