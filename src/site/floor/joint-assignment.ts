import { assign, type CandidatePairs } from '../../association/assignment.ts';
import { withRoom } from '../../core/columns.ts';
import type { AppearanceOdds } from './appearance.ts';
import { NEAR } from './appearance-learning.ts';
import type { Feet } from './camera.ts';
import { addPlace, disagreement, type Information, noInformation, placeOf, squaredDistance } from './gaussian.ts';
import type { FloorParameters } from './parameters.ts';
import type { FloorPerson } from './person.ts';
import type { FloorView } from './view.ts';

/** At most so many rounds in which each camera's detections are assigned again, by where the other cameras see the people. */
const ROUNDS = 3;
/** A pair further apart than this squared Mahalanobis distance is never one person. */
const GATE = 30;
/** Log-odds that a camera's own track goes on with the same person. */
const TRACK_ODDS = 2;

/** Assigns the detections of all cameras to the people on the floor, to each at most one of a camera. */
export class JointAssignment {
  readonly #parameters: FloorParameters;
  readonly #odds: AppearanceOdds;
  #people: readonly FloorPerson[] = [];
  #time = 0;
  #pairs: CandidatePairs = {
    length: 0,
    rows: new Int32Array(64),
    columns: new Int32Array(64),
    costs: new Float64Array(64),
  };

  constructor(parameters: FloorParameters, odds: AppearanceOdds) {
    this.#parameters = parameters;
    this.#odds = odds;
  }

  /**
   * Assigns the detections of each view to people, into their `rows`, by where they are predicted and where the other views see them.
   *
   * @param similar of each view, for each person and detection, the log-odds that they are the same by their appearance
   * @param time to which people are predicted, seconds
   */
  assign(
    people: readonly FloorPerson[],
    views: readonly FloorView[],
    feet: readonly Feet[],
    similar: readonly Float64Array[],
    time: number,
  ): void {
    this.#people = people;
    this.#time = time;
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
      if (rows[v] >= 0) addFoot(information, person, feet[v], rows[v], this.#time - views[v].time);
    return information;
  }

  /** How alike person `i` is to detections, in log-odds. */
  #alike(views: readonly FloorView[], similar: readonly Float64Array[], i: number, rows: Int32Array): number {
    const weight = this.#odds.weight / views.length;
    let sum = 0;
    for (let v = 0; v < views.length; v++) {
      const [{ camera, scores, tracks }, j] = [views[v], rows[v]];
      if (j < 0) continue;
      sum += weight * similar[v][i * scores.length + j];
      if (tracks) sum += trackOdds(this.#people[i].tracks[camera], tracks[j]);
    }
    return sum;
  }

  #assignView(
    { camera, scores, time, tracks }: FloorView,
    v: number,
    feet: Feet,
    similar: Float64Array,
    known: Information[],
    count: number,
  ): boolean {
    const people = this.#people;
    const { positions: z, covariances: r } = feet;
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
      if (j0 >= 0) addFoot(known[i], people[i], feet, j0, lag, -1);
      Object.assign(without, known[i]);
      placeOf(without, place);
      for (let j = 0; j < scores.length; j++) {
        if (!(scores[j] >= minScore)) continue;
        const dx = z[2 * j] + lag * mean[2] - place[0];
        const dy = z[2 * j + 1] + lag * mean[3] - place[1];
        const [xx, xy, yy] = [place[2] + r[3 * j], place[3] + r[3 * j + 1], place[4] + r[3 * j + 2]];
        const d2 = squaredDistance(dx, dy, xx, xy, yy);
        if (!(d2 < GATE)) continue;
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
      if (rows[i] >= 0) addFoot(known[i], people[i], feet, rows[i], lag);
    }
    return changed;
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
}

/** Adds where a camera sees a person, moved on by `lag` seconds, or takes it away again with `sign` −1. */
export function addFoot(
  to: Information,
  { filter: { mean } }: FloorPerson,
  { positions: z, covariances: r }: Feet,
  j: number,
  lag: number,
  sign = 1,
): void {
  const x = z[2 * j] + lag * mean[2];
  const y = z[2 * j + 1] + lag * mean[3];
  addPlace(to, x, y, r[3 * j], r[3 * j + 1], r[3 * j + 2], sign);
}

/** Log-odds that a person who was in one track of a camera is in another one now: the camera's own tracker mostly keeps people apart. */
function trackOdds(before: number, now: number): number {
  return before === now && now > 0 ? TRACK_ODDS : 0;
}
