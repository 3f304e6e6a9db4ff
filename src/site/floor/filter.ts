/** A constant-velocity Kalman filter on the floor: X, Y in metres and their rates in m/s, with the whole covariance. */
export class FloorFilter {
  /** X, Y, rate of X, rate of Y. */
  readonly mean = new Float64Array(4);
  /** 4 × 4, row by row. */
  readonly covariance = new Float64Array(16);

  /**
   * Starts at a place at rest.
   *
   * @param xx covariance of the place in m²
   * @param speed standard deviation of each rate in m/s
   */
  start(x: number, y: number, xx: number, xy: number, yy: number, speed: number): void {
    this.mean.set([x, y, 0, 0]);
    this.covariance.fill(0);
    const p = this.covariance;
    p[0] = xx;
    p[1] = xy;
    p[4] = xy;
    p[5] = yy;
    p[10] = speed * speed;
    p[15] = speed * speed;
  }

  /**
   * Moves forward by `dt` seconds (white-noise acceleration, Bar-Shalom, Li & Kirubarajan 2001, §6.2.2).
   *
   * @param acceleration spectral density of the acceleration in m/s^1.5
   * @param keep the part of the speed that is left after `dt`: 1 while the person is seen, less while not
   */
  predict(dt: number, acceleration: number, keep = 1): void {
    const { mean: m, covariance: p } = this;
    m[0] += dt * m[2];
    m[1] += dt * m[3];
    m[2] *= keep;
    m[3] *= keep;
    const q = acceleration * acceleration;
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 2; j++) {
        const pp = 4 * i + j;
        const pv = 4 * i + j + 2;
        const vp = 4 * (i + 2) + j;
        const vv = 4 * (i + 2) + j + 2;
        const noise = i === j ? q : 0;
        p[pp] += dt * (p[pv] + p[vp] + dt * (p[vv] + (noise * dt) / 3));
        p[pv] = (p[pv] + dt * (p[vv] + (noise * dt) / 2)) * keep;
        p[vp] = (p[vp] + dt * (p[vv] + (noise * dt) / 2)) * keep;
        p[vv] = p[vv] * keep * keep + noise * dt;
      }
    }
  }

  /** Takes a measured place with its covariance in m². */
  update(x: number, y: number, xx: number, xy: number, yy: number): void {
    const { mean: m, covariance: p } = this;
    const a = p[0] + xx;
    const b = p[1] + xy;
    const c = p[5] + yy;
    const determinant = a * c - b * b;
    const dx = x - m[0];
    const dy = y - m[1];
    const gain = new Float64Array(8);
    for (let i = 0; i < 4; i++) {
      gain[2 * i] = (p[4 * i] * c - p[4 * i + 1] * b) / determinant;
      gain[2 * i + 1] = (p[4 * i + 1] * a - p[4 * i] * b) / determinant;
    }
    const rows = p.slice(0, 8);
    for (let i = 0; i < 4; i++) {
      m[i] += gain[2 * i] * dx + gain[2 * i + 1] * dy;
      for (let j = 0; j < 4; j++) p[4 * i + j] -= gain[2 * i] * rows[j] + gain[2 * i + 1] * rows[4 + j];
    }
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < i; j++) {
        p[4 * i + j] = (p[4 * i + j] + p[4 * j + i]) / 2;
        p[4 * j + i] = p[4 * i + j];
      }
  }
}
