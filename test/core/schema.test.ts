import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { firstProblem, parseSection } from '../../src/core/schema.ts';

const schema = z.strictObject({ zones: z.record(z.string(), z.strictObject({ width: z.number() })).prefault({}) });

describe('values', () => {
  it('that do not fit are named by their place, first the keys that there are not', () => {
    expect(firstProblem(schema, { zones: { door: { width: 1 } } })).toBeUndefined();
    expect(firstProblem(schema, { zones: { door: {} } })).toBe('zones.door.width: is missing');
    expect(firstProblem(schema, { zones: { door: { breadth: 1 } } }, 'areas')).toBe(
      'unknown key areas.zones.door.breadth; known are areas.zones.door.width',
    );
    expect(() => parseSection(schema, { zone: {} }, 'areas')).toThrow('unknown key areas.zone; known are areas.zones');
  });

  it('under a name that would be lost are refused', () => {
    const values = JSON.parse('{ "zones": { "constructor": { "width": 1 }, "__proto__": { "width": 1 } } }');
    expect(firstProblem(schema, values)).toBe('zones.__proto__: is no name that can be used; choose another');
    expect(firstProblem(schema, { zones: { constructor: { width: 1 } } })).toBeUndefined();
  });
});
