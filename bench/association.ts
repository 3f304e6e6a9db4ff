/**
 * Accuracy and CPU time of the association on sets of boxes, beside other trackers on the same boxes (bench/peers.json). Prints Markdown.
 *
 *   npm run bench:association -- NAME=MOT_ROOT/det.txt … [--runs 6] [--processes 2] [--given]
 *
 * Each set is tracked several times: with the boxes as they are, and perturbed in other ways. A figure is the mean over these runs of the figure
 * of all sequences together, beside it the mean over the sequences. The contenders: the hand-set score, which twintrack has by default, and two
 * that are trained here: on what is left when a quarter of the videos of each benchmark, the tested one among them, is taken out, and on the other
 * benchmarks. Sets that have sequences of one name are of one benchmark. --given leaves the trained ones out.
 *
 * Below: how often a track leaves a person for another for good, by kind and by the gap between the two in frames (bench/identity-errors.ts).
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { combine, type Figures, figures, type Score } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import type { Association, Measurement } from './association-worker.ts';
import { benchmarksOf } from './benchmarks.ts';
import { KINDS } from './identity-errors.ts';
import type { Peer } from './peers.ts';
import { loadSet } from './sets.ts';
import { Workers } from './workers.ts';

const FIGURES = ['HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1', 'IDSW'] as const;
const MEANS = ['HOTA', 'MOTA', 'IDF1'] as const;
const GAPS: readonly [name: string, most: number][] = [
  ['gap 0', 0],
  ['1–5', 5],
  ['6–20', 20],
  ['21–60', 60],
  ['more', Number.POSITIVE_INFINITY],
];
const FOLDS = 4;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '6' },
    processes: { type: 'string', default: '2' },
    given: { type: 'boolean', default: false },
  },
});
if (positionals.length === 0) {
  process.stderr.write(
    'usage: npm run bench:association -- NAME=MOT_ROOT/det.txt … [--runs 6] [--processes 2] [--given]\n',
  );
  process.exit(2);
}
const sets = (await Promise.all(positionals.map(loadSet))).map(({ name, sequences }) => ({
  name,
  videos: sequences.map((s) => s.name),
  frames: sequences.reduce((sum, { frames }) => sum + frames.length, 0),
}));
const benchmarks = benchmarksOf(sets.map(({ videos }) => videos));
const names = ['hand-set, the default'];
if (!values.given) names.push('learned, without the tested sequence', 'learned, on other benchmarks');

const workers = new Workers(new URL('association-worker.ts', import.meta.url), positionals, Number(values.processes));
const measurements = await measure();
workers.end();
const peers = JSON.parse(readFileSync(new URL('peers.json', import.meta.url), 'utf8'));
for (const { name, videos, frames } of sets) {
  process.stdout.write(`## ${name}\n\n${videos.length} sequences, ${frames} frames\n\n`);
  const own = names.map((_, i) => measurements.filter((m) => m.set === name && m.contender === i));
  const known: Peer[] = [...(peers.sets[name] ?? []), ...(peers.limits[name] ?? [])];
  const rows = [...names.flatMap((contender, i) => rowsOf(contender, own[i])), ...known.map(peerRow)];
  const head = ['', ...FIGURES, ...MEANS.map((figure) => `mean ${figure}`), 'CPU ms/frame'];
  process.stdout.write(`${table(head, rows)}\n\nLasting identity errors online, in one run:\n\n`);
  const errors = names.map((contender, i) => errorRow(contender, own[i]));
  process.stdout.write(`${table(['', 'all', ...KINDS, ...GAPS.map(([gap]) => gap)], errors)}\n\n`);
}
process.stdout.write(`${peers.about}\n`);

/** Trains what is to be trained, and tracks all videos. */
async function measure(): Promise<Measurement[]> {
  const held = Array.from({ length: FOLDS }, (_, fold) =>
    benchmarks.flatMap((videos) => videos.filter((_, i) => i % FOLDS === fold)),
  );
  const leftOut = values.given ? [] : [...held, ...benchmarks];
  const models = await workers.run<Association>(leftOut.map((videos) => ({ leftOut: videos })));
  const jobs = benchmarks.flatMap((videos) =>
    videos.map((video) => {
      const trained = models.filter((_, i) => leftOut[i].includes(video));
      return { video, contenders: ['hand-set' as const, ...trained], runs: Number(values.runs) };
    }),
  );
  return (await workers.run<Measurement[]>(jobs)).flat();
}

/** The rows of a contender, on-line and refined. */
function rowsOf(name: string, own: readonly Measurement[]): string[][] {
  // The first run warms up.
  const timed = own.filter(({ run }) => run > 0 || values.runs === '1');
  const ms = sum(timed.map((m) => m.ms)) / sum(timed.map((m) => m.frames));
  return [row(name, own, ({ online }) => online, ms.toFixed(3)), row('– refined', own, ({ refined }) => refined, '')];
}

function row(name: string, own: readonly Measurement[], of: (measurement: Measurement) => Score, ms: string): string[] {
  const runs = Array.from({ length: Number(values.runs) }, (_, run) => own.filter((m) => m.run === run).map(of));
  const combined = runs.map((scores) => figures(combine(scores)));
  const each = own.map((m) => figures(of(m)));
  const mean = (all: readonly Figures[], f: keyof Figures): string =>
    cell(f, sum(all.map((of) => of[f]!)) / all.length);
  return [name, ...FIGURES.map((f) => mean(combined, f)), ...MEANS.map((f) => mean(each, f)), ms];
}

function peerRow(peer: Peer): string[] {
  const version = peer.version ? ` (${peer.version})` : '';
  return [`*${peer.name}*${version}`, ...FIGURES.map((f) => cell(f, peer[f])), '', '', '', peer.ms?.toFixed(2) ?? ''];
}

function errorRow(name: string, own: readonly Measurement[]): string[] {
  const errors = own.flatMap((m) => m.errors);
  const gaps = errors.map(({ last, frame }) => GAPS.find(([, most]) => frame - last - 1 <= most)![0]);
  const counts = [errors.length, ...KINDS.map((kind) => errors.filter((e) => e.kind === kind).length)];
  counts.push(...GAPS.map(([gap]) => gaps.filter((g) => g === gap).length));
  return [name, ...counts.map((count) => (count / Number(values.runs)).toFixed(1))];
}

function cell(figure: keyof Figures, value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(figure === 'IDSW' ? 0 : 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
