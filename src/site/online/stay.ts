import type { Boxes } from '../../core/geometry.ts';
import { endsAt } from '../entrances.ts';
import type { Sight } from '../reach.ts';
import type { PlaceArea } from '../read-cameras.ts';
import { MOST_PATCHES, type Patches } from '../tracklet.ts';

/** The patches of a person, as `Gallery` has them. */
export interface PersonGallery {
  readonly version: number;
  readonly length: number;
  /** length × d or more, row by row. */
  readonly embeddings: Float32Array;
  readonly qualities: Float64Array;
}

/** How one camera sees a person. */
export interface SeenBy {
  /** Number of the camera. */
  readonly camera: number;
  /** x, y, w, h in source pixels. */
  readonly box: Boxes;
  readonly gallery?: PersonGallery | undefined;
}

/** A person whom a place sees. */
export interface Seen {
  /** By the place itself: of a camera's track, or of a person on the floor. */
  readonly id: number;
  /** The camera that sees the person best first; none where the place only expects the person to be there. */
  readonly by: readonly SeenBy[];
  /** Id of the person, where the place knows it from before a restart. */
  readonly person?: number | undefined;
}

/** What one camera has seen of a person. */
export interface View extends Patches {
  /** When the last of the patches was taken. */
  readonly time: number;
}

/** What is kept of a person over a restart. */
export interface RememberedPerson {
  readonly id: number;
  /** Number of the camera that saw the person last. */
  readonly camera: number;
  /** When, in seconds. */
  readonly time: number;
  readonly last: Sight;
  /** Numbers of the site's places where the person left. */
  readonly exits: readonly number[];
  readonly views: readonly View[];
}

/** Where a person goes by within so many seconds of the first and the last sight counts. */
const END_SECONDS = 1.5;
/** Views of a person from earlier stays that are kept. */
const MOST_VIEWS = 3;

/** Boxes of a person in one camera. */
interface Path {
  readonly camera: number;
  readonly times: number[];
  readonly boxes: number[];
}

/**
 * One piece of a person's way: what a place, which is a camera or the floor, has seen without a break. It follows the stay before of the
 * same person, or none. A stay that is fixed keeps the person that it has.
 */
export class Stay {
  readonly place: number;
  readonly id: number;
  /** Stands for it where it is not to be kept. */
  readonly key = Symbol();
  readonly from: number;
  /** When it began by the clock of the linker, which is that of the camera furthest ahead. */
  readonly born: number;
  to: number;
  /** The person is not seen there any more; another sight is another stay. */
  over = false;
  fixed = false;
  /** The place itself says that it is the person of the stay before. */
  kept = false;
  before: Stay | undefined;
  next: Stay | undefined;
  /** Its own id, where it follows none; 0 while it has none. */
  own = 0;
  /** What its cameras see of the person, and what was seen in stays before. */
  views: View[] = [];
  history: View[] = [];
  /** Number of the last change of what it is compared by. */
  version = 0;
  /** How much more alike others are to it than to most; NaN where that is not known. */
  high = Number.NaN;
  /** Numbers of the site's places where the person left, once that is known. */
  #exits: readonly number[] | undefined;
  readonly #galleries = new Map<number, readonly [PersonGallery, version: number]>();
  #head: Path | undefined;
  #tail: Path | undefined;

  /** A stay from before a restart, which is over. */
  static remembered({ id, camera, time, last, exits, views }: RememberedPerson): Stay {
    const stay = new Stay(camera, 0, time, time);
    stay.#tail = { camera, times: [time], boxes: [last.x, last.y - last.height / 2, 0, last.height] };
    stay.#exits = exits;
    stay.own = id;
    stay.views = [...views];
    stay.end();
    stay.fix();
    return stay;
  }

  constructor(place: number, id: number, from: number, born: number) {
    this.place = place;
    this.id = id;
    this.from = from;
    this.to = from;
    this.born = born;
  }

  /** Id of the person; 0 while it is not known. */
  get person(): number {
    return this.before ? this.before.person : this.own;
  }

  /** Number of the camera that first saw the person; −1 where none did. */
  get entered(): number {
    return this.#head?.camera ?? -1;
  }

  /** Number of the camera that last saw the person; −1 where none did. */
  get left(): number {
    return this.#tail?.camera ?? -1;
  }

  get first(): Sight | undefined {
    return this.#head && sightOf(this.#head.boxes, 0);
  }

  get last(): Sight | undefined {
    return this.#tail && sightOf(this.#tail.boxes, this.#tail.times.length - 1);
  }

  /** How many patches there are of it. */
  get patches(): number {
    return this.views.reduce((sum, { qualities }) => sum + qualities.length, 0);
  }

