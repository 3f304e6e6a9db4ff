import { z } from 'zod';

const number = (value: number, min: number, max: number, unit: string, description: string) =>
  z.number().min(min).max(max).default(value).describe(description).meta({ unit });

/** Parameters of the tracker, with their defaults. */
export const trackingParameters = z.strictObject({
  highScore: number(
    0.6,
    0,
    1,
    'probability',
    'Detections that are people with this probability or more are matched first',
  ),
  lowScore: number(0.2, 0, 1, 'probability', 'Detections that are people with less than this probability are ignored'),
  newScore: number(0.6, 0, 1, 'probability', 'Probability from which an unmatched detection starts a track'),
  confirmSeconds: number(0.1, 0, 10, 's', 'A track is established once it has been seen for this long'),
  confirmHits: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe('and at least this often')
    .meta({ unit: 'detections' }),
  confirmProbability: number(
    0.75,
    0,
    1,
    'probability',
    'A track is confirmed when it is established, or before, when it is as likely as this that it will be',
  ),
  tentativeSeconds: number(0.15, 0, 10, 's', 'A track that is not established ends when unseen for longer than this'),
  lostSeconds: number(1.5, 0, 60, 's', 'An established track ends when unseen for longer than this'),
  minProbability: number(0.5, 0, 1, 'probability', 'Association probability below which a detection is not the track'),
  minProbabilityAlone: number(
    0.36,
    0,
    1,
    'probability',
    'The same from highScore on where the detection overlaps the place of this person and no other, and no other detection overlaps that place',
  ),
  minProbabilityTurned: number(
    0.3,
    0,
    1,
    'probability',
    'The same where, besides, the person was seen within 0.3 s and the detection overlaps the last box as much as the expected one, or more',
  ),
  minProbabilityLow: number(0.75, 0, 1, 'probability', 'The same for detections below highScore'),
  gateDistance: number(
    30,
    0,
    1000,
    'σ²',
    'Squared Mahalanobis distance up to which a pair without overlap is considered',
  ),
  duplicateIou: number(
    0.7,
    0,
    1,
    'IoU',
    'An unmatched detection that overlaps a tracked person more than this starts no track',
  ),
  positionNoise: number(0.08, 0.001, 1, 'box heights', 'Standard deviation of a detected centre'),
  sizeNoise: number(0.15, 0.001, 1, 'box heights', 'Standard deviation of a detected width or height'),
  accelerationNoise: z
    .union([z.literal('auto'), z.number().min(0).max(10)])
    .default('auto')
    .describe('How suddenly people change their speed; auto: as it is measured in the video')
    .meta({ unit: 'heights/s^1.5' }),
  growthNoise: number(0.2, 0, 10, 'heights/s^1.5', 'How fast their size in the picture changes its rate'),
  initialSpeed: number(0.8, 0, 20, 'heights/s', 'Standard deviation of the speed of a new track'),
  cameraMotion: z
    .boolean()
    .default(true)
    .describe('Follow a camera that moves, as far as the boxes show it')
    .meta({ unit: 'yes/no' }),
  initialSizeRate: number(0.2, 0, 20, 'heights/s', 'Standard deviation of the size change of a new track'),
});

/** Parameters of the tracker; see {@link trackingParameters}. */
export type TrackingParameters = z.infer<typeof trackingParameters>;
