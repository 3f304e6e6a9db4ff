import fc from 'fast-check';
import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { KalmanBoxes, type KalmanNoise } from '../../src/tracking/kalman.ts';

const NOISE: KalmanNoise = {
  position: 0.08,
  size: 0.15,
  acceleration: 0.25,
  growth: 0.1,
  speed: 0.8,
  sizeRate: 0.2,
};

/**
 * The same filter in matrices: state (cx, cy, w, h, and their rates), F of constant velocity, Q of white-noise acceleration
 * (Bar-Shalom, Li & Kirubarajan 2001, §6.2.2), H the first four.
 */
class Oracle {
  x: Matrix;
  P: Matrix;

  constructor(box: readonly number[], noise: KalmanNoise) {
    this.x = new Matrix([...measured(box), 0, 0, 0, 0].map((v) => [v]));
    const h = box[3];
    const deviations = [noise.position, noise.position, noise.size, noise.size];
    const rates = [noise.speed, noise.speed, noise.sizeRate, noise.sizeRate];
    this.P = Matrix.diag([...deviations, ...rates].map((s) => (s * h) ** 2));
  }

  predict(dt: number, noise: KalmanNoise): void {
    const h = Math.max(1, this.x.get(3, 0));
    const F = Matrix.eye(8, 8);
    const Q = Matrix.zeros(8, 8);
    [noise.acceleration, noise.acceleration, noise.growth, noise.growth].forEach((density, i) => {
      const q = (density * h) ** 2;
      F.set(i, i + 4, dt);
      Q.set(i, i, (q * dt ** 3) / 3);
      Q.set(i, i + 4, (q * dt ** 2) / 2);
      Q.set(i + 4, i, (q * dt ** 2) / 2);
      Q.set(i + 4, i + 4, q * dt);
    });
    this.x = F.mmul(this.x);
    this.P = F.mmul(this.P).mmul(F.transpose()).add(Q);
  }

  update(box: readonly number[], noise: KalmanNoise): void {
    const H = Matrix.eye(4, 8);
    const R = Matrix.diag([noise.position, noise.position, noise.size, noise.size].map((s) => (s * box[3]) ** 2));
    const S = H.mmul(this.P).mmul(H.transpose()).add(R);
    const K = this.P.mmul(H.transpose()).mmul(inverse(S));
    const innovation = Matrix.sub(new Matrix(measured(box).map((v) => [v])), H.mmul(this.x));
    this.x = Matrix.add(this.x, K.mmul(innovation));
    // Joseph's form: symmetric and positive whatever the rounding.
    const A = Matrix.sub(Matrix.eye(8, 8), K.mmul(H));
    this.P = A.mmul(this.P).mmul(A.transpose()).add(K.mmul(R).mmul(K.transpose()));
  }
}

function measured([x, y, w, h]: readonly number[]): number[] {
  return [x + w / 2, y + h / 2, w, h];
}

function expectClose(actual: number, expected: number, what: string): void {
  if (!(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected))))
    expect.fail(`${what}: ${actual}, expected ${expected}`);
}

const place = fc.double({ min: -500, max: 2000, noNaN: true });
const length = fc.double({ min: 5, max: 400, noNaN: true });
const box = fc.tuple(place, place, length, length);
const step = fc.record({
  dt: fc.double({ min: 0, max: 2, noNaN: true }),
  box: fc.option(box),
});

describe('the Kalman filter', () => {
  it('equals the matrix form over any sequence of predictions and corrections', () => {
    fc.assert(
      fc.property(box, fc.array(step, { maxLength: 30 }), fc.nat(40), (first, steps, slot) => {
        const filter = new KalmanBoxes(NOISE);
        const oracle = new Oracle(first, NOISE);
        filter.start(slot, Float64Array.from(first), 0);
        for (const { dt, box: next } of steps) {
          filter.predict(slot, dt);
          oracle.predict(dt, NOISE);
          if (next) {
            filter.update(slot, Float64Array.of(0, 0, 0, 0, ...next), 1);
            oracle.update(next, NOISE);
          }
          for (let axis = 0; axis < 4; axis++) {
            expectClose(filter.value(slot, axis, 0), oracle.x.get(axis, 0), `value ${axis}`);
            expectClose(filter.value(slot, axis, 1), oracle.x.get(axis + 4, 0), `rate ${axis}`);
            expectClose(filter.variance(slot, axis), oracle.P.get(axis, axis), `variance ${axis}`);
          }
        }
      }),
    );
  });

  it('keeps slots apart, also when the store grows', () => {
    const filter = new KalmanBoxes(NOISE);
    const out = new Float64Array(8);
    filter.start(0, Float64Array.of(10, 20, 30, 60), 0);
    filter.start(500, Float64Array.of(1, 2, 3, 4, 100, 200, 30, 60), 1);
    filter.predict(500, 1);
    filter.shift(500, 5, -7);
    filter.box(0, out, 0);
    filter.box(500, out, 1);
    expect([...out]).toEqual([10, 20, 30, 60, 105, 193, 30, 60]);
  });

  it('finds the speed of a person who walks evenly, and is surer of the place the more it sees', () => {
    const filter = new KalmanBoxes(NOISE);
    filter.start(0, Float64Array.of(0, 0, 40, 100), 0);
    const start = filter.variance(0, 0);
    for (let f = 1; f <= 50; f++) {
      filter.predict(0, 0.1);
      filter.update(0, Float64Array.of(6 * f, 0, 40, 100), 0);
    }
    expect(filter.value(0, 0, 1)).toBeCloseTo(60, 0);
    expect(filter.value(0, 1, 1)).toBe(0);
    const sure = filter.variance(0, 0);
    expect(sure).toBeLessThan(start);
    filter.predict(0, 3);
    expect(filter.variance(0, 0)).toBeGreaterThan(10 * sure);
  });

  it('gives boxes of at least a pixel, whatever the sizes are predicted to be', () => {
    const filter = new KalmanBoxes(NOISE);
    filter.start(0, Float64Array.of(0, 0, 20, 50), 0);
    for (let f = 1; f < 6; f++) {
      filter.predict(0, 0.1);
      filter.update(0, Float64Array.of(0, 0, 20 - 3 * f, 50 - 8 * f), 0);
    }
    filter.predict(0, 60);
    const out = new Float64Array(4);
    filter.box(0, out, 0);
    expect(filter.value(0, 3, 0)).toBeLessThan(0);
    expect([out[2], out[3]]).toEqual([1, 1]);
  });
});
