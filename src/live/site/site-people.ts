import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { GroundPlane } from '../../analytics/ground.ts';
import { inputError, messageOf, UsageError } from '../../core/errors.ts';
import type { Size } from '../../core/geometry.ts';
import type { TrackedFrame } from '../../core/tracked-frame.ts';
import { AppendFile } from '../../files/append-file.ts';
import { readError } from '../../files/file-errors.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { FloorTracker, type FloorView, type Site } from '../../site/index.ts';
import { now } from '../../video/camera/clock.ts';
import { hourOf, isoTime, stamp, wallTime } from '../clock.ts';
import type { Log } from '../monitoring/log.ts';
import type { SitePersonEvent } from '../outputs/events.ts';
import { freeStem } from '../outputs/folder.ts';
import { PersonMap } from './person-map.ts';

/** Folder of the site in the output folder; no camera may have this name. */
export const SITE_FOLDER = 'site';
/** Where people are on the floor in this hour; `<start>.floor.csv` is of an earlier one. */
const CURRENT = 'floor.csv';
const STATE = 'people.json';
/** How often the state is kept. */
const STATE_SECONDS = 1;

const stateSchema = z.object({
  /** Time of day in seconds since 1970. */
  time: z.number(),
  lastId: z.number().int(),
  people: z.array(
    z.object({
      id: z.number().int().positive(),
      mean: z.array(z.number()).length(4),
      covariance: z.array(z.number()).length(16),
      unseen: z.number().min(0),
    }),
  ),
});

/** What following people over the cameras of a site takes. */
export interface SiteSetup {
  readonly site: Site;
  /** Folder of all cameras. */
  readonly out: string;
  readonly log: Log;
  readonly onEvent: (event: SitePersonEvent) => void;
}

/**
 * Follows people over the cameras of a site: those that are calibrated see one floor, and their tracks are tracked on it. Writes where people
 * are into a file an hour and keeps who is there, so that ids go on after the process was killed.
 */
export class SitePeople {
  readonly #setup: SiteSetup;
  readonly #tracker: FloorTracker;
  /** Number of each camera that sees the floor, and the seconds to add to its times. */
  readonly #numbers = new Map<string, { readonly number: number; readonly offset: number }>();
  readonly #map = new PersonMap();
  /** The newest view of each camera that is not tracked yet. */
  readonly #waiting = new Map<string, FloorView>();
  readonly #folder: string;
  readonly #file: AppendFile;
  #hour: number;
  #frame = 0;
  #kept = Number.NEGATIVE_INFINITY;
  #failed = false;

  /**
   * Starts with the people who were there when an earlier process ended, if that is not long ago.
   *
   * @throws TwintrackError when a calibration does not determine the floor, its points are in degrees, or the folder cannot be used
   */
  static async open(setup: SiteSetup): Promise<SitePeople> {
    const folder = join(setup.out, SITE_FOLDER);
    await makeFolder(folder);
    return new SitePeople(setup, folder);
  }

