import type { Draw } from './noise.ts';
import type { Activity, Person } from './person.ts';

/** People who keep together: a person alone, a pair, a group. */
export interface Party {
  readonly members: Person[];
  /** Where each of them wants to be: metres to the right of and ahead of the first. */
  readonly slots: [right: number, ahead: number][];
  activity: Activity;
  /** Radians from y to x, and metres per second. */
  heading: number;
  pace: number;
  /** Seconds until they do something else. */
  until: number;
  /** Where they want to be, of those who dance; where they leave, of those who go to a door. */
  goal: [x: number, y: number] | undefined;
}

/** Places for people who keep together: in a ring when they stand, abreast when they walk, at most three in a row. */
export function slotsFor(size: number, ring: boolean, draw: Draw): [right: number, ahead: number][] {
  return Array.from({ length: size }, (_, i) => {
    if (i === 0) return [0, 0];
    const angle = (2 * Math.PI * i) / size;
    if (ring) return [0.6 * Math.sin(angle), 0.6 - 0.6 * Math.cos(angle)];
    return [(i % 2 ? 0.65 : -0.65) * Math.ceil(i / 2), draw.normal(i > 2 ? -0.8 : 0, 0.2)];
  });
}
