import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadParameters } from '../../src/engine/configuration.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';

const file = join(temporaryFolder(), 'twintrack.yaml');

async function complaint(yaml: string): Promise<string> {
  writeFileSync(file, yaml);
  const error: unknown = await loadParameters(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('it was taken');
  return error.message.replace(`${file}: `, '');
}

describe('zones, lines and calibration in a config file', () => {
  it('are taken as they are, with defaults', async () => {
    writeFileSync(
      file,
      `
zones:
  queue: { points: [[10, 10], [90, 10], [90, 90], [10, 90]] }
  front door: { points: [[0, 0], [1, 0], [0.5, 1]], unit: ratio, anchor: centre }
lines:
  door: { points: [[100, 300], [300, 300]] }
calibration:
  points:
    - { image: [0, 0], ground: [0, 0] }
    - { image: [9, 0], ground: [1, 0] }
    - { image: [9, 9], ground: [1, 1] }
    - { image: [0, 9], ground: [0, 1] }
  origin: { longitude: 11, latitude: 48 }
`,
    );
    const { zones, lines, calibration } = await loadParameters(file, ['lines.exit={points: [[0, 5], [90, 5]]}']);
    expect(Object.keys(zones)).toEqual(['queue', 'front door']);
    expect(zones.queue).toMatchObject({ unit: 'pixels', anchor: 'feet' });
    expect(lines.door.points).toEqual([
      [100, 300],
      [300, 300],
    ]);
    expect(lines.exit.points[1]).toEqual([90, 5]);
    expect(calibration).toMatchObject({ unit: 'metres', origin: { heading: 0 } });
  });

  it.each([
    [
      'zones: { a: { points: [[0, 0], [90, 90], [90, 0], [0, 90]] } }',
      'zones.a.points: the outline crosses itself: sides 1 and 3 meet; list the corners in turn',
    ],
    [
      'zones: { a: { points: [[0, 0], [90, 0], [90, 90], [0, 0]] } }',
      'zones.a.points: points 4 and 1 are the same; leave one out',
    ],
    ['zones: { a: { points: [[0, 0], [90, 90]] } }', 'zones.a.points: a zone needs 3 points or more, not 2'],
    [
      'zones: { a: { points: [[0, 0], [50, 50], [90, 90]] } }',
      /^zones\.a\.points: the zone is smaller than a pixel; if its points are ratios, add unit: ratio/,
    ],
    [
      'zones: { a: { points: [[0, 0], [1, 0], [1, 1]] } }',
      /^zones\.a\.points: the zone is smaller than a pixel; if its points are ratios, add unit: ratio/,
    ],
    [
      'zones: { a: { points: [[0, 0], [1, 0], [1, 1.5]], unit: ratio } }',
      'zones.a.points: point 3 (1, 1.5) is no ratio from 0 to 1',
    ],
    ['zones: { a: { points: [[0, 0], [1, 0, 3], [1, 1]] } }', /^zones\.a\.points\.1: /],
    [
      'zones: { a: { points: [[0, 0], [left, 0], [1, 1]] } }',
      /^zones\.a\.points\.1\.0: Invalid input: expected number/,
    ],
    [
      'zones: { a: { pionts: [[0, 0]] , points: [[0, 0], [90, 0], [90, 90]] } }',
      'unknown key zones.a.pionts; known are zones.a.points, zones.a.unit, zones.a.anchor',
    ],
    [
      'zones: { a: { pionts: [[0, 0], [90, 0], [90, 90]] } }',
      'unknown key zones.a.pionts; known are zones.a.points, zones.a.unit, zones.a.anchor',
    ],
    ['ignore: { a: { points: [[0, 0], [90, 90]] } }', 'ignore.a.points: an ignore area needs 3 points or more, not 2'],
    [
      'ignore: { a: { points: [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]] } }',
      /^ignore\.a\.points: the ignore area is smaller than a pixel; if its points are ratios, add unit: ratio/,
    ],
    ['ignore: { a: [[0, 0], [90, 0], [90, 90]] }', /^ignore\.a: Invalid input: expected object/],
    ['zones: { a: { } }', 'zones.a.points: is missing'],
    ['zones: [1]', /^zones: Invalid input: expected record/],
    ['lines: { door: { points: [[10, 10]] } }', 'lines.door.points: a line needs 2 points, not 1'],
    ['lines: { door: { points: [[10, 10], [20, 20], [30, 40]] } }', 'lines.door.points: a line needs 2 points, not 3'],
    ['lines: { door: { points: [[10, 10], [10, 10]] } }', 'lines.door.points: the two points of the line are the same'],
    [
      'lines: { door: { points: [[0, 0.5], [1, 0.5]] } }',
      'lines.door.points: the line is shorter than 2 pixels; if its points are ratios, add unit: ratio',
    ],
    [
      'lines: { door: { points: [[0, 0], [90, 5]], unit: feet } }',
      /^lines\.door\.unit: Invalid option: expected one of "pixels"\|"ratio"/,
    ],
    ['line: { door: 1 }', /^unknown key line; known are .*zones, lines, ignore, calibration/],
    ['calibration: { points: [] }', 'calibration.points: four points or more determine the ground'],
    [
      'calibration: { points: [{ image: [0, 0], gruond: [0, 0], ground: [1, 1] }] }',
      /^unknown key calibration\.points\.0\.gruond; known are calibration\.points\.0\.image, calibration\.points\.0\.ground/,
    ],
    [
      'calibration: { unit: degrees, points: [{ image: [0, 0], ground: [0, 0] }, { image: [0, 9], ground: [0, 99] }, { image: [9, 0], ground: [9, 0] }, { image: [9, 9], ground: [9, 9] }] }',
      /^calibration\.points\.1\.ground: longitude must be within ±180, latitude within ±85/,
    ],
  ])('refuses %s with one line that names the key', async (yaml, reason) => {
    expect(await complaint(yaml)).toMatch(reason);
  });
});