  private constructor(setup: SiteSetup, folder: string) {
    this.#setup = setup;
    this.#folder = folder;
    const calibrated = setup.site.cameras.flatMap(({ name, calibration, offset = 0 }) => {
      if (!calibration) return [];
      if (calibration.unit === 'degrees')
        throw new UsageError(`camera "${name}": the floor of a site is in metres; calibrate it with points in metres`);
      return [{ name, offset, homography: new GroundPlane(calibration).homography }];
    });
    for (const [number, { name, offset }] of calibrated.entries()) this.#numbers.set(name, { number, offset });
    const state = readState(join(folder, STATE));
    this.#tracker = new FloorTracker(calibrated, {}, state?.lastId ?? 0);
    if (state) this.#tracker.restore(state.people, now() - (Date.now() / 1000 - state.time));
    this.#putAway();
    this.#hour = hourOf(wallTime(now()));
    this.#file = new AppendFile(join(folder, CURRENT), {
      failed: (error) => setup.log.error({ reason: messageOf(error) }, 'cannot write where people are'),
      lost: () => {},
    });
  }

  /** The person of a camera's track; undefined where it is none yet. */
  personOf(camera: string, id: number): number | undefined {
    return this.#map.personOf(camera, id);
  }

  /**
   * Takes the people that a camera sees. Views wait until every camera that sees the floor has one, or one of them has the next.
   *
   * @param people time by `now()`
   * @param size of the pictures
   */
  take(camera: string, people: TrackedFrame, size: Size | undefined): void {
    const known = this.#numbers.get(camera);
    if (!known) return; // seam: tracks of cameras that see another place are linked by their appearance
    const { number, offset } = known;
    this.#tracker.cameras[number].size = size;
    if (this.#waiting.has(camera)) this.#step();
    this.#waiting.set(camera, {
      camera: number,
      time: people.time + offset,
      boxes: people.boxes,
      scores: people.scores,
      tracks: people.ids,
    });
    if (this.#waiting.size === this.#numbers.size) this.#step();
  }

  /** Tracks what waits, and completes the outputs. */
  async close(): Promise<void> {
    this.#step();
    this.#keep();
    await this.#file.close();
  }

  #step(): void {
    if (this.#waiting.size === 0) return;
    const names = [...this.#waiting.keys()];
    const views = [...this.#waiting.values()];
    this.#waiting.clear();
    const time = Math.max(...views.map((view) => view.time));
    const { ids, positions, viewIds, time: at } = this.#tracker.step(views, time);
    for (const [v, camera] of names.entries())
      for (const { was, ...change } of this.#map.take(camera, at, views[v].tracks!, viewIds[v]))
        this.#setup.onEvent({
          event: was === undefined ? 'person' : 'person.changed',
          ...change,
          time: isoTime(views[v].time),
          ...(was !== undefined && { was }),
        });
    this.#write(at, ids, positions);
    if (at - this.#kept >= STATE_SECONDS) this.#keep();
  }

  #write(time: number, ids: Int32Array, positions: Float64Array): void {
    const wall = wallTime(time);
    if (hourOf(wall) !== this.#hour) {
      this.#hour = hourOf(wall);
      this.#frame = 0;
      this.#file.startAnew((path) => {
        this.#putAway();
        return path;
      });
    }
    if (this.#frame++ === 0) this.#file.append('frame,id,X,Y,time', true);
    for (let i = 0; i < ids.length; i++) {
      const [x, y] = [positions[2 * i].toFixed(3), positions[2 * i + 1].toFixed(3)];
      this.#file.append(`${this.#frame},${ids[i]},${x},${y},${isoTime(time)}`);
    }
  }

  /** Names the file by the time of its first line. */
  #putAway(): void {
    const path = join(this.#folder, CURRENT);
    if (!existsSync(path)) return;
    const [first] = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(readFileSync(path, 'utf8')) ?? [];
    const start = first === undefined ? Date.now() / 1000 : Date.parse(first) / 1000;
    renameSync(path, join(this.#folder, `${freeStem(this.#folder, stamp(start), '.floor')}.floor.csv`));
  }

  /** Keeps who is there: in a file that is always whole. */
  #keep(): void {
    this.#kept = now();
    const path = join(this.#folder, STATE);
    try {
      const state = { time: Date.now() / 1000, lastId: this.#tracker.lastId, people: this.#tracker.state() };
      writeFileSync(`${path}.new`, JSON.stringify(state));
      renameSync(`${path}.new`, path);
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#setup.log.error({ reason: messageOf(error) }, 'cannot keep who is at the site');
      this.#failed = true;
    }
  }
}

function readState(path: string): z.infer<typeof stateSchema> | undefined {
  if (!existsSync(path)) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw readError(path, error);
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw inputError(path, 'is damaged', 'remove it; ids of people then begin anew', error);
  }
}
