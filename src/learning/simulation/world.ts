import type { Camera } from './camera.ts';
import type { Draw } from './noise.ts';
import { Wander } from './noise.ts';
import { Parties } from './parties.ts';
import type { Person } from './person.ts';
import type { Occluder, Setting } from './setting.ts';

/** Seconds of a step of the motion, at most. */
const STEP = 0.1;
/** Metres outside the picture within which people stay the same. */
const MARGIN = 2;

/** People on a ground plane before a camera: they walk, meet, avoid each other, stand, come and go (after Helbing & Molnár 1995). */
export class World {
  readonly people: Person[] = [];
  readonly occluders: Occluder[] = [];
  private readonly parties: Parties;
  private readonly crowd: Wander;

  constructor(
    private readonly setting: Setting,
    private readonly camera: Camera,
    private readonly draw: Draw,
  ) {
    this.crowd = new Wander(draw, 10);
    for (let i = 0; i < setting.occluders; i++) this.occluders.push(this.occluder());
    this.parties = new Parties(setting, camera, draw);
    while (this.people.length < setting.people) this.people.push(...this.parties.meet().members);
    for (let time = 0; time < 1; time += STEP) this.move(STEP);
  }

  /** Moves on by `dt` seconds: the camera and all people. */
  step(dt: number): void {
    this.camera.step(dt);
    const parts = Math.ceil(dt / STEP);
    for (let i = 0; i < parts; i++) this.move(dt / parts);
    this.leave();
    this.enter(dt);
  }

  private move(dt: number): void {
    const { people } = this;
    this.parties.step(dt);
    const push = new Float64Array(2 * people.length);
    for (let i = 0; i < people.length; i++)
      for (let k = i + 1; k < people.length; k++) {
        const [dx, dy] = [people[i].x - people[k].x, people[i].y - people[k].y];
        const squared = dx * dx + dy * dy;
        if (squared > 4) continue;
        const distance = Math.max(0.05, Math.sqrt(squared));
        const force = (3 * Math.exp((0.45 - distance) / 0.3)) / distance;
        // Aside a little as well, so that people who meet head on pass each other.
        push[2 * i] += force * (dx - 0.4 * dy);
        push[2 * i + 1] += force * (dy + 0.4 * dx);
        push[2 * k] -= force * (dx - 0.4 * dy);
        push[2 * k + 1] -= force * (dy + 0.4 * dx);
      }
    people.forEach((person, i) => {
      for (const { x, y, width } of this.occluders) {
        const [dx, dy] = [person.x - x, person.y - y];
        const distance = Math.max(0.05, Math.hypot(dx, dy));
        const force = (4 * Math.exp((width / 2 - distance) / 0.3)) / distance;
        push[2 * i] += Math.min(8, force) * dx;
        push[2 * i + 1] += Math.min(8, force) * dy;
      }
    });
    people.forEach((person, i) => {
      const [ax, ay] = this.parties.drive(person);
      person.step(dt, ax + push[2 * i], ay + push[2 * i + 1]);
    });
  }

  private leave(): void {
    const { camera, people } = this;
    const stay = people.filter((person) => !this.parties.gone(person) && camera.sees(person.x, person.y, MARGIN));
    if (stay.length < people.length) {
      const kept = new Set(stay);
      for (const person of people) if (!kept.has(person)) this.parties.part(person);
      people.splice(0, people.length, ...stay);
    }
    for (const thing of this.occluders) {
      if (camera.place(thing.x, thing.y)[0] > 0) continue;
      const side = this.draw.normal(0, camera.far / 4);
      // Beside the way of a camera that comes along it.
      const clear = side + Math.sign(side) * (thing.width / 2 + 1);
      [thing.x, thing.y] = camera.at(camera.far * this.draw.between(0.7, 1), clear);
    }
  }

  private enter(dt: number): void {
    const wanted = this.setting.people * (1 + (this.setting.dance ? 0 : 0.25 * this.crowd.step(dt)));
    const missing = wanted - this.people.length;
    if (missing > 0 && this.draw.chance(Math.min(1, dt * missing * 0.7))) {
      const party = this.parties.arrive();
      if (party) this.people.push(...party.members);
    }
  }

  /** A post, a kiosk, a wall, a car, a table, or a sign above the heads. */
  private occluder(): Occluder {
    const { draw, camera } = this;
    const [width, bottom, height] = draw.pick<[number, number, number]>([
      [[draw.between(0.15, 0.5), 0, draw.between(2.5, 6)], 4],
      [[draw.between(1.5, 3), 0, draw.between(2, 2.8)], 1],
      [[draw.between(3, 8), 0, draw.between(0.8, 2.5)], 1],
      [[draw.between(1.6, 4.5), 0, draw.between(1.3, 1.7)], 1.5],
      [[draw.between(0.8, 1.6), 0, draw.between(0.8, 1.1)], 1.5],
      [[draw.between(0.5, 1.5), 1.2, draw.between(2, 3)], 0.7],
    ]);
    const { focalLength, near, far, options } = camera;
    // So far away that it hides a third of the picture at most.
    const least = Math.max(near + 2, (3 * width * focalLength) / options.width);
    const ahead = draw.between(Math.min(least, far), far);
    const [x, y] = camera.at(ahead, draw.between(-1, 1) * camera.reach(ahead));
    return { x, y, width, bottom, height };
  }
}
