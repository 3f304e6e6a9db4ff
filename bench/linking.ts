/**
 * Linking over rooms that do not overlap, on simulated sites (`bench/site-simulation.ts`):
 *
 *   npx tsx bench/linking.ts [--people FOLDER] [--sites 10] [--seed 1000] [--candidates 5,10,20,50] [--online]
 *
 * FOLDER holds pictures `ID_<camera a or b><n>.jpg` (the val part of CUHK03), which the walkers then wear; without it they wear random
 * embeddings. Precision: joins of which both tracklets are of one walker. Recall: pairs of successive tracklets of a walker that came to
 * one person. The clock of one camera is 2 s ahead. Means and standard deviations over the sites. `--online` links while people walk, as
 * `stream --site` does, with four pictures a second.
 */
import { parseArgs } from 'node:util';
import { loadSiamese } from '../src/appearance/siamese.ts';
import { table } from '../src/learning/association/report.ts';
import { readPictureFolder } from '../src/learning/siamese/picture-folder.ts';
import { CONFIDENCE, joinTracklets } from '../src/site/joining.ts';
import { AppearanceOdds } from '../src/site/tracklet.ts';
import { waysOf } from '../src/site/ways-of-site.ts';
import { type Clothes, pictureClothes, randomClothes, type SimulatedSite, simulateSite } from './site-simulation.ts';
import { walkOnline } from './walk-online.ts';

const { values: options } = parseArgs({
  options: {
    people: { type: 'string' },
    sites: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1000' },
    candidates: { type: 'string', default: '5,10,20,50' },
    online: { type: 'boolean', default: false },
  },
});
/** Rooms in a row, of which each walker passes two; and a ring with a blind alley. */
const ROW = [
  [0, 1],
  [1, 2],
] as const;
const RING = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 0],
  [2, 4],
] as const;
const WALKERS = 200;
/** Seconds that the clock of the second room is ahead. */
const AHEAD = [0, 2];
const FIGURES = ['in window', 'precision', 'recall', 'F1', 'people', 'walkers', 'offset'] as const;
type Figures = Record<(typeof FIGURES)[number], number>;

const clothes = options.people === undefined ? undefined : await pictures(options.people);
const rows: string[][] = [];
for (const inWindow of options.candidates.split(',').map(Number)) {
  const all: Figures[] = [];
  for (let i = 0; i < Number(options.sites); i++) {
    const seed = Number(options.seed) + i;
    const wear = clothes ?? randomClothes(WALKERS, seed);
    const graph = clothes ? ROW : RING;
    all.push(score(wear, simulateSite(wear, { seed, walkers: wear.people, graph, inWindow, ahead: AHEAD })));
  }
  rows.push([
    `${inWindow}`,
    ...FIGURES.map((name) => {
      const values = all.map((figures) => figures[name]);
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
      return `${mean.toFixed(mean < 10 ? 3 : 1)} ± ${deviation.toFixed(mean < 10 ? 3 : 1)}`;
    }),
  ]);
}
process.stdout.write(`${table(['candidates', ...FIGURES], rows)}\n`);

async function pictures(folder: string): Promise<Clothes> {
  const model = await loadSiamese();
  const people = await readPictureFolder(folder);
  const embeddings = await model.embed(people.patches);
  await model.close();
  return pictureClothes(model, people, embeddings);
}

function score(wear: Clothes, site: SimulatedSite): Figures {
  const { tracklets, walkers, inWindow } = site;
  const { people, offset } = options.online ? linkOnline(wear, site) : link(wear, site);
  const person = new Int32Array(tracklets.length);
  for (const [p, own] of people.entries()) for (const t of own) person[t] = p;
  const joins = people.flatMap((own) => own.slice(1).map((later, i) => [own[i], later]));
  const right = joins.filter(([earlier, later]) => walkers[earlier] === walkers[later]).length;
  let wanted = 0;
  let got = 0;
  for (let t = 1; t < tracklets.length; t++) {
    if (walkers[t] !== walkers[t - 1]) continue; // those of a walker stand one after the other
    wanted++;
    if (person[t] === person[t - 1]) got++;
  }
  const precision = right / joins.length;
  const recall = got / wanted;
  const f1 = (2 * precision * recall) / (precision + recall);
  const counts = { people: people.length, walkers: new Set(walkers).size };
  return { 'in window': inWindow, precision, recall, F1: f1, ...counts, offset };
}

/** People found: numbers of their tracklets by time. */
interface Linked {
  readonly people: readonly (readonly number[])[];
  readonly offset: number;
}

function link(wear: Clothes, { tracklets, cameraCount }: SimulatedSite): Linked {
  const cameras = Array.from({ length: cameraCount }, (_, c) => ({ name: `${c}` }));
  const { people, offsets } = joinTracklets(tracklets, new AppearanceOdds(wear.model, tracklets), {
    cameraCount,
    ...waysOf(cameras, undefined),
    offsets: new Float64Array(cameraCount).fill(Number.NaN),
    confidence: CONFIDENCE,
  });
  return { people: people.map((one) => one.tracklets), offset: offsets.seconds[1] - offsets.seconds[0] };
}

function linkOnline(wear: Clothes, site: SimulatedSite): Linked {
  const said = walkOnline(wear, site, AHEAD);
  const people = new Map<number, number[]>();
  for (const [t, person] of said.entries()) people.set(person, [...(people.get(person) ?? []), t]);
  for (const own of people.values()) own.sort((a, b) => site.tracklets[a].from - site.tracklets[b].from);
  return { people: [...people.values()], offset: Number.NaN };
}
