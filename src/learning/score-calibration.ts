import { inputError } from '../core/errors.ts';
import type { NoticeSink } from '../core/notices.ts';
import { logOdds, sigmoid } from '../core/probability.ts';
import { AS_IT_IS, type Calibration, calibrationOfFile, probabilityOf } from '../detection/calibration.ts';
import { readDetections } from '../detection/mot-detections.ts';
import { readGroundTruth } from '../evaluation/ground-truth.ts';
import { identify } from './labelled-frame.ts';
import { peopleIn } from './mot-root.ts';
import { type CalibrationBin, calibration as reliability } from './probability-figures.ts';

/** What {@link calibrateScores} found. */
export interface ScoreCalibration {
  readonly calibration: Calibration;
  readonly boxes: number;
  /** How many of them are people at IoU 0.5. */
  readonly people: number;
  /** By tenths of the probability, as twintrack takes the scores without the calibration, and with it. */
  readonly before: readonly CalibrationBin[];
  readonly after: readonly CalibrationBin[];
}

/**
 * Fits what the scores of a detector are worth: the probability, given the score, that a detection is a person at IoU 0.5 (Platt, 1999).
 *
 * @param gt ground truth in MOT text
 * @param det the detector's boxes on the same frames, as it scores them, down to low scores
 * @param onNotice takes what is wrong with a file and does not keep it from being read
 * @throws TwintrackError when a file cannot be read, when all or none of the boxes are people, or when higher scores are not people more often
 *
 * @example
 * import { calibrateScores } from 'twintrack/learning';
 *
 * const { calibration } = await calibrateScores('my-streets/street-1/gt/gt.txt', 'my-streets/street-1/det/det.txt');
 * console.log(calibration.slope > 0); // true
 */
export async function calibrateScores(gt: string, det: string, onNotice?: NoticeSink): Promise<ScoreCalibration> {
  const [truth, detections] = await Promise.all([
    readGroundTruth(gt, { onNotice }),
    readDetections(det, { calibration: AS_IT_IS, onNotice }),
  ]);
  const scores: number[] = [];
  const labels: number[] = [];
  for (let index = 0; index < detections.frameCount; index++) {
    const found = await detections.detect({ index, time: 0, width: 0, height: 0 });
    const identities = identify(found, ...peopleIn(truth, index));
    for (let j = 0; j < found.length; j++) {
      scores.push(found.scores[j]);
      labels.push(identities[j] > 0 ? 1 : 0);
    }
  }
  await detections.close();
  const people = labels.filter((label) => label === 1).length;
  if (people === 0 || people === labels.length) {
    const which = people === 0 ? 'none' : 'each';
    const fix = 'give the boxes down to low scores, and the ground truth of the same frames';
    throw inputError(det, `${which} of its ${labels.length} boxes is a person of ${gt}`, fix);
  }
  const [least, greatest] = [scores.reduce((a, b) => Math.min(a, b)), scores.reduce((a, b) => Math.max(a, b))];
  const usual = calibrationOfFile(least, greatest);
  const of = usual === AS_IT_IS ? 'log-odds' : 'score';
  const [intercept, slope] = fitLine(
    scores.map((score) => (of === 'score' ? score : logOdds(score))),
    labels,
  );
  if (!(slope > 0))
    throw inputError(
      det,
      'boxes with a higher score are not people more often',
      'check that its scores are in column 7',
    );
  const calibration = { of, intercept, slope } as const;
  const [before, after] = [usual, calibration].map((worth) =>
    reliability(
      Float64Array.from(scores, (score) => probabilityOf(score, worth)),
      Uint8Array.from(labels),
    ).filter(({ count }) => count > 0),
  );
  return { calibration, boxes: labels.length, people, before, after };
}

/** Logistic regression on one variable by Newton's method, with the smoothed labels of Platt (1999): never without a finite answer. */
function fitLine(values: readonly number[], labels: readonly number[]): [intercept: number, slope: number] {
  const people = labels.reduce((sum, label) => sum + label, 0);
  const target = [1 / (labels.length - people + 2), (people + 1) / (people + 2)];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
  let [a, b] = [0, 0];
  for (let step = 0; step < 100; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-9, 0, 1e-9];
    values.forEach((value, i) => {
      const x = (value - mean) / deviation;
      const p = sigmoid(a + b * x);
      const w = p * (1 - p);
      ga += target[labels[i]] - p;
      gb += (target[labels[i]] - p) * x;
      haa += w;
      hab += w * x;
      hbb += w * x * x;
    });
    const determinant = haa * hbb - hab * hab;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    const size = Math.max(1, Math.abs(da), Math.abs(db)); // at most 1 a step: far steps go astray
    a += da / size;
    b += db / size;
    if (Math.abs(da) + Math.abs(db) < 1e-9) break;
  }
  return [a - (b * mean) / deviation, b / deviation];
}
