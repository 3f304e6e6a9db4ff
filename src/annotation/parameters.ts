import { z } from 'zod';

/** Parameters of the annotated video. */
export const annotationParameters = z.strictObject({
  trailSeconds: z
    .number()
    .min(0)
    .max(60)
    .default(3)
    .describe('how long the path of a person stays visible behind them; 0 draws no trails')
    .meta({ unit: 's' }),
  anonymizePadding: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('how far pixelation reaches beyond a box on each side, as a part of its width and height')
    .meta({ unit: 'box' }),
});

/** Parameters of the annotated video, complete. */
export type AnnotationParameters = z.infer<typeof annotationParameters>;
