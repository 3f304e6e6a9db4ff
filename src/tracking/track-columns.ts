import { type TrackColumns, trackColumns } from '../association/features.ts';
import type { KalmanBoxes } from './kalman.ts';
import type { Track } from './track.ts';

/**
 * The tracks at the time of a frame as the association stage sees them.
 *
 * @param filter predicted to `time`, seconds
 * @param columns written over where they have room
 */
export function toColumns(
  tracks: readonly Track[],
  filter: KalmanBoxes,
  time: number,
  columns: TrackColumns,
): TrackColumns {
  const c = columns.gap.length < tracks.length ? trackColumns(2 * tracks.length) : columns;
  c.length = tracks.length;
  for (let i = 0; i < tracks.length; i++) {
    const track = tracks[i];
    filter.box(track.slot, c.predicted, i);
    c.last.set(track.observed, 4 * i);
    const noise = (filter.noise.position * track.observed[3]) ** 2;
    c.deviation[2 * i] = Math.sqrt(filter.variance(track.slot, 0) + noise);
    c.deviation[2 * i + 1] = Math.sqrt(filter.variance(track.slot, 1) + noise);
    c.gap[i] = time - track.lastTime;
    c.span[i] = track.lastTime - track.firstTime;
    c.score[i] = track.score;
  }
  return c;
}
