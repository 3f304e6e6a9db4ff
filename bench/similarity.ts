/**
 * What the similarity of the Siamese network means: fits models/siamese-calibration.json, and judges it on people who are not in the fit.
 *
 *   npx tsx bench/similarity.ts --reid FOLDER --pictures FOLDER --video V --gt GT.txt [--returns 1+2,3+4] [--out FILE.json]
 *
 * Two cameras: pairs across the cameras of CUHK03, of every twentieth training person, whom the network has not been trained on. Judged on
 * CUHK03 val. One camera: one person is a pair of these people, half of them by one camera moments apart, half by two, as a person who has
 * turned round; two people are pairs that street cameras have seen at the same time (PRW, each MOT17 sequence and Penn-Fudan alike), not
 * hidden by more than three tenths. Judged on the video: people of the ground truth, against those who are there at the same time.
 *
 * Then the video is tracked, and each saved patch searched for among the others. `--returns` names ids of the ground truth that are one
 * person who comes back, as you see by eye: MOT gives them another id.
 *
 * --reid holds the folders cuhk03-train-labeled, cuhk03-train-detected, cuhk03-val and prw-c6 (with boxes.csv); --pictures boxes.csv and
 * the pictures that it names.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cohortOf, type SimilarityCalibration, sameProbability, verdictOf } from '../src/appearance/calibration.ts';
import { similarityCalibrationText } from '../src/appearance/calibration-file.ts';
import { PATCH_BYTES, PatchCutter } from '../src/appearance/patches.ts';
import { visiblePart } from '../src/appearance/reid.ts';
import { loadSiamese } from '../src/appearance/siamese.ts';
import { iou } from '../src/core/geometry.ts';
import { trackVideo } from '../src/engine/track-video.ts';
import { table } from '../src/learning/association/report.ts';
import { seededRandom } from '../src/learning/random.ts';
import { readPictureFolder } from '../src/learning/siamese/picture-folder.ts';
import { type ComparedPairs, comparePairs, fitScale, reliabilityOf } from '../src/learning/similarity-calibration.ts';
import { readPatchIndex } from '../src/search/index-file.ts';
import { rank } from '../src/search/ranking.ts';
import { openVideo } from '../src/video/index.ts';
import { listPictures } from '../src/video/still-images.ts';

const VISIBLE = 0.7;
const EVERY = 5; // frames
const APART = 14; // frames between two pictures of one person
const EACH = 20_000; // pairs of each source

/** People in patches: of each patch the person, and the frame or picture that it is from. */
interface Seen {
  readonly embeddings: Float32Array;
  readonly person: Int32Array;
  readonly frame: Int32Array;
}
type Row = readonly [person: number, frame: number, box: readonly number[], file?: string];

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { reid: text, pictures: text, video: text, gt: text, returns: { ...text, default: '' }, out: text },
});
const { reid, pictures, video, gt } = values;
if (!reid || !pictures || !video || !gt) throw new Error('give --reid, --pictures, --video and --gt');
const random = seededRandom(1);
const model = await loadSiamese();

const heldOut = [await crops('cuhk03-train-labeled', 7), await crops('cuhk03-train-detected', 7)];
const calibration = {
  oneCamera: fitScale({
    same: pool(...heldOut.flatMap(({ one, two }) => [one.same, two.same])),
    different: pool((await streetCamera()).different, ...(await streetPictures())),
  }),
  twoCameras: fitScale({
    same: joined(heldOut.map(({ two }) => two.same)),
    different: joined(heldOut.map(({ two }) => two.different)),
  }),
} satisfies SimilarityCalibration;
if (values.out) writeFileSync(values.out, similarityCalibrationText(calibration));
process.stdout.write(similarityCalibrationText(calibration));

const val = await crops('cuhk03-val');
print('CUHK03 val, two cameras', val.two, (x) => sameProbability(calibration, x, { cameras: 'two' }));
const people = await peopleOfVideo();
const cohort = cohortOf(people.different);
print('the video, one camera', people, (x) => sameProbability(calibration, x, { cameras: 'one' }));
print('  counted from its cohort', people, (x) => sameProbability(calibration, x, { cameras: 'one', cohort }));
await searchForEach();
await model.close();

function print(name: string, pairs: ComparedPairs, probability: (logOdds: number) => number): void {
  const rows = reliabilityOf(pairs, probability).map(({ from, to, count, predicted, observed }) => [
    `${from.toFixed(1)} to ${to.toFixed(1)}`,
    ...[String(count), predicted.toFixed(3), observed.toFixed(3)],
  ]);
  const share = (of: Float64Array, verdict: string) =>
    `${((100 * of.filter((x) => verdictOf(probability(x)) === verdict).length) / of.length).toFixed(1)} %`;
  const { same, different } = pairs;
  const verdicts = (of: Float64Array) =>
    `${share(of, 'same')} same, ${share(of, 'unsure')} unsure, ${share(of, 'different')} different`;
  process.stdout.write(`\n${table([name, 'pairs', 'predicted', 'observed'], rows)}\n\n`);
  process.stdout.write(`one person: ${verdicts(same)} (${same.length})\ntwo people: ${verdicts(different)}\n`);
}

