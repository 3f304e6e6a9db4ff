import type { z } from 'zod';
import { gaussian } from '../random.ts';

/** Values of parameters by name. */
export type Values = Readonly<Record<string, number | boolean>>;

/** One dimension of the space that a search moves in. */
export interface Dimension {
  readonly name: string;
  readonly default: number | boolean;
  /** A value near another one: the larger `step` (usually 1), the farther. Always another value where there is one. */
  move(from: number | boolean, step: number, random: () => number): number | boolean;
}

/** Usual step of a parameter: this share of a range from 0 to 1, and this factor (its logarithm) anywhere else. */
const SHARE = 0.12;
const FACTOR = 0.4;

/**
 * The search space of a schema's numbers and booleans, from their ranges and defaults; what is measured in the video (`auto`) is left out. Ranges within 0 to 1 are walked in even
 * steps, others in steps in proportion to the value, which suits seconds, distances and noise.
 *
 * @param shape of an object schema whose fields all have a default
 */
export function searchSpace(
  shape: Readonly<Record<string, z.ZodDefault<z.ZodNumber | z.ZodBoolean | z.ZodUnion>>>,
): Dimension[] {
  return Object.entries(shape).flatMap(([name, field]): Dimension | [] => {
    const inner = field.unwrap();
    const initial = field.parse(undefined);
    if (typeof initial === 'boolean') return { name, default: initial, move: (from) => !from };
    if (!('minValue' in inner) || typeof initial !== 'number') return [];
    const low = inner.minValue ?? 0;
    const high = inner.maxValue ?? Number.POSITIVE_INFINITY;
    const even = low === 0 && high <= 1;
    const whole = inner.format === 'safeint' || inner.format?.includes('int');
    return {
      name,
      default: initial,
      move(from, step, random) {
        const size = step * gaussian(random);
        const x = Number(from);
        const moved = even
          ? x + SHARE * size
          : x > 0
            ? x * Math.exp(FACTOR * size)
            : low + Math.abs(size) * 0.01 * (high - low);
        const value = Math.min(high, Math.max(low, whole ? Math.round(moved) : Number(moved.toPrecision(3))));
        if (value !== x || !whole) return value;
        return Math.min(high, Math.max(low, x + Math.sign(size || 1)));
      },
    };
  });
}

/** The values at which a search starts. */
export function defaults(space: readonly Dimension[]): Values {
  return Object.fromEntries(space.map((dimension) => [dimension.name, dimension.default]));
}

/** The values that differ from the defaults. */
export function changes(space: readonly Dimension[], values: Values): Values {
  return Object.fromEntries(space.filter((d) => values[d.name] !== d.default).map((d) => [d.name, values[d.name]]));
}
