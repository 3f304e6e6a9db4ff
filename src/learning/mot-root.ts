import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inputError } from '../core/errors.ts';
import type { NoticeSink } from '../core/notices.ts';
import { readDetections } from '../detection/mot-detections.ts';
import { type GroundTruth, readGroundTruth, sequenceFolder } from '../evaluation/ground-truth.ts';
import { groundTruthFiles } from '../evaluation/sequences.ts';
import { readSequenceInfo, SEQINFO_FIX } from '../files/seqinfo.ts';
import { identify, type LabelledFrame } from './labelled-frame.ts';

/** A sequence of a MOT root with its detections labelled by the ground truth. */
export interface MotSequence {
  readonly name: string;
  /** File name of its detections. */
  readonly det: string;
  /** Frames per second. */
  readonly frameRate: number;
  /** Frames in order, all of them, at times from 0 s. */
  readonly frames: readonly LabelledFrame[];
  /** To score results against. */
  readonly truth: GroundTruth;
}

/** Options of {@link loadMotRoot}. */
export interface MotRootOptions {
  /**
   * Name of the detection file in each sequence's folder; det/det.txt or det.txt if not given. Of several names each sequence is
   * loaded once with every one that it has, under the same name.
   */
  readonly det?: string | readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Takes what is wrong with a file and does not keep it from being read. */
  readonly onNotice?: NoticeSink | undefined;
}

/**
 * Loads a MOT root for training, tuning or measuring: a folder of sequences, each with ground truth (SEQ/gt.txt or
 * SEQ/gt/gt.txt), SEQ/seqinfo.ini (frameRate, seqLength) and detections (SEQ/det/det.txt or SEQ/det.txt); or one such sequence.
 *
 * @throws TwintrackError naming the sequence and file: nothing there, no seqinfo.ini or frame rate, no or broken detections,
 *   detections past the end
 */
export async function loadMotRoot(root: string, options: MotRootOptions = {}): Promise<MotSequence[]> {
  const sequences: MotSequence[] = [];
  for (const [name, file] of await groundTruthFiles(root)) {
    options.signal?.throwIfAborted();
    const own = sequenceFolder(file);
    if (own === undefined)
      throw inputError(
        file,
        'ground truth without a folder of its own',
        `expected ${name}/gt.txt with detections beside`,
      );
    const frameRate = readFrameRate(own);
    for (const detections of await detectionFiles(name, own, options.det))
      sequences.push(await loadSequence(name, file, frameRate, detections, options.onNotice));
  }
  return sequences;
}

async function loadSequence(
  name: string,
  gt: string,
  frameRate: number,
  file: string,
  onNotice: NoticeSink | undefined,
): Promise<MotSequence> {
  const [truth, detections] = await Promise.all([
    readGroundTruth(gt, { name, onNotice }),
    readDetections(file, { onNotice }),
  ]);
  const length = truth.length ?? Math.max(truth.rows.frames, detections.frameCount);
  if (detections.frameCount > length)
    throw inputError(file, `frame ${detections.frameCount} is past the end of ${name}, ${length} frames`);
  const frames: LabelledFrame[] = [];
  for (let index = 0; index < length; index++) {
    const time = index / frameRate;
    const found = await detections.detect({ index, time, width: 0, height: 0 });
    frames.push({ time, detections: found, identities: identify(found, ...peopleIn(truth, index)) });
  }
  await detections.close();
  return { name, det: basename(file), frameRate, frames, truth };
}

/** Boxes and positive ids of all people in a frame; from 2016 on also of those that a result need not find (sitting, reflected, …). */
export function peopleIn(truth: GroundTruth, frame: number): [boxes: Float64Array, ids: Int32Array] {
  const { start, corners, ids } = truth.rows;
  const rows: number[] = [];
  for (let k = start[frame]; frame < truth.rows.frames && k < start[frame + 1]; k++)
    if (truth.scored[k] || truth.distractor?.[k]) rows.push(k);
  const boxes = new Float64Array(4 * rows.length);
  rows.forEach((k, i) => {
    const [x, y, right, bottom] = corners.subarray(4 * k, 4 * k + 4);
    boxes.set([x, y, right - x, bottom - y], 4 * i);
  });
  return [boxes, Int32Array.from(rows, (k) => ids[k] + 1)];
}

function readFrameRate(folder: string): number {
  const info = readSequenceInfo(folder);
  if (!info) throw inputError(join(folder, 'seqinfo.ini'), 'does not exist: the frame rate is not known', SEQINFO_FIX);
  if (info.frameRate === undefined) throw inputError(info.file, 'has no frameRate', SEQINFO_FIX);
  return info.frameRate;
}

/** The detection files to load a sequence with: all of `det` that are there, or the first of the usual ones. */
async function detectionFiles(name: string, folder: string, det: MotRootOptions['det']): Promise<string[]> {
  const names = det === undefined ? [join('det', 'det.txt'), 'det.txt'] : [det].flat();
  const found: string[] = [];
  for (const file of names.map((n) => join(folder, n)))
    if ((await stat(file).catch(() => undefined))?.isFile()) found.push(file);
  if (found.length > 0) return det === undefined ? found.slice(0, 1) : found;
  const fix = det === undefined ? 'name the file with --det' : 'check the name given with --det';
  throw inputError(folder, `no detections of ${name}, looked for ${names.join(' and ')}`, fix);
}