/** The pairs of people of a folder whose number leaves `rest` when divided by 20, by one camera and by two. */
async function crops(name: string, rest?: number): Promise<{ one: ComparedPairs; two: ComparedPairs }> {
  const { patches, person, camera, length } = await readPictureFolder(join(reid!, name));
  // people are numbered in order of their ids, from 0; ids from the names would be the same
  const kept = Array.from({ length }, (_, i) => i).filter((i) => rest === undefined || person[i] % 20 === rest);
  const own = await embed(kept.map((i) => patches.subarray(i * PATCH_BYTES, (i + 1) * PATCH_BYTES)));
  const who = Int32Array.from(kept, (i) => person[i]);
  const by = (one: boolean) => comparePairs(model, own, who, (i, j) => (camera[kept[i]] === camera[kept[j]]) === one);
  return { one: by(true), two: by(false) };
}

/** People of one street camera, with those who are there at the same time. */
async function streetCamera(): Promise<ComparedPairs> {
  const folder = join(reid!, 'prw-c6');
  const rows = csv(join(folder, 'boxes.csv')).map(
    ([frame, track, x, y, w, h, crop]) => [Number(track), Number(frame), [x, y, w, h].map(Number), crop] as const,
  );
  const { patches } = await readPictureFolder(folder);
  const at = new Map(listPictures(folder).map((file, i) => [basename(file), i * PATCH_BYTES]));
  const clear = visible(rows);
  const own = clear.map(([, , , crop]) => patches.subarray(at.get(crop)!, at.get(crop)! + PATCH_BYTES));
  return contemporaries(await seen(clear, own));
}

/** Pairs of people in one picture, of each MOT17 sequence and of Penn-Fudan. */
async function streetPictures(): Promise<Float64Array[]> {
  const names: string[] = [];
  const rows = csv(join(pictures!, 'boxes.csv')).map(([name, ...box], person) => {
    if (names.at(-1) !== name) names.push(name);
    return [person, names.length - 1, box.map(Number)] as const;
  });
  const clear = visible(rows);
  const all = await seen(
    clear,
    await cutAll(
      clear,
      names.map((name) => join(pictures!, name)),
    ),
  );
  const source = (frame: number) => names[frame].replace(/^(\w+\/(?:\d\d-)?).*/, '$1');
  return [...new Set(names.map((_, frame) => source(frame)))].map(
    (of) =>
      comparePairs(
        model,
        all.embeddings,
        all.person,
        (i, j) => all.frame[i] === all.frame[j] && source(all.frame[i]) === of,
      ).different,
  );
}

/** People of the ground truth in every fifth frame. */
async function peopleOfVideo(): Promise<ComparedPairs> {
  const rows = truth().filter(([, frame]) => frame % EVERY === 0);
  const clear = visible(rows);
  const patches: Uint8Array[] = [];
  const source = await openVideo(video!, { pixels: true });
  const cutter = new PatchCutter(source.info.colourSpace);
  for await (const { pixels, width, height, index } of source)
    for (const [, frame, box] of clear)
      if (frame === index) patches.push(cut(cutter, { pixels: pixels!, width, height }, box));
  return contemporaries(await seen(clear, patches));
}

/** Pairs of one person some time apart, and of people who are there at the same time. */
function contemporaries({ embeddings, person, frame }: Seen): ComparedPairs {
  const spans = new Map<number, [number, number]>();
  person.forEach((p, i) => {
    const [from, to] = spans.get(p) ?? [frame[i], frame[i]];
    spans.set(p, [Math.min(from, frame[i]), Math.max(to, frame[i])]);
  });
  return comparePairs(model, embeddings, person, (i, j) => {
    if (person[i] === person[j]) return Math.abs(frame[i] - frame[j]) > APART;
    const [a, b] = [spans.get(person[i])!, spans.get(person[j])!];
    return a[0] <= b[1] && b[0] <= a[1];
  });
}

