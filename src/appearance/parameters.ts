import { z } from 'zod';

const number = (value: number, min: number, max: number, unit: string, description: string) =>
  z.number().min(min).max(max).default(value).describe(description).meta({ unit });

/** Parameters of the appearance stage and of what the tracker makes of it, with their defaults. */
export const appearanceParameters = z.strictObject({
  mode: z
    .enum(['always', 'auto', 'off'])
    .default('auto')
    .describe('Whether looks are compared: for everybody, where it can matter, or never')
    .meta({ unit: '' }),
  model: z
    .string()
    .default('siamese')
    .describe('The Siamese network: siamese (which comes with twintrack), or a folder made by "train siamese"')
    .meta({ unit: '' }),
  weight: number(1, 0, 10, 'ratio', 'Weight of the similarity: what its log-odds are multiplied by'),
  bias: number(-5, -10, 10, 'log-odds', 'Added to them; people of one camera look more alike than those of two'),
  recallSeconds: number(20, 0, 3600, 's', 'Somebody unseen for up to this long may be recognised by looks'),
  recallReturned: z
    .boolean()
    .default(false)
    .describe('Recognise those who left the picture as well; else they are somebody new when they come back')
    .meta({ unit: 'yes/no' }),
  recallSimilarity: number(0.9, 0, 1, 'similarity', 'Probability by looks from which somebody is recognised'),
});

/** Parameters of the appearance stage; see {@link appearanceParameters}. */
export type AppearanceParameters = z.infer<typeof appearanceParameters>;
