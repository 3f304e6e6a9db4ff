import type { Detections } from '../core/detections.ts';
import type { Frame } from '../core/frame.ts';
import type { NoticeSink } from '../core/notices.ts';
import type { MotColumns } from '../files/mot-columns.ts';
import type { MotVideo } from '../files/mot-findings.ts';
import { openMotFrames } from '../files/mot-frames.ts';
import { type Calibration, calibrationOfFile, probabilityOf } from './calibration.ts';
import { Candidates } from './candidates.ts';
import type { Detector } from './detector.ts';

/** The detections of a file, by frame. */
export interface DetectionFile extends Detector {
  /** Number of the last frame with a detection, counted from 1: the number of frames as far as the file shows it. */
  readonly frameCount: number;
  /** What its scores are taken for. */
  readonly calibration: Calibration;
  /** Gives notice of what does not fit the video: more frames than it has, all boxes outside the picture. */
  compare(video: MotVideo): void;
}

/** Settings of {@link readDetections}. */
export interface DetectionFileOptions {
  /** What its scores are worth; default by their range (docs/detection.md). */
  readonly calibration?: Calibration | undefined;
  /** Takes what is wrong with the file and does not keep it from being read. */
  readonly onNotice?: NoticeSink | undefined;
}

/**
 * Reads a detection file of the MOTChallenge (MOT15, 16, 17, 20): one detection a line, `frame,id,x,y,w,h,score` and any further columns,
 * frames counted from 1, in any order (docs/trajectories.md has all forms that are read). Boxes are taken as they are; without a seventh column
 * all scores are 1. Scores within 0..1 are taken as they are, others are brought there.
 *
 * The file is gone through once to check it. Memory does not grow with its length where it is sorted by frame: frames asked for in order are
 * read as they are needed.
 *
 * @returns a detector that finds a frame by its index and needs no pixels
 * @throws TwintrackError when the file cannot be read, or with the line number and reason for a line that is broken
 */
export async function readDetections(path: string, options: DetectionFileOptions = {}): Promise<DetectionFile> {
  const { onNotice } = options;
  const file = await openMotFrames(path, { use: 'detections', onNotice });
  const { findings, sha256 } = file;
  const calibration =
    options.calibration ?? calibrationOfFile(Math.min(0, findings.leastScore), Math.max(0, findings.greatestScore));
  const detections = (columns: MotColumns, from: number, to: number) => detectionsIn(columns, from, to, calibration);
  return {
    name: 'detections',
    file: path,
    sha256,
    frameCount: findings.frameCount,
    free: true,
    calibration,
    compare(video) {
      for (const notice of findings.noticesBeside(video)) onNotice?.(notice);
    },
    letterbox: () => undefined,
    detect: (frame: Frame) => file.take(frame.index, detections),
    close: () => file.close(),
  };
}

function detectionsIn(
  { boxes, confidences }: MotColumns,
  from: number,
  to: number,
  calibration: Calibration,
): Detections {
  const candidates = new Candidates();
  for (let i = from; i < to; i++) {
    const x = boxes[4 * i];
    const y = boxes[4 * i + 1];
    candidates.add(x, y, x + boxes[4 * i + 2], y + boxes[4 * i + 3], probabilityOf(confidences[i], calibration));
  }
  return candidates.toDetections();
}
