/** Sets of boxes to measure on: sequences of a MOT root with one kind of detections, named on the command line. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { loadMotRoot, type MotSequence } from '../src/learning/mot-root.ts';
import { seededRandom } from '../src/learning/random.ts';

export interface BoxSet {
  readonly name: string;
  readonly sequences: readonly MotSequence[];
  /** The folder of each sequence. */
  readonly folders: readonly string[];
}

/**
 * Loads a set given as `NAME=MOT_ROOT/det.txt[@LEAST_SCORE]`: all sequences of the root (or the one that it is) that have such a file, without
 * the boxes below the least score.
 */
export async function loadSet(text: string): Promise<BoxSet> {
  const match = /^([^=]+)=([^@]+)(?:@([\d.]+))?$/.exec(text);
  if (!match) throw new Error(`${text} is not NAME=MOT_ROOT/det.txt`);
  const [, name, path, least] = match;
  const [root, det] = [dirname(path), basename(path)];
  const all = existsSync(join(root, det)) ? [root] : readdirSync(root).map((sequence) => join(root, sequence));
  const folders = all.filter((folder) => existsSync(join(folder, det))).sort();
  if (folders.length === 0) throw new Error(`${root} holds no sequence with ${det}`);
  const loaded = await Promise.all(folders.map((folder) => loadMotRoot(folder, { det })));
  const sequences = loaded.flat();
  const kept = least ? sequences.map((s) => select(s, (score) => score >= Number(least))) : sequences;
  return { name, sequences: kept, folders };
}

/** The sequence with every box moved by 1 % of its height at random and 0.3 % of the boxes dropped; run 0 is the sequence as it is. */
export function perturbed(sequence: MotSequence, run: number): MotSequence {
  if (run === 0) return sequence;
  const random = seededRandom(run);
  const { frames, ...rest } = select(sequence, () => random() >= 0.003);
  const moved = frames.map((frame) => {
    const { boxes } = frame.detections;
    const shifted = boxes.map((value, i) => value + 0.01 * Math.sqrt(3) * (2 * random() - 1) * boxes[4 * (i >> 2) + 3]);
    return { ...frame, detections: { ...frame.detections, boxes: shifted } };
  });
  return { ...rest, frames: moved };
}

/** The sequence with some of its detections. */
function select(sequence: MotSequence, keep: (score: number) => boolean): MotSequence {
  const frames = sequence.frames.map(({ time, detections: { boxes, scores }, identities }) => {
    const kept = Array.from(scores.keys()).filter((i) => keep(scores[i]));
    const detections = {
      length: kept.length,
      boxes: Float64Array.from(kept.flatMap((i) => [...boxes.subarray(4 * i, 4 * i + 4)])),
      scores: Float32Array.from(kept, (i) => scores[i]),
    };
    return { time, detections, identities: Int32Array.from(kept, (i) => identities[i]) };
  });
  return { ...sequence, frames };
}
