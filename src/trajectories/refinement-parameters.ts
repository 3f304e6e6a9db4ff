import { z } from 'zod';

const number = (value: number, min: number, max: number, unit: string, description: string) =>
  z.number().min(min).max(max).default(value).describe(description).meta({ unit });

/** Parameters of {@link refine}, with their defaults. */
export const refinementParameters = z.strictObject({
  smoothSeconds: z
    .union([z.literal('auto'), z.number().min(0).max(10)])
    .default('auto')
    .describe(
      'Boxes are smoothed over time with a Gaussian weight of this standard deviation; auto: by how exact they are and how suddenly people move',
    )
    .meta({ unit: 's' }),
  fillSeconds: number(1, 0, 60, 's', 'A person unseen for up to this long is shown on the way between'),
  fillConfidence: number(0.35, 0, 1, 'probability', 'if the trajectory is a person with at least this confidence'),
  minConfidence: number(
    0.3,
    0,
    1,
    'probability',
    'Trajectories of less confidence are dropped as false positives: mean score times the share of frames in which the person is seen',
  ),
});

/** Parameters of {@link refine}; see {@link refinementParameters}. */
export type RefinementParameters = z.infer<typeof refinementParameters>;
