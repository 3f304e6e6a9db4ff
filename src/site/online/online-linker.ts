import type { CalibratedSimilarity } from '../../appearance/calibration.ts';
import { type Blind, Candidates, type OnlineSite } from './candidates.ts';
import { StayComparison } from './comparison.ts';
import { type RememberedPerson, type Seen, Stay } from './stay.ts';

/** Seconds for which a join may be revised. */
export const REVISE_SECONDS = 30;
/** The floor, which several cameras see, as the place of a person. */
export const FLOOR = -1;

/** A person whom a place has not seen for so long is not there any more. */
const GONE_SECONDS = 1;
/** A camera of which nothing comes for so long, while it does from others, is taken to see none. */
export const SILENT_SECONDS = 5;
/** Who came is decided once there are so many patches and it is clear, or after so long. */
const LEAST_PATCHES = 2;
const WAIT_SECONDS = 5;
/** It is clear that a person is new if another is no more probable than this. */
const NEW = 0.1;
/** Joins are weighed so often. */
const WEIGH_SECONDS = 0.5;
/** So many people are remembered, whatever the time. */
const MOST_REMEMBERED = 1000;
/** Who comes back into a camera's track after so long is compared, whatever the camera says. */
const TRACK_SECONDS = 3600;
/** A camera that sends nothing for so long was blind. */
const BLIND_SECONDS = 2;
/** What is too old is looked for so often. */
const SWEEP_SECONDS = 5;

/** It was found who a person of a place is, or it is another one than was thought. */
export interface OnlineChange {
  /** Number of the camera, or {@link FLOOR}. */
  readonly place: number;
  /** Of the place's own. */
  readonly id: number;
  /** `null` where it is not known any more. */
  readonly person: number | null;
  /** Who it was thought to be. */
  readonly was?: number;
}

interface Place {
  time: number;
  /** When it last had something, by the clock of all. */
  heard: number;
  /** When it had nothing for the last time. */
  blind: Blind;
}

interface Known {
  stay: Stay;
  /** Who it was said to be; 0 for none. */
  said: number;
}

/**
 * Finds who comes into a camera among the people who were seen before, while they come: each stay of a person at a place follows at most
 * one stay that was over before, and is followed by one at most, so that no person is in two places at once. A pair is worth as much as
 * off-line (`joinTracklets`): appearance, walking time, and all other candidates. It is made once it is probable enough, and may be revised for
 * {@link REVISE_SECONDS} from the beginning of a stay.
 */
export class OnlineLinker {
  readonly #site: OnlineSite;
  readonly #remember: number;
  readonly #candidates: Candidates;
  #comparison: StayComparison | undefined;
  readonly #places = new Map<number, Place>();
  readonly #known = new Map<number, Map<number, Known>>();
  /** Stays that are not over; those that may be followed; those whose person may be revised. */
  readonly #present = new Set<Stay>();
  readonly #remembered = new Set<Stay>();
  readonly #open = new Set<Stay>();
  #time = Number.NEGATIVE_INFINITY;
  #weighed = Number.NEGATIVE_INFINITY;
  #swept = Number.NEGATIVE_INFINITY;
  #changes = 0;
  #weighedChanges = 0;
  #lastId: number;

  /**
   * @param remember seconds for which people are remembered by their appearance; 0: it is not compared
   * @param lastId ids are counted on from here
   */
  constructor(site: OnlineSite, remember: number, lastId = 0) {
    this.#site = site;
    this.#remember = remember;
    this.#candidates = new Candidates(site);
    this.#lastId = lastId;
  }

