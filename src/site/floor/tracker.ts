import type { z } from 'zod';
import { assign, type CandidatePairs } from '../../association/assignment.ts';
import { withRoom } from '../../core/columns.ts';
import type { Boxes } from '../../core/geometry.ts';
import { logOdds } from '../../core/probability.ts';
import { parseSection } from '../../core/schema.ts';
import { AppearanceOdds } from './appearance.ts';
import { type Feet, FloorCamera, type FloorCameraSetup } from './camera.ts';
import { clusterFeet } from './clusters.ts';
import { addPlace, disagreement, type Information, noInformation, placeOf, squaredDistance } from './gaussian.ts';
import { type FloorParameters, floorParameters } from './parameters.ts';
import { FloorPerson } from './person.ts';

/** What one camera sees at a time. */
export interface FloorView {
  /** Index of the camera. */
  readonly camera: number;
  /** Seconds, by a clock that all cameras share. */
  readonly time: number;
  /** n × 4: x, y, w, h in source pixels. */
  readonly boxes: Boxes;
  /** n: probability that it is a person. */
  readonly scores: Float32Array | Float64Array;
  /** n × d, each row of length 1. */
  readonly embeddings?: Float32Array | undefined;
  /** n: ids of the camera's own tracks, where it has a tracker; positive. */
  readonly tracks?: Int32Array | undefined;
}

/** What is kept of a person over a restart: nothing of the appearance. */
export interface FloorPersonState {
  readonly id: number;
  /** X, Y in metres and their rates in m/s. */
  readonly mean: readonly number[];
  /** 4 × 4, row by row. */
  readonly covariance: readonly number[];
  /** Seconds since a camera saw the person. */
  readonly unseen: number;
}

/** The people on the floor at a time. */
export interface FloorStep {
  readonly time: number;
  /** n ids, in the order in which they were given. */
  readonly ids: Int32Array;
  /** n × 2: X, Y in metres. */
  readonly positions: Float64Array;
  /** n: m/s. */
  readonly speeds: Float64Array;
  /** For each view the id of each detection; 0 where it belongs to no confirmed person. */
  readonly viewIds: readonly Int32Array[];
}

