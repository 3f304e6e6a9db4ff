import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PATCH_BYTES } from '../../appearance/patches.ts';
import { inputError } from '../../core/errors.ts';
import { parametersSchema } from '../../engine/parameters.ts';
import { type TrackProgress, type TrackVideoOptions, trackVideo } from '../../engine/track-video.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { makeTemporaryFolder } from '../../files/temporary.ts';
import { SHIPPED_SIAMESE } from '../../inference/model-file.ts';
import { readTrajectories } from '../../trajectories/index.ts';
import { checkInput } from '../../video/input.ts';
import { loadBackend } from './backend.ts';
import { accompanied, clearPieces, type Piece, partedAt, seenTogether } from './clear-pieces.ts';
import type { BackendInfo, CardFigures, DataFigures, Retrieval, TrainingProgress } from './figures.ts';
import { dataFigures, FILES, writeModelFolder } from './model-folder.ts';
import type { Network } from './network.ts';
import { measure, trainNetwork } from './network-training.ts';
import { checkOnnx } from './onnx-check.ts';
import { toOnnx } from './onnx-export.ts';
import { fromOnnx } from './onnx-import.ts';
import type { People, Split } from './people.ts';
import type { Tf } from './tf.ts';
import { cutPeople } from './video-people.ts';

/** Settings of {@link adaptSiamese}. */
export interface AdaptationOptions {
  /** Folder for the model; made when missing. */
  readonly out: string;
  /** Times that every picture is learned from. Default 4. */
  readonly epochs?: number | undefined;
  /** As for `trackVideo`. */
  readonly detector?: TrackVideoOptions['detector'];
  /** Frames to take from the start of the video. Default all. */
  readonly maxFrames?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onTrack?: ((progress: TrackProgress) => void) | undefined;
  /** Called before the first batch; `before`: figures of the shipped weights on the held-out part. */
  readonly onStart?: ((backend: BackendInfo, data: DataFigures, before: Retrieval) => void) | undefined;
  readonly onBatch?: ((progress: TrainingProgress) => void) | undefined;
}

/** The result of an adaptation. */
export interface Adaptation {
  /** Whether the new weights are better on the held-out part; otherwise the folder holds the shipped ones. */
  readonly accepted: boolean;
  /** Figures on the held-out part, of the shipped weights and of the new ones. */
  readonly before: Retrieval;
  readonly after: Retrieval;
  readonly data: DataFigures;
}

/** The share of the video, at its end, that is held out. */
const HELD_OUT = 0.3;
/** Low: the network is trained already. */
const LEARNING_RATE = 1e-4;
/** Fewest pieces of trajectories to learn from, and to measure on. */
const FEWEST = 4;
/** Pictures that the exported network is checked with. */
const CHECKED = 16;

/**
 * Adapts the shipped network to the people and the light of a camera, without labels. It tracks the video; a person tracked clearly and
 * without a break is one person, and people seen at the same time are different ones. The weights after the last epoch are accepted if
 * they raise the ROC-AUC on the last part of the video, which is held out, and do not lower the mAP there; and so when any one of its
 * people is left out: few people are in that part, and with few people figures rise by chance.
 *
 * @param video a file that `trackVideo` takes
 * @throws TwintrackError when the video cannot be tracked, too few people are seen clearly, TensorFlow.js is not installed, or the
 *   folder cannot be written
 * @throws the reason of `signal` when it fires
 *
 * @example
 * import { adaptSiamese } from 'twintrack/learning';
 *
 * const { accepted, before, after } = await adaptSiamese('yesterday.mp4', { out: 'street-model', epochs: 1, maxFrames: 200 });
 * console.log(accepted ? 'adapted' : 'kept', before.auc, after.auc);
 */
export async function adaptSiamese(video: string, options: AdaptationOptions): Promise<Adaptation> {
  const { out, epochs = 4, signal } = options;
  const { tf, ...backend } = await loadBackend();
  checkInput(video);
  await makeFolder(out);
  const { people, split } = await collectPeople(video, options);
  const [embedding, head] = await Promise.all(
    [FILES.embedding, FILES.head].map((name) => readFile(join(SHIPPED_SIAMESE, name))),
  );
  const network = fromOnnx(tf, { embedding, head });
  try {
    const heldOut = { people, rows: split.heldOut };
    const [before, ...beforeWithout] = await measureWithoutEach(tf, network, heldOut);
    const data = dataFigures(people, split);
    options.onStart?.(backend, data, before);
    const course = await trainNetwork(tf, network, people, split, {
      loss: 'bce',
      epochs,
      learningRate: LEARNING_RATE,
      frozenNorms: true,
      signal,
      onBatch: options.onBatch,
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

/** Figures of the people of some rows: of all of them, then of all but one, for each one. */
async function measureWithoutEach(
  tf: Tf,
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

/** Whether every AUC rose and no mAP fell; NaN, which is not measured, is neither. */
export function better(before: readonly Retrieval[], after: readonly Retrieval[]): boolean {
  return after.every(({ auc, map }, i) => auc > before[i].auc && map >= before[i].map);
}

/** Tracks the video and cuts out the pieces of trajectories of both of its parts. Each piece counts as a person. */
async function collectPeople(video: string, options: AdaptationOptions): Promise<{ people: People; split: Split }> {
  const { detector, maxFrames, signal } = options;
  const folder = makeTemporaryFolder();
  try {
    const { files, duration, error } = await trackVideo(video, {
      out: folder,
      online: true, // no links or interpolated boxes
      annotate: false,
      detector,
      maxFrames,
      // the network must not learn from its own decisions
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
