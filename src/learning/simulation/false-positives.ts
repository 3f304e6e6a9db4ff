import { sigmoid } from '../../core/probability.ts';
import type { Camera } from './camera.ts';
import type { DetectorQuality } from './detector-quality.ts';
import { type Draw, Wander } from './noise.ts';
import type { Person } from './person.ts';
import type { View } from './views.ts';

/** Something in the world that is now and then taken for a person. */
interface Place {
  x: number;
  y: number;
  /** Metres. */
  readonly bottom: number;
  readonly height: number;
  readonly width: number;
  readonly likeness: number;
  readonly mood: Wander;
}

/** Something that is taken for a person for a moment. */
interface Spell {
  readonly box: readonly number[];
  readonly evidence: number;
  /** That are left. */
  seconds: number;
}

/** How a person is seen a second time. */
interface Double {
  readonly mood: Wander;
  /** Left, top, right, bottom of the second box as shares of the first; of both boxes together where that is undefined. */
  part: readonly number[] | undefined;
  seen: boolean;
}

/** Things for one false positive a frame at places. */
const THINGS = 6;
/** Boxes of which one is a false positive, at random. */
const CLUTTER = 1.6;
/** Seconds for which a thing is taken for a person, and a person is seen twice. */
const GLIMPSE = 0.1;
const SPELL = 0.3;

/** What a detector finds besides people. */
export class FalsePositives {
  private readonly places: Place[] = [];
  private spells: Spell[] = [];
  private readonly doubles = new WeakMap<Person, Double>();

  constructor(
    private readonly quality: DetectorQuality,
    private readonly camera: Camera,
    private readonly least: number,
    private readonly draw: Draw,
  ) {
    const count = Math.round(THINGS * quality.places);
    for (let i = 0; i < count; i++) {
      const [x, y] = camera.somewhere(0.5);
      const height = draw.between(0.7, 2.2);
      const [bottom, width] = [draw.chance(0.4) ? draw.between(0, 2) : 0, height * draw.between(0.3, 0.55)];
      const likeness = draw.normal(quality.doubt - 0.8, 0.6);
      this.places.push({ x, y, bottom, height, width, likeness, mood: new Wander(draw, draw.ratio(0.1, 1)) });
    }
  }

  /** Moves on by `dt` seconds and adds boxes, as left, top, right and bottom, each with the evidence for it. */
  step(views: readonly View[], dt: number, add: (corners: readonly number[], evidence: number) => void): void {
    this.atPlaces(dt, add);
    this.atRandom(dt, add);
    this.onPeople(views, dt, add);
  }

  private atPlaces(dt: number, add: (corners: readonly number[], evidence: number) => void): void {
    const { camera, draw, quality } = this;
    for (const place of this.places) {
      if (camera.place(place.x, place.y)[0] < camera.near)
        [place.x, place.y] = camera.at(camera.far * draw.between(0.5, 1), draw.normal(0, camera.far / 4));
      const { x, y, bottom, height, width, likeness, mood } = place;
      const [u, top, depth] = camera.project(x, y, bottom + height);
      const [, low] = camera.project(x, y, bottom);
      mood.step(dt);
      if (depth < 0.5 || low - top < this.least) continue;
      const half = (camera.focalLength * width) / 2 / depth;
      const box = this.jitter([u - half, top, u + half, low], low - top);
      add(box, likeness + 1.1 * mood.value + quality.quick * draw.normal(0, 1));
    }
  }

  private atRandom(dt: number, add: (corners: readonly number[], evidence: number) => void): void {
    const { draw, quality } = this;
    for (const spell of this.spells) spell.seconds -= dt;
    this.spells = this.spells.filter(({ seconds }) => seconds > 0);
    // As many begin as end; Poisson by the times between them.
    for (let time = 0; ; ) {
      time -= Math.log(1 - draw.random());
      if (time > (dt / GLIMPSE) * CLUTTER * quality.clutter) break;
      const box = this.anywhere();
      const seconds = -GLIMPSE * Math.log(1 - draw.random());
      this.spells.push({ box, evidence: draw.normal(quality.doubt, 0.6), seconds });
    }
    for (const { box, evidence } of this.spells)
      add(this.jitter(box, box[3] - box[1]), draw.normal(evidence, quality.quick));
  }

  /** A box where a person might be, as high as they would be; or, now and then, any box. */
  private anywhere(): number[] {
    const { camera, draw, least } = this;
    const { width, height } = camera.options;
    const [u, low, depth] = camera.project(...camera.somewhere(0), 0);
    const likely = depth > 0.5 && draw.chance(0.7);
    const h = likely ? (draw.between(1.2, 2) * camera.focalLength) / depth : draw.ratio(least, 0.7 * height);
    const w = h * draw.between(0.3, 0.6);
    const x = likely ? u - w / 2 : draw.between(0, width - w);
    const y = likely ? low - h : draw.between(0, height - h);
    return [x, y, x + w, y + h];
  }

  private onPeople(
    views: readonly View[],
    dt: number,
    add: (corners: readonly number[], evidence: number) => void,
  ): void {
    const { draw, quality } = this;
    views.forEach((view, i) => {
      const double = this.doubleOf(view);
      // The logistic function is close to the normal distribution's.
      const seen = sigmoid(1.7 * double.mood.step(dt)) > 1 - quality.doubles;
      if (seen && !double.seen) double.part = this.part();
      double.seen = seen;
      if (!seen) return;
      const [x, y, w, h] = view.box;
      const other = views[i + 1]?.box ?? view.box;
      const both = [
        Math.min(x, other[0]),
        Math.min(y, other[1]),
        Math.max(x + w, other[0] + other[2]),
        Math.max(y + h, other[1] + other[3]),
      ];
      const box = double.part ? double.part.map((share, k) => (k % 2 ? y + share * h : x + share * w)) : both;
      if (box[2] - box[0] > 0.9 * (box[3] - box[1])) return;
      add(this.jitter(box, h), draw.normal(quality.doubt, 0.5) - (1 - view.visibility));
    });
  }

  private doubleOf({ person }: View): Double {
    const known = this.doubles.get(person);
    if (known) return known;
    const made: Double = { mood: new Wander(this.draw, SPELL), part: undefined, seen: false };
    this.doubles.set(person, made);
    return made;
  }

  /** The upper or lower part of a body, one side of it, a box too large, or two people as one. */
  private part(): readonly number[] | undefined {
    const { draw } = this;
    const cut = draw.between(0.2, 0.6);
    return draw.pick<readonly number[] | undefined>([
      [[0, 0, 1, cut], 3],
      [[0, cut, 1, 1], 1],
      [[0, 0, cut, 1], 1],
      [[1 - cut, 0, 1, 1], 1],
      [[-0.4, -0.1, 1.4, 1.2], 1],
      [undefined, 2],
    ]);
  }

  private jitter(corners: readonly number[], height: number): number[] {
    const { upright, across } = this.quality;
    return corners.map((edge, k) => edge + height * this.draw.normal(0, k % 2 ? upright : across));
  }
}
