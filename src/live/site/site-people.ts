import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { GroundPlane } from '../../analytics/ground.ts';
import type { AppearanceModel } from '../../appearance/appearance-model.ts';
import { inputError, messageOf, UsageError } from '../../core/errors.ts';
import type { Size } from '../../core/geometry.ts';
import type { TrackedFrame } from '../../core/tracked-frame.ts';
import { readError } from '../../files/file-errors.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { type FloorPersonState, FloorTracker, type FloorView, type Site, type SitePlace } from '../../site/index.ts';
import { FLOOR, OnlineLinker, SILENT_SECONDS } from '../../site/online/online-linker.ts';
import type { PersonGallery, Seen, SeenBy } from '../../site/online/stay.ts';
import { areasOf, type PlaceArea } from '../../site/read-cameras.ts';
import { nameOf, waysOf } from '../../site/ways-of-site.ts';
import { now } from '../../video/camera/clock.ts';
import { isoTime } from '../clock.ts';
import type { Log } from '../monitoring/log.ts';
import type { SitePersonEvent } from '../outputs/events.ts';
import { APPEARANCE, AppearanceFile } from './appearance-file.ts';
import { FloorFile } from './floor-file.ts';
import { PersonMap } from './person-map.ts';

/** Folder of the site in the output folder; no camera may have this name. */
export const SITE_FOLDER = 'site';
const STATE = 'people.json';
/** How often the two are kept. */
const STATE_SECONDS = 1;
const APPEARANCE_SECONDS = 5;
/** A view of the floor waits for those of other cameras for no longer. */
const WAIT_SECONDS = 0.2;
/** People are remembered by their appearance for so long where nothing else is said. */
const REMEMBER_SECONDS = 3600;

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
  /** Seconds for which people are remembered by their appearance; 0: it is not compared. Default {@link REMEMBER_SECONDS}. */
  readonly remember?: number | undefined;
  readonly log: Log;
  readonly onEvent: (event: SitePersonEvent) => void;
}

/** A camera of the site. */
interface SiteCamera {
  readonly name: string;
  readonly number: number;
  /** Number among those that see the floor; −1 for the others. */
  readonly floor: number;
  /** Seconds to add to its times. */
  readonly offset: number;
  size: Size | undefined;
  /** The places of its picture where links begin and end. */
  areas: readonly PlaceArea[];
}

/** What a camera that sees the floor has seen last. */
interface FloorSight {
  readonly camera: SiteCamera;
  readonly view: FloorView;
  readonly galleryOf: GalleryOf;
}

/** The patches of a camera's track, where it has some. */
export type GalleryOf = (id: number) => PersonGallery | undefined;

/**
 * Follows people over the cameras of a site. Those that are calibrated see one floor, and their tracks are tracked on it. The floor and
 * each other camera are places: who comes into one is found among those who were seen before. Writes where people are on the floor into a
 * file an hour and keeps who is there and what the people look like who are remembered, so that ids go on after the process was killed.
 */
