/** Ages in seconds of what is remembered of a person: an embedding says less of a person the older it is, as poses change. */
const AGES = [0.6, 2, 10, Number.POSITIVE_INFINITY];
/** Nothing is said before so many pairs of the same person and of different people were seen. */
const LEAST_PAIRS = 40;
/** What is older than so many pairs is forgotten. */
const MEMORY_PAIRS = 2000;
/** A distance says no more than this, in log-odds: embeddings of people in like clothes mislead. */
const MOST = 3;
/** Distances below this are one, 1 − cosine. */
const LEAST_DISTANCE = 1e-3;

/** Mean and variance of numbers that come one by one. */
class Moments {
  count = 0;
  mean = 0;
  variance = 0;

  add(value: number): void {
    this.count = Math.min(this.count + 1, MEMORY_PAIRS);
    const difference = value - this.mean;
    this.mean += difference / this.count;
    this.variance += (difference * (value - this.mean) - this.variance) / this.count;
  }
}

/** What is remembered of how a person is seen: an embedding of each camera. */
export class Appearance {
  readonly embeddings: (Float32Array | undefined)[];
  readonly times: Float64Array;

  constructor(cameras: number) {
    this.embeddings = new Array(cameras).fill(undefined);
    this.times = new Float64Array(cameras).fill(Number.NEGATIVE_INFINITY);
  }

  /** Takes the embedding of a detection, row `i`, of length 1. */
  take(camera: number, time: number, rows: Float32Array, i: number, length: number): void {
    this.embeddings[camera] ??= new Float32Array(length);
    this.embeddings[camera].set(rows.subarray(i * length, (i + 1) * length));
    this.times[camera] = time;
  }

  /** The camera whose embedding to compare one of `camera` with: its own, or the newest where its own is much older; −1 where there is none. */
  nearest(camera: number): number {
    let newest = -1;
    for (let c = 0; c < this.times.length; c++)
      if (this.embeddings[c] && (newest < 0 || this.times[c] > this.times[newest])) newest = c;
    return newest >= 0 && this.times[newest] - this.times[camera] <= AGES[1] ? camera : newest;
  }
}

/**
 * What a distance between two embeddings says, learned without labels: a person in consecutive pictures of a camera is the same person, two
 * people in one picture are different ones. The logarithms of both kinds of distances are taken as normal with one variance (linear
 * discriminant analysis), apart for one camera and two, and by the age of what is remembered.
 */
export class AppearanceOdds {
  readonly #same = [...AGES, ...AGES].map(() => new Moments());
  readonly #sameMean = new Moments();
  readonly #differentMean = new Moments();
  readonly #different = [...AGES, ...AGES].map(() => new Moments());

  /**
   * What the mean of the log-odds of several cameras counts, 0..1. The mean, as a person who turns does so for all cameras; and less than all
   * of it where it errs more than it should: it is the slope of a linear discriminant of the means.
   */
  get weight(): number {
    const [same, different] = [this.#sameMean, this.#differentMean];
    if (same.count < LEAST_PAIRS || different.count < LEAST_PAIRS) return 0;
    const slope = (same.mean - different.mean) / ((same.variance + different.variance) / 2 + 1e-3);
    return Math.min(1, Math.max(0, slope));
  }

  /** Takes the mean of the log-odds of all cameras of one person or of two. */
  weigh(mean: number, same: boolean): void {
    (same ? this.#sameMean : this.#differentMean).add(mean);
  }

  /** Log-odds that row `i` of the embeddings of a camera is the person; 0 where nothing is known. */
  of(appearance: Appearance, camera: number, time: number, rows: Float32Array, i: number): number {
    const other = appearance.nearest(camera);
    if (other < 0) return 0;
    const kind = this.#kind(appearance, other, camera, time);
    const [same, different] = [this.#same[kind], this.#different[kind]];
    if (same.count < LEAST_PAIRS || different.count < LEAST_PAIRS || different.mean <= same.mean) return 0;
    const variance = (same.variance + different.variance) / 2 + 1e-3;
    const middle = (same.mean + different.mean) / 2;
    const odds =
      ((different.mean - same.mean) / variance) * (middle - distance(appearance.embeddings[other]!, rows, i));
    return Math.min(MOST, Math.max(-MOST, odds));
  }

  /** Takes whether row `i` is the person. */
  learn(appearance: Appearance, camera: number, time: number, rows: Float32Array, i: number, same: boolean): void {
    const other = appearance.nearest(camera);
    if (other < 0) return;
    const kind = this.#kind(appearance, other, camera, time);
    (same ? this.#same : this.#different)[kind].add(distance(appearance.embeddings[other]!, rows, i));
  }

  #kind({ times }: Appearance, other: number, camera: number, time: number): number {
    const age = AGES.findIndex((most) => time - times[other] <= most);
    return age + (other === camera ? 0 : AGES.length);
  }
}

/** Logarithm of 1 − cosine. */
function distance(a: Float32Array, rows: Float32Array, i: number): number {
  let cosine = 0;
  const offset = i * a.length;
  for (let k = 0; k < a.length; k++) cosine += a[k] * rows[offset + k];
  return Math.log(Math.max(LEAST_DISTANCE, 1 - cosine));
}
