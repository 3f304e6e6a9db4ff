import type { SiteRun } from '../site-json.ts';

type Person = Pick<SiteRun['people'][number], 'tracklets'>;
type SeenTracklet = Person['tracklets'][number];

/** The walks from one camera to another. */
export interface WalksBetween {
  readonly from: string;
  readonly to: string;
  /** People who walked there, each counted once. */
  readonly people: number;
  /** How long each walk took in seconds, rising. */
  readonly seconds: readonly number[];
}

/** Two cameras that saw people at the same time. */
export interface SeenByBoth {
  readonly cameras: readonly [string, string];
  readonly people: number;
}

/**
 * The walks between cameras, of the ways that most walks took first. A walk is the time in which no camera sees a person, from the last
 * that did to the next.
 */
export function walksBetween(people: readonly Person[]): WalksBetween[] {
  const ways = new Map<string, { from: string; to: string; people: Set<Person>; seconds: number[] }>();
  for (const person of people) {
    let last: SeenTracklet | undefined;
    for (const tracklet of byTime(person)) {
      if (last && tracklet.from >= last.to && tracklet.camera !== last.camera) {
        const key = JSON.stringify([last.camera, tracklet.camera]);
        const way = ways.get(key) ?? { from: last.camera, to: tracklet.camera, people: new Set(), seconds: [] };
        ways.set(key, way);
        way.people.add(person);
        way.seconds.push(tracklet.from - last.to);
      }
      if (!last || tracklet.to > last.to) last = tracklet;
    }
  }
  return [...ways.values()]
    .map((way) => ({ ...way, people: way.people.size, seconds: way.seconds.sort((a, b) => a - b) }))
    .sort((a, b) => b.seconds.length - a.seconds.length);
}

/** Pairs of cameras, and how many people both saw at the same time. @param cameras names */
export function seenByBoth(people: readonly Person[], cameras: readonly string[]): SeenByBoth[] {
  return cameras.flatMap((one, i) =>
    cameras.slice(i + 1).flatMap((other) => {
      const both = people.filter(({ tracklets }) =>
        tracklets.some((a) => a.camera === one && tracklets.some((b) => b.camera === other && overlap(a, b))),
      );
      return both.length > 0 ? [{ cameras: [one, other] as const, people: both.length }] : [];
    }),
  );
}

/** The cameras that saw a person, in order; those that see the person again are named again. */
export function camerasInOrder(person: Person): string[] {
  const names = byTime(person).map(({ camera }) => camera);
  return names.filter((name, i) => name !== names[i - 1]);
}

/**
 * The sub-row of each tracklet in which no other is at the same time.
 *
 * @param tracklets by the time at which they begin
 */
export function lanesOf(tracklets: readonly Pick<SeenTracklet, 'from' | 'to'>[]): number[] {
  const ends: number[] = [];
  return tracklets.map(({ from, to }) => {
    const free = ends.findIndex((end) => end <= from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = to;
    return lane;
  });
}

/** When any camera sees a person: stretches of time that do not overlap. */
export function timesSeen(person: Person): { start: number; end: number }[] {
  const stretches: { start: number; end: number }[] = [];
  for (const { from, to } of byTime(person)) {
    const last = stretches[stretches.length - 1];
    if (last && from <= last.end) last.end = Math.max(last.end, to);
    else stretches.push({ start: from, end: to });
  }
  return stretches;
}

/** The tracklets of a person by the time at which they begin. */
export function byTime({ tracklets }: Person): SeenTracklet[] {
  return [...tracklets].sort((a, b) => a.from - b.from || a.to - b.to);
}

function overlap(a: SeenTracklet, b: SeenTracklet): boolean {
  return Math.min(a.to, b.to) > Math.max(a.from, b.from);
}
