import type { TrackedFrame } from '../../src/core/tracked-frame.ts';
import type { RunDescription } from '../../src/trajectories/index.ts';

export const RUN: RunDescription = {
  generator: 'twintrack 0.1.0',
  source: { name: 'street.mp4', width: 768, height: 576, frameRate: 10 },
  models: [{ role: 'detector', name: 'rtmdet-nano', sha256: 'a'.repeat(64) }],
  parameters: { tracking: { highScore: 0.5 }, online: true },
};

/** One person in a frame. */
export type Row = [id: number, x: number, y: number, w: number, h: number, score: number, detected: boolean];

/** A tracked frame of these people. */
export function frame(index: number, time: number, rows: Row[]): TrackedFrame {
  return {
    index,
    time,
    length: rows.length,
    ids: Int32Array.from(rows, (row) => row[0]),
    boxes: Float64Array.from(rows.flatMap((row) => row.slice(1, 5) as number[])),
    scores: Float32Array.from(rows, (row) => row[5]),
    detected: Uint8Array.from(rows, (row) => Number(row[6])),
  };
}
