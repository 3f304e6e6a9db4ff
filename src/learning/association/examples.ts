import type { CalibratedSimilarity } from '../../appearance/calibration.ts';
import { type AssociationScore, FEATURE_COUNT } from '../../association/features.ts';
import { withRoom } from '../../core/columns.ts';
import type { TrackingParameters } from '../../tracking/parameters.ts';
import type { Track } from '../../tracking/track.ts';
import { Tracker } from '../../tracking/tracker.ts';
import type { LabelledFrame } from '../labelled-frame.ts';
import type { Examples } from './boosting.ts';

/** Collects the pairs that a tracker meets: their features, and whether track and detection are one person. */
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
   * Runs the tracker over a sequence and adds every candidate pair that it scores and whose label is known. A track has the identity of
   * its last identified detection. False positives are left out: the life cycle of tracks deals with them.
   *
   * @param score the association that the tracker uses
   * @param similarity compares the embeddings, where the detections have some
   */
  addSequence(
    frames: Iterable<LabelledFrame>,
    parameters: Partial<TrackingParameters>,
    score: AssociationScore,
    similarity?: CalibratedSimilarity,
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
    const reid = similarity && { similarity, reidSeconds: 0, reidSimilarity: 1 };
    const tracker = new Tracker({ association: watched, parameters, reid });
    for (const frame of frames) {
      identities = Int32Array.from(frame.identities);
      const tracks = tracker.step(frame.detections, frame.time);
      for (const track of tracks) {
        const identity = track.detection >= 0 ? identities[track.detection] : -1;
        // A poor box in between does not change the track's identity.
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
