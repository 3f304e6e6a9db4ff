import { z } from 'zod';

/** Parameters of the annotated video. */
export const annotationParameters = z.strictObject({
  style: z
    .enum(['box', 'corners', 'ellipse', 'dot'])
    .default('box')
    .describe('how a person is marked: a box, its corners, an ellipse at the feet, or a dot at the feet'),
  label: z
    .array(z.enum(['id', 'name', 'score', 'speed', 'dwell']))
    .max(5)
    .default(['id'])
    .describe('what stands beside a person, as far as it is known; an empty list draws no labels'),
  panel: z
    .boolean()
    .default(false)
    .describe('whether a panel shows the counts of people, zones and lines')
    .meta({ unit: 'yes/no' }),
  heatMap: z
    .boolean()
    .default(false)
    .describe(
      'whether the picture is coloured by how long people have stood at each place so far; for a camera that stands still',
    )
    .meta({ unit: 'yes/no' }),
  trailSeconds: z
    .number()
    .min(0)
    .max(60)
    .default(3)
    .describe('how long the path of a person stays visible behind them; 0 draws no trails')
    .meta({ unit: 's' }),
  anonymizeBy: z
    .enum(['pixels', 'blur'])
    .default('pixels')
    .describe(
      'how people are made unrecognisable: by blocks of one colour, or by a blur that shows no more than these',
    ),
  anonymizePadding: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('how far pixelation or blur reaches beyond a box on each side, as a part of its width and height')
    .meta({ unit: 'box' }),
});

/** Parameters of the annotated video, complete. */
export type AnnotationParameters = z.infer<typeof annotationParameters>;
