import { readFile } from 'node:fs/promises';
import type { Tensor } from '@tensorflow/tfjs-core';
import { inputError } from '../../core/errors.ts';
import { readError } from '../../files/file-errors.ts';
import type { Course } from './figures.ts';
import type { Learner } from './step.ts';

/** The state of a training after an epoch: continuing from it gives the same network as without an interruption. */
export interface Checkpoint {
  readonly course: Course;
  readonly state: TrainingState;
}

/** All numbers that change in training. */
export interface TrainingState {
  readonly shapes: readonly (readonly number[])[];
  /** The tensors' elements, one after the other. */
  readonly values: Float32Array;
}

/** Data and options, which must be the same on resumption. */
export type TrainingKey = Readonly<Record<string, string | number>>;

/** Weights and statistics of the batch norms, then the state of the optimiser. */
async function tensorsOf({
  network,
  optimizer,
  directions,
}: Learner): Promise<{ weights: Tensor[]; momenta: Tensor[] }> {
  const weights = [...network.sister.getWeights(), ...network.head.getWeights(), ...(directions ? [directions] : [])];
  return { weights, momenta: (await optimizer.getWeights()).map(({ tensor }) => tensor) };
}

/** Copies the state of a learner that has made at least one step. */
export async function readState(learner: Learner): Promise<TrainingState> {
  const { weights, momenta } = await tensorsOf(learner);
  const all = [...weights, ...momenta];
  const values = new Float32Array(all.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const tensor of all) {
    values.set(tensor.dataSync(), at);
    at += tensor.size;
  }
  momenta[0].dispose(); // the number of steps is a new tensor at each call
  return { shapes: all.map(({ shape }) => shape), values };
}

/** Restores a state in a learner with the same options. */
export async function restoreState({ tf, network, optimizer, directions }: Learner, { shapes, values }: TrainingState) {
  let at = 0;
  const tensors = shapes.map((shape) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    at += size;
    return tf.tensor(values.slice(at - size, at), [...shape]);
  });
  const [sister, head] = [network.sister, network.head].map((model) => model.getWeights().length);
  network.sister.setWeights(tensors.slice(0, sister));
  network.head.setWeights(tensors.slice(sister, sister + head));
  if (directions) directions.assign(tensors[sister + head]);
  const momenta = tensors.slice(sister + head + (directions ? 1 : 0));
  await optimizer.setWeights(momenta.map((tensor, k) => ({ name: String(k), tensor })));
  tf.dispose(tensors);
}

/** A checkpoint as a file: a line of JSON, then the numbers. */
export function checkpointBytes(key: TrainingKey, { course, state }: Checkpoint): Uint8Array {
  const head = Buffer.from(`${JSON.stringify({ key, course, shapes: state.shapes })}\n`);
  return Buffer.concat([head, Buffer.from(state.values.buffer, state.values.byteOffset, state.values.byteLength)]);
}

/**
 * Reads a checkpoint.
 *
 * @throws TwintrackError when there is none, or it belongs to another training
 */
export async function readCheckpoint(file: string, key: TrainingKey): Promise<Checkpoint> {
  const bytes = await readFile(file).catch((cause) => {
    throw readError(file, cause, 'train without --resume', { ENOENT: 'there is no unfinished training' });
  });
  const end = bytes.indexOf('\n');
  let head: { key: TrainingKey; course: Course; shapes: number[][] };
  try {
    head = JSON.parse(bytes.toString('utf8', 0, end));
  } catch (cause) {
    throw inputError(file, 'is no checkpoint of a training', 'train without --resume', cause);
  }
  const other = Object.keys(key).find((name) => head.key[name] !== key[name]);
  if (other !== undefined) {
    const reason = `is of a training with ${other} ${head.key[other]}, not ${key[other]}`;
    throw inputError(file, reason, 'give the same data and options, or train without --resume');
  }
  const values = new Float32Array(new Uint8Array(bytes.subarray(end + 1)).buffer);
  return { course: head.course, state: { shapes: head.shapes, values } };
}
