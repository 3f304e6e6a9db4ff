import { expect, it } from 'vitest';
import { seededRandom } from '../../../src/learning/random.ts';
import { Camera } from '../../../src/learning/simulation/camera.ts';
import { Draw } from '../../../src/learning/simulation/noise.ts';
import { Person } from '../../../src/learning/simulation/person.ts';
import type { Occluder } from '../../../src/learning/simulation/setting.ts';
import { viewsOf } from '../../../src/learning/simulation/views.ts';

const draw = new Draw(seededRandom(2));
const camera = new Camera(
  { width: 1000, height: 500, fieldOfView: 90, elevation: 1.5, tilt: 0, motion: 'fixed' },
  20,
  false,
  draw,
);
const look = (people: Person[], occluders: Occluder[] = [], clipped = false) =>
  viewsOf({ people, occluders }, camera, { least: 20, clipped });

it('sees the nearest first, and those behind covered', () => {
  const [near, behind, aside] = [5, 8, 8].map((y, i) => new Person(i + 1, i === 2 ? 4 : 0, y, draw, false));
  const views = look([behind, aside, near]);
  expect(views.map(({ person }) => person.id)).toEqual([1, 2, 3]);
  expect(views[0].visibility).toBe(1);
  expect(views[1].visibility).toBeLessThan(0.4);
  expect(views[2].visibility).toBe(1);
  expect(views[2].visible.map((v) => Math.round(v))).toEqual(views[2].box.map((v) => Math.round(v)));
});

it('sees the upper half of who stands behind a low wall', () => {
  const wall: Occluder = { x: 0, y: 7.99, width: 4, bottom: 0, height: 0.8 };
  const [{ box, visible, visibility }] = look([new Person(1, 0, 8, draw, false)], [wall]);
  expect(visibility).toBeGreaterThan(0.4);
  expect(visibility).toBeLessThan(0.7);
  expect(visible[1]).toBeCloseTo(box[1], 6);
  expect(visible[3] / box[3]).toBeCloseTo(visibility, 6);
});

it('ends boxes with the picture where they are clipped', () => {
  const person = new Person(1, 0, 2, draw, false);
  const bottom = (clipped: boolean) => {
    const [{ box }] = look([person], [], clipped);
    return box[1] + box[3];
  };
  expect(bottom(false)).toBeCloseTo(250 + (500 * 1.5) / 2, 6);
  expect(bottom(true)).toBe(500);
});
