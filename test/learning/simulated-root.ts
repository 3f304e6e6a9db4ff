import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MotSequence } from '../../src/learning/mot-root.ts';
import { simulate } from '../../src/learning/simulation/simulate.ts';

/**
 * Writes a MOT root of simulated sequences, in a small picture so that people meet.
 *
 * @returns its folder, in the system's folder for temporary files
 */
export function simulatedRoot({ sequences = 3, frames = 150, people = 8, frameRate = 10 } = {}): string {
  const camera = { width: 640, height: 480, fieldOfView: 60, elevation: 4, tilt: 18, motion: 'fixed' } as const;
  const options = {
    place: 'street',
    camera,
    detector: 'accurate',
    people,
    frameRate,
    seconds: frames / frameRate,
  } as const;
  return writeRoot(
    Array.from({ length: sequences }, (_, i) => ({
      ...simulate({ seed: i + 1, ...options }),
      name: `street-${i + 1}`,
    })),
  );
}

/**
 * Writes sequences as a MOT root.
 *
 * @returns its folder, in the system's folder for temporary files
 */
export function writeRoot(sequences: readonly MotSequence[]): string {
  const root = mkdtempSync(join(tmpdir(), 'twintrack-'));
  for (const { name, frames, frameRate, truth } of sequences) {
    const row = (frame: number, id: number, box: readonly number[], score: number): string =>
      `${frame + 1},${id},${box.map((v) => v.toFixed(3)).join(',')},${score.toFixed(4)},-1,-1,-1`;
    const { start, corners, ids } = truth.rows;
    const gt: string[] = [];
    const det: string[] = [];
    frames.forEach(({ detections: { boxes, scores } }, f) => {
      for (let k = start[f]; k < start[f + 1]; k++) {
        const [x, y, right, bottom] = corners.subarray(4 * k, 4 * k + 4);
        gt.push(row(f, ids[k] + 1, [x, y, right - x, bottom - y], 1));
      }
      scores.forEach((score, j) => {
        det.push(row(f, -1, [...boxes.subarray(4 * j, 4 * j + 4)], score));
      });
    });
    writeSequence(join(root, name), { gt, det, frames: frames.length, frameRate });
  }
  return root;
}

/** Writes one sequence: SEQ/gt/gt.txt, SEQ/det/det.txt, SEQ/seqinfo.ini. */
export function writeSequence(
  folder: string,
  { gt, det, frames, frameRate }: { gt: readonly string[]; det: readonly string[]; frames: number; frameRate: number },
): void {
  for (const part of ['gt', 'det']) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'gt', 'gt.txt'), `${gt.join('\n')}\n`);
  writeFileSync(join(folder, 'det', 'det.txt'), `${det.join('\n')}\n`);
  writeFileSync(join(folder, 'seqinfo.ini'), `[Sequence]\nframeRate=${frameRate}\nseqLength=${frames}\n`);
}
