import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { byName, firstProblem, parseSection } from '../../src/core/schema.ts';

const schema = z.strictObject({
  zones: byName(z.string().max(20), z.strictObject({ width: z.number() }))
    .describe('by name')
    .prefault({}),
});

describe('values', () => {
  it('that do not fit are named by their place, first the keys that there are not', () => {
    expect(firstProblem(schema, { zones: { door: { width: 1 } } })).toBeUndefined();
    expect(firstProblem(schema, { zones: { door: {} } })).toBe('zones.door.width: is missing');
    expect(firstProblem(schema, { zones: { door: { breadth: 1 } } }, 'areas')).toBe(
      'unknown key areas.zones.door.breadth; known are areas.zones.door.width',
    );
    expect(() => parseSection(schema, { zone: {} }, 'areas')).toThrow(
      'unknown key areas.zone; known are areas.zones; did you mean areas.zones?',
    );
  });

  it('may stand under any name, in their order', () => {
    const values = JSON.parse(
      '{ "zones": { "constructor": { "width": 1 }, "__proto__": { "width": 2 }, "a": { "width": 3 } } }',
    );
    expect(firstProblem(schema, values)).toBeUndefined();
    const { zones } = parseSection(schema, values, '');
    expect(Object.entries(zones)).toEqual([
      ['constructor', { width: 1 }],
      ['__proto__', { width: 2 }],
      ['a', { width: 3 }],
    ]);
    expect(Object.getPrototypeOf(zones)).toBe(Object.prototype);
    expect(JSON.stringify(parseSection(schema, { zones }, ''))).toBe(JSON.stringify(values));
  });

  it('are checked under any name', () => {
    const problem = (text: string) => firstProblem(schema, JSON.parse(text));
    expect(problem('{ "zones": { "__proto__": { "width": "1" } } }')).toMatch(/^zones\.__proto__\.width: /);
    expect(problem('{ "zones": { "__proto__": { "breadth": 1 } } }')).toBe(
      'unknown key zones.__proto__.breadth; known are zones.__proto__.width',
    );
    expect(problem('{ "zones": { "__proto__": 1 } }')).toMatch(/^zones\.__proto__: /);
    expect(problem('{ "__proto__": {} }')).toBe('unknown key __proto__; known are zones');
  });
});
