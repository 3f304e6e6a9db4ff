import { inputError } from '../core/errors.ts';
import type { NoticeSink } from '../core/notices.ts';
import { logOdds } from '../core/probability.ts';
import { AS_IT_IS, type Calibration, calibrationOfFile, probabilityOf } from '../detection/calibration.ts';
import { readDetections } from '../detection/mot-detections.ts';
import { readGroundTruth } from '../evaluation/ground-truth.ts';
import { identify } from './labelled-frame.ts';
import { fitLogistic } from './logistic.ts';
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
  const [intercept, slope] = fitLogistic(
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
