import type { Camera } from './camera.ts';
import type { Draw } from './noise.ts';
import { type Party, slotsFor } from './party.ts';
import { type Activity, Person, turn } from './person.ts';
import type { Setting } from './setting.ts';

/** Seconds in which people come to the speed they want. */
const RELAXATION = 0.5;
/** Metres from a door at which people are through. */
const THROUGH = 0.6;

/** Parties that come, walk, stop, dance and go. */
export class Parties {
  private readonly of = new Map<Person, Party>();
  private readonly doors: [x: number, y: number][] = [];
  private nextId = 1;
  private time = 0;

  constructor(
    private readonly setting: Setting,
    private readonly camera: Camera,
    private readonly draw: Draw,
  ) {
    for (let i = 0; i < setting.doors; i++) this.doors.push(camera.somewhere(0.5));
  }

  /** A party somewhere in the picture, as there are when the sequence begins. */
  meet(): Party {
    const { setting, draw, camera } = this;
    const standing = draw.chance(setting.standing);
    return this.form(
      camera.somewhere(setting.crowding, setting.spread),
      setting.dance ? 'dancing' : standing ? 'standing' : 'walking',
    );
  }

  /** A party that comes in at a door, or from where it was just outside the picture. */
  arrive(): Party | undefined {
    const { setting, draw, camera, doors } = this;
    if (setting.dance) return this.meet();
    if (doors.length > 0 && draw.chance(0.5))
      return this.form(doors[Math.floor(draw.random() * doors.length)], 'walking');
    const heading = this.heading();
    const standing = camera.speed > 0.3 && draw.chance(setting.standing);
    const pace = standing ? 0 : 1.3;
    // Relative to the camera: back along the way until it is outside.
    const vx = pace * Math.sin(heading) - camera.speed * Math.sin(camera.yaw);
    const vy = pace * Math.cos(heading) - camera.speed * Math.cos(camera.yaw);
    const speed = Math.hypot(vx, vy);
    if (speed < 0.1) return undefined;
    let [x, y] = camera.somewhere(setting.crowding);
    for (let i = 0; i < 400 && camera.sees(x, y, 0.4); i++) {
      x -= (0.5 * vx) / speed;
      y -= (0.5 * vy) / speed;
    }
    return this.form([x, y], standing ? 'standing' : 'walking', heading);
  }

  /** Whether a person has left through a door. */
  gone(person: Person): boolean {
    const { goal, activity } = this.of.get(person)!;
    return activity === 'walking' && goal !== undefined && Math.hypot(person.x - goal[0], person.y - goal[1]) < THROUGH;
  }

  /** Takes someone who left out of their party. */
  part(person: Person): void {
    const { members, slots } = this.of.get(person)!;
    const at = members.indexOf(person);
    members.splice(at, 1);
    slots.splice(at, 1);
    this.of.delete(person);
  }

  /** Moves on by `dt` seconds: parties change their minds. */
  step(dt: number): void {
    this.time += dt;
    for (const party of new Set(this.of.values())) {
      party.until -= dt;
      if (party.until <= 0) this.decide(party);
      party.members.forEach((person) => {
        person.activity = party.activity;
      });
    }
  }

  /** The acceleration that someone gives themselves. */
  drive(person: Person): [ax: number, ay: number] {
    const party = this.of.get(person)!;
    const { members, slots, activity, goal, pace } = party;
    if (activity === 'dancing') return this.dance(person, goal!);
    const first = members[0];
    let [wx, wy] = [0, 0];
    if (activity === 'walking') {
      const heading = goal ? Math.atan2(goal[0] - person.x, goal[1] - person.y) : party.heading;
      [wx, wy] = [pace * Math.sin(heading), pace * Math.cos(heading)];
    }
    if (person !== first) {
      const [right, ahead] = slots[members.indexOf(person)];
      const [sin, cos] = [Math.sin(party.heading), Math.cos(party.heading)];
      wx += 0.8 * (first.x + cos * right + sin * ahead - person.x);
      wy += 0.8 * (first.y - sin * right + cos * ahead - person.y);
    }
    return [(wx - person.vx) / RELAXATION, (wy - person.vy) / RELAXATION];
  }

  /** To the goal and swaying to the beat. */
  private dance(person: Person, [x, y]: [number, number]): [ax: number, ay: number] {
    const beat = Math.sin(2 * Math.PI * (0.6 * this.time + 0.13 * (person.id % 3)));
    return [7 * (x + 0.15 * beat - person.x) - 4 * person.vx, 7 * (y - person.y) - 4 * person.vy];
  }

  private decide(party: Party): void {
    const { setting, draw, doors, camera } = this;
    if (party.activity === 'dancing') {
      const { x, y } = party.members[0];
      const all = [...this.of.keys()];
      const other = all[Math.floor(draw.random() * all.length)];
      const [gx, gy] = draw.chance(0.5) ? [other.x, other.y] : camera.somewhere(setting.crowding, setting.spread);
      const share = draw.chance(0.4) ? draw.between(0.5, 1) : 0.1;
      party.goal = [x + share * (gx - x), y + share * (gy - y)];
      party.until = draw.between(0.6, 3);
      return;
    }
    party.goal = undefined;
    const stand = party.activity === 'walking' ? draw.chance(0.3) : draw.chance(0.2);
    party.activity = stand ? 'standing' : 'walking';
    for (const person of party.members) person.sitting &&= stand;
    if (!stand && doors.length > 0 && draw.chance(0.4)) party.goal = doors[Math.floor(draw.random() * doors.length)];
    else if (!stand)
      party.heading = setting.street === undefined ? turn(draw.normal(party.heading, 0.8)) : this.heading();
    party.until = this.patience(stand);
  }

  private patience(standing: boolean): number {
    return -Math.log(1 - this.draw.random()) * (standing ? this.draw.between(4, 20) : 1 / this.setting.whims);
  }

  private heading(): number {
    const { setting, draw } = this;
    if (setting.street === undefined) return draw.between(-Math.PI, Math.PI);
    return turn(draw.normal(setting.street + (draw.chance(0.5) ? Math.PI : 0), 0.15));
  }

  private form(place: readonly [number, number], activity: Activity, heading = this.heading()): Party {
    const { setting, draw } = this;
    const alone = activity === 'dancing' || !draw.chance(setting.company);
    const size = alone
      ? 1
      : draw.pick([
          [2, 6],
          [3, 2],
          [4, 1],
          [5, 0.5],
        ]);
    const ring = activity === 'standing';
    const slots = slotsFor(size, ring, draw);
    const [sin, cos] = [Math.sin(heading), Math.cos(heading)];
    const members = slots.map(([right, ahead]) => {
      const [x, y] = [place[0] + cos * right + sin * ahead, place[1] - sin * right + cos * ahead];
      const person = new Person(this.nextId++, x, y, draw, activity === 'dancing');
      person.activity = activity;
      person.facing = ring ? draw.between(-Math.PI, Math.PI) : heading;
      person.sitting = ring && draw.chance(0.15);
      return person;
    });
    const pace = Math.min(...members.map((person) => person.pace)) * (size > 1 ? 0.9 : 1);
    const party: Party = {
      members,
      slots,
      activity,
      heading,
      pace,
      until: this.patience(ring),
      goal: activity === 'dancing' ? [place[0], place[1]] : undefined,
    };
    if (activity === 'walking')
      for (const person of members) [person.vx, person.vy] = [pace * Math.sin(heading), pace * Math.cos(heading)];
    for (const person of members) this.of.set(person, party);
    return party;
  }
}
