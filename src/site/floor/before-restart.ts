import { squaredDistance } from './gaussian.ts';
import type { FloorPersonState } from './view.ts';

/** How fast people walk away while nothing is known of them, m/s, and how long they go straight on. */
const WALKING = 0.5;
const STRAIGHT_SECONDS = 1;
/** After so many seconds a place says nothing of who is there. */
const AWAY_SECONDS = 30;
/** Squared Mahalanobis distance within which a person may have walked, and how much nearer than any other the person has to be. */
const WITHIN_REACH = 9.21;
const AMBIGUOUS = 1;

/** People from before a restart who were not found again yet. */
export class PeopleBefore {
  #people: (FloorPersonState & { readonly since: number })[] = [];

  /** @param time seconds, when they were last known */
  add(people: readonly FloorPersonState[], time: number): void {
    for (const person of people) this.#people.push({ ...person, since: time - person.unseen });
  }

  /** The id of the one person within whose reach a place is, who is not here any more then; 0 where there is none, or more than one. */
  takeAt(x: number, y: number, time: number): number {
    let [best, id, next] = [WITHIN_REACH, 0, Number.POSITIVE_INFINITY];
    for (const { mean: m, covariance: c, since, id: other } of this.#people) {
      const gap = time - since;
      if (gap > AWAY_SECONDS) continue;
      const straight = STRAIGHT_SECONDS * (1 - Math.exp(-gap / STRAIGHT_SECONDS));
      const reach = (WALKING * gap) ** 2;
      const [dx, dy] = [x - m[0] - straight * m[2], y - m[1] - straight * m[3]];
      const d2 = squaredDistance(dx, dy, c[0] + reach, c[1], c[5] + reach);
      if (d2 < best) [best, id, next] = [d2, other, best];
      else next = Math.min(next, d2);
    }
    if (id === 0 || next < best + AMBIGUOUS) return 0;
    this.#people = this.#people.filter((person) => person.id !== id);
    return id;
  }
}