export class SitePeople {
  readonly #setup: SiteSetup;
  readonly #remember: number;
  readonly #cameras = new Map<string, SiteCamera>();
  readonly #places: readonly SitePlace[];
  readonly #tracker: FloorTracker;
  readonly #linker: OnlineLinker;
  /** Ids of people on the floor that are those of an earlier process. */
  readonly #restored: ReadonlySet<number>;
  readonly #map = new PersonMap();
  /** The newest view of each camera that sees the floor, and of these the ones that are not tracked yet. */
  readonly #sights = new Map<string, FloorSight>();
  readonly #waiting = new Map<string, FloorSight>();
  /** Of each camera that sees the floor, who its tracks were said to be. */
  readonly #said = new Map<string, Map<number, number>>();
  readonly #folder: string;
  readonly #file: FloorFile;
  readonly #appearance: AppearanceFile;
  /** SHA-256 of the network whose embeddings are compared. */
  #model: string | undefined;
  #kept = Number.NEGATIVE_INFINITY;
  #keptAppearance = now();
  #keptId = 0;
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
    const { site, log, remember = REMEMBER_SECONDS } = setup;
    this.#setup = setup;
    this.#remember = remember;
    this.#folder = folder;
    const calibrated = site.cameras.flatMap(({ name, calibration }) => {
      if (!calibration) return [];
      if (calibration.unit === 'degrees')
        throw new UsageError(`camera "${name}": the floor of a site is in metres; calibrate it with points in metres`);
      return [{ name, homography: new GroundPlane(calibration).homography }];
    });
    for (const [number, { name, offset = 0 }] of site.cameras.entries()) {
      const floor = calibrated.findIndex((camera) => camera.name === name);
      this.#cameras.set(name, { name, number, floor, offset, size: undefined, areas: [] });
    }
    const cameras = [...this.#cameras.values()];
    const ways = waysOf(site.cameras, site);
    this.#places = ways.places;
    const state = readState(join(folder, STATE));
    const lastId = state?.lastId ?? 0;
    this.#restored = new Set(state?.people.map(({ id }) => id));
    this.#tracker = new FloorTracker(calibrated, {}, lastId);
    if (state) this.#tracker.restore(state.people, now() - (Date.now() / 1000 - state.time));
    const room = ({ size }: SiteCamera) => (size ? size.width * size.height : 0);
    this.#linker = new OnlineLinker(
      {
        cameraCount: cameras.length,
        ways,
        areas: (camera) => cameras[camera].areas,
        room: (camera) => room(cameras[camera]),
      },
      remember,
      lastId,
    );
    const names = { cameras: cameras.map(({ name }) => name), places: ways.places.map(nameOf) };
    const failed = (error: unknown) =>
      log.error({ reason: messageOf(error) }, 'cannot keep what the people who are remembered look like');
    this.#appearance = new AppearanceFile(join(folder, APPEARANCE), names, failed);
    this.#file = new FloorFile(folder, (error) =>
      log.error({ reason: messageOf(error) }, 'cannot write where people are'),
    );
  }

  /**
   * Compares people by this network from now on; of those whom another one has embedded it forgets what they look like.
   *
   * @param model undefined: appearance is not compared
   */
  async compareBy(
    model: Pick<AppearanceModel, 'sha256' | 'similarity' | 'dimensions' | 'calibration'> | undefined,
  ): Promise<void> {
    const sha256 = this.#remember > 0 ? model?.sha256 : undefined;
    if (sha256 !== undefined && sha256 === this.#model) return;
    const first = this.#model === undefined;
    this.#model = sha256;
    this.#linker.compareBy(model);
    if (sha256 === undefined) return this.#appearance.remove();
    const stored = first ? this.#appearance.read(sha256, now() - this.#remember) : undefined;
    if (stored) this.#linker.restore(stored.people, stored.time);
    await this.#appearance.complete(sha256, this.#linker.state());
  }

  /** The person of a camera's track; undefined where it is none yet. */
  personOf(camera: string, id: number): number | undefined {
    const known = this.#cameras.get(camera);
    if (!known) return undefined;
    if (known.floor < 0) return this.#linker.personOf(known.number, id);
    const onFloor = this.#map.personOf(camera, id);
    return onFloor === undefined ? undefined : this.#linker.personOf(FLOOR, onFloor);
  }

  /**
   * Takes the people that a camera sees. Views of the floor wait until every camera that sees it has one, one of them has the next, or too
   * much time has passed.
   *
   * @param people time by `now()`
   * @param size of the pictures
   */
  take(name: string, people: TrackedFrame, size: Size | undefined, galleryOf: GalleryOf = () => undefined): void {
    const camera = this.#cameras.get(name);
    if (!camera) return;
    if (size?.width !== camera.size?.width || size?.height !== camera.size?.height) this.#resize(camera, size);
    const time = people.time + camera.offset;
    const [first] = this.#waiting.values();
    if (first && time - first.view.time > WAIT_SECONDS) this.#step();
    if (camera.floor < 0) this.#link(camera.number, time, sightsOf(camera, people, galleryOf));
    else {
      if (this.#waiting.has(name)) this.#step();
      const { boxes, scores, ids: tracks } = people;
      const sight = { camera, view: { camera: camera.floor, time, boxes, scores, tracks }, galleryOf };
      this.#waiting.set(name, sight);
      if (this.#waiting.size === this.#tracker.cameras.length) this.#step();
    }
    const passed = now() - this.#kept;
    if (passed >= STATE_SECONDS || this.#linker.lastId !== this.#keptId) this.#keep();
    if (this.#model === undefined || now() - this.#keptAppearance < APPEARANCE_SECONDS) return;
    this.#keptAppearance = now();
    this.#appearance.keep(this.#model, this.#linker.state());
  }

  /** Forgets what has been remembered for long enough, also while no camera sends anything. */
  expire(): void {
    this.#linker.expire(now());
    if (this.#model !== undefined) this.#appearance.keep(this.#model, this.#linker.state());
  }

  /** Tracks what waits, and completes the outputs. */
  async close(): Promise<void> {
    this.#step();
    this.#keep();
    if (this.#model !== undefined) await this.#appearance.complete(this.#model, this.#linker.state());
    await this.#file.close();
  }

  #resize(camera: SiteCamera, size: Size | undefined): void {
    camera.size = size;
    if (camera.floor >= 0) this.#tracker.cameras[camera.floor].size = size;
    const { site, log } = this.#setup;
    try {
      camera.areas = size ? areasOf({ source: size }, site.cameras[camera.number], this.#places) : [];
    } catch (error) {
      camera.areas = [];
      log.error({ camera: camera.name, reason: messageOf(error) }, 'links of the camera are left out');
    }
  }

  #step(): void {
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    const time = Math.max(...waiting.map(({ view }) => view.time));
    const views = waiting.map(({ view }) => view);
    const { ids, positions, viewIds, time: at } = this.#tracker.step(views, time);
    for (const [v, sight] of waiting.entries()) {
      this.#sights.set(sight.camera.name, sight);
      this.#map.take(sight.camera.name, at, sight.view.tracks!, viewIds[v]);
    }
    this.#link(FLOOR, at, this.#onFloor(ids, at, new Set(waiting)));
    for (const { camera } of waiting) this.#reportFloor(camera);
    this.#file.write(
      at,
      ids.map((id) => this.#linker.personOf(FLOOR, id)!),
      positions,
    );
  }

  /** The people on the floor: those tracked there, and those whom tracks of its cameras still are. */
  #onFloor(ids: Int32Array, at: number, now: ReadonlySet<FloorSight>): Seen[] {
    const people = new Map<number, SeenBy[]>();
    for (const id of ids) people.set(id, []);
    for (const sight of this.#sights.values()) {
      const { camera, view, galleryOf } = sight;
      if (at - view.time > SILENT_SECONDS) continue;
      for (const [i, track] of view.tracks!.entries()) {
        const id = this.#map.personOf(camera.name, track);
        if (id === undefined) continue;
        const by = people.get(id) ?? [];
        people.set(id, by);
        const box = view.boxes.slice(4 * i, 4 * i + 4);
        if (now.has(sight)) by.push({ camera: camera.number, box, gallery: galleryOf(track) });
      }
    }
    return [...people].map(([id, by]) => ({
      id,
      by: by.sort((a, b) => b.box[3] - a.box[3]),
      person: this.#restored.has(id) ? id : undefined,
    }));
  }

  /** Finds who the people are whom a place sees. */
  #link(place: number, time: number, seen: readonly Seen[]): void {
    const cameras = [...this.#cameras.values()];
    let floor = false;
    for (const { place: at, id, person, was } of this.#linker.take(place, time, seen))
      if (at === FLOOR) floor = true;
      else this.#report(cameras[at], id, person, was, time);
    if (floor) for (const { camera } of this.#sights.values()) this.#reportFloor(camera);
  }

  /** Reports who the tracks of a camera that sees the floor are, where that has changed. */
  #reportFloor(camera: SiteCamera): void {
    const { view } = this.#sights.get(camera.name)!;
    const said = this.#said.get(camera.name) ?? new Map<number, number>();
    this.#said.set(camera.name, said);
    const there = new Set(view.tracks!);
    for (const id of said.keys())
      if (!there.has(id) && this.#map.personOf(camera.name, id) === undefined) said.delete(id);
    for (const id of there) {
      const was = said.get(id);
      const person = this.personOf(camera.name, id);
      if (person === was) continue;
      if (person === undefined) said.delete(id);
      else said.set(id, person);
      this.#report(camera, id, person ?? null, was, view.time);
    }
  }

  #report({ name }: SiteCamera, id: number, person: number | null, was: number | undefined, time: number): void {
    const event = was === undefined ? 'person' : 'person.changed';
    this.#setup.onEvent({ event, camera: name, id, person, time: isoTime(time), ...(was !== undefined && { was }) });
  }

  /** Who is on the floor, by their ids over all cameras: of those who may be one, the one seen last. */
  #peopleOnFloor(): FloorPersonState[] {
    const people = new Map<number, FloorPersonState>();
    for (const state of this.#tracker.state()) {
      const id = this.#linker.personOf(FLOOR, state.id);
      if (id === undefined || (people.get(id)?.unseen ?? Number.POSITIVE_INFINITY) <= state.unseen) continue;
      people.set(id, { ...state, id });
    }
    return [...people.values()];
  }

  /** Keeps who is there: in a file that is always whole. */
  #keep(): void {
    this.#kept = now();
    this.#keptId = this.#linker.lastId;
    const path = join(this.#folder, STATE);
    try {
      const state = { time: Date.now() / 1000, lastId: this.#keptId, people: this.#peopleOnFloor() };
      writeFileSync(`${path}.new`, JSON.stringify(state));
      renameSync(`${path}.new`, path);
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#setup.log.error({ reason: messageOf(error) }, 'cannot keep who is at the site');
      this.#failed = true;
    }
  }
}

/** The people whom a camera that does not see the floor sees. */
function sightsOf({ number }: SiteCamera, { ids, boxes }: TrackedFrame, galleryOf: GalleryOf): Seen[] {
  return Array.from(ids, (id, i) => {
    const box = boxes.slice(4 * i, 4 * i + 4);
    return { id, by: [{ camera: number, box, gallery: galleryOf(id) }] };
  });
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