  /** What is compared: its views, those of the stays before, and the greatest number of a change of these. */
  compared(): { readonly views: View[]; readonly version: number } {
    const views: View[] = [];
    let version = 0;
    for (let stay: Stay | undefined = this; stay && views.length < 2 * MOST_VIEWS; stay = stay.before) {
      views.push(...stay.views, ...stay.history);
      version = Math.max(version, stay.version);
    }
    return { views, version };
  }

  /**
   * The person is seen at a later time.
   *
   * @param count number of the change, where there is one
   * @returns whether there are other patches
   */
  see(time: number, by: readonly SeenBy[], count: number | undefined): boolean {
    this.to = time;
    let changed = false;
    for (const { camera, gallery } of by) {
      if (count === undefined || !gallery || gallery.length === 0) continue;
      const [known, version] = this.#galleries.get(camera) ?? [];
      if (known === gallery && version === gallery.version) continue;
      this.#galleries.set(camera, [gallery, gallery.version]);
      const view = viewOf(camera, gallery, time);
      if (view.qualities.length === 0) continue;
      this.views = [...this.views.filter((one) => one.camera !== camera), view];
      this.version = count;
      changed = true;
    }
    const [best] = by;
    if (!best) return changed;
    const { camera, box } = best;
    this.#head ??= { camera, times: [], boxes: [] };
    if (camera === this.#head.camera && time - this.from <= END_SECONDS) push(this.#head, time, box);
    if (this.#head.times.length === 0) push(this.#head, time, box);
    if (this.#tail?.camera !== camera) this.#tail = { camera, times: [], boxes: [] };
    push(this.#tail, time, box);
    while (time - this.#tail.times[0] > END_SECONDS) {
      this.#tail.times.shift();
      this.#tail.boxes.splice(0, 4);
    }
    return changed;
  }

  /** The person is not seen any more. */
  end(): void {
    this.over = true;
    this.#galleries.clear();
  }

  /** Numbers of the site's places where the person came in. */
  entries(areas: readonly PlaceArea[]): readonly number[] {
    return placesOf(this.#head, 'first', areas);
  }

  /** Numbers of the site's places where the person left. */
  exits(areas: readonly PlaceArea[]): readonly number[] {
    const exits = this.#exits ?? placesOf(this.#tail, 'last', areas);
    if (this.over) this.#exits = exits;
    return exits;
  }

  /** Takes over what is known of the person from the stay before, which is then forgotten, and keeps its person. */
  fix(): void {
    const { before } = this;
    this.fixed = true;
    if (!before) return;
    this.own = before.person;
    this.history = [...before.views, ...before.history, ...this.history]
      .sort((a, b) => b.time - a.time)
      .slice(0, MOST_VIEWS);
    before.forget();
    this.before = undefined;
  }

  /** Forgets what the person is like. */
  forget(): void {
    this.views = [];
    this.history = [];
  }

  /** Forgets what is older. */
  forgetBefore(time: number): void {
    const old = (view: View) => view.time < time;
    if (this.history.some(old)) this.history = this.history.filter((view) => !old(view));
    if (this.views.some(old)) this.views = this.views.filter((view) => !old(view));
  }
}

function viewOf(camera: number, { length, embeddings, qualities }: PersonGallery, time: number): View {
  const rows = Array.from({ length }, (_, row) => row).filter((row) => qualities[row] > 0);
  const best = rows.sort((a, b) => qualities[b] - qualities[a]).slice(0, MOST_PATCHES);
  const d = embeddings.length / qualities.length;
  const own = new Float32Array(best.length * d);
  for (const [i, row] of best.entries()) own.set(embeddings.subarray(row * d, (row + 1) * d), i * d);
  return { camera, time, embeddings: own, qualities: Float64Array.from(best, (row) => qualities[row]) };
}

function placesOf(path: Path | undefined, end: 'first' | 'last', areas: readonly PlaceArea[]): readonly number[] {
  if (!path || areas.length === 0) return [];
  const trajectory = { times: Float64Array.from(path.times), boxes: Float64Array.from(path.boxes) };
  return areas.filter(({ area }) => !area || endsAt(trajectory, area, end)).map(({ place }) => place);
}

function push({ times, boxes }: Path, time: number, box: Boxes): void {
  times.push(time);
  boxes.push(box[0], box[1], box[2], box[3]);
}

function sightOf(boxes: readonly number[], row: number): Sight {
  const [left, top, width, height] = boxes.slice(4 * row, 4 * row + 4);
  return { x: left + width / 2, y: top + height / 2, height };
}
