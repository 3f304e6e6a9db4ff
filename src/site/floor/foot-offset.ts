/** Standard deviation, before anything is learned, of the offset in the middle of the picture and of what it changes to the edge. */
const MIDDLE = 0.05;
const EDGE = 0.1;
/** Deviation of one foot from the learned offset, in box heights. */
const NOISE = 0.08;
/** What is older than so many detections is forgotten. */
const MEMORY = 2000;

/**
 * How far the middle of a box' lower edge lies from the feet, in box heights, as a plane over the picture: a detector draws all boxes a
 * little too low, and towards the sides of the picture upright people lean. Learned by recursive least squares with forgetting
 * (Ljung 1999, §11.2).
 */
export class FootOffset {
  /** For x and y: in the middle, and what it changes to the right and to the lower edge of the picture. */
  readonly #weights = [new Float64Array(3), new Float64Array(3)] as const;
  /** 3 × 3. */
  readonly #covariance = Float64Array.of(MIDDLE ** 2, 0, 0, 0, EDGE ** 2, 0, 0, 0, EDGE ** 2);

  /** The offset at a place of the picture, −1..1 from edge to edge: x, y, and the variance of each. */
  at(u: number, v: number): readonly [x: number, y: number, variance: number] {
    const [a, b] = this.#weights;
    const p = this.#covariance;
    const variance = p[0] + p[4] * u * u + p[8] * v * v + 2 * (p[1] * u + p[2] * v + p[5] * u * v);
    return [a[0] + a[1] * u + a[2] * v, b[0] + b[1] * u + b[2] * v, variance];
  }

  /** Takes an offset that was seen. */
  learn(u: number, v: number, x: number, y: number): void {
    const p = this.#covariance;
    const [guessX, guessY, variance] = this.at(u, v);
    const total = variance + NOISE * NOISE;
    const gain = [0, 3, 6].map((row) => (p[row] + p[row + 1] * u + p[row + 2] * v) / total);
    const [a, b] = this.#weights;
    for (let i = 0; i < 3; i++) {
      a[i] += gain[i] * (x - guessX);
      b[i] += gain[i] * (y - guessY);
    }
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        const least = i === j ? (i === 0 ? MIDDLE : EDGE) ** 2 : 0;
        const next = p[3 * i + j] - gain[i] * gain[j] * total;
        p[3 * i + j] = next + (least - next) / MEMORY;
      }
  }
}
