import type { z } from 'zod';
import { logOdds } from '../../core/probability.ts';
import { parseSection } from '../../core/schema.ts';
import { AppearanceOdds } from './appearance.ts';
import { compare, remember, weigh } from './appearance-learning.ts';
import { PeopleBefore } from './before-restart.ts';
import { type Feet, FloorCamera, type FloorCameraSetup } from './camera.ts';
import { clusterFeet } from './clusters.ts';
import { type Information, noInformation, placeOf } from './gaussian.ts';
import { addFoot, JointAssignment } from './joint-assignment.ts';
import { type FloorParameters, floorParameters } from './parameters.ts';
import { FloorPerson } from './person.ts';
import type { FloorPersonState, FloorStep, FloorView } from './view.ts';

/** Evidence counts in full when the detection before is so long ago: what a detector misses now it misses a moment later too. */
const INDEPENDENT_SECONDS = 0.25;
const MOST_EVIDENCE = 8;
/** The speed of a person who is not seen is forgotten within about so long. */
const STRAIGHT_SECONDS = 1;
/** A place this hidden from a camera, or more, counts as not seen by it. */
const HIDDEN = 0.7;
/** A place seen as far as this counts as in full sight. */
const IN_SIGHT = 0.9;
/** Evidence falls by no more than this a step for a person who is confirmed. */
const LEAST_STEP = 1;

/**
 * Tracks people on the floor with several cameras that see it together. In each step the detections of every camera are assigned (Hungarian
 * method) to the people by where these are predicted and where the *other* cameras see them, in turns until nothing changes; two people may
 * exchange all their detections at once. The feet a person has in all cameras then update a Kalman filter on the floor, and detections that
 * belong to no person begin people where those of several cameras stand together. What cameras and embeddings are like is learned on the way.
 *
 * A person has at most one detection of each camera, and an id is at one place at a time.
 *
 * @example
 * import { FloorTracker } from 'twintrack/site';
 *
 * // A camera that points straight down: 100 pixels a metre.
 * const homography = Float64Array.of(0.01, 0, 0, 0, 0.01, 0, 0, 0, 1);
 * const tracker = new FloorTracker([{ name: 'hall', homography }]);
 * for (let i = 0; i < 3; i++) {
 *   const view = { camera: 0, time: i / 4, boxes: Float64Array.of(80, 20, 40, 80), scores: Float64Array.of(0.9) };
 *   const { ids, positions } = tracker.step([view], i / 4);
 *   if (ids.length > 0) console.log(ids[0], positions); // 1, Float64Array(2) [ 1, 1 ]
 * }
 */
export class FloorTracker {
  readonly cameras: readonly FloorCamera[];
  readonly #parameters: FloorParameters;
  readonly #odds = new AppearanceOdds();
  #people: FloorPerson[] = [];
  readonly #before = new PeopleBefore();
  readonly #assignment: JointAssignment;
  #time = Number.NEGATIVE_INFINITY;
  #lastId: number;