  /** The highest id given so far. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Compares embeddings from now on; those that others have made are forgotten. */
  compareBy(model: CalibratedSimilarity | undefined): void {
    for (const stay of [...this.#present, ...this.#remembered]) stay.forget();
    this.#comparison = model && this.#remember > 0 ? new StayComparison(model) : undefined;
  }

  /** The person of one whom a place sees; undefined where it is none yet. */
  personOf(place: number, id: number): number | undefined {
    return this.#known.get(place)?.get(id)?.stay.person || undefined;
  }

  /**
   * Takes whom a place sees at a time.
   *
   * @param place number of the camera, or {@link FLOOR}
   * @param time seconds, by a clock that all cameras share; of a place it only goes forward: a time that does not counts as the last
   * @returns what changed, also at other places
   */
  take(place: number, time: number, seen: readonly Seen[]): OnlineChange[] {
    if (!Number.isFinite(time)) return [];
    const before = this.#places.get(place)?.time ?? time;
    const at = this.#arrive(place, time);
    const here = new Set(seen.map(({ id }) => id));
    for (const stay of this.#present) {
      // who is in two pictures that follow each other has not gone, however long that takes
      const goesOn = stay.place === place && stay.to === before && here.has(stay.id) && at - before <= SILENT_SECONDS;
      if (!goesOn && this.#isGone(stay)) this.#end(stay);
    }
    const known = this.#known.get(place) ?? new Map<number, Known>();
    this.#known.set(place, known);
    let atOnce = false;
    for (const person of seen) {
      const last = known.get(person.id);
      const earlier = last?.stay;
      const goesOn = earlier?.over ? undefined : earlier;
      const stay = goesOn ?? this.#begin(place, person, at, last);
      const unseen = stay.entered < 0;
      if (stay.see(at, person.by, this.#comparison && this.#changes + 1)) this.#changes++;
      if (unseen && stay.entered >= 0) this.#candidates.appear(stay, at);
      if (!goesOn) this.#resume(stay, earlier ?? this.#lastOf(person.person));
      if (!goesOn && place === FLOOR) atOnce = true;
    }
    const due = this.#changes !== this.#weighedChanges && this.#time - this.#weighed >= WEIGH_SECONDS;
    if (atOnce || due) this.#weigh();
    for (const stay of this.#open) this.#decide(stay);
    const changes = this.#report();
    for (const stay of this.#open) if (this.#time - stay.born > REVISE_SECONDS) this.#fix(stay);
    if (this.#time - this.#swept >= SWEEP_SECONDS) this.#sweep();
    return changes;
  }

  /** The people who are remembered, to go on with after a restart. */
  state(): RememberedPerson[] {
    const people: RememberedPerson[] = [];
    for (const stay of [...this.#remembered, ...this.#present]) {
      const { person, left, to, last, next } = stay;
      const { views } = stay.compared();
      if (person === 0 || next || left < 0 || !last || views.length === 0) continue;
      const exits = stay.exits(this.#site.areas(left));
      people.push({ id: person, camera: left, time: to, last, exits, views });
    }
    return people;
  }

  /**
   * Takes people who were there before a restart.
   *
   * @param people with ids that differ
   * @param time seconds, when the state was kept
   */
  restore(people: readonly RememberedPerson[], time: number): void {
    for (const person of people) {
      this.#remembered.add(Stay.remembered(person));
      this.#lastId = Math.max(this.#lastId, person.id);
    }
    for (let place = FLOOR; place < this.#site.cameraCount; place++)
      this.#places.set(place, { time, heard: time, blind: [time, time] });
    this.#time = time;
    this.#sweep();
  }

  #arrive(place: number, time: number): number {
    const known = this.#places.get(place);
    const at = Math.max(time, known?.time ?? Number.NEGATIVE_INFINITY);
    this.#time = Math.max(this.#time, at);
    const blind = known && at - known.time > BLIND_SECONDS ? ([known.time, at] as const) : (known?.blind ?? [0, 0]);
    this.#places.set(place, { time: at, heard: this.#time, blind });
    return at;
  }

  #isGone({ place, to }: Stay): boolean {
    const { time, heard } = this.#places.get(place)!;
    return time - to > GONE_SECONDS || this.#time - heard > SILENT_SECONDS;
  }

  #end(stay: Stay): void {
    stay.end();
    this.#present.delete(stay);
    this.#remembered.add(stay);
    this.#changes++;
  }

  #begin(place: number, { id }: Seen, time: number, known: Known | undefined): Stay {
    const stay = new Stay(place, id, time, this.#time);
    if (known) known.stay = stay;
    else this.#known.get(place)!.set(id, { stay, said: 0 });
    this.#present.add(stay);
    this.#open.add(stay);
    this.#changes++;
    return stay;
  }

  /**
   * The place says that a stay is of the person of an earlier one. So it is, unless that person was seen elsewhere since, and still is. What was
   * found in between and may be revised was wrong then.
   */
  #resume(stay: Stay, earlier: Stay | undefined): void {
    if (!earlier) return;
    for (;;) {
      const between: Stay[] = [];
      let last = earlier;
      for (let next = last.next; next; next = next.next) {
        between.push(next);
        last = next;
      }
      if (last.over && last.to < stay.from) {
        for (const one of between) one.kept = true;
        stay.kept = true;
        this.#link(last, stay);
        return;
      }
      const wrong = between.find(({ fixed, kept }) => !fixed && !kept);
      if (!wrong) return;
      this.#unlink(wrong);
      wrong.own ||= ++this.#lastId;
    }
  }

  /** A stay of a person from before a restart. */
  #lastOf(person: number | undefined): Stay | undefined {
    if (person === undefined) return undefined;
    // also of one who is not remembered any more, but whose track may come back
    const known = [...this.#known.values()].flatMap((ids) => [...ids.values()].map(({ stay }) => stay));
    for (const stay of [...this.#present, ...this.#remembered, ...known])
      if (stay.person === person && !stay.next) return stay;
    const past = new Stay(FLOOR, 0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
    past.own = person;
    past.end();
    past.fix();
    this.#lastId = Math.max(this.#lastId, person);
    return past;
  }

  #link(before: Stay, stay: Stay): void {
    before.next = stay;
    stay.before = before;
    stay.version = ++this.#changes;
  }

  #unlink(stay: Stay): void {
    if (stay.before) stay.before.next = undefined;
    stay.before = undefined;
    stay.version = ++this.#changes;
  }

  /** Weighs whom the open stays may follow, all together, and joins what is probable enough. */
  #weigh(): void {
    this.#weighed = this.#time;
    this.#weighedChanges = this.#changes;
    if (!this.#comparison) return;
    const later = new Set([...this.#open].filter((stay) => !stay.kept && stay.patches > 0 && stay.entered >= 0));
    // not those that are followed by one that is not weighed: it stays
    const earlier = [...this.#remembered].filter(({ next, left }) => left >= 0 && (!next || later.has(next)));
    const blind = (place: number) => this.#places.get(place)!.blind;
    const wanted = this.#candidates.weigh(this.#comparison, earlier, [...later], blind);
    for (const stay of later) {
      if (!stay.before || wanted.get(stay) === stay.before) continue;
      this.#unlink(stay);
      stay.own ||= ++this.#lastId;
    }
    for (const [stay, before] of wanted) if (stay.before !== before) this.#link(before, stay);
    this.#weighedChanges = this.#changes;
  }

  /** Gives an open stay an id of its own, once it is clear that it follows none, or it has taken too long to find out. */
  #decide(stay: Stay): void {
    if (stay.person > 0 || stay.before) return;
    const isNew = stay.patches >= LEAST_PATCHES && this.#candidates.best(stay) < NEW;
    const waits = this.#comparison && stay.place !== FLOOR && !stay.over && this.#time - stay.born < WAIT_SECONDS;
    if (isNew || !waits) stay.own = ++this.#lastId;
  }

  /** A stay keeps the person that it has now. */
  #fix(stay: Stay): void {
    if (stay.before && !stay.before.fixed) return;
    this.#open.delete(stay);
    this.#candidates.decided(stay);
    if (stay.before) this.#remembered.delete(stay.before);
    stay.fix();
    this.#comparison?.decided(stay, this.#present);
  }

  #report(): OnlineChange[] {
    const changes: OnlineChange[] = [];
    for (const stay of this.#open) {
      const { place, id, person } = stay;
      const known = this.#known.get(place)!.get(id)!;
      if (known.stay !== stay || known.said === person) continue;
      const was = known.said;
      known.said = person;
      changes.push({ place, id, person: person || null, ...(was !== 0 && { was }) });
    }
    return changes;
  }

  /** Forgets what people look like of whom there has been no patch for too long, also where no camera sees anything. */
  expire(time: number): void {
    for (const stay of [...this.#present, ...this.#remembered]) stay.forgetBefore(time - this.#remember);
  }

  /** Forgets what is too old, and what is too much. */
  #sweep(): void {
    this.#swept = this.#time;
    const limit = this.#time - this.#remember;
    this.expire(this.#time);
    let tooMany = this.#remembered.size - MOST_REMEMBERED;
    for (const stay of this.#remembered) {
      if (!stay.fixed || (stay.next && !stay.next.fixed)) continue;
      if (stay.to >= limit && tooMany <= 0) continue;
      tooMany--;
      stay.forget();
      this.#remembered.delete(stay);
    }
    for (const known of this.#known.values())
      for (const [id, { stay }] of known) if (stay.fixed && this.#time - stay.to > TRACK_SECONDS) known.delete(id);
  }
}
