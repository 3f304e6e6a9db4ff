import { z } from 'zod';

const number = (value: number, min: number, max: number, unit: string, description: string) =>
  z.number().min(min).max(max).default(value).describe(description).meta({ unit });

/** Parameters of the appearance stage and of re-identification, with their defaults. */
export const appearanceParameters = z.strictObject({
  mode: z
    .enum(['always', 'auto', 'off'])
    .default('auto')
    .describe('Whether appearance is compared: for every person, where it can decide something, or never')
    .meta({ unit: '' }),
  model: z
    .string()
    .default('siamese')
    .describe('The Siamese network: siamese (which comes with twintrack), or a folder made by "train siamese"')
    .meta({ unit: '' }),
  reidSeconds: number(20, 0, 3600, 's', 'A person unseen for up to this long may be re-identified by appearance'),
  reidReturned: z
    .boolean()
    .default(false)
    .describe('Re-identify people who left the picture as well; else they get a new id when they return')
    .meta({ unit: 'yes/no' }),
  reidSimilarity: number(0.8, 0, 1, 'probability', 'Similarity from which a person is re-identified'),
});

/** Parameters of the appearance stage; see {@link appearanceParameters}. */
export type AppearanceParameters = z.infer<typeof appearanceParameters>;