  /**
   * @param parameters overrides of the defaults
   * @param lastId ids are counted on from here
   * @throws TwintrackError when a parameter is unknown or out of its range
   */
  constructor(cameras: readonly FloorCameraSetup[], parameters: z.input<typeof floorParameters> = {}, lastId = 0) {
    this.#parameters = parseSection(floorParameters, parameters, 'floor');
    this.#assignment = new JointAssignment(this.#parameters, this.#odds);
    this.cameras = cameras.map((camera) => new FloorCamera(camera, this.#parameters.missRate));
    this.#lastId = lastId;
  }

  /**
   * Takes what the cameras see at about the same time.
   *
   * @param views each camera at most once; each has its own time
   * @param time seconds; times only go forward, one that does not counts as the last
   * @throws RangeError when a camera is unknown or there twice
   */
  step(views: readonly FloorView[], time: number): FloorStep {
    for (const [v, { camera }] of views.entries())
      if (!this.cameras[camera] || views.findIndex((view) => view.camera === camera) < v)
        throw new RangeError(`view ${v}: there is no camera ${camera}, or it is there twice`);
    const p = this.#parameters;
    const dt = Number.isFinite(this.#time) ? Math.max(0, time - this.#time) : 0;
    this.#time = Math.max(time, this.#time);
    for (const person of this.#people) {
      const unseen = person.seen < this.#time - dt - 1e-9;
      person.filter.predict(dt, p.acceleration, unseen ? Math.exp(-dt / STRAIGHT_SECONDS) : 1);
    }
    const feet = views.map((view) => this.cameras[view.camera].feetOf(view.boxes, view.scores.length, p.footNoise));
    const similar = views.map((view, v) => compare(this.#odds, this.#people, view, feet[v]));
    this.#assignment.assign(this.#people, views, feet, similar, this.#time);
    weigh(this.#odds, this.#people, views, similar);
    this.#update(views, feet, dt);
    this.#begin(views, feet);
    remember(this.#odds, this.#people, views);
    this.#people = this.#people.filter((person) => this.#stays(person));
    return this.#report(views);
  }

  /** The highest id given so far. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The confirmed people, to go on with after a restart. */
  state(): FloorPersonState[] {
    const confirmed = this.#people.filter(({ id }) => id > 0);
    return confirmed.map(({ id, filter, seen }) => ({
      id,
      mean: [...filter.mean],
      covariance: [...filter.covariance],
      unseen: this.#time - seen,
    }));
  }

  /**
   * Takes people who were there before a restart. Who is found within their reach then, and of no other of them, has their id.
   *
   * @param time seconds, when they were last known
   */
  restore(people: readonly FloorPersonState[], time: number): void {
    this.#before.add(people, time);
    for (const { id } of people) this.#lastId = Math.max(this.#lastId, id);
  }

  #update(views: readonly FloorView[], feet: readonly Feet[], dt: number): void {
    const place = new Float64Array(5);
    const weight = Math.min(1, dt / INDEPENDENT_SECONDS);
    for (const person of this.#people) {
      const sum = noInformation();
      let count = 0;
      for (let v = 0; v < views.length; v++) {
        const j = person.rows[v];
        if (j < 0) continue;
        addFoot(sum, person, feet[v], j, this.#time - views[v].time);
        count++;
      }
      const change = Math.max(
        person.id > 0 ? -LEAST_STEP : Number.NEGATIVE_INFINITY,
        this.#evidence(person, views, count),
      );
      person.evidence = Math.min(MOST_EVIDENCE, person.evidence + weight * change);
      if (count === 0) continue;
      if (count > 1) this.#learn(person, views, feet, sum, count);
      for (let v = 0; v < views.length; v++)
        if (person.rows[v] >= 0) person.tracks[views[v].camera] = views[v].tracks?.[person.rows[v]] ?? 0;
      placeOf(sum, place);
      person.filter.update(place[0], place[1], place[2], place[3], place[4]);
      person.seen = this.#time;
    }
  }

  /** Has each camera learn from where the other cameras see a person. */
  #learn(
    person: FloorPerson,
    views: readonly FloorView[],
    feet: readonly Feet[],
    sum: Information,
    count: number,
  ): void {
    if (person.id === 0 || count < 2) return;
    const place = new Float64Array(5);
    for (let v = 0; v < views.length; v++) {
      const j = person.rows[v];
      if (j < 0) continue;
      const lag = this.#time - views[v].time;
      const others = { ...sum };
      addFoot(others, person, feet[v], j, lag, -1);
      placeOf(others, place);
      const { mean } = person.filter;
      this.cameras[views[v].camera].learn(views[v].boxes, j, place[0] - lag * mean[2], place[1] - lag * mean[3]);
    }
  }

  /** Log-odds that the views of this step add; has the cameras learn where they see people whom others see. */
  #evidence(person: FloorPerson, views: readonly FloorView[], count: number): number {
    let sum = 0;
    for (let v = 0; v < views.length; v++) {
      const j = person.rows[v];
      const visible = this.#visible(person, views[v]);
      const { sight } = this.cameras[views[v].camera];
      if (j >= 0) sum += Math.max(0.2, Math.min(2, logOdds(views[v].scores[j])));
      else if (visible > 1 - HIDDEN) sum += Math.log(1 - sight.at(person.x, person.y) * visible);
      if (person.id > 0 && visible > IN_SIGHT && count > (j >= 0 ? 1 : 0)) sight.learn(person.x, person.y, j >= 0);
    }
    return sum;
  }

  /** Which part of a person a camera should see: inside the picture and not covered by nearer people. */
  #visible(person: FloorPerson, view: FloorView): number {
    const camera = this.cameras[view.camera];
    const box = camera.boxAt(person.x, person.y);
    if (!box) return 0;
    const [left, top, width, height] = box;
    let part = 1;
    if (camera.size) {
      const w = Math.min(left + width, camera.size.width) - Math.max(left, 0);
      const h = Math.min(top + height, camera.size.height) - Math.max(top, 0);
      part = w > 0 && h > 0 ? (w * h) / (width * height) : 0;
    }
    let covered = 0;
    for (let j = 0; j < view.scores.length; j++) {
      const b = view.boxes;
      if (b[4 * j + 1] + b[4 * j + 3] <= top + height) continue;
      const w = Math.min(left + width, b[4 * j] + b[4 * j + 2]) - Math.max(left, b[4 * j]);
      const h = Math.min(top + height, b[4 * j + 1] + b[4 * j + 3]) - Math.max(top, b[4 * j + 1]);
      if (w > 0 && h > 0) covered = Math.max(covered, (w * h) / (width * height));
    }
    return Math.max(0, part - covered);
  }

  /** Begins people where detections that belong to none stand together. */
  #begin(views: readonly FloorView[], feet: readonly Feet[]): void {
    const { minScore, newScore, speed } = this.#parameters;
    const taken = views.map(({ scores }) => new Uint8Array(scores.length));
    for (const { rows } of this.#people) for (let v = 0; v < views.length; v++) if (rows[v] >= 0) taken[v][rows[v]] = 1;
    const free = views.map(({ scores }, v) =>
      Array.from(scores, (_, j) => j).filter(
        (j) => !taken[v][j] && scores[j] >= minScore && feet[v].positions[2 * j] - feet[v].positions[2 * j] === 0,
      ),
    );
    for (const cluster of clusterFeet(feet, free)) {
      if (!cluster.rows.some((j, v) => j >= 0 && views[v].scores[j] >= newScore)) continue;
      const person = new FloorPerson(this.#time, this.cameras.length);
      person.rows.set(cluster.rows);
      for (let v = 0; v < views.length; v++)
        if (cluster.rows[v] >= 0) person.tracks[views[v].camera] = views[v].tracks?.[cluster.rows[v]] ?? 0;
      const [x, y, xx, xy, yy] = cluster.place;
      person.filter.start(x, y, xx, xy, yy, speed);
      person.evidence = this.#evidence(person, views, 0);
      this.#people.push(person);
    }
  }

  #stays(person: FloorPerson): boolean {
    const { confirmOdds, lostSeconds } = this.#parameters;
    if (person.id === 0) {
      if (person.evidence >= confirmOdds)
        person.id = this.#before.takeAt(person.x, person.y, this.#time) || ++this.#lastId;
      else return person.evidence > -2 && this.#time - person.seen < 0.6;
    }
    return person.evidence > 0 && this.#time - person.seen < lostSeconds;
  }

  #report(views: readonly FloorView[]): FloorStep {
    const { coastSeconds } = this.#parameters;
    const viewIds = views.map(({ scores }) => new Int32Array(scores.length));
    const confirmed = this.#people.filter(({ id }) => id > 0).sort((a, b) => a.id - b.id);
    for (const { id, rows } of confirmed)
      for (let v = 0; v < views.length; v++) if (rows[v] >= 0) viewIds[v][rows[v]] = id;
    const people = confirmed.filter(({ seen }) => this.#time - seen <= coastSeconds);
    return {
      time: this.#time,
      ids: Int32Array.from(people, ({ id }) => id),
      positions: Float64Array.from(people.flatMap(({ x, y }) => [x, y])),
      speeds: Float64Array.from(people, ({ filter: { mean } }) => Math.hypot(mean[2], mean[3])),
      viewIds,
    };
  }
}
