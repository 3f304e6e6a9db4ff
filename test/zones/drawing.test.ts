import { describe, expect, it } from 'vitest';
import { checkDrawing, type Drawing, type Shape } from '../../src/zones/drawing.ts';

const SIZE = { width: 768, height: 576 };

function zone(name: string, ...points: [number, number][]): Shape {
  return { name, points, unit: 'pixels', anchor: 'feet' };
}

function problemsOf(more: Partial<Drawing>) {
  return checkDrawing({ zones: [], lines: [], ignore: [], calibration: null, ...more }, SIZE).problems;
}

describe('what is drawn', () => {
  it('is checked shape by shape; the good ones count', () => {
    const square = zone('queue', [10, 10], [90, 10], [90, 90], [10, 90]);
    const bow = zone('bow', [10, 10], [90, 90], [90, 10], [10, 90]);
    const { problems, areas } = checkDrawing(
      { zones: [square, bow], lines: [zone('door', [10, 1], [90, 1])], ignore: [], calibration: null },
      SIZE,
    );
    expect(areas.zones.map(({ name }) => name)).toEqual(['queue']);
    expect(problems).toEqual([
      {
        section: 'zones',
        index: 1,
        message: 'the outline crosses itself: sides 1 and 3 meet; list the corners in turn',
      },
      {
        section: 'lines',
        index: 0,
        message:
          'the line lies on the upper edge of the picture, beyond which no person is seen; move it into the picture, by more than 2 pixels',
      },
    ]);
  });

  it('has a name of its own each', () => {
    const points: [number, number][] = [
      [10, 10],
      [90, 10],
      [90, 90],
    ];
    const zones = ['a', 'a', ' ', 'x'.repeat(61), '__proto__'].map((name) => zone(name, ...points));
    expect(problemsOf({ zones }).map(({ index, message }) => [index, message])).toEqual([
      [1, 'another one is called a too; give it another name'],
      [2, 'it has no name; give it one'],
      [3, 'the name has 61 characters; 60 are the most'],
    ]);
  });

  it('has ground points with places, four or more, that determine the ground', () => {
    const point = (image: [number, number], ground: [number, number] | null) => ({ image, ground });
    const problem = (...points: ReturnType<typeof point>[]) => problemsOf({ calibration: { unit: 'metres', points } });
    expect(problem(point([1, 2], [0, 0]), point([3, 4], null))).toEqual([
      { section: 'calibration', index: 1, message: 'fill in where on the ground it is' },
    ]);
    expect(problem(point([1, 2], [0, 0]))).toEqual([
      { section: 'calibration', message: 'four points or more determine the ground' },
    ]);
    const [a, b, c] = [point([1, 1], [0, 0]), point([2, 2], [1, 1]), point([3, 3], [2, 2])];
    expect(problem(a, b, c, point([4, 4], [3, 3]))).toEqual([
      { section: 'calibration', message: expect.stringContaining('do not determine the ground') },
    ]);
    expect(problemsOf({ calibration: { unit: 'degrees', points: [a, b, c, point([1, 9], [200, 0])] } })).toEqual([
      { section: 'calibration', index: 3, message: 'longitude must be within ±180, latitude within ±85 degrees' },
    ]);
  });
});
