import type { Detections } from '../detection/detections.ts';
import { type Boxes, iou } from '../geometry.ts';
import type { CandidatePairs } from './assignment.ts';

/** What the association stage knows of the tracks at the time of a frame, as columns. */
export interface TrackColumns {
  /** Number of tracks, n. */
  length: number;
  /** n × 4: box predicted for this frame, source pixels. */
  predicted: Boxes;
  /** n × 4: last observed box. */
  last: Boxes;
  /** n × 2: standard deviation of a measured centre about the predicted one, pixels. */
  deviation: Float64Array;
  /** n: seconds since the last observation. */
  gap: Float64Array;
  /** n: seconds from the first to the last observation. */
  span: Float64Array;
  /** n: mean detection score of the track. */
  score: Float64Array;
}

/** The pair features, in the order of the columns of {@link pairFeatures}. */
export const FEATURES = [
  'widthChange', // relative changes since the last observation (Leal-Taixé et al. 2016, §4)
  'heightChange',
  'xChange',
  'yChange',
  'xSpeed', // … and over the time gap, per second
  'ySpeed',
  'iou', // overlap with the predicted box
  'distance', // squared Mahalanobis distance of the centre from the prediction
  'heightDifference', // relative difference of the height to the predicted one
  'gap', // seconds since the track was seen
  'span', // seconds that the track has been followed
  'detectionScore',
  'trackScore',
  'trackRivals', // largest IoU of the prediction with another detection
  'detectionRivals', // largest IoU of the detection with the prediction of another track
  'similarity', // Siamese similarity 0..1; NaN where there are no pixels
] as const;

/** Number of features of a pair. */
export const FEATURE_COUNT = FEATURES.length;

/** A score of candidate pairs: the probability that a detection is the same person as a track. */
export interface AssociationScore {
  /**
   * @param pairs candidate pairs of a frame with their features
   * @param out receives a probability, 0..1, for each pair
   */
  score(pairs: PairFeatures, out: Float64Array): void;
}

/** Candidate pairs of one frame and their features; the buffers are reused from frame to frame. */
export class PairFeatures implements CandidatePairs {
  length = 0;
  rows = new Int32Array(64);
  columns = new Int32Array(64);
  costs = new Float64Array(64);
  /** length × {@link FEATURE_COUNT}, row by row. */
  values = new Float64Array(64 * FEATURE_COUNT);
  private overlap = new Float64Array(0);

  /**
   * Finds the pairs of tracks and detections that could be one person and computes their features. `costs` is left for the caller.
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
    const m = detections.length;
    this.length = 0;
    if (this.overlap.length < tracks.length * m) this.overlap = new Float64Array(2 * tracks.length * m);
    for (let i = 0; i < tracks.length; i++) {
      if (!trackUse[i]) continue;
      for (let j = 0; j < m; j++) {
        if (!detectionUse[j]) continue;
        const overlap = iou(tracks.predicted, i, detections.boxes, j);
        this.overlap[i * m + j] = overlap;
        const distance = squaredDistance(tracks, i, detections.boxes, j);
        const ratio = tracks.last[4 * i + 3] / detections.boxes[4 * j + 3];
        if ((overlap > 0 || distance < gate) && ratio > 0.5 && ratio < 2)
          this.add(tracks, i, detections, j, overlap, distance);
      }
    }
    this.addRivals(tracks.length, trackUse, m, detectionUse);
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
    const x = (b[q] + b[q + 2] / 2 - a[p] - a[p + 2] / 2) / widths;
    const y = (b[q + 1] + b[q + 3] / 2 - a[p + 1] - a[p + 3] / 2) / heights;
    const gap = Math.max(tracks.gap[i], 1e-3);
    let o = k * FEATURE_COUNT;
    f[o++] = (b[q + 2] - a[p + 2]) / widths;
    f[o++] = (b[q + 3] - a[p + 3]) / heights;
    f[o++] = Math.abs(x);
    f[o++] = y;
    f[o++] = Math.abs(x) / gap;
    f[o++] = y / gap;
    f[o++] = overlap;
    f[o++] = distance;
    f[o++] = (b[q + 3] - tracks.predicted[p + 3]) / (b[q + 3] + tracks.predicted[p + 3]);
    f[o++] = gap;
    f[o++] = tracks.span[i];
    f[o++] = detections.scores[j];
    f[o++] = tracks.score[i];
    f[o++] = 0;
    f[o++] = 0;
    f[o] = Number.NaN;
  }

  /** Largest overlap of each pair's track and detection with somebody else. */
  private addRivals(n: number, trackUse: Uint8Array, m: number, detectionUse: Uint8Array): void {
    const { overlap, values } = this;
    for (let k = 0; k < this.length; k++) {
      const i = this.rows[k];
      const j = this.columns[k];
      let ofTrack = 0;
      for (let c = 0; c < m; c++) if (c !== j && detectionUse[c]) ofTrack = Math.max(ofTrack, overlap[i * m + c]);
      let ofDetection = 0;
      for (let r = 0; r < n; r++) if (r !== i && trackUse[r]) ofDetection = Math.max(ofDetection, overlap[r * m + j]);
      values[k * FEATURE_COUNT + TRACK_RIVALS] = ofTrack;
      values[k * FEATURE_COUNT + DETECTION_RIVALS] = ofDetection;
    }
  }

  private grow(): void {
    this.rows = enlarged(this.rows, new Int32Array(2 * this.rows.length));
    this.columns = enlarged(this.columns, new Int32Array(2 * this.columns.length));
    this.costs = enlarged(this.costs, new Float64Array(2 * this.costs.length));
    this.values = enlarged(this.values, new Float64Array(2 * this.values.length));
  }
}

const TRACK_RIVALS = FEATURES.indexOf('trackRivals');
const DETECTION_RIVALS = FEATURES.indexOf('detectionRivals');

function enlarged<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function squaredDistance(tracks: TrackColumns, i: number, boxes: Boxes, j: number): number {
  const p = 4 * i;
  const q = 4 * j;
  const dx = boxes[q] + boxes[q + 2] / 2 - tracks.predicted[p] - tracks.predicted[p + 2] / 2;
  const dy = boxes[q + 1] + boxes[q + 3] / 2 - tracks.predicted[p + 1] - tracks.predicted[p + 3] / 2;
  return (dx / tracks.deviation[2 * i]) ** 2 + (dy / tracks.deviation[2 * i + 1]) ** 2;
}