/** Tracks the video, and searches for each saved patch among all others. */
async function searchForEach(): Promise<void> {
  const out = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
  try {
    const { files } = await trackVideo(video!, { out, savePatches: true, annotate: false });
    const index = await readPatchIndex(files.patches!);
    const boxes = truth();
    const returns = values.returns.split(',').map((group) => group.split('+').map(Number));
    const personOf = (id: number) => returns.find((group) => group.includes(id))?.[0] ?? id;
    const owners = index.trajectories.map(({ patches }) => {
      const votes = new Map<number, number>();
      for (const { frame, box } of patches)
        for (const [id, at, other] of boxes)
          if (at === frame && iou(Float64Array.from(box), 0, Float64Array.from(other), 0) > 0.4)
            votes.set(personOf(id), (votes.get(personOf(id)) ?? 0) + 1);
      return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0];
    });
    let [asked, top, called, right, own] = [0, 0, 0, 0, 0];
    for (const [t, { id, patches }] of index.trajectories.entries()) {
      if (owners[t] === undefined || patches.length < 2) continue; // nobody whom the truth knows
      for (const [p, { embedding }] of patches.entries()) {
        const others = index.trajectories.map((one, k) =>
          k === t ? { ...one, patches: patches.filter((_, q) => q !== p) } : one,
        );
        const found = rank({ ...index, trajectories: others }, model, Float32Array.from(embedding), { cameras: 'one' });
        const isOwn = (other: number) =>
          other === id || owners[index.trajectories.findIndex((one) => one.id === other)] === owners[t];
        const same = found.filter(({ verdict }) => verdict === 'same');
        asked++;
        if (isOwn(found[0].id)) top++;
        called += same.length;
        right += same.filter((one) => isOwn(one.id)).length;
        own += found.filter((one) => isOwn(one.id)).length;
      }
    }
    process.stdout.write(
      `\nsearch: ${asked} patches, one of the right trajectories on top ${((100 * top) / asked).toFixed(1)} %; ` +
        `called same ${called}, of them right ${right}; right ones in all ${own}: ${(called / own).toFixed(2)} times\n`,
    );
    const at = index.trajectories.flatMap(({ id, from, to, patches }) =>
      patches.map((patch) => ({ id, from, to, patch })),
    );
    const vectors = Float32Array.from(at.flatMap(({ patch }) => patch.embedding));
    const ids = Int32Array.from(at, ({ id }) => id);
    const pairs = comparePairs(
      model,
      vectors,
      ids,
      (i, j) => ids[i] === ids[j] || (at[i].from <= at[j].to && at[j].from <= at[i].to),
    );
    print('saved patches', pairs, (x) => sameProbability(calibration, x, { cameras: 'one' }));
    const cohort = cohortOf(pairs.different);
    print('  from the cohort', pairs, (x) => sameProbability(calibration, x, { cameras: 'one', cohort }));
  } finally {
    rmSync(out, { recursive: true });
  }
}

function truth(): Row[] {
  return readFileSync(gt!, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number))
    .filter((row) => row[6] !== 0)
    .map(([frame, id, x, y, w, h]) => [id, frame - 1, [x - 1, y - 1, w, h]]);
}

/** Rows of people of whom no other box of the frame covers much. */
function visible<R extends Row>(rows: readonly R[]): R[] {
  const byFrame = new Map<number, R[]>();
  for (const row of rows) byFrame.set(row[1], [...(byFrame.get(row[1]) ?? []), row]);
  return rows.filter((row) => {
    const frame = byFrame.get(row[1])!;
    const boxes = Float64Array.from(frame.flatMap(([, , box]) => [...box]));
    return visiblePart(boxes, frame.length, frame.indexOf(row)) >= VISIBLE;
  });
}

async function cutAll(rows: readonly Row[], files: readonly string[]): Promise<Uint8Array[]> {
  const patches: Uint8Array[] = [];
  for (const [frame, file] of files.entries()) {
    const source = await openVideo(file, { pixels: true, maxFrames: 1 });
    const cutter = new PatchCutter(source.info.colourSpace);
    for await (const { pixels, width, height } of source)
      for (const [, of, box] of rows)
        if (of === frame) patches.push(cut(cutter, { pixels: pixels!, width, height }, box));
  }
  return patches;
}

function cut(
  cutter: PatchCutter,
  picture: { pixels: Uint8Array; width: number; height: number },
  box: readonly number[],
): Uint8Array {
  const patch = new Uint8Array(PATCH_BYTES);
  cutter.cut(picture, Float64Array.from(box), 0, patch, 0);
  return patch;
}

async function seen(rows: readonly Row[], patches: readonly Uint8Array[]): Promise<Seen> {
  return {
    embeddings: await embed(patches),
    person: Int32Array.from(rows, ([person]) => person),
    frame: Int32Array.from(rows, ([, frame]) => frame),
  };
}

async function embed(patches: readonly Uint8Array[]): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (let from = 0; from < patches.length; from += 256)
    parts.push(await model.embed(new Uint8Array(Buffer.concat(patches.slice(from, from + 256)))));
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** As many values of each source. */
function pool(...sources: readonly Float64Array[]): Float64Array {
  return joined(
    sources.map((source) => Float64Array.from({ length: EACH }, () => source[Math.floor(random() * source.length)])),
  );
}

function joined(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

function csv(file: string): string[][] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}
