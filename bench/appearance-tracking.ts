/**
 * The gain by appearance in the tracker: a video tracked on-line and refined without appearance, with a colour histogram, and with the
 * Siamese network at the defaults of `appearance.weight` and `appearance.bias`; and the best weight and bias for people that the network
 * was not trained on. The histogram's log-odds are added to those of motion, with the weight and bias that are best on the video itself.
 *
 *   npx tsx bench/appearance-tracking.ts --people FOLDER --video V --gt GT.txt [--association FILE] [--detector NAME|FILE] [--model DIR]
 *
 * FOLDER holds pictures `ID_<camera a or b><n>.jpg` (the val part of CUHK03). Each picture is compared with the other pictures of each
 * person by the same camera, at full and at half size, as a detection is with a track's gallery; weight and bias turn the log-odds of the
 * largest similarity into those of being one person, at equal prior odds. The defaults of `appearance.weight` and `appearance.bias` come from
 * here.
 */

import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { EmbeddingStage } from '../src/appearance/embedding-stage.ts';
import { CAPACITY, Gallery } from '../src/appearance/gallery.ts';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter } from '../src/appearance/patches.ts';
import type { ReidOptions } from '../src/appearance/reid.ts';
import { PatchSelection } from '../src/appearance/selection.ts';
import { type AppearanceModel, loadSiamese } from '../src/appearance/siamese.ts';
import { calibrated } from '../src/appearance/similarity.ts';
import { type AssociationScore, FEATURE_COUNT, SIMILARITY } from '../src/association/features.ts';
import { loadAssociation } from '../src/association/model.ts';
import { withAppearance } from '../src/association/scores/fusion.ts';
import { logOdds, sigmoid } from '../src/core/probability.ts';
import { type Detections, loadDetector } from '../src/detection/index.ts';
import { parametersSchema } from '../src/engine/parameters.ts';
import { readGroundTruth } from '../src/evaluation/ground-truth.ts';
import { evaluateSequence, figures } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { probabilityFigures } from '../src/learning/probability-figures.ts';
import { Tracker } from '../src/tracking/index.ts';
import { refine, TrajectoryCollector } from '../src/trajectories/index.ts';
import { openVideo } from '../src/video/index.ts';
import { listPictures } from '../src/video/still-images.ts';

const FIGURES = ['HOTA', 'AssA', 'MOTA', 'IDF1', 'IDSW'] as const;

const { values: options } = parseArgs({
  options: {
    people: { type: 'string' },
    video: { type: 'string', default: 'videos/pets09-s2l1.mp4' },
    gt: { type: 'string' },
    association: { type: 'string', default: 'hand-set' },
    detector: { type: 'string', default: 'rtmdet-nano' },
    model: { type: 'string', default: 'siamese' },
  },
});
if (!options.people || !options.gt) throw new Error('give --people and --gt');

const parameters = parametersSchema.parse({});
const siamese = await loadSiamese(options.model);
await fit(siamese, await readPeople(options.people));
const shipped = parameters.appearance; // the association has learned with these
const score = await loadAssociation(options.association);
const detector = await loadDetector(options.detector, parameters.detection);
const source = await openVideo(options.video, {
  pixels: true,
  letterbox: ({ width, height }) => detector.letterbox(width, height),
});
const { lowScore: minScore, highScore: sureScore } = parameters.tracking;
const looked = [histogram(), siamese].map((model) => {
  const stage = new EmbeddingStage(model, {
    mode: 'always',
    minScore,
    sureScore,
    colourSpace: source.info.colourSpace,
  });
  return { name: model.name, model, stage, detections: [] as Detections[] };
});
const times: number[] = [];
const without: Detections[] = [];
for await (const frame of source) {
  const detected = await detector.detect(frame);
  times.push(frame.time);
  without.push(detected);
  for (const { stage, detections } of looked) detections.push(await stage.embed(frame, Promise.resolve(detected)));
}
await Promise.all([detector.close(), siamese.close()]);

const truth = await readGroundTruth(options.gt, { name: 'video' });
const rows = [row('without', without), row('  refined', without, undefined, true)];
const modes = looked.flatMap((one) => [
  { ...one, name: `${one.name}, always` },
  { ...one, name: `${one.name}, auto`, detections: whereItMatters(one.detections, one.model.dimensions) },
]);
for (const { name, model, detections } of modes) {
  // the baseline gets its best settings on this very video
  const settings =
    model === siamese
      ? [[shipped.weight, shipped.bias]]
      : [0.5, 1, 2].flatMap((w) => [0, -1, -2, -4].map((b) => [w, b]));
  const scored = settings.map(([w, b]) => {
    const reid = { ...parameters.appearance, similarity: calibrated(model, w, b), picture: source.info };
    const by = model === siamese ? score : adding(score);
    return [row(name, detections, reid, false, by), row('  refined', detections, reid, true, by)];
  });
  rows.push(...scored.sort((a, b) => Number(b[0][4]) - Number(a[0][4]))[0]);
}
process.stdout.write(`\n${basename(options.video)}, ${options.detector}\n\n${table(['', ...FIGURES], rows)}\n`);

