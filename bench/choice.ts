/**
 * What defaults are worth that are chosen on other videos than those they are measured on. Of a fixed grid, the setting is taken whose HOTA and
 * IDF1, on-line and refined, are greatest in the mean of the sets: on all videos; for each video on the others; and for each benchmark on the others.
 * Prints Markdown: HOTA/MOTA/IDF1 with each choice, and what was chosen.
 *
 *   npm run bench:choice -- NAME=MOT_ROOT/det.txt … [--runs 2] [--processes 2]
 *
 * The grid: minProbabilityAlone and minProbability .3 .3, .3 .5, .36 .5, .5 .5, .36 .6, minProbabilityLow .5, .75, minConfidence .3, .45.
 * Sets that have a video in common are of one benchmark.
 */
import { parseArgs } from 'node:util';
import { combine, figures } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { benchmarksOf } from './benchmarks.ts';
import type { Choice, ChoiceJob, Setting } from './choice-worker.ts';
import { loadSet } from './sets.ts';
import { Workers } from './workers.ts';

const FIGURES = ['HOTA', 'MOTA', 'IDF1'] as const;
const WAYS = ['online', 'refined'] as const;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '2' }, processes: { type: 'string', default: '2' } },
});
const runs = Number(values.runs);
const sets = (await Promise.all(positionals.map(loadSet))).map(({ name, sequences }) => ({
  name,
  videos: sequences.map((sequence) => sequence.name),
}));
const benchmarks = benchmarksOf(sets.map(({ videos }) => videos));
const settings: Setting[] = [
  [0.3, 0.3],
  [0.3, 0.5],
  [0.36, 0.5],
  [0.5, 0.5],
  [0.36, 0.6],
].flatMap(([minProbabilityAlone, minProbability]) =>
  [0.5, 0.75].flatMap((minProbabilityLow) =>
    [0.3, 0.45].map((minConfidence) => ({ minProbabilityAlone, minProbability, minProbabilityLow, minConfidence })),
  ),
);
const workers = new Workers(new URL('choice-worker.ts', import.meta.url), positionals, Number(values.processes));
const jobs: ChoiceJob[] = benchmarks.flat().map((video) => ({ video, settings, runs }));
const choices = (await workers.run<Choice[]>(jobs)).flat();
workers.end();

const WITHOUT: Readonly<Record<string, (video: string) => readonly string[]>> = {
  'on all videos': () => [],
  'without the tested video': (video) => [video],
  'on the other benchmarks': (video) => benchmarks.find((videos) => videos.includes(video)) ?? [],
};
const rows = Object.entries(WITHOUT).map(([name, without]) => {
  const chosen = new Map(benchmarks.flat().map((video) => [video, best(without(video))]));
  const taken = choices.filter(({ video, setting }) => setting === chosen.get(video));
  const cells = sets.map((set) =>
    WAYS.map((way) => FIGURES.map((figure) => mean(taken, set.name, way, figure).toFixed(1)).join('/')).join(' | '),
  );
  const told = [...new Set(chosen.values())].map((setting) => Object.values(settings[setting]).join(' '));
  return [name, ...cells.flatMap((cell) => cell.split(' | ')), told.join('; ')];
});
const head = ['chosen', ...sets.flatMap(({ name }) => WAYS.map((way) => `${name} ${way}`)), 'settings'];
process.stdout.write(`${table(head, rows)}\n`);

/** The setting that is best on all videos but some. */
function best(without: readonly string[]): number {
  const others = choices.filter(({ video }) => !without.includes(video));
  const present = sets.filter(({ videos }) => videos.some((video) => !without.includes(video)));
  const worth = settings.map((_, setting) => {
    const own = others.filter((choice) => choice.setting === setting);
    return present.reduce(
      (sum, { name }) =>
        WAYS.reduce((all, way) => all + mean(own, name, way, 'HOTA') + mean(own, name, way, 'IDF1'), sum),
      0,
    );
  });
  return worth.indexOf(Math.max(...worth));
}

/** The mean over the runs of a figure of all videos of a set together. */
function mean(
  all: readonly Choice[],
  set: string,
  way: (typeof WAYS)[number],
  figure: (typeof FIGURES)[number],
): number {
  let sum = 0;
  for (let run = 0; run < runs; run++) {
    const own = all.filter((choice) => choice.set === set && choice.run === run);
    sum += figures(combine(own.map((choice) => choice[way])))[figure]!;
  }
  return sum / runs;
}
