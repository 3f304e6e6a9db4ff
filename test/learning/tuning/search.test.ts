import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { seededRandom } from '../../../src/learning/random.ts';
import { search } from '../../../src/learning/tuning/search.ts';
import { changes, defaults, searchSpace, type Values } from '../../../src/learning/tuning/space.ts';
import { trackingParameters } from '../../../src/tracking/parameters.ts';

const schema = z.strictObject({
  share: z.number().min(0).max(1).default(0.5),
  seconds: z.number().min(0).max(60).default(2),
  hits: z.number().int().min(1).max(100).default(3),
  on: z.boolean().default(true),
});
const space = searchSpace(schema.shape);

/** Best, 100, at share 0.8, 5 s, any hits, off. */
const hill = ({ share, seconds, on }: Values): number =>
  100 - 50 * Math.abs(Number(share) - 0.8) - 10 * Math.abs(Math.log(Number(seconds) / 5)) - (on ? 5 : 0);

describe('the search space', () => {
  it('starts at the defaults and returns what differs from them', () => {
    expect(defaults(space)).toEqual({ share: 0.5, seconds: 2, hits: 3, on: true });
    expect(changes(space, { share: 0.5, seconds: 3, hits: 3, on: false })).toEqual({ seconds: 3, on: false });
  });

  it('never leaves the ranges of the schema, however far it goes', () => {
    for (const shape of [schema, trackingParameters]) {
      const dimensions = searchSpace(shape.shape);
      fc.assert(
        fc.property(fc.nat(), fc.constantFrom(0.25, 1, 2, 50), (seed, step) => {
          const random = seededRandom(seed);
          let values = defaults(dimensions);
          for (let k = 0; k < 30; k++)
            values = Object.fromEntries(dimensions.map((d) => [d.name, d.move(values[d.name], step, random)]));
          expect(shape.parse(values)).toMatchObject(values);
        }),
      );
    }
  });

  it('moves whole numbers by at least one, and gets away from zero', () => {
    const [, seconds, hits] = space;
    const random = seededRandom(1);
    for (let k = 0; k < 50; k++) {
      expect(hits.move(3, 0.01, random)).not.toBe(3);
      expect(seconds.move(0, 1, random)).toBeGreaterThan(0);
    }
  });
});

describe('the search', () => {
  it('climbs a hill close to its top, and changes nothing that does not matter', async () => {
    const { best, value, initial, trials } = await search(space, hill, { trials: 300, seed: 1 });
    expect(initial).toBe(hill(defaults(space)));
    expect(value).toBe(hill(best));
    expect(value).toBeGreaterThan(98);
    expect(best.hits).toBe(3);
    expect(trials).toBeLessThanOrEqual(300);
  });

  it('is the same for the same seed, and another for another', async () => {
    const path = async (seed: number): Promise<unknown[]> => {
      const tried: unknown[] = [];
      const note = (values: Values): number => {
        tried.push(values);
        return hill(values);
      };
      await search(space, note, { trials: 40, seed });
      return tried;
    };
    expect(await path(1)).toEqual(await path(1));
    expect(await path(1)).not.toEqual(await path(2));
  });

  it('keeps the defaults where nothing is better, and never does worse', async () => {
    expect((await search(space, () => 7, { trials: 50, seed: 3 })).best).toEqual(defaults(space));
    const random = seededRandom(5);
    const noise = new Map<string, number>();
    const rugged = (values: Values): number => {
      const key = JSON.stringify(values);
      if (!noise.has(key)) noise.set(key, 100 * random());
      return noise.get(key)!;
    };
    for (let seed = 0; seed < 20; seed++) {
      const { best, value, initial } = await search(space, rugged, { trials: 30, seed });
      expect(value).toBeGreaterThanOrEqual(initial);
      expect(rugged(best)).toBe(value);
    }
  });

  it('ends when asked to, with the best so far', async () => {
    const reported: number[] = [];
    const { trials, value } = await search(space, hill, {
      trials: 1000,
      seed: 1,
      ended: () => reported.length >= 25,
      onTrial: (_, best) => reported.push(best),
    });
    expect(trials).toBe(25);
    expect(reported.at(-1)).toBe(value);
    expect([...reported].sort((a, b) => a - b)).toEqual(reported);
  });
});
