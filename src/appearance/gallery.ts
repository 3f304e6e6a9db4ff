import type { Similarity } from './similarity.ts';

/** Patches kept of a person. */
export const CAPACITY = 8;
/** Seconds between two patches that are kept: of those closer together only the better one is. */
const SPACING = 0.4;

/**
 * The appearance of a person: a few embeddings of patches of different moments, with the quality of each. When it is full, the
 * one of least quality goes first, old ones before new ones.
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
  private readonly fading: number;
  private newest = -1;

  /**
   * @param dimensions numbers of an embedding, d
   * @param fading seconds in which a patch loses two thirds of its claim to be kept
   */
  constructor(dimensions: number, fading = 20) {
    this.dimensions = dimensions;
    this.fading = fading;
    this.embeddings = new Float32Array(CAPACITY * dimensions);
  }

  /**
   * Offers the embedding in row `j` of `embeddings`, of a patch of the given quality (0..1) at `time` seconds.
   *
   * @returns the row that it was put in, −1 when it is not kept
   */
  add(embeddings: Float32Array, j: number, quality: number, time: number): number {
    const recent = this.newest >= 0 && time - this.times[this.newest] < SPACING;
    if (recent && quality <= this.qualities[this.newest]) return -1;
    const row = recent ? this.newest : this.length < CAPACITY ? this.length++ : this.worst(time);
    this.embeddings.set(embeddings.subarray(j * this.dimensions, (j + 1) * this.dimensions), row * this.dimensions);
    this.qualities[row] = quality;
    if (!recent) this.times[row] = time;
    this.newest = row;
    return row;
  }

  /** Similarity, 0..1, to row `j` of `embeddings` of the patch that is most like it: some side of the person, some light. */
  similarity(model: Similarity, embeddings: Float32Array, j: number): number {
    let most = 0;
    for (let i = 0; i < this.length; i++) most = Math.max(most, model.similarity(this.embeddings, i, embeddings, j));
    return most;
  }

  /** Mean similarity, by quality, to the patches of another gallery that is not empty: 0..1. */
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
      const claim = this.qualities[i] * Math.exp((this.times[i] - time) / this.fading);
      if (claim < least) {
        least = claim;
        worst = i;
      }
    }
    return worst;
  }
}
