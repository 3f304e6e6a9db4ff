import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Crowd } from '../../bench/simulated-crowd.ts';

/**
 * Writes a MOT root of simulated sequences, in a small picture so that people meet.
 *
 * @returns its folder, in the system's folder for temporary files
 */
export function simulatedRoot({ sequences = 3, frames = 150, people = 8, frameRate = 10 } = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'twintrack-'));
  for (let s = 1; s <= sequences; s++) {
    const crowd = new Crowd(people, s, 500, 300);
    const gt: string[] = [];
    const det: string[] = [];
    const row = (frame: number, id: number, boxes: ArrayLike<number>, i: number, score: number): string => {
      const box = [0, 1, 2, 3].map((k) => (boxes[4 * i + k] + (k < 2 ? 1 : 0)).toFixed(3));
      return `${frame},${id},${box.join(',')},${score.toFixed(4)},-1,-1,-1`;
    };
    for (let f = 1; f <= frames; f++) {
      const found = crowd.step(1 / frameRate);
      gt.push(...crowd.ids.map((id, i) => row(f, id, crowd.boxes, i, 1)));
      det.push(...Array.from(found.scores, (score, j) => row(f, -1, found.boxes, j, score)));
    }
    writeSequence(join(root, `street-${s}`), { gt, det, frames, frameRate });
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
