/**
 * The gain by appearance in the tracker: a video tracked on-line and refined without appearance, with a colour histogram, and with the
 * Siamese network. The histogram's log-odds are added to those of motion, with the scale that is best on the video itself.
 *
 *   npx tsx bench/appearance-tracking.ts --video V --gt GT.txt [--association FILE] [--detector NAME|FILE] [--model DIR]
 */

import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { AppearanceModel } from '../src/appearance/appearance-model.ts';
import type { SimilarityScale } from '../src/appearance/calibration.ts';
import { EmbeddingStage } from '../src/appearance/embedding-stage.ts';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH } from '../src/appearance/patches.ts';
import type { ReidOptions } from '../src/appearance/reid.ts';
import { PatchSelection } from '../src/appearance/selection.ts';
import { loadSiamese } from '../src/appearance/siamese.ts';
import { type AssociationScore, FEATURE_COUNT, SIMILARITY } from '../src/association/features.ts';
import { loadAssociation } from '../src/association/model.ts';
import { withAppearance } from '../src/association/scores/fusion.ts';
import { sigmoid } from '../src/core/probability.ts';
import { type Detections, loadDetector } from '../src/detection/index.ts';
import { parametersSchema } from '../src/engine/parameters.ts';
import { readGroundTruth } from '../src/evaluation/ground-truth.ts';
import { evaluateSequence, figures } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { Tracker } from '../src/tracking/index.ts';
import { refine, TrajectoryCollector } from '../src/trajectories/index.ts';
import { openVideo } from '../src/video/index.ts';

const FIGURES = ['HOTA', 'AssA', 'MOTA', 'IDF1', 'IDSW'] as const;

const { values: options } = parseArgs({
  options: {
    video: { type: 'string', default: 'videos/pets09-s2l1.mp4' },
    gt: { type: 'string' },
    association: { type: 'string', default: 'hand-set' },
    detector: { type: 'string', default: 'rtmdet-nano' },
    model: { type: 'string', default: 'siamese' },
  },
});
if (!options.gt) throw new Error('give --gt');

const parameters = parametersSchema.parse({});
const siamese = await loadSiamese(options.model);
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
  const settings: SimilarityScale[] =
    model === siamese
      ? [siamese.calibration.oneCamera]
      : [0.5, 1, 2].flatMap((weight) => [0, 1, 2, 4].map((bias) => ({ weight, even: bias / weight, strangers: 0 })));
  const scored = settings.map((oneCamera) => {
    const similarity = { ...model, calibration: { oneCamera, twoCameras: oneCamera } };
    const reid = { ...parameters.appearance, similarity, picture: source.info };
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

/** The baseline: a histogram of 8 × 8 × 8 colours, compared by the Bhattacharyya coefficient. */
function histogram(): AppearanceModel {
  const [BINS, SIZE] = [512, PATCH_WIDTH * PATCH_HEIGHT];
  return {
    name: 'histogram',
    sha256: '',
    dimensions: BINS,
    calibration: siamese.calibration, // not asked for: the scale is given
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
