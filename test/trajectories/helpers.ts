import fc from 'fast-check';
import type { Trajectory, TrajectorySink } from '../../src/trajectories/index.ts';
import { frame, type Row } from './frames.ts';

export { temporaryFolder } from '../temporary-folder.ts';

/** Writes trajectories through a sink as a tracker would: frame by frame, each one ended right after its last frame. */
export async function writeAll(sink: TrajectorySink, trajectories: Trajectory[], frames: number, rate: number) {
  for (let index = 0; index < frames; index++) {
    const rows: Row[] = [];
    const ended: number[] = [];
    for (const { id, frames: own, boxes, scores, detected } of trajectories) {
      const i = own.indexOf(index);
      if (i < 0) continue;
      const [x, y, w, h] = boxes.subarray(4 * i);
      rows.push([id, x, y, w, h, scores[i], detected[i] === 1]);
      if (i === own.length - 1) ended.push(id);
    }
    await sink.write(frame(index, index / rate, rows));
    for (const id of ended) await sink.end(id);
  }
  await sink.close();
}

export const RATE = 10;
export const FRAMES = 12;
const position = fc.double({ min: -5000, max: 10000, noNaN: true });
const size = fc.double({ min: 0, max: 10000, noNaN: true });

/** Any trajectories of a clip of 12 frames at 10 frames per second, boxes and scores with all their decimals. */
export const anyTrajectories = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.subarray([...Array(FRAMES).keys()], { minLength: 1 })), {
    selector: ([id]) => id,
    maxLength: 6,
  })
  .chain((drafts) =>
    fc.tuple(
      ...drafts.map(([id, frames]) => {
        const n = frames.length;
        const box = fc.tuple(position, position, size, size);
        return fc
          .tuple(
            fc.array(box, { minLength: n, maxLength: n }),
            fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: n, maxLength: n }),
            fc.array(fc.boolean(), { minLength: n, maxLength: n }),
          )
          .map(
            ([boxes, scores, detected]): Trajectory => ({
              id,
              frames: Int32Array.from(frames),
              times: Float64Array.from(frames, (f) => f / RATE),
              boxes: Float64Array.from(boxes.flat()),
              scores: Float32Array.from(scores),
              detected: Uint8Array.from(detected, Number),
            }),
          );
      }),
    ),
  );