/** At most so many rounds in which each camera's detections are assigned again, by where the other cameras see the people. */
const ROUNDS = 3;
/** People nearer than this, in metres, may be taken for each other. */
const NEAR = 1;
/** Log-odds that a camera's own track goes on with the same person. */
const TRACK_ODDS = 2;
/** The appearance of detections further than this from a person, in metres, is not compared. */
const FAR = 2;
/** Evidence counts in full when the detection before is so long ago: what a detector misses now it misses a moment later too. */
const INDEPENDENT_SECONDS = 0.25;
const MOST_EVIDENCE = 8;
/** The speed of a person who is not seen is forgotten within about so long. */
const STRAIGHT_SECONDS = 1;
/** How fast people walk away while nothing is known of them, m/s. */
const WALKING = 0.5;
/** After so many seconds a place says nothing of who is there. */
const AWAY_SECONDS = 30;
/** Squared Mahalanobis distance within which a person may have walked, and how much nearer than any other the person has to be. */
const WITHIN_REACH = 9.21;
const AMBIGUOUS = 1;
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
 * // A camera that looks straight down: 100 pixels a metre.
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
  /** People from before a restart who were not found again yet. */
  #away: (FloorPersonState & { readonly since: number })[] = [];
  #time = Number.NEGATIVE_INFINITY;
  #lastId: number;
  #pairs: CandidatePairs = {
    length: 0,
    rows: new Int32Array(64),
    columns: new Int32Array(64),
    costs: new Float64Array(64),
  };

  /**
   * @param parameters overrides of the defaults
   * @param lastId ids are counted on from here
   * @throws TwintrackError when a parameter is unknown or out of its range
   */
  constructor(cameras: readonly FloorCameraSetup[], parameters: z.input<typeof floorParameters> = {}, lastId = 0) {
    this.#parameters = parseSection(floorParameters, parameters, 'floor');
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
    const similar = views.map((view, v) => this.#compare(view, feet[v]));
    this.#assign(views, feet, similar);
    this.#weigh(views, similar);
    this.#update(views, feet, dt);
    this.#begin(views, feet);
    this.#remember(views);
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
    for (const person of people) {
      this.#away.push({ ...person, since: time - person.unseen });
      this.#lastId = Math.max(this.#lastId, person.id);
    }
  }

  /** The id of the one person from before a restart within whose reach a person was found; 0 where there is none, or more. */
  #idBefore({ x, y }: FloorPerson): number {
    let [best, id, next] = [WITHIN_REACH, 0, Number.POSITIVE_INFINITY];
    for (const { mean: m, covariance: c, since, id: other } of this.#away) {
      const gap = this.#time - since;
      if (gap > AWAY_SECONDS) continue;
      const straight = STRAIGHT_SECONDS * (1 - Math.exp(-gap / STRAIGHT_SECONDS));
      const reach = (WALKING * gap) ** 2;
      const [dx, dy] = [x - m[0] - straight * m[2], y - m[1] - straight * m[3]];
      const d2 = squaredDistance(dx, dy, c[0] + reach, c[1], c[5] + reach);
      if (d2 < best) [best, id, next] = [d2, other, best];
      else next = Math.min(next, d2);
    }
    if (id === 0 || next < best + AMBIGUOUS) return 0;
    this.#away = this.#away.filter((person) => person.id !== id);
    return id;
  }

  /** For each person and detection of a view the log-odds that they are the same, by their appearance. */
  #compare({ camera, time, scores, embeddings }: FloorView, { positions: z }: Feet): Float64Array {
    const odds = new Float64Array(this.#people.length * scores.length);
    if (!embeddings) return odds;
    this.#people.forEach(({ appearance, x, y, filter: { covariance } }, i) => {
      const far = FAR + 3 * Math.sqrt(covariance[0] + covariance[5]);
      for (let j = 0; j < scores.length; j++)
        if (Math.hypot(z[2 * j] - x, z[2 * j + 1] - y) < far)
          odds[i * scores.length + j] = this.#odds.of(appearance, camera, time, embeddings, j);
    });
    return odds;
  }

  /** Learns how much the embeddings of all views say together. */
  #weigh(views: readonly FloorView[], similar: readonly Float64Array[]): void {
    const people = this.#people;
    for (let i = 0; i < people.length; i++) {
      for (let k = 0; k < people.length; k++) {
        if (
          people[i].id === 0 ||
          people[k].id === 0 ||
          !(Math.hypot(people[i].x - people[k].x, people[i].y - people[k].y) < NEAR)
        )
          continue;
        let [sum, count] = [0, 0];
        for (let v = 0; v < views.length; v++) {
          if (!views[v].embeddings || people[k].rows[v] < 0) continue;
          sum += similar[v][i * views[v].scores.length + people[k].rows[v]];
          count++;
        }
        if (count > 0) this.#odds.weigh(sum / count, i === k);
      }
    }
  }

  /** Learns what embeddings say, and remembers those of this step. */
  #remember(views: readonly FloorView[]): void {
    for (let v = 0; v < views.length; v++) {
      const { camera, time, scores, embeddings } = views[v];
      if (!embeddings) continue;
      const length = embeddings.length / scores.length;
      for (const { id, rows, appearance, x, y } of this.#people) {
        if (id === 0) continue;
        for (const other of this.#people)
          if (other.id > 0 && other.rows[v] >= 0 && Math.hypot(other.x - x, other.y - y) < NEAR)
            this.#odds.learn(appearance, camera, time, embeddings, other.rows[v], other.rows === rows);
      }
      for (const { rows, appearance } of this.#people)
        if (rows[v] >= 0) appearance.take(camera, time, embeddings, rows[v], length);
    }
  }

  /** Assigns the detections of each view to people, by where they are predicted and where the other views see them. */
  #assign(views: readonly FloorView[], feet: readonly Feet[], similar: readonly Float64Array[]): void {
    const people = this.#people;
    const known = people.map(({ filter: { mean: m, covariance: c }, rows }) => {
      rows.fill(-1);
      const information = noInformation();
      addPlace(information, m[0], m[1], c[0], c[1], c[5]);
      return information;
    });
    for (let round = 0; round < ROUNDS; round++) {
      let changed = false;
      for (let v = 0; v < views.length; v++)
        changed = this.#assignView(views[v], v, feet[v], similar[v], known, views.length) || changed;
      changed = this.#exchange(views, feet, similar, known) || changed;
      if (!changed) break;
    }
  }

  /** Exchanges all detections of two people who stand near each other where that agrees better with where they come from. */
  #exchange(
    views: readonly FloorView[],
    feet: readonly Feet[],
    similar: readonly Float64Array[],
    known: Information[],
  ): boolean {
    const people = this.#people;
    let changed = false;
    for (let i = 0; i < people.length; i++) {
      for (let k = i + 1; k < people.length; k++) {
        const [a, b] = [people[i], people[k]];
        if (!(Math.hypot(a.x - b.x, a.y - b.y) < NEAR)) continue;
        const swapped = [this.#knownWith(views, feet, a, b.rows), this.#knownWith(views, feet, b, a.rows)];
        const before =
          disagreement(known[i]) +
          disagreement(known[k]) -
          this.#alike(views, similar, i, a.rows) -
          this.#alike(views, similar, k, b.rows);
        const after =
          disagreement(swapped[0]) +
          disagreement(swapped[1]) -
          this.#alike(views, similar, i, b.rows) -
          this.#alike(views, similar, k, a.rows);
        if (!(after < before - 1e-6)) continue;
        [a.rows, b.rows] = [b.rows, a.rows];
        [known[i], known[k]] = swapped;
        changed = true;
      }
    }
    return changed;
  }

  /** What is known of a person by prediction and these detections. */
  #knownWith(views: readonly FloorView[], feet: readonly Feet[], person: FloorPerson, rows: Int32Array): Information {
    const { mean: m, covariance: c } = person.filter;
    const information = noInformation();
    addPlace(information, m[0], m[1], c[0], c[1], c[5]);
    for (let v = 0; v < views.length; v++)
      if (rows[v] >= 0)
        this.#addFoot(
          information,
          person,
          feet[v].positions,
          feet[v].covariances,
          rows[v],
          this.#time - views[v].time,
          1,
        );
    return information;
  }

  /** How alike person `i` is to detections, in log-odds. */
  #alike(views: readonly FloorView[], similar: readonly Float64Array[], i: number, rows: Int32Array): number {
    const weight = this.#odds.weight / views.length;
    let sum = 0;
    for (let v = 0; v < views.length; v++)
      if (rows[v] >= 0) sum += weight * similar[v][i * views[v].scores.length + rows[v]];
    return sum;
  }

  #assignView(
    { camera, scores, time, tracks }: FloorView,
    v: number,
    { positions: z, covariances: r }: Feet,
    similar: Float64Array,
    known: Information[],
    count: number,
  ): boolean {
    const people = this.#people;
    const { minScore, clutter, missRate } = this.#parameters;
    const pairs = this.#pairs;
    const weight = this.#odds.weight / count;
    const place = new Float64Array(5);
    const without = noInformation();
    pairs.length = 0;
    const lag = this.#time - time;
    for (let i = 0; i < people.length; i++) {
      const { mean } = people[i].filter;
      const j0 = people[i].rows[v];
      if (j0 >= 0) this.#addFoot(known[i], people[i], z, r, j0, lag, -1);
      Object.assign(without, known[i]);
      placeOf(without, place);
      for (let j = 0; j < scores.length; j++) {
        if (!(scores[j] >= minScore)) continue;
        const dx = z[2 * j] + lag * mean[2] - place[0];
        const dy = z[2 * j + 1] + lag * mean[3] - place[1];
        const [xx, xy, yy] = [place[2] + r[3 * j], place[3] + r[3 * j + 1], place[4] + r[3 * j + 2]];
        const d2 = squaredDistance(dx, dy, xx, xy, yy);
        if (!(d2 < 30)) continue;
        // −log of the likelihood that it is this person over that it is none
        const cost =
          d2 / 2 +
          Math.log((2 * Math.PI * Math.sqrt(xx * yy - xy * xy) * clutter) / (1 - missRate)) -
          weight * similar[i * scores.length + j];
        const own = tracks ? trackOdds(people[i].tracks[camera], tracks[j]) : 0;
        if (cost - own < 0) this.#addPair(i, j, cost - own);
      }
    }
    const rows = assign(pairs, people.length, scores.length, 0);
    let changed = false;
    for (let i = 0; i < people.length; i++) {
      changed ||= people[i].rows[v] !== rows[i];
      people[i].rows[v] = rows[i];
      if (rows[i] >= 0) this.#addFoot(known[i], people[i], z, r, rows[i], lag, 1);
    }
    return changed;
  }

  #addFoot(
    to: Information,
    person: FloorPerson,
    z: Float64Array,
    r: Float64Array,
    j: number,
    lag: number,
    sign: number,
  ) {
    const { mean } = person.filter;
    const x = z[2 * j] + lag * mean[2];
    const y = z[2 * j + 1] + lag * mean[3];
    addPlace(to, x, y, r[3 * j], r[3 * j + 1], r[3 * j + 2], sign);
  }

  #addPair(row: number, column: number, cost: number): void {
    const pairs = this.#pairs;
    const k = pairs.length++;
    pairs.rows = withRoom(pairs.rows, pairs.length);
    pairs.columns = withRoom(pairs.columns, pairs.length);
    pairs.costs = withRoom(pairs.costs, pairs.length);
    pairs.rows[k] = row;
    pairs.columns[k] = column;
    pairs.costs[k] = cost;
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
        this.#addFoot(sum, person, feet[v].positions, feet[v].covariances, j, this.#time - views[v].time, 1);
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
      this.#addFoot(others, person, feet[v].positions, feet[v].covariances, j, lag, -1);
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
      if (person.evidence >= confirmOdds) person.id = this.#idBefore(person) || ++this.#lastId;
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

/** Log-odds that a person who was in one track of a camera is in another one now: the camera's own tracker mostly keeps people apart. */
function trackOdds(before: number, now: number): number {
  return before === now && now > 0 ? TRACK_ODDS : 0;
}
