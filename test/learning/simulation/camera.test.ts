import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/learning/random.ts';
import { Camera, type CameraOptions } from '../../../src/learning/simulation/camera.ts';
import { Draw } from '../../../src/learning/simulation/noise.ts';
import { Person } from '../../../src/learning/simulation/person.ts';
import { project } from '../../../src/learning/simulation/views.ts';

/** 1000 pixels wide and of 90°: a focal length of 500 pixels. */
const LEVEL: CameraOptions = { width: 1000, height: 500, fieldOfView: 90, elevation: 2, tilt: 0, motion: 'fixed' };

const draw = () => new Draw(seededRandom(1));
const cameraOf = (options: Partial<CameraOptions> = {}) => new Camera({ ...LEVEL, ...options }, 50, false, draw());

describe('Camera', () => {
  it('projects points before a level camera', () => {
    const camera = cameraOf();
    expect(camera.focalLength).toBeCloseTo(500, 9);
    // 10 m away a metre is 50 pixels; what is as high as the camera is on the horizon.
    expect(camera.project(0, 10, 2)).toEqual([500, 250, 10].map((v) => expect.closeTo(v, 9)));
    expect(camera.project(0, 10, 0)).toEqual([500, 350, 10].map((v) => expect.closeTo(v, 9)));
    expect(camera.project(2, 10, 1)).toEqual([600, 300, 10].map((v) => expect.closeTo(v, 9)));
  });

  it('has the ground on its axis in the middle of the picture', () => {
    const tilted = cameraOf({ elevation: 5, tilt: 45 });
    expect(tilted.project(0, 5, 0)).toEqual([500, 250, 5 * Math.SQRT2].map((v) => expect.closeTo(v, 9)));
  });

  it('turns to the right', () => {
    const camera = cameraOf();
    camera.yaw = Math.PI / 2;
    expect(camera.place(7, 3)).toEqual([7, -3].map((v) => expect.closeTo(v, 9)));
    expect(camera.at(7, -3)).toEqual([7, 3].map((v) => expect.closeTo(v, 9)));
    expect(camera.sees(7, 3)).toBe(true);
    expect(camera.sees(-7, 3)).toBe(false);
  });

  it('stays where it is unless it moves', () => {
    const fixed = cameraOf();
    const driving = cameraOf({ motion: 'driving' });
    for (let i = 0; i < 100; i++) for (const camera of [fixed, driving]) camera.step(0.1);
    expect([fixed.x, fixed.y, fixed.yaw, fixed.pitch]).toEqual([0, 0, 0, 0]);
    expect(Math.hypot(driving.x, driving.y)).toBeGreaterThan(1);
  });
});

describe('project', () => {
  it('gives the box of a person', () => {
    const person = new Person(1, 1, 10, draw(), false);
    const { corners, depth } = project(person, cameraOf())!;
    const [left, right] = person.reach(Math.atan2(1, 10));
    const expected = [550 - 50 * left, 350 - 50 * person.height, 550 + 50 * right, 350];
    expect(corners).toEqual(expected.map((v) => expect.closeTo(v, 9)));
    expect(depth).toBeCloseTo(10, 9);
    expect(person.height).toBeGreaterThan(1.4);
    expect(person.height).toBeLessThan(2);
  });

  it('has none of a person behind the camera', () => {
    expect(project(new Person(1, 0, -3, draw(), false), cameraOf())).toBeUndefined();
  });
});
