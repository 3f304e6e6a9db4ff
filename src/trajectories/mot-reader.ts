import { inputError } from '../core/errors.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { linesOf } from '../files/lines.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/**
 * Reads a MOTChallenge result or ground-truth file: lines of `frame,id,x,y,w,h[,score,…]`, frames counted from 1, lines in
 * any order. A missing score is 1; every box counts as detected, as the format does not tell.
 *
 * @param frameRate frames per second, for the times (frame n of the file is at (n − 1) / frameRate); without it time counts frames
 * @returns the trajectories by rising id
 * @throws TwintrackError with the line number when a line is no such line, or a frame has two boxes of one id
 */
export async function readMot(path: string, frameRate = 1): Promise<Trajectory[]> {
  const rows = new Map<number, Array<[frame: number, line: number, row: number[]]>>();
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (line.trim() === '') continue;
    const row = parse(path, number, line);
    const [frame, id] = row;
    const own = rows.get(id);
    if (own) own.push([frame, number, row]);
    else rows.set(id, [[frame, number, row]]);
  }
  const ids = [...rows.keys()].sort((a, b) => a - b);
  return ids.map((id) => {
    const builder = new TrajectoryBuilder(id);
    let last = 0;
    for (const [frame, line, row] of rows.get(id)!.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
      if (frame === last) throw lineError(path, line, `frame ${frame} already has a box of id ${id}`);
      last = frame;
      builder.push(frame - 1, (frame - 1) / frameRate, row.slice(2, 6), 0, row[6] ?? 1, true);
    }
    return builder.build();
  });
}

function parse(path: string, number: number, line: string): number[] {
  const fields = line.split(',');
  if (fields.length < 6) throw lineError(path, number, `has ${fields.length} of at least 6 values separated by commas`);
  const row = fields.slice(0, 7).map((field, k) => {
    const value = field.trim() === '' ? Number.NaN : Number(field);
    if (!Number.isFinite(value)) throw lineError(path, number, `value ${k + 1} is no number: ${field.slice(0, 40)}`);
    return value;
  });
  const [frame, id, , , w, h] = row;
  if (!Number.isInteger(frame) || frame < 1) throw lineError(path, number, `frame ${frame} is no number from 1`);
  if (id === -1) throw lineError(path, number, 'id is -1: this is a detection file, not trajectories');
  if (!Number.isInteger(id) || id < 0) throw lineError(path, number, `id ${id} is no number from 0`);
  if (frame > 0x7fffffff || id > 0x7fffffff) throw lineError(path, number, 'frame or id is too large');
  if (w < 0 || h < 0) throw lineError(path, number, `the box is ${w} × ${h} pixels`);
  return row;
}

function lineError(path: string, number: number, reason: string): Error {
  return inputError(path, `line ${number}: ${reason}`, 'expected frame,id,x,y,w,h,score,…');
}
