import { inputError } from '../../core/errors.ts';
import { prepareGroundTruth } from '../../evaluation/ground-truth.ts';
import { identify, type LabelledFrame } from '../labelled-frame.ts';
import { type MotSequence, peopleIn } from '../mot-root.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

/**
 * A made-up sequence: people on a ground plane as a camera and an imperfect detector see them, labelled as a sequence of a MOT root is. The same
 * options give the same sequence.
 *
 * @param options `seconds`: length, default 20; the rest as drawn from the seed unless given
 * @throws TwintrackError when it would have no frame, or frames at no rate
 *
 * @example
 * import { simulate } from 'twintrack/learning';
 *
 * const { frames, truth } = simulate({ seed: 1, people: 12, seconds: 10, frameRate: 25 });
 * console.log(frames.length, truth.rows.frames); // 250 250
 */
export function simulate({ seconds = 20, ...options }: SimulationOptions & { readonly seconds?: number }): MotSequence {
  const simulation = new Simulation(options);
  const { frameRate } = simulation;
  const length = Math.round(seconds * frameRate);
  if (!(length >= 1)) throw inputError('seconds', `${seconds} s have no frame`, 'simulate a longer time');
  const name = `${simulation.place}-${options.seed}`;
  const numbers: number[] = [];
  const ids: number[] = [];
  const boxes: number[] = [];
  const found = Array.from({ length }, (_, frame) => {
    const { detections, views } = simulation.step();
    for (const { person, box } of views) {
      numbers.push(frame);
      ids.push(person.id);
      boxes.push(...box);
    }
    return detections;
  });
  const rows = { frames: Int32Array.from(numbers), ids: Int32Array.from(ids), boxes: Float64Array.from(boxes) };
  const truth = prepareGroundTruth(rows, { name, length });
  const frames = found.map((detections, frame): LabelledFrame => {
    const identities = identify(detections, ...peopleIn(truth, frame));
    return { time: frame / frameRate, detections, identities };
  });
  return { name, det: 'simulated', frameRate, frames, truth };
}

/**
 * Sequences of a wide variety of scenes: streets, squares, halls and dances, cameras of all kinds, detectors good and bad.
 *
 * @example
 * import { simulateMany } from 'twintrack/learning';
 *
 * console.log(simulateMany({ count: 3, seed: 1 }).map(({ name }) => name.split('-')[0]).length); // 3
 */
export function simulateMany({ count, seed }: { readonly count: number; readonly seed: number }): MotSequence[] {
  return Array.from({ length: count }, (_, i) => simulate({ seed: seed * 10_007 + i }));
}
