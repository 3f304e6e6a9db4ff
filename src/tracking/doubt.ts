import type { Detections } from '../core/detections.ts';
import { logOdds } from '../core/probability.ts';
import { Perspective } from './perspective.ts';

/** Detections from which on scores are usual ones; how many it takes to judge others, and after how many older ones count half. */
const SURE = 0.5;
const FIRST = 100;
const MEMORY = 5000;
/** Log-odds are those of a doubt of at least this much; of a share of tracks, of this much. */
const LEAST_DOUBT = 1e-3;
const LEAST_SHARE = 0.01;
/** A detector may be so much surer, in log-odds, than the share of its tracks that last; what is beyond is taken off its scores, up to so much. */
const ALLOWED = 0.5;
const MOST = 1.5;
/**
 * Detectors of which this part of the surest new tracks lasts are believed whatever the height, and with the second part also when they are less
 * sure than they usually are; else the log-odds fall by so much for each usual difference of height.
 */
const BELIEVED = 0.75;
const BELIEVED_UNSURE = 0.95;
const DISBELIEF = 9;
const WORST = 3;
/** Log-odds below the usual ones at which a detector begins to be unsure, and is wholly so. */
const UNSURE = [1, 1.5] as const;

/**
 * Doubts the scores of a detector as far as the video gives reason to. One of whose surest new tracks many do not last is surer than it should be:
 * all its scores are lowered. Where it is not to be trusted, or less sure of someone than of others, those are lowered further whose height
 * does not fit ({@link Perspective}).
 */
export class Doubt {
  private readonly perspective = new Perspective();
  private total = 0;
  /** Sum of the scores from {@link SURE} on. */
  private score = 0;
  private scores = new Float32Array(64);

  /**
   * The detections of a frame with the probabilities that they are people; then takes them in.
   *
   * @param trust which part of the surest new tracks lasts, 0..1
   */
  judge(detections: Detections, trust: number): Detections {
    const judged = this.total >= FIRST ? this.weigh(detections, trust) : detections;
    this.perspective.observe(detections, SURE);
    for (let i = 0; i < detections.length; i++) this.observe(detections.scores[i]);
    return judged;
  }

  /** Forgets all. */
  reset(): void {
    this.perspective.reset();
    this.total = 0;
    this.score = 0;
  }

  private weigh(detections: Detections, trust: number): Detections {
    const { length } = detections;
    const usual = logOdds(this.score / this.total, LEAST_DOUBT);
    const surer = Math.max(0, Math.min(MOST, usual - logOdds(trust, LEAST_SHARE) - ALLOWED));
    const [always, unsure] = [BELIEVED, BELIEVED_UNSURE].map((believed) =>
      Math.max(0, Math.min(WORST, DISBELIEF * (believed - trust))),
    );
    if (surer === 0 && unsure === 0) return detections;
    if (this.scores.length < length) this.scores = new Float32Array(2 * length);
    const scores = this.scores.subarray(0, length);
    for (let i = 0; i < length; i++) {
      const score = detections.scores[i];
      const below = (usual - logOdds(score, LEAST_DOUBT) - UNSURE[0]) / (UNSURE[1] - UNSURE[0]);
      const weight = always + (unsure - always) * Math.max(0, Math.min(1, below));
      // σ(logit(score) − doubt); a score that is no probability stays as it is
      const odds = Math.exp(-surer - weight * this.perspective.misfit(detections, i));
      scores[i] = score > 0 && score < 1 ? (score * odds) / (1 - score + score * odds) : score;
    }
    return { ...detections, scores };
  }

  private observe(score: number): void {
    if (!(score > SURE)) return;
    this.total++;
    this.score += Math.min(1, score);
    if (this.total < MEMORY) return;
    this.total /= 2;
    this.score /= 2;
  }
}
