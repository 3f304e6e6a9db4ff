import { withRoom } from '../core/columns.ts';
import type { Detections } from '../core/detections.ts';
import { type Boxes, iou } from '../core/geometry.ts';
import type { CandidatePairs } from './assignment.ts';

/** The tracks as the association stage sees them at the time of a frame: columns, boxes in source pixels (x, y, w, h). */
export interface TrackColumns {
  /** Number of tracks, n. */
  length: number;
  /** n × 4: box predicted for this frame. */
  predicted: Boxes;
  /** n × 4: last observed box. */
  last: Boxes;
  /** n × 2: standard deviation of a measured centre about the predicted one, pixels. */
  deviation: Float64Array;
  /** n: seconds since the last observation. */
  gap: Float64Array;
  /** n: seconds from the first to the last observation. */
  span: Float64Array;
  /** n: mean detector score of the track's detections. */
  score: Float64Array;
}

/** Columns with room for `n` tracks. */
export function trackColumns(n: number): TrackColumns {
  return {
    length: 0,
    predicted: new Float64Array(4 * n),
    last: new Float64Array(4 * n),
    deviation: new Float64Array(2 * n),
    gap: new Float64Array(n),
    span: new Float64Array(n),
    score: new Float64Array(n),
  };
}

/** The pair features, in the order of the columns of {@link PairFeatures.values}. */
export const FEATURES = [
  'widthChange', // relative changes since the last observation (Leal-Taixé et al. 2016, §4)
  'heightChange',
  'xChange', // relative change of position, from where the track is predicted to be
  'yChange',
  'iou', // overlap with the predicted box
  'distance', // squared Mahalanobis distance of the centre from the prediction
  'heightDifference', // relative difference of the height to the predicted one
  'gap', // seconds since the track's last detection
  'span', // seconds from the track's first detection to its last
  'detectionScore', // detector score
  'trackScore', // mean detector score of the track's detections
  'trackRivals', // largest IoU of the prediction with another detection
  'detectionRivals', // largest IoU of the detection with the prediction of another track
  'heightOdds', // log-odds of the height difference, as measured in the video; 0 where it says nothing
  'similarity', // Siamese similarity 0..1; NaN where there are no pixels
] as const;

/** Number of features of a pair. */
export const FEATURE_COUNT = FEATURES.length;
/** Column of the similarity. The tracker fills it in where it has embeddings; elsewhere it is NaN. */
export const SIMILARITY = FEATURES.indexOf('similarity');

/**
 * Scores candidate pairs: the probability that a detection is the same person as a track. The tracker calls it once or twice a frame.
 *
 * @example
 * import { type AssociationScore, FEATURE_COUNT, FEATURES } from 'twintrack/association';
 *
 * const IOU = FEATURES.indexOf('iou');
 * const byOverlap: AssociationScore = {
 *   score({ length, values }, out) {
 *     for (let k = 0; k < length; k++) out[k] = values[k * FEATURE_COUNT + IOU];
 *   },
 * };
 */
export interface AssociationScore {
  /**
   * @param pairs candidate pairs of a frame; row k of `pairs.values` holds the {@link FEATURES} of pair k
   * @param out receives a probability, 0..1, for each of the `pairs.length` pairs; it may be longer
   */
  score(pairs: PairFeatures, out: Float64Array): void;
}

/** Candidate pairs of tracks and detections of one frame, with their features (Leal-Taixé et al. 2016, §4). The buffers are reused from frame to frame. */
export class PairFeatures implements CandidatePairs {
  length = 0;
  rows = new Int32Array(64);
  columns = new Int32Array(64);
  costs = new Float64Array(64);
  /** length × {@link FEATURE_COUNT}, row by row. */
  values = new Float64Array(64 * FEATURE_COUNT);
  private readonly ofTracks = new Rivals();
  private readonly ofDetections = new Rivals();

  /**
   * Gating: finds the pairs of tracks and detections that can be one person, and computes their features. `costs` is left to the caller.
   *
   * @param tracks columns of the tracks
   * @param trackUse 1 for each track that takes part
   * @param detections the frame's detections
   * @param detectionUse 1 for each detection that takes part
   * @param gate largest squared Mahalanobis distance of a pair that does not overlap
   */
  compute(
    tracks: TrackColumns,
    trackUse: Uint8Array,
    detections: Detections,
    detectionUse: Uint8Array,
    gate: number,
  ): void {
    const a = tracks.predicted;
    const b = detections.boxes;
    const reach = Math.sqrt(gate);
    this.length = 0;
    this.ofTracks.clear(tracks.length);
    this.ofDetections.clear(detections.length);
    for (let i = 0; i < tracks.length; i++) {
      if (!trackUse[i]) continue;
      const p = 4 * i;
      const x = a[p] + a[p + 2] / 2;
      const y = a[p + 1] + a[p + 3] / 2;
      const reachX = reach * tracks.deviation[2 * i];
      const reachY = reach * tracks.deviation[2 * i + 1];
      for (let j = 0; j < detections.length; j++) {
        if (!detectionUse[j]) continue;
        const q = 4 * j;
        // Most pairs of a crowd are far apart: neither boxes nor gate reach. A large crowd spends its time here.
        const dx = Math.abs(b[q] + b[q + 2] / 2 - x);
        const apartX = dx >= (a[p + 2] + b[q + 2]) / 2;
        if (apartX && dx >= reachX) continue;
        const dy = Math.abs(b[q + 1] + b[q + 3] / 2 - y);
        const apart = apartX || dy >= (a[p + 3] + b[q + 3]) / 2;
        if (apart && (dx >= reachX || dy >= reachY)) continue;
        const overlap = apart ? 0 : iou(a, i, b, j);
        if (overlap > 0) {
          this.ofTracks.note(i, j, overlap);
          this.ofDetections.note(j, i, overlap);
        }
        const distance = squaredDistance(tracks, i, b, j);
        const ratio = tracks.last[p + 3] / b[q + 3];
        if ((overlap > 0 || distance < gate) && ratio > 0.5 && ratio < 2)
          this.add(tracks, i, detections, j, overlap, distance);
      }
    }
    for (let k = 0; k < this.length; k++) {
      const o = k * FEATURE_COUNT;
      this.values[o + TRACK_RIVALS] = this.ofTracks.besides(this.rows[k], this.columns[k]);
      this.values[o + DETECTION_RIVALS] = this.ofDetections.besides(this.columns[k], this.rows[k]);
    }
  }

