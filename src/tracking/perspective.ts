import type { Detections } from '../core/detections.ts';
import { logOdds } from '../core/probability.ts';

/** Detections that show where people are tall; how many it takes to judge others, and after how many older ones count half. */
const SURE = 0.5;
const FIRST = 100;
const MEMORY = 5000;
/** Classes of relative difference between a height and the expected one, and their width; the last has all larger ones. */
const CLASSES = 40;
const WIDTH = 0.025;
/** Log-odds are those of a doubt of at least this much. */
const LEAST_DOUBT = 1e-3;
/** The usual difference is at least this much; up to it a height speaks against no one, and from so many times as much on no more. */
const LEAST = 0.15;
const MOST = 4;
/**
 * Detectors of which this part of the surest new tracks lasts are believed, and with the second part also when they are less sure than they
 * usually are; else the log-odds fall by so much for each usual difference.
 */
const BELIEVED = 0.75;
const BELIEVED_UNSURE = 0.95;
const DISBELIEF = 9;
const WORST = 3;
/** Log-odds below the usual ones at which a detector begins to be unsure, and is wholly so. */
const UNSURE = [1, 1.5] as const;

/**
 * How tall people are by where their feet are, as this video shows it: seen by one camera, the height of people who stand on the ground grows
 * evenly with the place of their feet. Where many new tracks of high scores do not last, the detector takes other things for people: one whose
 * height does not fit is less likely to be one then. (The plane is fitted to all detections by weighted least squares with Cauchy's
 * weights, frame by frame.)
 */
export class Perspective {
  /** Sums over detections of 1, y, h, y², yh, by weight; y is where the feet are, h the height. */
  private readonly sums = new Float64Array(5);
  private readonly differences = new Float64Array(CLASSES);
  private total = 0;
  /** Sum of their scores. */
  private score = 0;
  private base = 0;
  private slope = 0;
  private usual = LEAST;
  private scores = new Float32Array(64);

  /**
   * The detections of a frame with the probabilities that they are people, seen by their heights; then takes them in.
   *
   * @param trust which part of the surest new tracks lasts, 0..1
   */
  judge(detections: Detections, trust: number): Detections {
    const judged = this.total >= FIRST && trust < BELIEVED_UNSURE ? this.weigh(detections, trust) : detections;
    for (let i = 0; i < detections.length; i++) this.observe(detections, i);
    this.fit();
    return judged;
  }

  /** Forgets all. */
  reset(): void {
    this.sums.fill(0);
    this.differences.fill(0);
    this.total = 0;
    this.score = 0;
  }

  private weigh(detections: Detections, trust: number): Detections {
    const { length } = detections;
    const [always, unsure] = [BELIEVED, BELIEVED_UNSURE].map((believed) =>
      Math.max(0, Math.min(WORST, DISBELIEF * (believed - trust))),
    );
    const usual = logOdds(this.score / this.total, LEAST_DOUBT);
    if (this.scores.length < length) this.scores = new Float32Array(2 * length);
    const scores = this.scores.subarray(0, length);
    for (let i = 0; i < length; i++) {
      const score = detections.scores[i];
      const beyond = Math.min(MOST, Math.abs(this.difference(detections, i)) / this.usual) - 1;
      const below = (usual - logOdds(score, LEAST_DOUBT) - UNSURE[0]) / (UNSURE[1] - UNSURE[0]);
      const weight = always + (unsure - always) * Math.max(0, Math.min(1, below));
      // σ(logit(score) − weight · beyond); a score that is no probability stays as it is
      const odds = beyond > 0 ? Math.exp(-weight * beyond) : 1;
      scores[i] = score > 0 && score < 1 ? (score * odds) / (1 - score + score * odds) : score;
    }
    return { ...detections, scores };
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

  private observe(detections: Detections, i: number): void {
    const { boxes, scores } = detections;
    const [y, h] = [boxes[4 * i + 1] + boxes[4 * i + 3], boxes[4 * i + 3]];
    if (!(scores[i] > SURE) || !(h > 0) || !Number.isFinite(y)) return;
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
    this.score += Math.min(1, scores[i]);
    if (this.total < MEMORY) return;
    this.total /= 2;
    this.score /= 2;
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
