/**
 * Accuracy and CPU time of the association on the detections of a MOT root, beside the figures of other trackers. With several detection
 * files (--det A,B) the learned score is trained on all of them, and each is measured.
 *
 *   npm run bench:association -- MOT_ROOT [--det NAMES] [--runs 5] [--sequences]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { AssociationScore } from '../src/association/features.ts';
import { handSetScore } from '../src/association/scores/hand-set.ts';
import { learnedScore } from '../src/association/scores/learned.ts';
import { combine, evaluateSequence, type Figures, figures } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { examplesByName, trainWithout } from '../src/learning/association/train-association.ts';
import { follow, followRefined } from '../src/learning/follow.ts';
import { loadMotRoot, type MotSequence } from '../src/learning/mot-root.ts';
import { Tracker } from '../src/tracking/index.ts';

/** A variant of the tracker: its score for each sequence. */
interface Contender {
  readonly name: string;
  readonly score: (sequence: MotSequence) => AssociationScore;
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
  process.stderr.write('usage: npm run bench:association -- MOT_ROOT [--det NAMES] [--runs 5] [--sequences]\n');
  process.exit(2);
}
const all = await loadMotRoot(positionals[0], { det: values.det?.split(',') });
const contenders: Contender[] = [{ name: 'twintrack, hand-set score', score: () => handSetScore }];
const names = [...new Set(all.map(({ name }) => name))];
if (names.length > 1) {
  process.stderr.write('training, leaving one sequence out at a time …\n');
  const examples = examplesByName(all);
  const scores = names.map((_, left) => {
    const model = trainWithout(examples, left);
    return model ? learnedScore(model) : handSetScore;
  });
  contenders.push({ name: 'twintrack, learned (leave one out)', score: ({ name }) => scores[names.indexOf(name)] });
}

const peers = JSON.parse(readFileSync(new URL('peers.json', import.meta.url), 'utf8'));
for (const det of new Set(all.map((sequence) => sequence.det)))
  measure(
    det,
    all.filter((sequence) => sequence.det === det),
  );

/** Prints the table of the sequences with one kind of detections. */
function measure(det: string, sequences: readonly MotSequence[]): void {
  const frames = sequences.reduce((sum, s) => sum + s.frames.length, 0);
  const rows: string[][] = [];
  for (const contender of contenders) {
    const scores = sequences.map((s) => evaluateSequence(s.truth, follow(s.frames, {}, contender.score(s))));
    if (values.sequences) rows.push(...sequences.map((s, i) => row(`  ${s.name}`, figures(scores[i]))));
    const ms = cpuTime(sequences, contender, Number(values.runs)) / frames;
    rows.push(row(contender.name, figures(combine(scores)), ms));
    const refined = sequences.map((s) => evaluateSequence(s.truth, followRefined(s.frames, {}, contender.score(s))));
    rows.push(row('  refined', figures(combine(refined))));
  }
  const known = det === peers.detections;
  if (known) for (const peer of [...peers.peers, ...peers.limits] as Peer[]) rows.push(row(peer.name, peer, peer.ms));
  process.stdout.write(`${sequences.length} sequences, ${frames} frames, ${det}\n\n`);
  process.stdout.write(`${table(['', ...FIGURES, 'CPU ms/frame'], rows)}\n\n${known ? `${peers.about}\n\n` : ''}`);
}

function row(name: string, of: Figures, ms?: number): string[] {
  const cell = (f: (typeof FIGURES)[number]): string =>
    of[f] === undefined ? '' : of[f].toFixed(['FP', 'FN', 'IDSW'].includes(f) ? 0 : 1);
  return [name, ...FIGURES.map(cell), ms === undefined ? '' : ms.toFixed(3)];
}

/** CPU milliseconds of `Tracker.update` in all: the median of whole runs over all sequences, after one to warm up. */
function cpuTime(sequences: readonly MotSequence[], contender: Contender, runs: number): number {
  const times: number[] = [];
  for (let r = 0; r <= runs; r++) {
    const from = process.cpuUsage();
    for (const sequence of sequences) {
      const tracker = new Tracker({ association: contender.score(sequence) });
      for (const { detections, time } of sequence.frames) tracker.step(detections, time);
    }
    const { user, system } = process.cpuUsage(from);
    if (r > 0) times.push((user + system) / 1000);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}