  /** Whether the track and the detection of pair `k` overlap each other, and no other track or detection that takes part. */
  isAlone(k: number): boolean {
    const o = k * FEATURE_COUNT;
    const { values } = this;
    return values[o + IOU] > 0 && values[o + TRACK_RIVALS] === 0 && values[o + DETECTION_RIVALS] === 0;
  }

  private add(
    tracks: TrackColumns,
    i: number,
    detections: Detections,
    j: number,
    overlap: number,
    distance: number,
  ): void {
    const k = this.length++;
    if (k === this.rows.length) this.grow();
    this.rows[k] = i;
    this.columns[k] = j;
    const a = tracks.last;
    const b = detections.boxes;
    const p = 4 * i;
    const q = 4 * j;
    const f = this.values;
    const widths = a[p + 2] + b[q + 2];
    const heights = a[p + 3] + b[q + 3];
    const e = tracks.predicted;
    const x = (b[q] + b[q + 2] / 2 - e[p] - e[p + 2] / 2) / widths;
    const y = (b[q + 1] + b[q + 3] / 2 - e[p + 1] - e[p + 3] / 2) / heights;
    const gap = Math.max(tracks.gap[i], 1e-3);
    let o = k * FEATURE_COUNT;
    f[o++] = (b[q + 2] - a[p + 2]) / widths;
    f[o++] = (b[q + 3] - a[p + 3]) / heights;
    f[o++] = Math.abs(x);
    f[o++] = y;
    f[o++] = overlap;
    f[o++] = distance;
    f[o++] = (b[q + 3] - tracks.predicted[p + 3]) / (b[q + 3] + tracks.predicted[p + 3]);
    f[o++] = gap;
    f[o++] = tracks.span[i];
    f[o++] = detections.scores[j];
    f[o++] = tracks.score[i];
    f[o++] = 0;
    f[o++] = 0;
    f[o++] = 0;
    f[o] = Number.NaN;
  }

  private grow(): void {
    this.rows = withRoom(this.rows, this.length);
    this.columns = withRoom(this.columns, this.length);
    this.costs = withRoom(this.costs, this.length);
    this.values = withRoom(this.values, this.length * FEATURE_COUNT);
  }
}

/** For each of many items its two largest overlaps, and which other item the largest is with. */
class Rivals {
  private best = new Float64Array(0);
  private second = new Float64Array(0);
  private who = new Int32Array(0);

  clear(n: number): void {
    if (this.best.length < n) {
      this.best = new Float64Array(2 * n);
      this.second = new Float64Array(2 * n);
      this.who = new Int32Array(2 * n);
    }
    this.best.fill(0, 0, n);
    this.second.fill(0, 0, n);
    this.who.fill(-1, 0, n);
  }

  note(item: number, other: number, overlap: number): void {
    if (overlap > this.best[item]) {
      this.second[item] = this.best[item];
      this.best[item] = overlap;
      this.who[item] = other;
    } else if (overlap > this.second[item]) this.second[item] = overlap;
  }

  /** Largest overlap of `item` with any but `other`. */
  besides(item: number, other: number): number {
    return this.who[item] === other ? this.second[item] : this.best[item];
  }
}

const IOU = FEATURES.indexOf('iou');
const TRACK_RIVALS = FEATURES.indexOf('trackRivals');
const DETECTION_RIVALS = FEATURES.indexOf('detectionRivals');

function squaredDistance(tracks: TrackColumns, i: number, boxes: Boxes, j: number): number {
  const p = 4 * i;
  const q = 4 * j;
  const dx = boxes[q] + boxes[q + 2] / 2 - tracks.predicted[p] - tracks.predicted[p + 2] / 2;
  const dy = boxes[q + 1] + boxes[q + 3] / 2 - tracks.predicted[p + 1] - tracks.predicted[p + 3] / 2;
  return (dx / tracks.deviation[2 * i]) ** 2 + (dy / tracks.deviation[2 * i + 1]) ** 2;
}
