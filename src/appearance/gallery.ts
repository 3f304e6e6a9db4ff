import type { Similarity } from './similarity-head.ts';

/** Patches kept of a person. */
const CAPACITY = 8;
/** Seconds between two patches that are kept: of those closer together only the better one is. */
const SPACING = 0.4;
/** Seconds in which a patch loses two thirds of its claim to be kept. */
const FADING = 20;

/**
 * What a person looks like: a few embeddings of patches of different moments, with the quality of each. When it is full, the
 * one of least quality goes first, and of equal ones the oldest.
 */
export class Gallery {
  /** Number of embeddings. */
  length = 0;
  /** length × d, row by row. */
  readonly embeddings: Float32Array;
  /** length: how good the patches are, 0..1. */
  readonly qualities = new Float64Array(CAPACITY);
  private readonly times = new Float64Array(CAPACITY);
  private readonly dimensions: number;
  private newest = -1;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.embeddings = new Float32Array(CAPACITY * dimensions);
  }

  /** Offers the embedding in row `j` of `embeddings`, of a patch of the given quality (0..1) at `time` seconds. */
  add(embeddings: Float32Array, j: number, quality: number, time: number): void {
    const recent = this.newest >= 0 && time - this.times[this.newest] < SPACING;
    if (recent && quality <= this.qualities[this.newest]) return;
    const row = recent ? this.newest : this.length < CAPACITY ? this.length++ : this.worst(time);
    this.embeddings.set(embeddings.subarray(j * this.dimensions, (j + 1) * this.dimensions), row * this.dimensions);
    this.qualities[row] = quality;
    if (!recent) this.times[row] = time;
    this.newest = row;
  }

  /** Mean similarity, by quality, of the patches to row `j` of `embeddings`: 0..1; NaN when there is nothing to compare. */
  similarity(model: Similarity, embeddings: Float32Array, j: number): number {
    let sum = 0;
    let weight = 0;
    for (let i = 0; i < this.length; i++) {
      sum += this.qualities[i] * model.similarity(this.embeddings, i, embeddings, j);
      weight += this.qualities[i];
    }
    return sum / weight;
  }

  /** Mean similarity, by quality, of the patches to those of another gallery: 0..1; NaN when there is nothing to compare. */
  similarityTo(model: Similarity, other: Gallery): number {
    let sum = 0;
    let weight = 0;
    for (let j = 0; j < other.length; j++) {
      sum += other.qualities[j] * this.similarity(model, other.embeddings, j);
      weight += other.qualities[j];
    }
    return sum / weight;
  }

  private worst(time: number): number {
    let worst = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.length; i++) {
      const claim = this.qualities[i] * Math.exp((this.times[i] - time) / FADING);
      if (claim < least) {
        least = claim;
        worst = i;
      }
    }
    return worst;
  }
}
