import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { AreaEvent } from '../../analytics/events.ts';
import type { Boxes } from '../../core/geometry.ts';
import { AppendFile, cutTornLine, type DiskTrouble } from '../../files/append-file.ts';
import { linesOf } from '../../files/lines.ts';
import { hourOf, isoTime, stamp } from '../clock.ts';
import { freeStem } from './folder.ts';

/** An event at a camera, as it is on a line of `events.jsonl` and in an MQTT message. */
export type LiveEvent = PersonEvent | CrossingEvent | VisitEvent | CameraEvent | SitePersonEvent;

/** A person's track was confirmed, goes on, or has ended. */
export interface PersonEvent {
  readonly event: 'started' | 'updated' | 'ended';
  readonly camera: string;
  /** Positive, never reused for this camera as long as its events are kept. */
  readonly id: number;
  /** Time of day of the frame, ISO 8601 in UTC; for `ended` of the last frame in which the person was seen. */
  readonly time: string;
  /** x, y, w, h in source pixels; for `ended` the last one. */
  readonly box: readonly number[];
  readonly score: number;
}

/** A person crossed a line. `in` is from its left to its right, seen from its first point to its second. */
export interface CrossingEvent {
  readonly event: 'crossed';
  readonly camera: string;
  readonly id: number;
  /** Time of day of the crossing. The event comes a little later, when the crossing is certain. */
  readonly time: string;
  readonly line: string;
  readonly direction: 'in' | 'out';
}

/** A person entered or left a zone, or was first or last seen in it. */
export interface VisitEvent {
  readonly event: 'entered' | 'left';
  readonly camera: string;
  readonly id: number;
  /** Time of day. The event comes a little later, when it is certain; `left` comes 10 s after a person was last seen. */
  readonly time: string;
  readonly zone: string;
  /** Seconds in the zone, for `left`. */
  readonly dwell?: number;
}

/** The camera connected or disconnected, or this program was stopped. */
export interface CameraEvent {
  readonly event: 'connected' | 'disconnected' | 'stopped';
  readonly camera: string;
  readonly time: string;
  /** Why it disconnected. */
  readonly reason?: string;
}

/** With a site: a camera's track was found to be a person of it, or another one than was thought. */
export interface SitePersonEvent {
  readonly event: 'person' | 'person.changed';
  readonly camera: string;
  /** Id of the camera's track. */
  readonly id: number;
  readonly time: string;
  /**
   * Id of the person, the same in all cameras of the site; never reused. `null` for `person.changed` where it is not known any more: two tracks
   * that a camera sees at a time are never one person.
   */
  readonly person: number | null;
  /** Who it was thought to be, for `person.changed`. */
  readonly was?: number;
}

/** Makes the event of a person whose box is row `i` of `boxes`. */
export function personEvent(
  event: PersonEvent['event'],
  camera: string,
  { id, time, score }: { readonly id: number; readonly time: number; readonly score: number },
  boxes: Boxes,
  i: number,
): PersonEvent {
  const box = Array.from(boxes.subarray(4 * i, 4 * i + 4), (value) => Math.round(10 * value) / 10);
  return { event, camera, id, time: isoTime(time), box, score: Math.round(1000 * score) / 1000 };
}

/** Makes the event of a crossing or a visit that a `ZoneCounter` has found. */
export function areaEvent(happened: AreaEvent, camera: string): CrossingEvent | VisitEvent {
  const about = { camera, id: happened.id, time: isoTime(happened.time) };
  if (happened.type === 'crossed')
    return { event: happened.type, ...about, line: happened.line, direction: happened.direction };
  if (happened.type === 'entered') return { event: happened.type, ...about, zone: happened.zone };
  return { event: happened.type, ...about, zone: happened.zone, dwell: Math.round(100 * happened.dwell) / 100 };
}

const CURRENT = 'events.jsonl';
/** Name of the events of an hour that is over. */
export const PAST_EVENTS = /^events-\d{8}T\d{6}Z(-\d+)?\.jsonl$/;

/** Writes the events of one camera: `events.jsonl` holds those of this hour (UTC), `events-<time of the first>.jsonl` those of an earlier hour. */
export class EventLog {
  readonly #folder: string;
  readonly #trouble: DiskTrouble;
  readonly #file: AppendFile;
  #started: number | undefined;

  /**
   * Opens the event log of a camera. A line that a killed process left unfinished is cut off.
   *
   * @param folder the camera's
   */
  static async open(folder: string, trouble: DiskTrouble): Promise<EventLog> {
    const path = join(folder, CURRENT);
    await cutTornLine(path);
    return new EventLog(folder, trouble, await firstTime(path));
  }

  private constructor(folder: string, trouble: DiskTrouble, started: number | undefined) {
    this.#folder = folder;
    this.#trouble = trouble;
    this.#file = new AppendFile(join(folder, CURRENT), trouble);
    this.#started = started;
  }

  add(event: LiveEvent): void {
    const time = Date.now() / 1000; // the event's own time may be some seconds ago
    if (this.#started !== undefined && hourOf(this.#started) !== hourOf(time)) this.#startAnew(this.#started);
    this.#started ??= time;
    this.#file.append(JSON.stringify(event));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Names the file by the time of its first event, once it is written out, and begins the next file. */
  #startAnew(started: number): void {
    this.#file.startAnew((path) => {
      try {
        const stem = freeStem(this.#folder, `events-${stamp(started)}`, '.');
        if (existsSync(path)) renameSync(path, join(this.#folder, `${stem}.jsonl`));
      } catch (error) {
        this.#trouble.failed(error); // one file of two hours is better than no events
      }
      return path;
    });
    this.#started = undefined;
  }
}

/** The time of the first event in a file, in seconds since 1970. */
async function firstTime(path: string): Promise<number | undefined> {
  if (!existsSync(path)) return undefined;
  for await (const line of linesOf(path)) {
    const time = Date.parse(/"time":"([^"]+)"/.exec(line)?.[1] ?? '') / 1000;
    if (Number.isFinite(time)) return time;
  }
  return undefined;
}
