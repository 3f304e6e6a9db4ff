/**
 * Compares simulated sequences with real ones: what the boxes are like, and what the tracker makes of them. Prints Markdown.
 *
 *   npm run bench:simulation -- [NAME=MOT_ROOT/det.txt …] [--count 16] [--seed 1]
 *
 * The simulated sets: people on streets, squares and in halls as detectors of three kinds see them, dances, and any scene.
 */
import { parseArgs } from 'node:util';
import { combine, evaluateSequence, figures } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { follow } from '../src/learning/follow.ts';
import type { MotSequence } from '../src/learning/mot-root.ts';
import { simulate, simulateMany } from '../src/learning/simulation/simulate.ts';
import { identityErrors, KINDS } from './identity-errors.ts';
import { statisticsOf } from './sequence-statistics.ts';
import { loadSet } from './sets.ts';
import type { Statistics } from './statistics-columns.ts';

const PLACES = ['street', 'square', 'street', 'hall'] as const;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '16' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [Number(values.count), Number(values.seed)];

const columns: [name: string, statistics: Statistics][] = [];
for (const set of positionals) {
  const { name, sequences } = await loadSet(set);
  columns.push([name, measure(sequences)]);
}
for (const detector of ['accurate', 'fair', 'poor'] as const) {
  const some = Array.from({ length: count }, (_, i) => simulate({ seed: seed + i, detector, place: PLACES[i % 4] }));
  columns.push([`${detector}, simulated`, measure(some)]);
}
const dances = Array.from({ length: count }, (_, i) =>
  simulate({ seed: seed + i, detector: 'accurate', place: 'dance' }),
);
columns.push(['dance, simulated', measure(dances)]);
columns.push(['any, simulated', measure(simulateMany({ count, seed }))]);

const names = [...new Set(columns.flatMap(([, statistics]) => [...statistics.keys()]))];
const rows = names.map((name) => [name, ...columns.map(([, statistics]) => shown(statistics.get(name)))]);
process.stdout.write(`${table(['', ...columns.map(([name]) => name)], rows)}\n`);

function measure(sequences: readonly MotSequence[]): Statistics {
  const tracks = sequences.map(({ frames }) => follow(frames));
  const scores = sequences.map(({ truth }, i) => evaluateSequence(truth, tracks[i]));
  const { HOTA, DetA, AssA, MOTA, IDF1 } = figures(combine(scores));
  const errors = sequences.flatMap((sequence, i) => identityErrors(sequence, tracks[i]));
  const people = sequences.reduce((sum, { truth }) => sum + truth.rows.order.length, 0);
  const all: Statistics = new Map(
    Object.entries({ HOTA, DetA, AssA, MOTA, IDF1 }).map(([name, value]) => [name, value ?? 0]),
  );
  const each = scores.map((score) => figures(score).HOTA ?? 0).sort((a, b) => a - b);
  all.set('HOTA, lowest', each[0]);
  all.set('HOTA, highest', each[each.length - 1]);
  all.set('identity errors per 1,000 people', (1000 * errors.length) / people);
  for (const kind of KINDS)
    all.set(`of them ${kind}`, errors.filter((error) => error.kind === kind).length / Math.max(1, errors.length));
  return new Map([...all, ...[...statisticsOf(sequences)].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function shown(value: number | undefined): string {
  if (value === undefined) return '';
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toPrecision(2);
}
