import { basename } from 'node:path';
import { linesOf } from '../files/lines.ts';
import { MOST_FRAMES, rowError } from '../files/mot-text.ts';
import { evaluateFloor, type FloorRows } from './floor.ts';
import type { NamedScore } from './report.ts';

const FORM = 'expected frame,id,X,Y with frames from 1 and X, Y in metres';

/**
 * Reads people on the floor: a line each, `frame,id,X,Y` and any further columns, in any order; frames count from 1. A first line that
 * names the columns is left out.
 *
 * @throws TwintrackError naming file and line
 */
export async function readFloorRows(path: string): Promise<FloorRows> {
  const frames: number[] = [];
  const ids: number[] = [];
  const positions: number[] = [];
  const lines: number[] = [];
  let line = 0;
  for await (const text of linesOf(path)) {
    line++;
    if (text.trim() === '' || (line === 1 && /^\s*frame\b/i.test(text))) continue;
    const cells = text.split(',');
    const [frame, id, x, y] = cells.map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    if (cells.length < 4) throw rowError(path, line, `has ${cells.length} columns`, FORM);
    if (!(Number.isInteger(frame) && frame >= 1 && frame <= MOST_FRAMES))
      throw rowError(path, line, `frame ${cells[0]} is no frame number`, FORM);
    if (!Number.isSafeInteger(id)) throw rowError(path, line, `id ${cells[1]} is not a whole number`, FORM);
    if (!(Number.isFinite(x) && Number.isFinite(y)))
      throw rowError(path, line, `${cells[2]},${cells[3]} is no place`, FORM);
    frames.push(frame - 1);
    ids.push(id);
    positions.push(x, y);
    lines.push(line);
  }
  return {
    source: path,
    frames: Int32Array.from(frames),
    ids: Float64Array.from(ids),
    positions: Float64Array.from(positions),
    lines: Int32Array.from(lines),
  };
}

/**
 * Scores people on the floor of one site.
 *
 * @param gt file of ground truth, see {@link readFloorRows}
 * @param results file of results
 * @returns the score, and the same as COMBINED
 * @throws TwintrackError naming file, line and reason
 */
export async function scoreFloorFiles(gt: string, results: string): Promise<NamedScore[]> {
  const score = evaluateFloor(await readFloorRows(gt), await readFloorRows(results));
  return [
    [basename(results).replace(/\.(txt|csv)$/, ''), score],
    ['COMBINED', score],
  ];
}
