import type { Trajectory } from '../core/trajectory.ts';
import type { Areas } from './areas.ts';
import { eventReader } from './event-reader.ts';
import type { AreaEvent, CrossedEvent } from './events.ts';

/** A stretch of time of one person, in seconds. */
export interface Stay {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** The crossings of a line. */
export interface LineResult {
  readonly name: string;
  readonly in: number;
  readonly out: number;
  readonly crossings: readonly CrossedEvent[];
}

/** The visits of a zone. */
export interface ZoneResult {
  readonly name: string;
  readonly visits: readonly Stay[];
  /** People who visited it, each counted once. */
  readonly people: number;
}

/** How many people went from one zone to another: the first and the last zone that they visited, which may be the same. */
export interface OriginDestination {
  readonly from: string;
  readonly to: string;
  readonly people: number;
}

/** Result of {@link Analysis}. */
export interface AnalysisResult {
  /** When each person was in the picture: from the first to the last observation. */
  readonly people: readonly Stay[];
  readonly lines: readonly LineResult[];
  readonly zones: readonly ZoneResult[];
  readonly journeys: readonly OriginDestination[];
}

/**
 * Analyses trajectories one by one: crossings of lines, visits of zones, origins and destinations. It keeps the events, not the paths.
 *
 * @example
 * const analysis = new Analysis(areas);
 * for await (const trajectory of streamTrajectories(file)) analysis.add(trajectory);
 * const { lines, zones } = analysis.result();
 */
export class Analysis {
  readonly #areas: Areas;
  readonly #read: (trajectory: Trajectory) => AreaEvent[];
  readonly #people: Stay[] = [];
  readonly #crossings: CrossedEvent[] = [];
  readonly #visits = new Map<string, Stay[]>();
  readonly #journeys = new Map<string, number>();

  /** @param areas zones and lines, see `resolveAreas` */
  constructor(areas: Areas) {
    this.#areas = areas;
    this.#read = eventReader(areas);
    for (const { name } of areas.zones) this.#visits.set(name, []);
  }

  /** Adds the trajectory of a person. Returns their events in order of time. */
  add(trajectory: Trajectory): AreaEvent[] {
    const { id, times } = trajectory;
    this.#people.push({ id, start: times[0], end: times[times.length - 1] });
    const events = this.#read(trajectory);
    const zones: string[] = [];
    for (const event of events) {
      if (event.type === 'crossed') this.#crossings.push(event);
      if (event.type === 'entered') zones.push(event.zone);
      if (event.type === 'left')
        this.#visits.get(event.zone)!.push({ id, start: event.time - event.dwell, end: event.time });
    }
    if (zones.length > 0) {
      const journey = JSON.stringify([zones[0], zones[zones.length - 1]]);
      this.#journeys.set(journey, 1 + (this.#journeys.get(journey) ?? 0));
    }
    return events;
  }

  /** The result so far. */
  result(): AnalysisResult {
    const crossings = this.#crossings.sort((a, b) => a.time - b.time);
    const zones = this.#areas.zones.map(({ name }) => {
      const visits = this.#visits.get(name)!.sort((a, b) => a.start - b.start);
      return { name, visits, people: new Set(visits.map(({ id }) => id)).size };
    });
    return {
      people: this.#people,
      lines: this.#areas.lines.map(({ name }) => {
        const own = crossings.filter(({ line }) => line === name);
        const count = (way: 'in' | 'out') => own.filter(({ direction }) => direction === way).length;
        return { name, in: count('in'), out: count('out'), crossings: own };
      }),
      zones,
      journeys: [...this.#journeys]
        .map(([journey, people]) => ({ from: JSON.parse(journey)[0], to: JSON.parse(journey)[1], people }))
        .sort((a, b) => b.people - a.people),
    };
  }
}

/**
 * The mean number of people present in each of equal intervals of time.
 *
 * @param duration end of the last interval in seconds, from 0
 * @param bins number of intervals
 */
export function occupancyOf(stays: readonly Stay[], duration: number, bins: number): Float64Array {
  const present = new Float64Array(bins);
  const width = duration / bins;
  for (const { start, end } of stays) {
    const last = Math.min(bins - 1, Math.floor(end / width));
    for (let bin = Math.max(0, Math.floor(start / width)); bin <= last; bin++) {
      const within = Math.min(end, (bin + 1) * width) - Math.max(start, bin * width);
      present[bin] += Math.max(0, within) / width;
    }
  }
  return present;
}

/** Number of stays, and the mean, median and longest of their lengths in seconds; zeros when there are none. */
export function dwellOf(stays: readonly Stay[]): { visits: number; mean: number; median: number; longest: number } {
  const seconds = stays.map(({ start, end }) => end - start).sort((a, b) => a - b);
  const n = seconds.length;
  if (n === 0) return { visits: 0, mean: 0, median: 0, longest: 0 };
  const median = (seconds[(n - 1) >> 1] + seconds[n >> 1]) / 2;
  return { visits: n, mean: seconds.reduce((sum, s) => sum + s, 0) / n, median, longest: seconds[n - 1] };
}