/** The detections with the embeddings that mode `auto` selects. */
function whereItMatters(frames: readonly Detections[], dimensions: number): Detections[] {
  const choice = new PatchSelection();
  return frames.map((detections, f) => {
    const embeddings = new Float32Array(detections.embeddings!.length).fill(Number.NaN);
    for (const j of choice.choose(detections, minScore, sureScore, times[f])) {
      const [from, to] = [j * dimensions, (j + 1) * dimensions];
      embeddings.set(detections.embeddings!.subarray(from, to), from);
    }
    return { ...detections, embeddings };
  });
}

/** The score without its similarity, with the log-odds of another similarity added. */
function adding(learned: AssociationScore): AssociationScore {
  return withAppearance({
    score(pairs, out) {
      const similarities = new Float64Array(pairs.length);
      for (let k = 0; k < pairs.length; k++) {
        similarities[k] = pairs.values[k * FEATURE_COUNT + SIMILARITY];
        pairs.values[k * FEATURE_COUNT + SIMILARITY] = Number.NaN;
      }
      learned.score(pairs, out);
      for (let k = 0; k < pairs.length; k++) pairs.values[k * FEATURE_COUNT + SIMILARITY] = similarities[k];
    },
  });
}

/** Figures of tracking detections. */
function row(
  name: string,
  detections: readonly Detections[],
  reid?: ReidOptions,
  refined = false,
  by = score,
): string[] {
  const tracker = new Tracker({ association: by, parameters: parameters.tracking, reid });
  const seen = { frames: [] as number[], ids: [] as number[], boxes: [] as number[] };
  const collector = new TrajectoryCollector();
  detections.forEach((found, index) => {
    const tracks = tracker.step(found, times[index]);
    collector.add({ index, time: times[index] }, tracks);
    for (const { state, id, box } of refined ? [] : tracks) {
      if (state !== 'confirmed') continue;
      seen.frames.push(index);
      seen.ids.push(id);
      seen.boxes.push(...box);
    }
  });
  const people = refined ? refine(collector.take(), collector.timeline, parameters.refinement, tracker.reid) : [];
  for (const person of people) {
    seen.frames.push(...person.frames);
    seen.ids.push(...Array<number>(person.frames.length).fill(person.id));
    seen.boxes.push(...person.boxes);
  }
  const { frames, ids, boxes } = seen;
  const result = { frames: Int32Array.from(frames), ids: Int32Array.from(ids), boxes: Float64Array.from(boxes) };
  const scores = figures(evaluateSequence(truth, result));
  return [name, ...FIGURES.map((c) => scores[c]!.toFixed(c === 'IDSW' ? 0 : 1))];
}

/** Patches of each person and camera, at full and at half size. */
async function readPeople(folder: string): Promise<Uint8Array[][]> {
  const names = listPictures(folder).map((path) => basename(path));
  const groups = new Map<string, Uint8Array[]>();
  const video = await openVideo(folder, { pixels: true, frameRate: 25 });
  const cutter = new PatchCutter(video.info.colourSpace);
  for await (const { index, pixels, width, height } of video) {
    const patch = new Uint8Array(PATCH_BYTES);
    cutter.cut({ pixels: pixels!, width, height }, Float64Array.of(0, 0, width, height), 0, patch, 0);
    for (const [kind, one] of [
      ['sharp', patch],
      ['small', halved(patch)],
    ] as const) {
      const key = `${kind} ${/^\d+_[a-z]/.exec(names[index])![0]}`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, patches]) => patches);
}

