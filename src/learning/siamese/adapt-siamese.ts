import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PATCH_BYTES } from '../../appearance/patches.ts';
import { inputError } from '../../core/errors.ts';
import { parametersSchema } from '../../engine/parameters.ts';
import { type TrackProgress, trackVideo } from '../../engine/track-video.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { makeTemporaryFolder } from '../../files/temporary.ts';
import { SHIPPED_SIAMESE } from '../../inference/model-file.ts';
import { readTrajectories } from '../../trajectories/index.ts';
import { checkInput } from '../../video/input.ts';
import { type Backend, loadBackend } from './backend.ts';
import { accompanied, clearPieces, type Piece, partedAt, seenTogether } from './clear-pieces.ts';
import { type CardFigures, type DataFigures, dataFigures, FILES, writeModelFolder } from './model-folder.ts';
import type { Network } from './network.ts';
import { measure, type TrainingProgress, trainNetwork } from './network-training.ts';
import { checkOnnx } from './onnx-check.ts';
import { toOnnx } from './onnx-export.ts';
import { fromOnnx } from './onnx-import.ts';
import type { People, Split } from './people.ts';
import type { Retrieval } from './retrieval.ts';
import { cutPeople } from './video-people.ts';

/** Settings of {@link adaptSiamese}. */
export interface AdaptationOptions {
  /** Folder for the model; made when missing. */
  readonly out: string;
  readonly epochs: number;
  /** Name of a shipped detector or an ONNX file. */
  readonly detector?: string | undefined;
  readonly maxFrames?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onTrack?: (progress: TrackProgress) => void;
  /** Called before the first step. */
  readonly onStart?: (backend: Backend, data: DataFigures, before: Retrieval) => void;
  readonly onBatch?: (progress: TrainingProgress) => void;
}

/** What came out of an adaptation. */
export interface Adaptation {
  /** Whether the new weights tell the people of the held-out part better apart; else the folder has the old ones. */
  readonly accepted: boolean;
  /** On the held-out part, with the old weights and with the new ones. */
  readonly before: Retrieval;
  readonly after: Retrieval;
  readonly data: DataFigures;
}

/** The part of the video, at its end, that is held out. */
const HELD_OUT = 0.3;
/** A trained network is moved with care. */
const LEARNING_RATE = 1e-4;
/** Pieces without which nothing is learned or measured. */
const FEWEST = 4;
/** Pictures that the exported network is checked with. */
const CHECKED = 16;

/**
 * Adapts the shipped network to the people and the light of a camera without labels: it tracks the video, learns that a person followed
 * clearly and without a break is one, and that people seen at the same time are different ones. The weights after the last epoch are
 * taken if they tell the people of the last part of the video better apart, by the ROC-AUC of the similarity and not worse by the mAP of a
 * search, and also without any one of them: that part, which is not learned from, shows few people, and figures rise by chance.
 *
 * @throws TwintrackError when the video cannot be tracked, too few people are seen clearly, TensorFlow.js is not installed, or the
 *   folder cannot be written
 * @throws the reason of `signal` when it fires
 */
