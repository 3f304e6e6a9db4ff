import { z } from 'zod';

const number = (value: number, min: number, max: number, unit: string, description: string) =>
  z.number().min(min).max(max).default(value).describe(description).meta({ unit });

/** Parameters of {@link refine}, with their defaults. */
export const refinementParameters = z.strictObject({
  smoothSeconds: number(
    0.25,
    0,
    10,
    's',
    'Boxes are smoothed over time with a Gaussian weight of this standard deviation',
  ),
  fillSeconds: number(1, 0, 60, 's', 'A person unseen for up to this long is shown on the way between'),
  minMeanScore: number(
    0.5,
    0,
    1,
    'score',
    'Trajectories whose mean score is below this are dropped as false positives',
  ),
});

/** Parameters of {@link refine}; see {@link refinementParameters}. */
export type RefinementParameters = z.infer<typeof refinementParameters>;
