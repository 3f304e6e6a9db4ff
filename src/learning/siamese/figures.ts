/** What can be minimised. */
export type LossName = 'bce' | 'contrastive' | 'triplet' | 'all';

/** How large a network is. */
export interface NetworkSize {
  /** Channels of each step; a step halves height and width. */
  readonly widths: readonly number[];
  /** Residual blocks of each step. */
  readonly blocks: readonly number[];
  /** Numbers of an embedding. */
  readonly embedding: number;
  /** Units of the similarity head. */
  readonly hidden: number;
}

/** What TensorFlow.js computes on. */
export interface BackendInfo {
  /** The package that computes: `tfjs-node-gpu`, `tfjs-node` or `wasm`. */
  readonly name: string;
  /** The same in words, for the user. */
  readonly description: string;
}

/** How well a network tells people apart that it did not learn from. */
export interface Retrieval {
  /** ROC-AUC of the similarity: probability that a pair of one person is more alike than a pair of two. */
  readonly auc: number;
  /** Share of pictures whose most similar other picture shows the same person. */
  readonly rank1: number;
  /** Mean average precision of the ranking of the others by similarity to each picture. */
  readonly map: number;
}

/** Figures of one epoch, on the people held out. */
export interface Epoch extends Retrieval {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the batches. */
  readonly loss: number;
}

/** The course of a training. */
export interface Course {
  readonly epochs: readonly Epoch[];
  /** The epoch with the highest AUC, with its receiver operating characteristic. */
  readonly best: Epoch & { readonly roc: readonly (readonly [falsePositives: number, truePositives: number])[] };
}

/** Progress within an epoch. */
export interface TrainingProgress {
  /** From 1. */
  readonly epoch: number;
  /** Batches of the epoch: how many are done, and how many there are. */
  readonly batch: number;
  readonly batches: number;
  /** Patches learned from in a second, in this batch. */
  readonly patchesPerSecond: number;
}

/** Size of the data: numbers alone, no names. */
export interface DataFigures {
  readonly people: number;
  readonly pictures: number;
  readonly heldOutPeople: number;
  readonly heldOutPictures: number;
}

/** The figures of a training, which the card of its model holds. */
export interface CardFigures {
  readonly made: 'train' | 'adapt';
  readonly size: NetworkSize;
  readonly data: DataFigures;
  readonly loss: LossName;
  /** Name of the back-end, see {@link BackendInfo}. */
  readonly backend: string;
  /** Largest difference between onnxruntime and TensorFlow.js; absent when this run wrote no networks. */
  readonly onnxDifference?: { readonly embedding: number; readonly similarity: number } | undefined;
  readonly course: Course;
  /** Further entries of the card. */
  readonly more?: Readonly<Record<string, unknown>>;
}
