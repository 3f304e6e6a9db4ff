/**
 * Accuracy of re-identification networks and of a colour histogram, with parameters and time:
 *
 *   npx tsx bench/appearance.ts --cuhk03 FOLDER|FILE.tar --video V --gt GT.txt [--nets a.onnx,b.onnx]
 *
 * CUHK03 (pictures `ID_<camera a or b><n>.jpg`): rank-1 of each person's picture of camera a among one picture of each person of camera
 * b, mean of 20 draws, and the area under the ROC curve of all pairs across the cameras. The video: the ground truth's boxes
 * of every 25th frame; the AUC of all pairs of different frames, and the rank-1 of each box among those 50 frames later, where its person
 * is still there. Networks take patches [n, 3, 128 k, 64 k]; the file's name decides their colour format. The
 * similarity of the head beside a `siamese-embedding.onnx` is measured too. `ms` is the median time for a patch in batches of 16 (one by one
 * where the network takes no batches) on one thread.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type I420Picture, PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter } from '../src/appearance/patches.ts';
import { SimilarityHead } from '../src/appearance/similarity.ts';
import { readMotRows } from '../src/files/mot-text.ts';
import { readOnnxInitializers } from '../src/inference/onnx/reader.ts';
import { table } from '../src/learning/association/report.ts';
import { areaUnderCurve } from '../src/learning/probability-figures.ts';
import { seededRandom } from '../src/learning/random.ts';
import { openVideo } from '../src/video/index.ts';
import { listPictures } from '../src/video/still-images.ts';

/** A person in a picture; the group is the camera or the frame. */
interface Sample {
  readonly picture: I420Picture;
  readonly box: Float64Array;
  readonly person: number;
  readonly group: number;
}
/** Similarity of two samples. */
type Score = (i: number, j: number) => number;

const EVERY = 25;
const GAP = 50;
const DRAWS = 20;
const BATCH = 16;
/** Colour formats of networks, by the start of their names; otherwise R, G, B of 0..255. */
const COLOURS = {
  person: { order: [2, 1, 0], mean: [0, 0, 0], std: [1, 1, 1] },
  osnet: { order: [0, 1, 2], mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  other: { order: [0, 1, 2], mean: [0, 0, 0], std: [1, 1, 1] },
};

const { values: options } = parseArgs({
  options: {
    cuhk03: { type: 'string' },
    video: { type: 'string' },
    gt: { type: 'string' },
    nets: { type: 'string', default: 'models/siamese-embedding.onnx' },
  },
});
if (!options.cuhk03 || !options.video || !options.gt) throw new Error('give --cuhk03, --video and --gt');

const sets = [await readPictures(options.cuhk03), await readVideo(options.video, options.gt)] as const;
const rows: string[][] = [
  row(
    'RGB histogram, 8 × 8 × 8',
    '',
    '',
    sets.map((set) => cosine(set.map(histogram))),
  ),
];
for (const file of options.nets.split(',')) rows.push(...(await measure(file)));
process.stdout.write(`CUHK03: ${sets[0].length} pictures; video: ${sets[1].length} boxes\n\n`);
const figures = ['CUHK03 rank-1', 'CUHK03 AUC', 'video AUC', `video rank-1 at +${GAP}`];
process.stdout.write(`${table(['', 'parameters', 'ms', ...figures], rows)}\n`);

async function measure(file: string): Promise<string[][]> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, executionMode: 'sequential' });
  const [count, , height] = (session.inputMetadata[0] as InferenceSession.TensorValueMetadata).shape;
  const name = basename(file, '.onnx');
  const colours =
    COLOURS[(Object.keys(COLOURS) as (keyof typeof COLOURS)[]).find((k) => name.startsWith(k)) ?? 'other'];
  const scale = Number(height) / PATCH_HEIGHT;
  const batch = count === 1 ? 1 : BATCH;
  const times: number[] = [];
  const embed = async (samples: readonly Sample[]): Promise<Float32Array[]> => {
    const out: Float32Array[] = [];
    for (let from = 0; from < samples.length; from += batch) {
      const part = samples.slice(from, from + batch);
      const size = scale * scale * PATCH_BYTES;
      const data = new Float32Array(part.length * size);
      part.forEach((sample, i) => {
        data.set(input(sample, scale, colours), i * size);
      });
      const tensor = new Tensor('float32', data, [part.length, 3, scale * PATCH_HEIGHT, scale * PATCH_WIDTH]);
      const started = performance.now();
      const result = await session.run({ [session.inputNames[0]]: tensor });
      if (part.length === batch) times.push((performance.now() - started) / batch);
      const all = result[session.outputNames[0]].data as Float32Array;
      const d = all.length / part.length;
      for (let i = 0; i < part.length; i++) out.push(all.slice(i * d, (i + 1) * d));
    }
    return out;
  };
  const embeddings = [await embed(sets[0]), await embed(sets[1])];
  const parameters = [...readOnnxInitializers(readFileSync(file)).values()].reduce((sum, w) => sum + w.data.length, 0);
  const ms = times.sort((a, b) => a - b)[times.length >> 1].toFixed(2);
  const size = `${(parameters / 1e6).toFixed(2)} M`;
  const measured = [row(name, size, ms, embeddings.map(cosine))];
  if (name === 'siamese-embedding') {
    const path = join(dirname(file), 'siamese-head.onnx');
    const head = new SimilarityHead(path, readFileSync(path));
    const scores = embeddings.map(
      (e): Score =>
        (i, j) =>
          head.similarity(e[i], 0, e[j], 0),
    );
    measured.push(row('  similarity by its head', '', '', scores), balanced(scores));
  }
  return measured;
}

