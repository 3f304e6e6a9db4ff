import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Detections, NO_DETECTIONS } from '../core/detections.ts';
import { inputError } from '../core/errors.ts';
import type { Frame } from '../core/frame.ts';
import { Candidates } from './candidates.ts';
import type { Detector } from './detector.ts';
import { rankConfidence } from './rank-confidence.ts';

/** The detections of a file, by frame. */
export interface DetectionFile extends Detector {
  /** Number of the last frame with a detection, counted from 1: the number of frames as far as the file tells. */
  readonly frameCount: number;
}

/** More frames than these, ten days at 30 a second, are a slip of a file. */
const MOST_FRAMES = 26_000_000;
const FORM = 'expected frame,id,x,y,w,h,score with frames from 1';

/**
 * Reads a det file of the MOTChallenge (MOT15, 16, 17, 20): one detection a line, `frame,id,x,y,w,h,score` and any further
 * columns, frames counted from 1, in any order. Boxes are taken as they are.
 *
 * @param scores `rank` makes confidences of the scores by their rank in the file (see {@link rankConfidence}); `raw` takes them as they are
 * @returns a detector that looks a frame up by its index and needs no pixels
 * @throws TwintrackError when the file cannot be read, or with the line number and reason for a line that is broken
 */
export async function readDetections(path: string, scores: 'rank' | 'raw' = 'rank'): Promise<DetectionFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a folder, not a file' : `cannot be read (${code})`;
    throw inputError(path, reason, 'give a MOT detection file', error);
  }
  const frames = new Map<number, Candidates>();
  let frameCount = 0;
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const fault = (reason: string): Error => inputError(path, `line ${i + 1}: ${reason}`, FORM);
    const fields = line
      .replace(/^\uFEFF/, '')
      .trim()
      .split(/\s*,\s*/);
    if (fields.length < 7) throw fault(`${fields.length} columns instead of 7 or more`);
    const values = fields.slice(0, 7).map((field) => (field === '' ? Number.NaN : Number(field)));
    const broken = values.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0) throw fault(`column ${broken + 1} is "${fields[broken].slice(0, 40)}", not a number`);
    const [frame, , x, y, w, h, score] = values;
    if (!Number.isInteger(frame) || frame < 1) throw fault(`frame ${fields[0]} is not a whole number from 1`);
    if (frame > MOST_FRAMES) throw fault(`frame ${fields[0]} is beyond ${MOST_FRAMES}`);
    if (!(w > 0 && h > 0)) throw fault(`the box is ${fields[4]} wide and ${fields[5]} high`);
    const found = frames.get(frame - 1) ?? new Candidates();
    frames.set(frame - 1, found);
    found.add(x, y, x + w, y + h, score);
    frameCount = Math.max(frameCount, frame);
  });
  const detections = new Map<number, Detections>();
  for (const [frame, found] of frames) detections.set(frame, found.toDetections());
  if (scores === 'rank') {
    const confidence = rankConfidence(Float32Array.from([...detections.values()].flatMap((d) => [...d.scores])));
    for (const { scores: own } of detections.values())
      own.forEach((score, j) => {
        own[j] = confidence(score);
      });
  }
  return {
    name: 'detections',
    file: path,
    sha256: createHash('sha256').update(text).digest('hex'),
    frameCount,
    letterbox: () => undefined,
    detect: async (frame: Frame) => detections.get(frame.index) ?? NO_DETECTIONS,
    close: async () => {},
  };
}
