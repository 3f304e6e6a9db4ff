import type { AdamOptimizer, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { seededRandom } from '../random.ts';
import { type Checkpoint, readState, restoreState } from './checkpoint.ts';
import { embedPatches, similarities } from './embedding.ts';
import type { Course, LossName, Retrieval, TrainingProgress } from './figures.ts';
import type { Network } from './network.ts';
import { makeBatches } from './pairs.ts';
import type { People, Split } from './people.ts';
import { labelledPairs, pairAuc, rocCurve, searchFigures } from './retrieval.ts';
import { type Learner, learnBatch } from './step.ts';
import type { Tf } from './tf.ts';

/** Settings of {@link trainNetwork}. */
export interface TrainingOptions {
  readonly loss: LossName;
  /** Times that every picture is learned from. */
  readonly epochs: number;
  /** Highest learning rate; it rises over the first epoch and falls to almost 0 by the last. Default 0.001. */
  readonly learningRate?: number | undefined;
  /** Whether batch norms keep their statistics. Default false. */
  readonly frozenNorms?: boolean | undefined;
  /** The checkpoint to continue from. */
  readonly resume?: Checkpoint | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBatch?: ((progress: TrainingProgress) => void) | undefined;
  /** Called after each epoch; `improved`: whether it is the best so far, of which the network then has the weights. */
  readonly onEpoch?: ((course: Course, improved: boolean, checkpoint: Checkpoint) => Promise<void>) | undefined;
}

/**
 * Trains a network on pictures of people, and measures it after each epoch on people held out. The same data and options give the
 * same network on the same back-end, also when resumed.
 *
 * @param network is changed: at the end it has the weights of the last epoch
 * @returns the course, up to the last whole epoch when `signal` fired
 * @throws the reason of `signal` when it fires in the first epoch
 */
export async function trainNetwork(
  tf: Tf,
  network: Network,
  people: People,
  { training, heldOut }: Split,
  options: TrainingOptions,
): Promise<Course> {
  const { loss, epochs, learningRate = 0.001, signal, resume } = options;
  const [classes, count] = numbered(people, training);
  const learner: Learner = {
    tf,
    network,
    optimizer: tf.train.adam(learningRate),
    directions: loss === 'all' ? randomDirections(tf, network.size.embedding, count) : undefined,
    loss,
    frozenNorms: options.frozenNorms ?? false,
  };
  const validation = { people, rows: heldOut, pairs: labelledPairs(people, heldOut) };
  let course = resume?.course;
  try {
    if (resume) await restoreState(learner, resume.state);
    for (let epoch = (course?.epochs.length ?? 0) + 1; epoch <= epochs; epoch++) {
      const batches = makeBatches(people, training, epoch);
      const random = seededRandom(1000 + epoch);
      let sum = 0;
      for (const [batch, rows] of batches.entries()) {
        const done = epoch - 1 + batch / batches.length;
        setRate(learner.optimizer, learningRate, done, epochs);
        const started = performance.now();
        sum += learnBatch(learner, people, rows, classes, done / epochs, random);
        const patchesPerSecond = (1000 * rows.length) / (performance.now() - started);
        options.onBatch?.({ epoch, batch: batch + 1, batches: batches.length, patchesPerSecond });
        await new Promise(setImmediate); // lets timers and signals run
        if (signal?.aborted && course) return course;
        signal?.throwIfAborted();
      }
      const { roc, ...figures } = await measure(tf, network, validation);
      const done = { epoch, loss: sum / batches.length, ...figures };
      const improved = !course || done.auc > course.best.auc;
      course = { epochs: [...(course?.epochs ?? []), done], best: improved ? { ...done, roc } : course!.best };
      await options.onEpoch?.(course, improved, { course, state: await readState(learner) });
    }
    return course!;
  } finally {
    learner.optimizer.dispose();
    learner.directions?.dispose();
  }
}

/** Figures of a network on the people of some rows. */
export async function measure(
  tf: Tf,
  network: Network,
  {
    people,
    rows,
    pairs = labelledPairs(people, rows),
  }: {
    readonly people: People;
    readonly rows: Int32Array;
    readonly pairs?: ReturnType<typeof labelledPairs>;
  },
): Promise<Retrieval & { readonly roc: [number, number][] }> {
  const embeddings = await embedPatches(tf, network, people.patches, rows);
  const alike = similarities(tf, network, embeddings, pairs.a, pairs.b);
  return { auc: pairAuc(alike, pairs), ...searchFigures(people, rows, embeddings), roc: rocCurve(alike, pairs) };
}

/** Numbers the people in some rows from 0 on; −1 for all others. */
function numbered({ person, count }: People, rows: Int32Array): [classes: Int32Array, count: number] {
  const classes = new Int32Array(count).fill(-1);
  let next = 0;
  for (const row of rows) if (classes[person[row]] < 0) classes[person[row]] = next++;
  return [classes, next];
}

function randomDirections(tf: Tf, d: number, count: number): Variable & Tensor2D {
  return tf.tidy(() => tf.variable(tf.randomNormal([d, count], 0, 1, 'float32', 7))) as Variable & Tensor2D;
}

/** Linear rise over the first epoch (or tenth of all), then half a cosine (Loshchilov & Hutter 2017). */
function setRate(optimizer: AdamOptimizer, highest: number, done: number, epochs: number): void {
  const rise = Math.min(1, done / Math.min(1, epochs / 10) + 0.02);
  const rate = highest * rise * (0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * done) / epochs)));
  (optimizer as unknown as { learningRate: number }).learningRate = rate;
}
