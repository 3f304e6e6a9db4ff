import type { NoticeSink } from '../core/notices.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { type MotRows, readMotRows, rowError } from '../files/mot-text.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/**
 * Reads a MOTChallenge result or ground-truth file: lines of `frame,id,x,y,w,h[,score,…]`, frames counted from 1, in any order
 * (docs/trajectories.md has all forms that are read). A missing score is 1; every box counts as detected, as the format does not say.
 *
 * @param frameRate frames per second, for the times (frame n of the file is at (n − 1) / frameRate); without it time counts frames
 * @param onNotice takes what is wrong with the file and does not keep it from being read
 * @returns the trajectories by rising id, boxes in source pixels
 * @throws TwintrackError with the line number when a line is no such line, or a frame has two boxes of one id
 *
 * @example
 * import { readMot } from 'twintrack/trajectories';
 *
 * const trajectories = await readMot('street.mot.txt', 25); // of a video with 25 frames/s
 */
export async function readMot(path: string, frameRate = 1, onNotice?: NoticeSink): Promise<Trajectory[]> {
  const rows = await readMotRows(path, { use: 'results', onNotice });
  const { frames, lines, boxes, confidences } = rows;
  const rowsOf = new Map<number, number[]>();
  for (let i = 0; i < frames.length; i++) {
    const id = checkedId(rows, i);
    const own = rowsOf.get(id);
    if (own) own.push(i);
    else rowsOf.set(id, [i]);
  }
  return [...rowsOf]
    .sort(([a], [b]) => a - b)
    .map(([id, own]) => {
      const builder = new TrajectoryBuilder(id);
      let last = -1;
      for (const i of own.sort((a, b) => frames[a] - frames[b] || a - b)) {
        const frame = frames[i];
        if (frame === last) throw rowError(path, lines[i], `frame ${frame + 1} already has a box of id ${id}`);
        last = frame;
        builder.push(frame, frame / frameRate, boxes, i, confidences[i], true);
      }
      return builder.build();
    });
}

function checkedId({ source, lines, ids, boxes }: MotRows, i: number): number {
  const fail = (reason: string): Error => rowError(source, lines[i], reason);
  const id = ids[i];
  if (id === -1) throw fail('id is -1: this is a detection file, not trajectories');
  if (id < 0) throw fail(`id ${id} is below 0`);
  if (id > 0x7fffffff) throw fail(`id ${id} is too large`);
  const [w, h] = [boxes[4 * i + 2], boxes[4 * i + 3]];
  if (w < 0 || h < 0) throw fail(`the box is ${w} × ${h} pixels`);
  return id;
}
