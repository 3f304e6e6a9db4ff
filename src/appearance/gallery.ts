import { sigmoid } from '../core/probability.ts';
import { type CalibratedSimilarity, evidence, networkLogOdds } from './calibration.ts';

/** Most patches of a person. */
export const CAPACITY = 8;
/** Least seconds between two patches in a gallery: of patches closer together it keeps the better one. */
const SPACING = 0.4;

/**
 * The gallery of a person: a few embeddings of patches of different moments, with the quality of each. When it is full, a new one
 * replaces the one of least quality, which fades with age.
 */
export class Gallery {
  /** Number of embeddings. */
  length = 0;
  /** How often it has changed. */
  version = 0;
  /** length × d, row by row. */
  readonly embeddings: Float32Array;
  /** length: qualities of the patches, 0..1. */
  readonly qualities = new Float64Array(CAPACITY);
  private readonly times = new Float64Array(CAPACITY);
  private readonly dimensions: number;
  private readonly fading: number;
  private newest = -1;

  /**
   * @param dimensions numbers of an embedding, d
   * @param fading seconds in which the quality of a patch counts for a factor e less
   */
  constructor(dimensions: number, fading = 20) {
    this.dimensions = dimensions;
    this.fading = fading;
    this.embeddings = new Float32Array(CAPACITY * dimensions);
  }

  /**
   * Offers the embedding in row `j` of `embeddings`, of a patch of the given quality (0..1) at `time` seconds.
   *
   * @returns the row that it takes, −1 when it is not kept
   */
  add(embeddings: Float32Array, j: number, quality: number, time: number): number {
    const recent = this.newest >= 0 && time - this.times[this.newest] < SPACING;
    if (recent && quality <= this.qualities[this.newest]) return -1;
    const row = recent ? this.newest : this.length < CAPACITY ? this.length++ : this.worst(time);
    this.embeddings.set(embeddings.subarray(j * this.dimensions, (j + 1) * this.dimensions), row * this.dimensions);
    this.qualities[row] = quality;
    if (!recent) this.times[row] = time;
    this.newest = row;
    this.version++;
    return row;
  }

  /** Probability that row `j` of `embeddings` shows the person of this gallery, which is not empty. */
  similarity(model: CalibratedSimilarity, embeddings: Float32Array, j: number): number {
    return sigmoid(evidence(model.calibration.oneCamera, this.logOdds(model, embeddings, j), this.length));
  }

  /** Probability that another gallery is of the same person; neither is empty. Patches of the other weigh by their qualities. */
  similarityTo(model: CalibratedSimilarity, other: Gallery): number {
    let sum = 0;
    let weight = 0;
    for (let j = 0; j < other.length; j++) {
      sum += other.qualities[j] * this.logOdds(model, other.embeddings, j);
      weight += other.qualities[j];
    }
    const patches = Math.max(this.length, other.length);
    return sigmoid(evidence(model.calibration.oneCamera, sum / weight, patches));
  }

  /** Mean log-odds, by the network, of row `j` of `embeddings` and each patch. */
  private logOdds(model: CalibratedSimilarity, embeddings: Float32Array, j: number): number {
    let sum = 0;
    for (let i = 0; i < this.length; i++) sum += networkLogOdds(model, this.embeddings, i, embeddings, j);
    return sum / this.length;
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
