import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PATCH_BYTES } from '../../appearance/patches.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { OutputFile } from '../../files/output-file.ts';
import { loadBackend } from './backend.ts';
import { checkpointBytes, readCheckpoint, type TrainingKey } from './checkpoint.ts';
import type {
  BackendInfo,
  CardFigures,
  Course,
  DataFigures,
  Epoch,
  LossName,
  NetworkSize,
  TrainingProgress,
} from './figures.ts';
import { dataFigures, writeModelFolder } from './model-folder.ts';
import { buildNetwork, STANDARD } from './network.ts';
import { trainNetwork } from './network-training.ts';
import { checkOnnx } from './onnx-check.ts';
import { toOnnx } from './onnx-export.ts';
import { type People, splitPeople } from './people.ts';
import { readPictureFolder } from './picture-folder.ts';
import { readVideoPeople } from './video-people.ts';

/** Settings of {@link trainSiamese}. */
export interface SiameseTrainingOptions {
  /** Folder for the model; made when missing. */
  readonly out: string;
  /** What to minimise. Default `all`: the sum of the others and of an identity classification. */
  readonly loss?: LossName | undefined;
  /** Times that every picture is learned from. Default 30. */
  readonly epochs?: number | undefined;
  /** The video of a trajectories file. Default the one that it names, beside it or in the current folder. */
  readonly video?: string | undefined;
  /** Whether to continue an interrupted training. Default false. */
  readonly resume?: boolean | undefined;
  /** Default the size of the shipped network. */
  readonly size?: NetworkSize | undefined;
  /** Highest learning rate of Adam. Default 0.001; small networks need a higher one. */
  readonly learningRate?: number | undefined;
  /** Ends the training early; the folder then holds the best network so far and the checkpoint for `resume`. */
  readonly signal?: AbortSignal | undefined;
  /** Called before the first batch. */
  readonly onStart?: ((backend: BackendInfo, data: DataFigures) => void) | undefined;
  readonly onBatch?: ((progress: TrainingProgress) => void) | undefined;
  /** Called after each epoch; `improved`: whether it is the best so far. */
  readonly onEpoch?: ((epoch: Epoch, improved: boolean) => void) | undefined;
}

/** The file that `resume` reads; it is removed at the end. */
const CHECKPOINT = 'siamese.checkpoint';
/** Pictures that the exported network is checked with. */
const CHECKED = 16;

/**
 * Trains a Siamese network on pictures of people (Leal-Taixé et al. 2016) and writes its folder: the two ONNX files of the best
 * epoch, checked against onnxruntime, their card and the curves. The folder is complete after each epoch.
 *
 * @param dataset folder of pictures `ID_*.jpg` or named as in Market-1501, or a .trajectories.json
 * @returns figures of the training, on people held out
 * @throws TwintrackError when the data cannot be used, TensorFlow.js is not installed, or the folder cannot be written
 * @throws the reason of `signal` when it fires in the first epoch
 *
 * @example
 * import { loadSiamese } from 'twintrack/appearance';
 * import { trainSiamese } from 'twintrack/learning';
 *
 * const { course } = await trainSiamese('people', { out: 'model', loss: 'triplet', epochs: 1 });
 * console.log(course.best.epoch); // 1
 * const model = await loadSiamese('model');
 * console.log(model.dimensions); // 128
 * await model.close();
 */
export async function trainSiamese(dataset: string, options: SiameseTrainingOptions): Promise<CardFigures> {
  const { out, loss = 'all', epochs = 30, signal, size = STANDARD } = options;
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
  options.onStart?.(backend, data);

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
      learningRate: options.learningRate,
      onBatch: options.onBatch,
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
