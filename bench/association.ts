/**
 * Accuracy and CPU time of the association on the detections of a MOT root, beside the peers' figures.
 *
 *   npm run bench:association -- MOT_ROOT [--det NAME] [--runs 5] [--sequences]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { AssociationScore } from '../src/association/features.ts';
import { handSetScore } from '../src/association/hand-set.ts';
import { learnedScore } from '../src/association/learned.ts';
import { combine, evaluateSequence, type Figures, figures } from '../src/evaluation/index.ts';
import { Tracker } from '../src/tracking/index.ts';
import { table } from '../src/training/association-report.ts';
import { collectExamples, trainWithout } from '../src/training/association-training.ts';
import { follow, followRefined } from '../src/training/follow.ts';
import { loadMotRoot, type MotSequence } from '../src/training/mot-root.ts';

/** A way to track: its score for each sequence. */
interface Contender {
  readonly name: string;
  readonly score: (sequence: number) => AssociationScore;
}

interface Peer extends Figures {
  readonly name: string;
  readonly ms?: number;
}

const FIGURES = ['HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1', 'FP', 'FN', 'IDSW'] as const;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    det: { type: 'string' },
    runs: { type: 'string', default: '5' },
    sequences: { type: 'boolean', default: false },
  },
});
if (positionals.length !== 1) {
  process.stderr.write('usage: npm run bench:association -- MOT_ROOT [--det NAME] [--runs 5] [--sequences]\n');
  process.exit(2);
}
const sequences = await loadMotRoot(positionals[0], { det: values.det });
const frames = sequences.reduce((sum, s) => sum + s.frames.length, 0);
const contenders: Contender[] = [{ name: 'twintrack, hand-set score', score: () => handSetScore }];
if (sequences.length > 1) {
  process.stderr.write('training, leaving one sequence out at a time …\n');
  const examples = sequences.map(collectExamples);
  const scores = sequences.map((_, left) => {
    const model = trainWithout(examples, left);
    return model ? learnedScore(model) : handSetScore;
  });
  contenders.push({ name: 'twintrack, learned (leave one out)', score: (s) => scores[s] });
}

const rows: string[][] = [];
for (const contender of contenders) {
  const scores = sequences.map((s, i) => evaluateSequence(s.truth, follow(s.frames, {}, contender.score(i))));
  if (values.sequences) rows.push(...sequences.map((s, i) => row(`  ${s.name}`, figures(scores[i]))));
  rows.push(row(contender.name, figures(combine(scores)), cpuPerFrame(sequences, contender, Number(values.runs))));
  const refined = sequences.map((s, i) => evaluateSequence(s.truth, followRefined(s.frames, {}, contender.score(i))));
  rows.push(row('  refined', figures(combine(refined))));
}
const peers = JSON.parse(readFileSync(new URL('peers.json', import.meta.url), 'utf8'));
for (const peer of [...peers.peers, ...peers.limits] as Peer[]) rows.push(row(peer.name, peer, peer.ms));
process.stdout.write(`${sequences.length} sequences, ${frames} frames, ${values.det ?? 'det.txt'}\n\n`);
process.stdout.write(`${table(['', ...FIGURES, 'CPU ms/frame'], rows)}\n\n${peers.about}\n`);

function row(name: string, of: Figures, ms?: number): string[] {
  const cell = (f: (typeof FIGURES)[number]): string =>
    of[f] === undefined ? '' : of[f].toFixed(['FP', 'FN', 'IDSW'].includes(f) ? 0 : 1);
  return [name, ...FIGURES.map(cell), ms === undefined ? '' : ms.toFixed(3)];
}

/** CPU milliseconds of `Tracker.update` per frame: the median of whole runs over all sequences, after one to warm up. */
function cpuPerFrame(all: readonly MotSequence[], contender: Contender, runs: number): number {
  const times: number[] = [];
  for (let r = 0; r <= runs; r++) {
    const from = process.cpuUsage();
    all.forEach((sequence, s) => {
      const tracker = new Tracker({}, contender.score(s));
      for (const { detections, time } of sequence.frames) tracker.update(detections, time);
    });
    const { user, system } = process.cpuUsage(from);
    if (r > 0) times.push((user + system) / 1000 / frames);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}
