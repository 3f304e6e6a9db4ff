import { type Draw, Wander } from './noise.ts';

/** What a person does. */
export type Activity = 'walking' | 'standing' | 'dancing';

/** Someone on the ground plane: metres, seconds. */
export class Person {
  vx = 0;
  vy = 0;
  readonly stature: number;
  /** Width of the body by its height. */
  readonly breadth: number;
  /** Metres per second at which they like to walk. */
  readonly pace: number;
  sitting = false;
  activity: Activity = 'walking';
  /** Heading of the body, radians from y to x. */
  facing = 0;
  private readonly arms: readonly [left: Wander, right: Wander];
  private readonly crouch: Wander;
  private readonly gust: readonly [x: Wander, y: Wander];
  private phase: number;

  constructor(
    readonly id: number,
    public x: number,
    public y: number,
    draw: Draw,
    lively: boolean,
  ) {
    this.stature = Math.min(1.95, Math.max(1.5, draw.normal(1.71, 0.09)));
    this.breadth = Math.max(0.27, draw.normal(0.37, 0.045));
    this.pace = Math.max(0.6, draw.chance(0.03) ? draw.between(2, 3) : draw.normal(1.3, 0.25));
    const memory = lively ? draw.between(0.2, 0.7) : 1.5;
    this.arms = [new Wander(draw, memory), new Wander(draw, memory)];
    this.crouch = new Wander(draw, lively ? draw.between(0.25, 0.8) : 1.5);
    this.gust = [new Wander(draw, 0.8), new Wander(draw, 0.8)];
    this.phase = draw.between(0, 2 * Math.PI);
  }

  /** Moves on by `dt` seconds, pushed by an acceleration. */
  step(dt: number, ax: number, ay: number): void {
    const stir = this.activity === 'walking' ? 0.25 : this.activity === 'dancing' ? 2.5 : 0.06;
    this.vx += dt * (ax + stir * this.gust[0].step(dt));
    this.vy += dt * (ay + stir * this.gust[1].step(dt));
    const speed = Math.hypot(this.vx, this.vy);
    const most = this.activity === 'dancing' ? 4 : 1.4 * this.pace;
    if (speed > most) {
      this.vx *= most / speed;
      this.vy *= most / speed;
    }
    this.x += dt * this.vx;
    this.y += dt * this.vy;
    if (speed > 0.3) this.facing += turn(Math.atan2(this.vx, this.vy) - this.facing) * Math.min(1, 4 * dt);
    this.phase += dt * 2 * Math.PI * (0.4 + 0.45 * Math.min(speed, 3));
    for (const arm of this.arms) arm.step(dt);
    this.crouch.step(dt);
  }

  /** Height now, metres: it rises and falls with the steps, and as dancers bend and stretch. */
  get height(): number {
    if (this.sitting) return 0.72 * this.stature;
    const { value } = this.crouch;
    const bend =
      this.activity === 'dancing' ? 0.09 * Math.max(0, value) ** 2 - 0.03 * this.arms[0].value : 0.008 * value;
    const step = 0.012 * Math.min(1, Math.hypot(this.vx, this.vy)) * Math.sin(2 * this.phase);
    return this.stature * (1 - Math.min(0.5, bend + step));
  }

  /**
   * How far they reach to the left and to the right of where they stand, metres: of a walker who is seen from the side it goes with their steps.
   *
   * @param bearing direction in which the camera sees them, radians from y to x
   */
  reach(bearing: number): [left: number, right: number] {
    const across = Math.abs(Math.sin(this.facing - bearing));
    const speed = Math.min(1.5, Math.hypot(this.vx, this.vy));
    const stride = (speed * across * (0.05 + 0.03 * Math.sin(this.phase))) / 2;
    const body = (this.breadth * (1 - 0.12 * across) + (this.sitting ? 0.12 : 0)) / 2;
    const [left, right] = this.arms.map(({ value }) => {
      const arm = this.activity === 'dancing' ? 0.055 * value ** 2 + 0.03 : 0.012 * value;
      return this.stature * Math.max(0.1, body + stride + arm);
    });
    return [left, right];
  }
}

/** An angle as −π to π. */
export function turn(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}
