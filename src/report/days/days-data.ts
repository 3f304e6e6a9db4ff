import type { TimeZone } from '../../core/time-zone.ts';
import { Figures } from './figures.ts';

/** The passes through a line. Times are in milliseconds since 1970. */
export interface LinePasses {
  readonly camera: string;
  readonly name: string;
  readonly in: number[];
  readonly out: number[];
}

/** The visits of a zone. */
export interface ZoneVisits {
  readonly camera: string;
  readonly name: string;
  readonly people: Set<string>;
  /** Begins and ends in milliseconds since 1970, one after the other. */
  readonly stays: number[];
}

/** What a report over days is made of, camera by camera and in all. It takes what happened in any order. */
export class DaysData {
  readonly zone: TimeZone;
  readonly all: Figures;
  readonly #cameras = new Map<string, Figures>();
  readonly #lines = new Map<string, LinePasses>();
  readonly #zones = new Map<string, ZoneVisits>();
  /** Trajectories files. */
  sources = 0;

  constructor(zone: TimeZone) {
    this.zone = zone;
    this.all = new Figures('all cameras', zone);
  }

  /** The cameras by name. */
  get cameras(): Figures[] {
    return [...this.#cameras.values()].sort((a, b) => compare(a.name, b.name));
  }

  /** The lines by camera and name. */
  get lines(): LinePasses[] {
    return inOrder(this.#lines.values());
  }

  /** The zones by camera and name. */
  get zones(): ZoneVisits[] {
    return inOrder(this.#zones.values());
  }

  /** A time that a camera recorded, with the zones and lines that it had. */
  record(camera: string, from: number, to: number, zones: readonly string[], lines: readonly string[]): void {
    this.sources++;
    for (const figures of [this.#camera(camera), this.all]) figures.record(from, to);
    for (const name of zones) this.#visits(camera, name);
    for (const name of lines) this.#passes(camera, name);
  }

  /** A stay of a person in the picture. */
  stay(camera: string, person: string, from: number, to: number): void {
    for (const figures of [this.#camera(camera), this.all]) figures.stay(person, from, to);
  }

  /** A visit of a zone. */
  visit(camera: string, zone: string, person: string, from: number, to: number): void {
    const { people, stays } = this.#visits(camera, zone);
    people.add(person);
    stays.push(from, to);
  }

  /** A crossing of a line. */
  cross(camera: string, line: string, direction: 'in' | 'out', time: number): void {
    this.#passes(camera, line)[direction].push(time);
  }

  #camera(name: string): Figures {
    return found(this.#cameras, name, () => new Figures(name, this.zone));
  }

  #visits(camera: string, name: string): ZoneVisits {
    return found(this.#zones, JSON.stringify([camera, name]), () => ({ camera, name, people: new Set(), stays: [] }));
  }

  #passes(camera: string, name: string): LinePasses {
    return found(this.#lines, JSON.stringify([camera, name]), () => ({ camera, name, in: [], out: [] }));
  }
}

function found<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function inOrder<T extends { readonly camera: string; readonly name: string }>(items: Iterable<T>): T[] {
  return [...items].sort((a, b) => compare(a.camera, b.camera) || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
