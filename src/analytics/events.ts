import type { Trajectory } from '../core/trajectory.ts';
import type { Areas } from './areas.ts';
import { PersonWatch, watched } from './person-watch.ts';

/** Somebody crossed a line: `in` is from its left to its right, seen from its first point to its second. */
export interface CrossedEvent {
  readonly type: 'crossed';
  readonly line: string;
  readonly id: number;
  /** Seconds. */
  readonly time: number;
  readonly direction: 'in' | 'out';
}

/** Somebody came into a zone, or was first seen in it. */
export interface EnteredEvent {
  readonly type: 'entered';
  readonly zone: string;
  readonly id: number;
  /** Seconds. */
  readonly time: number;
}

/** Somebody left a zone, or was last seen in it. */
export interface LeftEvent {
  readonly type: 'left';
  readonly zone: string;
  readonly id: number;
  /** Seconds. */
  readonly time: number;
  /** Seconds since they entered. */
  readonly dwell: number;
}

/** What happens at lines and zones. Times are those of the crossing, a little before it is certain. */
export type AreaEvent = CrossedEvent | EnteredEvent | LeftEvent;

/** Seconds unseen after which somebody is taken to be gone since they were last seen. */
export const GONE_SECONDS = 10;

/** Makes a function that gives what a person did at the lines and zones, in order of time: what a `ZoneCounter` tells frame by frame. */
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
