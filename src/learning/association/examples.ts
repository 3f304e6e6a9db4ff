import type { Similarity } from '../../appearance/similarity.ts';
import { assign, toCandidates } from '../../association/assignment.ts';
import { type AssociationScore, FEATURE_COUNT } from '../../association/features.ts';
import { withRoom } from '../../core/columns.ts';
import type { Detections } from '../../core/detections.ts';
import { type Boxes, iou } from '../../core/geometry.ts';
import type { TrackingParameters } from '../../tracking/parameters.ts';
import type { Track } from '../../tracking/track.ts';
import { Tracker } from '../../tracking/tracker.ts';
import type { Examples } from './boosting.ts';

/** A sequence to learn from: detections and ground truth frame by frame. */
export interface LabelledFrame {
  readonly time: number;
  readonly detections: Detections;
  /** Who each detection is: the ground truth's id, 0 for nobody, −1 where that cannot be said. */
  readonly identities: Int32Array;
}

/**
 * Says who each detection of a frame is, by matching at IoU ≥ 0.5 with the ground truth.
 *
 * @param truth n × 4 boxes of the ground truth
 * @param ids n positive ids
 * @returns for each detection an id, 0 where it overlaps nobody by 0.3, −1 in between
 */
export function identify(detections: Detections, truth: Boxes, ids: ArrayLike<number>): Int32Array {
  const result = new Int32Array(detections.length);
  const pairs: [detection: number, person: number, cost: number][] = [];
  for (let j = 0; j < detections.length; j++) {
    for (let i = 0; i < ids.length; i++) {
      const overlap = iou(detections.boxes, j, truth, i);
      if (overlap >= 0.3) result[j] = -1;
      if (overlap >= 0.5) pairs.push([j, i, -overlap]);
    }
  }
  const assigned = assign(toCandidates(pairs), detections.length, ids.length, 0);
  for (let j = 0; j < assigned.length; j++) if (assigned[j] >= 0) result[j] = ids[assigned[j]];
  return result;
}

/** Collects pairs as a tracker really meets them: features, and whether track and detection are one person. */
export class ExampleCollector {
  private features = new Float64Array(1024 * FEATURE_COUNT);
  private labels = new Uint8Array(1024);
  private count = 0;

  /** The examples so far (views, valid until more are added). */
  get examples(): Examples {
    return {
      length: this.count,
      features: this.features.subarray(0, this.count * FEATURE_COUNT),
      labels: this.labels.subarray(0, this.count),
    };
  }

  /**
   * Runs the tracker over a sequence and adds every candidate pair that it scores and whose answer is known.
   * A track is whoever its last detection was. Detections of nobody are left out: whether to trust a detection is the life cycle's matter.
   *
   * @param score the association that the tracker acts on while it is watched
   * @param similarity compares the embeddings, where the detections have some
   */
  addSequence(
    frames: Iterable<LabelledFrame>,
    parameters: Partial<TrackingParameters>,
    score: AssociationScore,
    similarity?: Similarity,
  ): void {
    const identityOf = new WeakMap<Track, number>();
    let alive: readonly Track[] = [];
    let identities = new Int32Array(0);
    const watched: AssociationScore = {
      score: (pairs, out) => {
        score.score(pairs, out);
        for (let k = 0; k < pairs.length; k++) {
          const track = identityOf.get(alive[pairs.rows[k]]) ?? -1;
          const detection = identities[pairs.columns[k]];
          if (track < 0 || detection <= 0) continue;
          this.add(pairs.values, k * FEATURE_COUNT, track === detection);
        }
      },
    };
    const looks = similarity && { similarity, reidSeconds: 0, reidSimilarity: 1 };
    const tracker = new Tracker(parameters, watched, looks);
    for (const frame of frames) {
      identities = Int32Array.from(frame.identities);
      const tracks = tracker.update(frame.detections, frame.time);
      for (const track of tracks) {
        const identity = track.detection >= 0 ? identities[track.detection] : -1;
        // A poor box in between does not make the track somebody else.
        if (identity > 0 || (identity === 0 && !identityOf.has(track))) identityOf.set(track, identity);
      }
      alive = tracks.filter((track) => track.state !== 'ended');
    }
  }

  private add(values: Float64Array, offset: number, same: boolean): void {
    if (this.count === this.labels.length) {
      this.features = withRoom(this.features, (this.count + 1) * FEATURE_COUNT);
      this.labels = withRoom(this.labels, this.count + 1);
    }
    this.features.set(values.subarray(offset, offset + FEATURE_COUNT), this.count * FEATURE_COUNT);
    this.labels[this.count++] = same ? 1 : 0;
  }
}
