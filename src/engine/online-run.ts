import { possiblePeople, type RunResult, type RunStages } from './run.ts';
import { trackFrames } from './track-frames.ts';

/**
 * Video → trajectories in one pass without looking ahead: each frame is tracked, written and drawn before the next. Whatever
 * ends the run is returned and not thrown; the outputs are left for the caller to close.
 */
export async function runOnline(stages: RunStages): Promise<RunResult> {
  const { engine, sinks, drawing, album, clock, onFrame } = stages;
  const { tracker } = engine;
  let frames = 0;
  let lastTime = 0;
  let interruption: { interruption: unknown } | undefined;
  try {
    for await (const step of trackFrames(engine, stages.frames, stages)) {
      const { frame, detections, tracks, people, ended, origin } = step;
      for (const sink of sinks) {
        await sink.write(people);
        for (const id of ended) await sink.end(id);
      }
      await album?.add(frame, detections, tracks);
      frames++;
      lastTime = frame.time;
      clock.lap('write');
      const seen = drawing?.anonymize ? possiblePeople(detections, tracks, tracker) : undefined;
      if (drawing) await drawing.add(frame, people, { seen, origin }, clock);
      else frame.release?.();
      onFrame?.(frame, people.length, 'track');
    }
  } catch (reason) {
    interruption = { interruption: reason };
  }
  const encoding = drawing?.taken(clock).catch((reason: unknown) => ({ interruption: reason }));
  return { frames, lastTime, trajectories: tracker.confirmed, ...(await encoding), ...interruption };
}
