import type { Trajectory } from '../core/trajectory.ts';
import type { Areas } from './areas.ts';
import { PersonWatch, watched } from './person-watch.ts';

/** A person crossed a line. `in` is from its left to its right, seen from its first point to its second. */
export interface CrossedEvent {
  readonly type: 'crossed';
  readonly line: string;
  readonly id: number;
  /** Seconds. */
  readonly time: number;
  readonly direction: 'in' | 'out';
}

/** A person entered a zone, or was first seen in it. */
export interface EnteredEvent {
  readonly type: 'entered';
  readonly zone: string;
  readonly id: number;
  /** Seconds. */
  readonly time: number;
}

/** A person left a zone, or was last seen in it. */
export interface LeftEvent {
  readonly type: 'left';
  readonly zone: string;
  readonly id: number;
  /** Seconds. */
  readonly time: number;
  /** Seconds since they entered. */
  readonly dwell: number;
}

/** An event at a line or zone. Its time is that of the crossing, a little before the crossing is certain. */
export type AreaEvent = CrossedEvent | EnteredEvent | LeftEvent;

/** A person who is unseen for longer than so many seconds left when they were last seen. */
export const GONE_SECONDS = 10;

/** Makes a function that returns the events of one trajectory, in order of time. A `ZoneCounter` returns the same events frame by frame. */
export function eventReader(areas: Areas): (trajectory: Trajectory) => AreaEvent[] {
  const prepared = watched(areas);
  return ({ id, times, boxes }) => {
    const events: AreaEvent[] = [];
    let watch = new PersonWatch(id, prepared);
    for (let i = 0; i < times.length; i++) {
      if (times[i] - watch.lastTime > GONE_SECONDS) {
        watch.leave(events);
        watch = new PersonWatch(id, prepared);
      }
      watch.observe(times[i], boxes, i, events);
    }
    watch.leave(events);
    return events.sort((a, b) => a.time - b.time);
  };
}