/** A patch of a person at half the height in the video. */
function halved(patch: Uint8Array): Uint8Array {
  const [w, h] = [PATCH_WIDTH / 2, PATCH_HEIGHT / 2];
  const out = new Uint8Array(PATCH_BYTES);
  for (let plane = 0; plane < 3; plane++) {
    const at = (x: number, y: number) => patch[(plane * PATCH_HEIGHT + y) * PATCH_WIDTH + x];
    const small = Float64Array.from({ length: w * h }, (_, k) => {
      const [x, y] = [2 * (k % w), 2 * Math.floor(k / w)];
      return (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4;
    });
    for (let y = 0; y < PATCH_HEIGHT; y++) {
      for (let x = 0; x < PATCH_WIDTH; x++) {
        // bilinear: a quarter of the neighbour's, three quarters of its own
        const [x0, y0] = [x >> 1, y >> 1];
        const x1 = Math.min(w - 1, Math.max(0, x0 + (x & 1 ? 1 : -1)));
        const y1 = Math.min(h - 1, Math.max(0, y0 + (y & 1 ? 1 : -1)));
        const near = 0.75 * small[y0 * w + x0] + 0.25 * small[y0 * w + x1];
        const far = 0.75 * small[y1 * w + x0] + 0.25 * small[y1 * w + x1];
        out[(plane * PATCH_HEIGHT + y) * PATCH_WIDTH + x] = Math.round(0.75 * near + 0.25 * far);
      }
    }
  }
  return out;
}

/** Prints the weight and bias of the log-odds of a model's similarity. */
async function fit(model: AppearanceModel, people: readonly (readonly Uint8Array[])[]): Promise<void> {
  const xs: number[] = [];
  const labels: number[] = [];
  for (let camera = 0; camera < 4; camera++) {
    // groups are in order of kind, then person and camera: those of one kind and camera are compared
    const half = people.length / 2;
    const of = people
      .slice(camera < 2 ? 0 : half, camera < 2 ? half : undefined)
      .filter((_, i) => i % 2 === camera % 2);
    const embedded: Float32Array[] = [];
    for (const patches of of) embedded.push(await model.embed(Buffer.concat(patches)));
    of.forEach((patches, person) => {
      patches.forEach((_, probe) => {
        of.forEach((others, other) => {
          const gallery = new Gallery(model.dimensions);
          others.slice(0, CAPACITY).forEach((_, i) => {
            if (other !== person || i !== probe) gallery.add(embedded[other], i, 1, 10 * i);
          });
          if (gallery.length === 0) return;
          xs.push(logOdds(gallery.similarity(model, embedded[person], probe)));
          labels.push(other === person ? 1 : 0);
        });
      });
    });
  }
  const { weight, bias } = logistic(xs, labels);
  const probabilities = Float64Array.from(xs, (x) => sigmoid(weight * x + bias));
  const { auc } = probabilityFigures(probabilities, Uint8Array.from(labels));
  const about = `${labels.length} comparisons, ${labels.filter(Boolean).length} of one person, AUC ${auc.toFixed(4)}`;
  process.stdout.write(`${model.name}: weight ${weight.toFixed(2)}, bias ${bias.toFixed(2)} (${about})\n`);
}

/** Logistic regression by Newton's method, with equal weights of both classes and a weak prior of weight 1 and bias 0. */
function logistic(xs: readonly number[], labels: readonly number[]): { weight: number; bias: number } {
  const PRIOR = 1e-3;
  const positives = labels.reduce((a, b) => a + b, 0);
  let [weight, bias] = [1, 0];
  for (let step = 0; step < 50; step++) {
    let [g0, g1] = [PRIOR * (weight - 1), PRIOR * bias];
    let [h00, h01, h11] = [PRIOR, 0, PRIOR];
    xs.forEach((x, i) => {
      const share = 0.5 / (labels[i] ? positives : labels.length - positives);
      const p = sigmoid(weight * x + bias);
      g0 += share * (p - labels[i]) * x;
      g1 += share * (p - labels[i]);
      const h = share * p * (1 - p);
      h00 += h * x * x;
      h01 += h * x;
      h11 += h;
    });
    const determinant = h00 * h11 - h01 * h01;
    const damping = Math.min(1, 0.2 * (step + 1));
    weight -= (damping * (h11 * g0 - h01 * g1)) / determinant;
    bias -= (damping * (h00 * g1 - h01 * g0)) / determinant;
  }
  return { weight, bias };
}

/** The baseline: a histogram of 8 × 8 × 8 colours, compared by the Bhattacharyya coefficient. */
function histogram(): AppearanceModel {
  const [BINS, SIZE] = [512, PATCH_WIDTH * PATCH_HEIGHT];
  return {
    name: 'histogram',
    sha256: '',
    dimensions: BINS,
    calibration: siamese.calibration, // not asked for: weight and bias are given
    similarity(a, i, b, j) {
      let sum = 0;
      for (let k = 0; k < BINS; k++) sum += a[i * BINS + k] * b[j * BINS + k];
      return sigmoid(20 * (sum - 0.8));
    },
    async embed(patches) {
      const n = patches.length / PATCH_BYTES;
      const out = new Float32Array(n * BINS);
      for (let i = 0; i < n; i++) {
        for (let k = i * PATCH_BYTES; k < i * PATCH_BYTES + SIZE; k++)
          out[i * BINS + (patches[k] >> 5) * 64 + (patches[k + SIZE] >> 5) * 8 + (patches[k + 2 * SIZE] >> 5)] +=
            1 / SIZE;
      }
      return out.map(Math.sqrt);
    },
    close: async () => {},
  };
}
