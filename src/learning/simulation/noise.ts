import { gaussian } from '../random.ts';

/** Draws of one simulation, all from one stream of random numbers. */
export class Draw {
  constructor(readonly random: () => number) {}

  /** Uniform between two numbers. */
  between(least: number, most: number): number {
    return least + (most - least) * this.random();
  }

  /** Between two positive numbers, uniform in the logarithm. */
  ratio(least: number, most: number): number {
    return least * (most / least) ** this.random();
  }

  /** From the normal distribution. */
  normal(mean: number, deviation: number): number {
    return mean + deviation * gaussian(this.random);
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** One of some items, each with its weight. */
  pick<T>(items: readonly (readonly [item: T, weight: number])[]): T {
    let left = this.random() * items.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return items[items.length - 1][0];
  }
}

/** A number that wanders about 0 with deviation 1 and forgets itself in `memory` seconds (an Ornstein-Uhlenbeck process). */
export class Wander {
  value: number;

  constructor(
    private readonly draw: Draw,
    private readonly memory: number,
  ) {
    this.value = draw.normal(0, 1);
  }

  /** Moves on by `dt` seconds. */
  step(dt: number): number {
    const kept = Math.exp(-dt / this.memory);
    this.value = kept * this.value + Math.sqrt(1 - kept * kept) * this.draw.normal(0, 1);
    return this.value;
  }
}

/** A number that wanders about 0 with deviation 1 without jumps: what has inertia. */
export class Sway {
  value = 0;
  private readonly pull: Wander;

  constructor(
    draw: Draw,
    private readonly memory: number,
  ) {
    this.pull = new Wander(draw, memory);
  }

  /** Moves on by `dt` seconds. */
  step(dt: number): number {
    // A low pass of the same memory halves the variance.
    this.value += (1 - Math.exp(-dt / this.memory)) * (Math.SQRT2 * this.pull.step(dt) - this.value);
    return this.value;
  }
}
