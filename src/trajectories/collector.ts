import type { Gallery } from '../appearance/gallery.ts';
import type { Trajectory } from '../core/trajectory.ts';
import type { Track } from '../tracking/track.ts';
import { Timeline } from './timeline.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/** A trajectory as the tracker left it, with the gallery of the person's embeddings where there were any. */
export interface FollowedTrajectory extends Trajectory {
  readonly gallery?: Gallery | undefined;
}

/**
 * Gathers what the tracker saw, for {@link refine}: of every track that was established, the detections it took, as they were
 * found, those from before it was established as well. Holds 49 bytes a detection and 12 a frame, and the
 * galleries.
 */
export class TrajectoryCollector {
  /** The frames given so far. */
  readonly timeline = new Timeline();
  private readonly open = new Map<Track, TrajectoryBuilder>();
  private readonly finished: FollowedTrajectory[] = [];

  /**
   * Adds the tracks of the next frame, as `Tracker.update` gives them.
   *
   * @param shift how the picture moved since the frame before, see `Tracker.cameraShift`
   * @param detected whether the detector ran
   */
  add(
    { index, time }: { readonly index: number; readonly time: number },
    tracks: readonly Track[],
    shift?: readonly [x: number, y: number],
    detected?: boolean,
  ): void {
    this.timeline.add(index, time, shift, detected);
    for (const track of tracks) {
      if (track.detection >= 0) this.builder(track).push(index, time, track.observed, 0, track.lastScore, true);
      if (track.state === 'ended') this.finish(track);
    }
  }

  /** The trajectories so far by rising id, those of people still followed included; empty for ever after. */
  take(): FollowedTrajectory[] {
    for (const track of [...this.open.keys()]) this.finish(track);
    return this.finished.splice(0).sort((a, b) => a.id - b.id);
  }

  private builder(track: Track): TrajectoryBuilder {
    let builder = this.open.get(track);
    if (!builder) {
      builder = new TrajectoryBuilder(0); // it gets its id when confirmed
      this.open.set(track, builder);
    }
    return builder;
  }

  private finish(track: Track): void {
    const builder = this.open.get(track);
    this.open.delete(track);
    if (builder && track.established) this.finished.push({ ...builder.build(), id: track.id, gallery: track.gallery });
  }
}
