import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PATCH_BYTES } from '../../appearance/patches.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { OutputFile } from '../../files/output-file.ts';
import { type Backend, loadBackend } from './backend.ts';
import { checkpointBytes, readCheckpoint, type TrainingKey } from './checkpoint.ts';
import type { LossName } from './losses.ts';
import { type CardFigures, type DataFigures, dataFigures, writeModelFolder } from './model-folder.ts';
import { buildNetwork, type NetworkSize, STANDARD } from './network.ts';
import {
  type Course,
  type Epoch,
  type TrainingOptions,
  type TrainingProgress,
  trainNetwork,
} from './network-training.ts';
import { checkOnnx } from './onnx-check.ts';
import { toOnnx } from './onnx-export.ts';
import { type People, splitPeople } from './people.ts';
import { readPictureFolder } from './picture-folder.ts';
import { readVideoPeople } from './video-people.ts';

/** Settings of {@link trainSiamese}. */
export interface SiameseTrainingOptions {
  /** Folder for the model; made when missing. */
  readonly out: string;
  readonly loss: LossName;
  readonly epochs: number;
  /** The video of a trajectories file; default the one named in it, beside it or in the current folder. */
  readonly video?: string | undefined;
  /** Whether to go on with a training that was interrupted. */
  readonly resume?: boolean | undefined;
  /** Default {@link STANDARD}. */
  readonly size?: NetworkSize;
  /** Default that of {@link TrainingOptions}; small networks want larger ones. */
  readonly learningRate?: TrainingOptions['learningRate'];
  /** Ends the training early; the best network until then is in the folder, and what is needed to go on. */
  readonly signal?: AbortSignal | undefined;
  /** Called before the first step. */
  readonly onStart?: (backend: Backend, data: DataFigures) => void;
  readonly onBatch?: (progress: TrainingProgress) => void;
  readonly onEpoch?: (epoch: Epoch, improved: boolean) => void;
}

/** The file that an interrupted training goes on from; it is removed at the end. */
const CHECKPOINT = 'siamese.checkpoint';
/** Pictures that the exported network is checked with. */
const CHECKED = 16;

/**
 * Trains a Siamese network on pictures of people and writes its folder: the two ONNX files of the best epoch, checked against
 * onnxruntime, their card and the curves. The folder is complete after each epoch.
 *
 * @param dataset folder of pictures, or a .trajectories.json
 * @throws TwintrackError when the data cannot be used, TensorFlow.js is not installed, or the folder cannot be written
 */
export async function trainSiamese(dataset: string, options: SiameseTrainingOptions): Promise<CardFigures> {
  const { out, loss, epochs, signal, size = STANDARD } = options;
  const { tf, ...backend } = await loadBackend();
  const people = await readPeople(dataset, options);
  const split = splitPeople(dataset, people);
  await makeFolder(out);
  const data = dataFigures(people, split);
  const key: TrainingKey = {
    loss,
    epochs,
    pictures: people.length,
    people: people.count,
    network: JSON.stringify(size),
  };
  const file = join(out, CHECKPOINT);
  const resume = options.resume ? await readCheckpoint(file, key) : undefined;
  options.onStart?.({ tf, ...backend }, data);

  const network = buildNetwork(tf, size);
  const checked = people.patches.subarray(0, CHECKED * PATCH_BYTES);
  let difference: CardFigures['onnxDifference'];
  const figures = (course: Course): CardFigures => {
    return { made: 'train', size, data, loss, backend: backend.name, onnxDifference: difference, course };
  };
  try {
    const course = await trainNetwork(tf, network, people, split, {
      loss,
      epochs,
      resume,
      signal,
      ...(options.learningRate && { learningRate: options.learningRate }),
      ...(options.onBatch && { onBatch: options.onBatch }),
      onEpoch: async (course, improved, checkpoint) => {
        const pair = improved ? toOnnx(network) : undefined;
        if (pair) difference = await checkOnnx(tf, network, pair, checked);
        await writeModelFolder(out, figures(course), pair);
        await OutputFile.put(file, checkpointBytes(key, checkpoint));
        options.onEpoch?.(course.epochs[course.epochs.length - 1], improved);
      },
    });
    if (course.epochs.length === epochs) await rm(file, { force: true });
    return figures(course);
  } finally {
    network.dispose();
  }
}

function readPeople(dataset: string, { video, signal }: SiameseTrainingOptions): Promise<People> {
  return dataset.endsWith('.json') ? readVideoPeople(dataset, video, signal) : readPictureFolder(dataset, signal);
}
