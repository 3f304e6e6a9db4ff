import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scoreFloorFiles } from '../../src/evaluation/floor-file.ts';
import { evaluateFloor, type FloorRows, figures, readFloorRows } from '../../src/evaluation/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'twintrack-floor-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** frame, id, X, Y */
function rows(...list: readonly (readonly [number, number, number, number])[]): FloorRows {
  return {
    frames: Int32Array.from(list, ([frame]) => frame),
    ids: Int32Array.from(list, ([, id]) => id),
    positions: Float64Array.from(list.flatMap(([, , x, y]) => [x, y])),
  };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('evaluateFloor', () => {
  it('finds a person up to half a metre away', () => {
    const truth = rows([0, 1, 0, 0], [1, 1, 1, 0]);
    const found = figures(evaluateFloor(truth, rows([0, 7, 0.3, 0.4], [1, 7, 1, 0.51])));
    expect(found).toMatchObject({ TP: 1, FP: 1, FN: 1, MOTA: 0, IDF1: 50, MOTP: 50 });
    expect(figures(evaluateFloor(truth, truth))).toMatchObject({ HOTA: 100, MOTA: 100, IDF1: 100, MOTP: 100 });
  });

  it('counts an exchange of two ids', () => {
    const truth = rows([0, 1, 0, 0], [0, 2, 2, 0], [1, 1, 0, 0], [1, 2, 2, 0]);
    const exchanged = rows([0, 1, 0, 0], [0, 2, 2, 0], [1, 2, 0, 0], [1, 1, 2, 0]);
    expect(figures(evaluateFloor(truth, exchanged))).toMatchObject({ IDSW: 2, MOTA: 50, IDF1: 50 });
  });

  it('has HOTA’s thresholds from 1.9 to 0.1 times the distance', () => {
    const truth = rows([0, 1, 0, 0]);
    // 0.3 m away: 1 − 0.3 / 1 = 0.7, found at 14 of 19 thresholds.
    expect(figures(evaluateFloor(truth, rows([0, 1, 0.3, 0]))).HOTA).toBeCloseTo((100 * 14) / 19, 9);
  });

  it('refuses an id twice in a frame', () => {
    const twice = rows([0, 1, 0, 0], [0, 1, 5, 0]);
    expect(() => evaluateFloor(twice, rows())).toThrow(/id 1 occurs twice in frame 1/);
  });
});

describe('files of people on the floor', () => {
  it('are read with and without a heading', async () => {
    const { frames, ids, positions } = await readFloorRows(
      file('a.csv', 'frame,id,X,Y,time\n2,4,1.5,-2,x\r\n\n1,3,0,0\n'),
    );
    expect([[...frames], [...ids], [...positions]]).toEqual([
      [1, 0],
      [4, 3],
      [1.5, -2, 0, 0],
    ]);
  });

  it.each([
    ['1,2,3', /line 1: has 3 columns; expected frame,id,X,Y/],
    ['1,1,0,0\n0,1,0,0', /line 2: frame 0 is no frame number/],
    ['1,a,0,0', /id a is not a whole number/],
    ['1,1,,0', /,0 is no place/],
  ])('are refused: %j', async (text, reason) => {
    await expect(readFloorRows(file('bad.txt', text))).rejects.toThrow(reason);
  });

  it('are scored', async () => {
    const path = file('gt.txt', '1,1,0,0\n2,1,0.1,0\n');
    const [[name, score]] = await scoreFloorFiles(path, path);
    expect(name).toBe('gt');
    expect(figures(score).IDF1).toBe(100);
  });
});