/** A patch as planes of the network's order, normalised. */
function input(sample: Sample, scale: number, { order, mean, std }: (typeof COLOURS)['other']): Float32Array {
  const pixels = cut(sample, scale);
  const plane = pixels.length / 3;
  const out = new Float32Array(pixels.length);
  order.forEach((from, to) => {
    for (let k = 0; k < plane; k++) out[to * plane + k] = (pixels[from * plane + k] - mean[to]) / std[to];
  });
  return out;
}

/** The patch at `scale` times the size of the cutter's, composed of tiles; planes R, G, B. */
function cut({ picture, box: [x, y, w, h] }: Sample, scale: number): Uint8Array {
  const cutter = new PatchCutter();
  const tile = new Uint8Array(PATCH_BYTES);
  if (scale === 1) {
    cutter.cut(picture, Float64Array.of(x, y, w, h), 0, tile, 0);
    return tile;
  }
  const [width, height] = [scale * PATCH_WIDTH, scale * PATCH_HEIGHT];
  const out = new Uint8Array(3 * width * height);
  for (let r = 0; r < scale; r++) {
    for (let c = 0; c < scale; c++) {
      const [tw, th] = [w / scale, h / scale];
      cutter.cut(picture, Float64Array.of(x + c * tw, y + r * th, tw, th), 0, tile, 0);
      for (let line = 0; line < 3 * PATCH_HEIGHT; line++) {
        const [plane, at] = [Math.floor(line / PATCH_HEIGHT), line % PATCH_HEIGHT];
        const to = (plane * height + r * PATCH_HEIGHT + at) * width + c * PATCH_WIDTH;
        out.set(tile.subarray(line * PATCH_WIDTH, (line + 1) * PATCH_WIDTH), to);
      }
    }
  }
  return out;
}

/** Square roots of the shares of 8 × 8 × 8 colours: their cosine is the Bhattacharyya coefficient. */
function histogram(sample: Sample): Float32Array {
  const pixels = cut(sample, 1);
  const plane = pixels.length / 3;
  const bins = new Float32Array(512);
  for (let k = 0; k < plane; k++)
    bins[((pixels[k] >> 5) << 6) | ((pixels[plane + k] >> 5) << 3) | (pixels[2 * plane + k] >> 5)]++;
  return bins.map((count) => Math.sqrt(count / plane));
}

function cosine(embeddings: readonly Float32Array[]): Score {
  const units = embeddings.map((e) => {
    const length = Math.hypot(...e);
    return e.map((v) => v / length);
  });
  return (i, j) => units[i].reduce((sum, v, k) => sum + v * units[j][k], 0);
}

