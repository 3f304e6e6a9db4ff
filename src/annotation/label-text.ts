import type { GroundPlane } from '../analytics/ground.ts';
import type { ZoneCounter } from '../analytics/zone-counter.ts';
import type { TrackedFrame } from '../core/tracked-frame.ts';
import type { AnnotationParameters } from './parameters.ts';

/** Speed is that over so much time, and is shown for as long, so that it can be read. */
const SPEED_SECONDS = 0.5;
/** A person unseen for so long is another one. */
const FORGET_SECONDS = 10;

/** Where what a label says comes from. */
export interface LabelSources {
  /** The name of a person, where it is known. */
  readonly names?: ((id: number) => string | undefined) | undefined;
  /** Makes metres of pixels, for the speed. */
  readonly ground?: Pick<GroundPlane, 'toGround'> | undefined;
  /** Knows how long a person has been in a zone. */
  readonly counter?: ZoneCounter | undefined;
}

/** What is remembered of a person. */
interface Walker {
  readonly first: number;
  seen: number;
  /** Where the feet were at `time`, in metres. */
  x: number;
  y: number;
  time: number;
  /** In m/s. */
  speed: number;
}

/** What the label of each person says: the parts that are asked for, as far as they are known. */
export class LabelText {
  readonly #parts: AnnotationParameters['label'];
  readonly #sources: LabelSources;
  readonly #isTimed: boolean;
  readonly #walkers = new Map<number, Walker>();

  constructor(parts: AnnotationParameters['label'], sources: LabelSources) {
    this.#parts = parts;
    this.#sources = sources;
    this.#isTimed = parts.includes('speed') || parts.includes('dwell');
  }

  /** Takes the people of the next frame. */
  update({ ids, boxes, length, time }: TrackedFrame): void {
    if (!this.#isTimed) return;
    for (const [id, { seen }] of this.#walkers) if (!(Math.abs(time - seen) < FORGET_SECONDS)) this.#walkers.delete(id);
    for (let i = 0; i < length; i++) {
      let walker = this.#walkers.get(ids[i]);
      if (!walker) {
        walker = { first: time, seen: time, x: Number.NaN, y: Number.NaN, time: Number.NaN, speed: Number.NaN };
        this.#walkers.set(ids[i], walker);
      }
      walker.seen = time;
      const seconds = time - walker.time;
      if (seconds >= 0 && seconds < SPEED_SECONDS - 1e-6) continue;
      const { ground } = this.#sources;
      if (!ground) continue;
      const [x, y] = ground.toGround(boxes[4 * i] + boxes[4 * i + 2] / 2, boxes[4 * i + 1] + boxes[4 * i + 3]);
      walker.speed = seconds > 0 ? Math.hypot(x - walker.x, y - walker.y) / seconds : Number.NaN;
      walker.x = x;
      walker.y = y;
      walker.time = time;
    }
  }

  /** The text of row `i`; empty where nothing is known. */
  of(frame: TrackedFrame, i: number): string {
    let text = '';
    for (const part of this.#parts) {
      const more = this.#part(part, frame, i);
      if (more) text = text === '' ? more : `${text} · ${more}`;
    }
    return text;
  }

  #part(part: AnnotationParameters['label'][number], { ids, scores, time }: TrackedFrame, i: number): string {
    const id = ids[i];
    if (part === 'id') return String(id);
    if (part === 'name') return this.#sources.names?.(id) ?? '';
    if (part === 'score') return scores[i].toFixed(2);
    const walker = this.#walkers.get(id);
    if (part === 'speed') return walker && Number.isFinite(walker.speed) ? `${walker.speed.toFixed(1)} m/s` : '';
    const { counter } = this.#sources;
    const since = counter && counter.zones.length > 0 ? counter.insideSince(id) : walker?.first;
    return since === undefined ? '' : minutes(time - since);
  }
}

/** Seconds as m:ss. */
function minutes(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds)) || 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
