/** Where a person is first or last seen by a camera: the centre of the box and its height, in pixels. */
export interface Sight {
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** How far, in heights, a person is usually from where a camera has lost them: at once, and for each second more. */
const AT_ONCE = 0.4;
const PER_SECOND = 0.6;
/** So many are anywhere. */
const ANYWHERE = 0.05;
/** A picture has room for so many heights squared at least. */
const LEAST_ROOM = 25;

/**
 * Log of how much likelier it is that a person whom the camera has lost is seen again there than that another person appears there: a
 * normal distribution, wider with time, against one as wide as the picture.
 *
 * @param seconds between the two
 * @param area in which people appear, in pixels squared
 */
export function reachOdds(last: Sight, first: Sight, seconds: number, area: number): number {
  const height = Math.max(1, (last.height + first.height) / 2);
  const room = Math.max(LEAST_ROOM * height ** 2, area);
  const variance = Math.min(((AT_ONCE + PER_SECOND * seconds) * height) ** 2, room / (2 * Math.PI));
  const distance = (first.x - last.x) ** 2 + (first.y - last.y) ** 2;
  const density = Math.exp(-distance / (2 * variance)) / (2 * Math.PI * variance);
  return Math.log((1 - ANYWHERE) * density * room + ANYWHERE);
}
