import type { AssociationScore } from '../association/features.ts';
import { handSetScore } from '../association/scores/hand-set.ts';
import type { IdentifiedBoxes } from '../evaluation/rows.ts';
import type { TrackingParameters } from '../tracking/parameters.ts';
import { Tracker } from '../tracking/tracker.ts';
import { TrajectoryCollector } from '../trajectories/collector.ts';
import { refine } from '../trajectories/refine.ts';
import { type RefinementParameters, refinementParameters } from '../trajectories/refinement-parameters.ts';
import type { LabelledFrame } from './labelled-frame.ts';

/**
 * Tracks a sequence online and notes who is seen where, to be scored against its ground truth.
 *
 * @param frames all frames of the sequence; row f of the result is of `frames[f]`
 * @param score association score; default set by hand
 */
export function follow(
  frames: readonly LabelledFrame[],
  parameters: Partial<TrackingParameters> = {},
  score: AssociationScore = handSetScore,
): IdentifiedBoxes {
  const tracker = new Tracker({ association: score, parameters });
  const numbers: number[] = [];
  const ids: number[] = [];
  const boxes: number[] = [];
  frames.forEach(({ detections, time }, f) => {
    for (const { state, id, box } of tracker.step(detections, time)) {
      if (state !== 'confirmed') continue;
      numbers.push(f);
      ids.push(id);
      boxes.push(box[0], box[1], box[2], box[3]);
    }
  });
  return { frames: Int32Array.from(numbers), ids: Int32Array.from(ids), boxes: Float64Array.from(boxes) };
}

/** The same, refined afterwards as for a file. */
export function followRefined(
  frames: readonly LabelledFrame[],
  parameters: Partial<TrackingParameters> = {},
  score: AssociationScore = handSetScore,
  refinement: Partial<RefinementParameters> = {},
): IdentifiedBoxes {
  const tracker = new Tracker({ association: score, parameters });
  const collector = new TrajectoryCollector();
  frames.forEach(({ detections, time }, index) => {
    collector.add({ index, time }, tracker.step(detections, time), tracker.cameraShift);
  });
  const people = refine(collector.take(), collector.timeline, refinementParameters.parse(refinement));
  const boxes = new Float64Array(people.reduce((sum, person) => sum + person.boxes.length, 0));
  let at = 0;
  for (const person of people) {
    boxes.set(person.boxes, at);
    at += person.boxes.length;
  }
  return {
    frames: Int32Array.from(people.flatMap((person) => [...person.frames])),
    ids: Int32Array.from(people.flatMap(({ id, frames: own }) => new Array<number>(own.length).fill(id))),
    boxes,
  };
}
