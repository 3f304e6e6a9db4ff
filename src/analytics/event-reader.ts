import type { Trajectory } from '../core/trajectory.ts';
import type { Areas } from './areas.ts';
import { type AreaEvent, GONE_SECONDS } from './events.ts';
import { PersonWatch, watched } from './person-watch.ts';

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
