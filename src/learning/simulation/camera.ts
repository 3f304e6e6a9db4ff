import { type Draw, Sway, Wander } from './noise.ts';

/** How a camera moves: on a wall, in a hand, turned, carried along by a pedestrian, on a car. */
export type CameraMotion = 'fixed' | 'shaking' | 'panning' | 'walking' | 'driving';

/** A camera above a ground plane. */
export interface CameraOptions {
  /** Size of the picture in pixels. */
  readonly width: number;
  readonly height: number;
  /** Degrees from the left to the right edge of the picture. */
  readonly fieldOfView: number;
  /** Metres above the ground. */
  readonly elevation: number;
  /** Degrees below the horizon that it points to. */
  readonly tilt: number;
  readonly motion: CameraMotion;
}

/** Radians of a degree. */
const DEGREE = Math.PI / 180;
/** Metres between the feet of people and a camera among them, at least. */
const NEAREST = 1.5;

/**
 * A pinhole camera in a world of metres: x to the right and y ahead of where it begins, z up. It begins at x = y = 0.
 */
export class Camera {
  x = 0;
  y = 0;
  /** Radians: turned to the right, and below the horizon. */
  yaw = 0;
  pitch: number;
  /** Pixels. */
  readonly focalLength: number;
  /** Metres ahead, from which on and up to which people are looked for. */
  readonly near: number;
  readonly far: number;
  /** Metres per second along the ground. */
  speed = 0;
  private readonly turning: Sway;
  private readonly shaking: readonly [yaw: Sway, pitch: Sway];
  private readonly pace: Wander;
  /** Deviations: degrees of shake, degrees per second of turning, metres per second of travel. */
  private readonly shake: number;
  private readonly turn: number;
  private readonly travel: number;
  private course = 0;
  private time = 0;
  private readonly steps: number;

  /**
   * @param least height in pixels of the farthest people
   * @param whole whether the nearest people are seen from head to foot
   */
  constructor(
    readonly options: CameraOptions,
    least: number,
    whole: boolean,
    private readonly draw: Draw,
  ) {
    const { width, height, fieldOfView, elevation, tilt, motion } = options;
    this.focalLength = width / 2 / Math.tan((fieldOfView * DEGREE) / 2);
    this.pitch = tilt * DEGREE;
    const bottom = this.pitch + Math.atan(height / 2 / this.focalLength);
    this.near = Math.max(NEAREST, bottom > 0 ? ((whole ? 1.05 : 0.6) * elevation) / Math.tan(bottom) : NEAREST);
    this.far = Math.max(this.near + 2, (1.7 * this.focalLength) / least);
    this.turning = new Sway(draw, 1);
    this.shaking = [new Sway(draw, draw.ratio(0.08, 0.6)), new Sway(draw, draw.ratio(0.08, 0.6))];
    this.pace = new Wander(draw, 4);
    this.shake = { fixed: 0, shaking: draw.ratio(0.1, 0.8), panning: 0.15, walking: 0.3, driving: 0.1 }[motion];
    this.turn = { fixed: 0, shaking: 0.6, panning: draw.between(3, 12), walking: 3, driving: draw.ratio(0.5, 6) }[
      motion
    ];
    this.travel = { fixed: 0, shaking: 0, panning: 0, walking: draw.between(0.7, 1.5), driving: draw.between(0.5, 4) }[
      motion
    ];
    this.steps = draw.between(1.7, 2.1);
  }

  /** Moves on by `dt` seconds. */
  step(dt: number): void {
    const { motion, tilt } = this.options;
    if (motion === 'fixed') return;
    this.time += dt;
    this.course += this.turn * DEGREE * this.turning.step(dt) * dt;
    const [yaw, pitch] = this.shaking.map((wander) => this.shake * DEGREE * wander.step(dt));
    const bob = motion === 'walking' ? 0.25 * DEGREE * Math.sin(2 * Math.PI * this.steps * this.time) : 0;
    this.yaw = this.course + yaw;
    this.pitch = tilt * DEGREE + pitch + bob;
    this.speed = this.travel * Math.max(0, 1 + 0.6 * this.pace.step(dt));
    this.x += Math.sin(this.course) * this.speed * dt;
    this.y += Math.cos(this.course) * this.speed * dt;
  }

  /** Metres ahead of the camera and to its right. */
  place(x: number, y: number): [ahead: number, side: number] {
    const [dx, dy, sin, cos] = [x - this.x, y - this.y, Math.sin(this.yaw), Math.cos(this.yaw)];
    return [sin * dx + cos * dy, cos * dx - sin * dy];
  }

  /** The place that is so far ahead and to the right. */
  at(ahead: number, side: number): [x: number, y: number] {
    const [sin, cos] = [Math.sin(this.yaw), Math.cos(this.yaw)];
    return [this.x + sin * ahead + cos * side, this.y + cos * ahead - sin * side];
  }

  /** Whether people at a place can be seen, or are at most `margin` metres away from where they can. */
  sees(x: number, y: number, margin = 0): boolean {
    const [ahead, side] = this.place(x, y);
    return ahead > this.near - margin && ahead < this.far + margin && Math.abs(side) < this.reach(ahead) + margin;
  }

  /** Metres to the side at which the picture ends, so far ahead. */
  reach(ahead: number): number {
    const depth = ahead * Math.cos(this.pitch) + this.options.elevation * Math.sin(this.pitch);
    return (Math.max(0, depth) * this.options.width) / 2 / this.focalLength;
  }

  /**
   * A place that can be seen; `crowding` 0 puts as many people near as far, 1 as many on each square metre, less than 0 more near.
   *
   * @param share of the width of the picture
   */
  somewhere(crowding: number, share = 1): [x: number, y: number] {
    const u = this.draw.random();
    const power = 1 + crowding;
    const ahead = (this.near ** power + u * (this.far ** power - this.near ** power)) ** (1 / power);
    return this.at(ahead, this.draw.between(-share, share) * this.reach(ahead));
  }

  /**
   * Projects a point.
   *
   * @returns pixels from the left and from the top, and metres along the axis of the camera; what is behind has no place
   */
  project(x: number, y: number, z: number): [u: number, v: number, depth: number] {
    const [ahead, side] = this.place(x, y);
    const below = this.options.elevation - z;
    const [sin, cos] = [Math.sin(this.pitch), Math.cos(this.pitch)];
    const depth = ahead * cos + below * sin;
    const scale = this.focalLength / depth;
    const { width, height } = this.options;
    return [width / 2 + scale * side, height / 2 + scale * (below * cos - ahead * sin), depth];
  }
}
