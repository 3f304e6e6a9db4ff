import type { Detections } from '../core/detections.ts';

/** Number of detections after which older ones count half. */
const MEMORY = 5000;
/** Classes of relative difference between a height and the expected one, and their width; the last has all larger ones. */
const CLASSES = 40;
const WIDTH = 0.025;
/** The usual difference is at least this much; up to it a height speaks against no one, and from so many times as much on no more. */
const LEAST = 0.15;
const MOST = 4;

/**
 * How tall people are by where their feet are, as this video shows it: seen by one camera, the height of people who stand on the ground grows
 * evenly with the place of their feet. (The plane is fitted to all detections by weighted least squares with Cauchy's weights, frame by frame.)
 */
export class Perspective {
  /** Sums over detections of 1, y, h, y², yh, by weight; y is where the feet are, h the height. */
  private readonly sums = new Float64Array(5);
  private readonly differences = new Float64Array(CLASSES);
  private total = 0;
  private base = 0;
  private slope = 0;
  private usual = LEAST;

  /** By how many usual differences the height of detection `i` differs from the expected one beyond what is usual, 0..3. */
  misfit(detections: Detections, i: number): number {
    return Math.max(0, Math.min(MOST, Math.abs(this.difference(detections, i)) / this.usual) - 1) || 0;
  }

  /** Takes in those detections of a frame whose score is above `sure`. */
  observe(detections: Detections, sure: number): void {
    for (let i = 0; i < detections.length; i++) if (detections.scores[i] > sure) this.add(detections, i);
    this.fit();
  }

  /** Forgets all. */
  reset(): void {
    this.sums.fill(0);
    this.differences.fill(0);
    this.total = 0;
  }

  /** The logarithm of the height over the expected one. */
  private difference({ boxes }: Detections, i: number): number {
    const height = Math.max(1, boxes[4 * i + 3]);
    return Math.log(height / this.expected(boxes[4 * i + 1] + height));
  }

  /** Never less than a tenth of the mean height. */
  private expected(feet: number): number {
    return Math.max((0.1 * this.sums[2]) / this.sums[0], this.base + this.slope * feet);
  }

  private add(detections: Detections, i: number): void {
    const { boxes, scores } = detections;
    const [y, h] = [boxes[4 * i + 1] + boxes[4 * i + 3], boxes[4 * i + 3]];
    if (!(h > 0) || !Number.isFinite(y)) return;
    const known = this.total > 0;
    const difference = known ? this.difference(detections, i) : 0;
    const expected = known ? this.expected(y) : h;
    const sure = Math.min(1, scores[i]) ** 4;
    const w = sure / expected ** 2 / (1 + (difference / (2 * this.usual)) ** 2);
    const { sums } = this;
    sums[0] += w;
    sums[1] += w * y;
    sums[2] += w * h;
    sums[3] += w * y * y;
    sums[4] += w * y * h;
    this.differences[Math.min(CLASSES - 1, Math.floor(Math.abs(difference) / WIDTH))]++;
    this.total++;
    if (this.total < MEMORY) return;
    this.total /= 2;
    for (let k = 0; k < sums.length; k++) sums[k] /= 2;
    for (let k = 0; k < CLASSES; k++) this.differences[k] /= 2;
  }

  private fit(): void {
    const [w, y, h, yy, yh] = this.sums;
    if (w === 0) return;
    const variance = yy / w - (y / w) ** 2;
    this.slope = variance > 1 ? (yh / w - (y / w) * (h / w)) / variance : 0;
    this.base = h / w - this.slope * (y / w);
    let below = 0;
    let median = 0;
    for (; median < CLASSES && below < this.total / 2; median++) below += this.differences[median];
    this.usual = Math.max(LEAST, 1.4826 * WIDTH * (median - 0.5));
  }
}
