import type { Track, TrackedFrame } from '../tracking/index.ts';
import type { Frame } from '../video/index.ts';
import { runPipeline } from './frame-engine.ts';
import { everybody, type RunResult, type RunStages } from './run.ts';

/**
 * Video → trajectories in one pass without looking ahead: each frame is tracked, written and drawn before the next. Whatever
 * ends the run is returned and not thrown; the outputs are left for the caller to close.
 */
export async function runOnline(stages: RunStages): Promise<RunResult> {
  const { tracker, sinks, drawing, album, clock, onFrame } = stages;
  /** Ids whose trajectories the sinks have not been told to end. */
  const open = new Set<number>();
  let frames = 0;
  let lastTime = 0;
  const result = await runPipeline({
    ...stages,
    async take(frame, detections, tracks) {
      const people = trackedFrame(tracks, frame);
      for (const sink of sinks) await sink.write(people);
      for (const id of people.ids) open.add(id);
      for (const track of tracks) {
        if (track.state !== 'ended' || !open.delete(track.id)) continue;
        for (const sink of sinks) await sink.end(track.id);
      }
      await album?.add(frame, detections, tracks);
      frames++;
      lastTime = frame.time;
      clock.lap('write');
      const seen = drawing?.anonymize ? everybody(detections, tracks, tracker) : undefined;
      if (drawing) await drawing.add(frame, people, seen, clock);
      else frame.release?.();
      onFrame?.(frame, people.length, 'track');
    },
  });
  const encoding = drawing?.taken(clock).catch((reason: unknown) => ({ interruption: reason }));
  return { frames, lastTime, trajectories: tracker.confirmed, ...(await encoding), ...result };
}

/** The people seen in a frame, as columns. */
export function trackedFrame(tracks: readonly Track[], frame: Frame): TrackedFrame {
  const seen = tracks.filter((track) => track.state === 'confirmed');
  const n = seen.length;
  const tracked = {
    index: frame.index,
    time: frame.time,
    length: n,
    ids: new Int32Array(n),
    boxes: new Float64Array(4 * n),
    scores: new Float32Array(n),
    detected: new Uint8Array(n).fill(1),
  };
  for (let i = 0; i < n; i++) {
    tracked.ids[i] = seen[i].id;
    tracked.boxes.set(seen[i].box, 4 * i);
    tracked.scores[i] = seen[i].lastScore;
  }
  return tracked;
}