export async function adaptSiamese(video: string, options: AdaptationOptions): Promise<Adaptation> {
  const { out, epochs, signal } = options;
  const { tf, ...backend } = await loadBackend();
  checkInput(video);
  await makeFolder(out);
  const { people, split } = await watch(video, options);
  const [embedding, head] = await Promise.all(
    [FILES.embedding, FILES.head].map((name) => readFile(join(SHIPPED_SIAMESE, name))),
  );
  const network = fromOnnx(tf, { embedding, head });
  try {
    const heldOut = { people, rows: split.heldOut };
    const [before, ...beforeWithout] = await measureWithoutEach(tf, network, heldOut);
    const data = dataFigures(people, split);
    options.onStart?.({ tf, ...backend }, data, before);
    const course = await trainNetwork(tf, network, people, split, {
      loss: 'bce',
      epochs,
      learningRate: LEARNING_RATE,
      frozenNorms: true,
      signal,
      ...(options.onBatch && { onBatch: options.onBatch }),
    });
    signal?.throwIfAborted();
    const [after, ...afterWithout] = await measureWithoutEach(tf, network, heldOut);
    const accepted = better([before, ...beforeWithout], [after, ...afterWithout]);
    const pair = accepted ? toOnnx(network) : { embedding, head };
    const difference = accepted
      ? await checkOnnx(tf, network, pair, people.patches.subarray(0, CHECKED * PATCH_BYTES))
      : undefined;
    const figures: CardFigures = {
      made: 'adapt',
      size: network.size,
      data,
      loss: 'bce',
      backend: backend.name,
      onnxDifference: difference,
      course,
      more: { accepted, before },
    };
    await writeModelFolder(out, figures, pair);
    return { accepted, before, after, data };
  } finally {
    network.dispose();
  }
}

/** Figures of the people of some rows, and of them without each one. */
async function measureWithoutEach(
  tf: Backend['tf'],
  network: Network,
  { people, rows }: { readonly people: People; readonly rows: Int32Array },
): Promise<Retrieval[]> {
  const figures: Retrieval[] = [];
  for (const left of [undefined, ...new Set(Array.from(rows, (row) => people.person[row]))]) {
    const { roc: _, ...measured } = await measure(tf, network, {
      people,
      rows: rows.filter((row) => people.person[row] !== left),
    });
    figures.push(measured);
  }
  return figures;
}

/** Whether figures rose: each AUC, and no mAP fell. One that could not be measured, NaN, did not. */
export function better(before: readonly Retrieval[], after: readonly Retrieval[]): boolean {
  return after.every(({ auc, map }, i) => auc > before[i].auc && map >= before[i].map);
}

/** Tracks the video and cuts out the pieces of both of its parts. A piece counts as a person. */
async function watch(video: string, options: AdaptationOptions): Promise<{ people: People; split: Split }> {
  const { detector, maxFrames, signal } = options;
  const folder = makeTemporaryFolder();
  try {
    const { files, duration, error } = await trackVideo(video, {
      out: folder,
      online: true, // nothing joined later, nothing filled in
      annotate: false,
      detector,
      maxFrames,
      // what is learned must not come from what is known already
      parameters: parametersSchema.parse({ appearance: { mode: 'off' } }),
      signal,
      ...(options.onTrack && { onProgress: options.onTrack }),
    });
    signal?.throwIfAborted();
    if (error !== undefined) throw inputError(video, error);
    const { source, trajectories } = await readTrajectories(files.trajectories!);
    const pieces = clearPieces(trajectories, source.width!, source.height!);
    const parts = partedAt(pieces, (1 - HELD_OUT) * duration);
    const [before, after] = [accompanied(parts.before), accompanied(parts.after)];
    if (before.length < FEWEST || after.length < FEWEST) {
      const where =
        before.length < FEWEST ? `its first ${duration * (1 - HELD_OUT)} s` : `its last ${duration * HELD_OUT} s`;
      const reason = `shows too few people clearly and at the same time in ${where.replace(/(\.\d)\d+/, '$1')}`;
      throw inputError(video, reason, 'give a longer video of the camera, or one of a busier hour');
    }
    return await cut(video, before, after, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function cut(video: string, before: readonly Piece[], after: readonly Piece[], signal?: AbortSignal) {
  const pieces = [...before, ...after];
  const people = await cutPeople(
    video,
    pieces.map(({ cuts }) => cuts),
    signal,
  );
  const rows = Int32Array.from({ length: people.length }, (_, i) => i);
  return {
    people: { ...people, different: (a: number, b: number) => seenTogether(pieces[a], pieces[b]) },
    split: {
      training: rows.filter((row) => people.person[row] < before.length),
      heldOut: rows.filter((row) => people.person[row] >= before.length),
    },
  };
}