function row(name: string, parameters: string, ms: string, [pictures, video]: readonly Score[]): string[] {
  const scores = [firstRank(sets[0], pictures), auc(pairs(sets[0]), sets[0], pictures)];
  scores.push(auc(pairs(sets[1]), sets[1], video), laterRank(sets[1], video));
  return [name, parameters, ms, ...scores.map((v) => v.toFixed(3))];
}

/** Numbers of pairs of one person and of two on the right side of 0.5. */
function balanced(scores: readonly Score[]): string[] {
  const cells = scores.map((score, s) => {
    const right = [0, 0];
    const all = [0, 0];
    for (const [i, j] of pairs(sets[s])) {
      const same = Number(sets[s][i].person === sets[s][j].person);
      all[same]++;
      if (score(i, j) >= 0.5 === (same === 1)) right[same]++;
    }
    return `${(right[1] / all[1]).toFixed(3)} / ${(right[0] / all[0]).toFixed(3)}`;
  });
  return ['  right at 0.5: same / different', '', '', '', cells[0], cells[1], ''];
}

/** All pairs of different groups. */
function pairs(samples: readonly Sample[]): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < samples.length; i++)
    for (let j = i + 1; j < samples.length; j++) if (samples[i].group !== samples[j].group) found.push([i, j]);
  return found;
}

function auc(of: readonly [number, number][], samples: readonly Sample[], score: Score): number {
  const labels = Uint8Array.from(of, ([i, j]) => Number(samples[i].person === samples[j].person));
  return areaUnderCurve(
    Float64Array.from(of, ([i, j]) => score(i, j)),
    labels,
  );
}

function firstRank(samples: readonly Sample[], score: Score): number {
  const random = seededRandom(1);
  const people = [...new Set(samples.map(({ person }) => person))];
  let hits = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const [queries, gallery] = [0, 1].map((camera) =>
      people.map((person) => {
        const own = samples.flatMap((s, i) => (s.person === person && s.group === camera ? [i] : []));
        return own[Math.floor(random() * own.length)];
      }),
    );
    queries.forEach((query, i) => {
      if (best(query, gallery, score) === gallery[i]) hits++;
    });
  }
  return hits / DRAWS / people.length;
}

function laterRank(samples: readonly Sample[], score: Score): number {
  const hits = samples.flatMap(({ person, group }, i) => {
    const later = samples.flatMap((s, j) => (s.group === group + GAP ? [j] : []));
    return later.some((j) => samples[j].person === person) ? [samples[best(i, later, score)].person === person] : [];
  });
  return hits.filter(Boolean).length / hits.length;
}

function best(query: number, gallery: readonly number[], score: Score): number {
  return gallery.reduce((top, j) => (score(query, j) > score(query, top) ? j : top));
}

async function readPictures(source: string): Promise<Sample[]> {
  if (statSync(source).isFile()) {
    const folder = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
    try {
      execFileSync('tar', ['xf', source, '-C', folder]);
      const first = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('.jpg'));
      if (first === undefined) throw new Error(`${source}: holds no .jpg`);
      return await readPictures(dirname(join(folder, first)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const files = listPictures(source).map((path) => basename(path));
  const samples: Sample[] = [];
  for await (const { index, width, height, pixels } of await openVideo(source, { pixels: true })) {
    const match = /^(\d+)_([ab])/.exec(files[index]);
    if (!match || !pixels) throw new Error(`${files[index]}: not named ID_<camera a or b><n>`);
    const group = match[2] === 'a' ? 0 : 1;
    const picture = { pixels: pixels.slice(), width, height };
    samples.push({ picture, box: Float64Array.of(0, 0, width, height), person: Number(match[1]), group });
  }
  return samples;
}

async function readVideo(source: string, truth: string): Promise<Sample[]> {
  const { frames, ids, boxes, confidences } = await readMotRows(truth);
  const samples: Sample[] = [];
  for await (const { index, width, height, pixels } of await openVideo(source, { pixels: true })) {
    if (index % EVERY !== 0 || !pixels) continue;
    const picture = { pixels: pixels.slice(), width, height };
    for (let i = 0; i < frames.length; i++) {
      if (frames[i] !== index || confidences[i] === 0) continue;
      const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
      samples.push({ picture, box: Float64Array.of(x - 1, y - 1, w, h), person: ids[i], group: index });
    }
  }
  return samples;
}
