import { z } from 'zod';

const number = (value: number, min: number, max: number, unit: string, description: string) =>
  z.number().min(min).max(max).default(value).describe(description).meta({ unit });

/** Parameters of the floor tracker, with their defaults. */
export const floorParameters = z.strictObject({
  footNoise: number(0.05, 0.001, 1, 'box heights', 'Standard deviation of the foot point of a box'),
  acceleration: number(1, 0.01, 10, 'm/s^1.5', 'How suddenly people change their speed'),
  speed: number(1, 0.1, 5, 'm/s', 'Standard deviation of the speed of a person who is new'),
  minScore: number(0.3, 0, 1, 'probability', 'Detections that are people with less than this probability are ignored'),
  newScore: number(0.5, 0, 1, 'probability', 'Probability from which a detection begins a person'),
  clutter: number(
    0.02,
    1e-6,
    10,
    '1/m²',
    'Detections of a picture, for each m² of floor, that belong to no person tracked',
  ),
  missRate: number(
    0.12,
    0.001,
    0.9,
    'probability',
    'Share of people who are in full sight of a camera and not detected',
  ),
  confirmOdds: number(3, 0, 20, 'log-odds', 'A person is confirmed from so much evidence of all cameras'),
  coastSeconds: number(0.6, 0, 10, 's', 'A person whom no camera sees is still reported for so long'),
  lostSeconds: number(4, 0.1, 60, 's', 'A person whom no camera sees is lost after so long'),
});

/** Parameters of the floor tracker; see {@link floorParameters}. */
export type FloorParameters = z.infer<typeof floorParameters>;
