import { z } from 'zod';
import { PROVIDERS } from '../inference/provider.ts';

/** Parameters of the detection stage, with their defaults. */
export const detectionParameters = z.strictObject({
  minScore: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Detections of a network below this score are dropped')
    .meta({
      unit: 'score',
    }),
  fileScores: z
    .enum(['rank', 'raw'])
    .default('rank')
    .describe('Scores of a detection file: made confidences by their rank in the whole file, or taken as they are')
    .meta({ unit: '' }),
  nmsIou: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe(
      'Of two detections that overlap more than this, the one of lower score is dropped (DETR-style models excepted)',
    )
    .meta({ unit: 'IoU' }),
  inputPixels: z
    .number()
    .int()
    .min(1024)
    .max(16_777_216)
    .default(153_600)
    .describe(
      'Area that the picture is scaled to for a model of dynamic size; more finds smaller people and takes longer',
    )
    .meta({ unit: 'pixels' }),
  parallel: z
    .enum(['frames', 'operators'])
    .default('frames')
    .describe('Two frames at once (most frames per second), or one frame on all cores (least delay, least memory)')
    .meta({ unit: '' }),
  provider: z
    .enum([...PROVIDERS, 'auto'])
    .default('cpu')
    .describe('What computes the detector and the Siamese network; auto takes the best one that works')
    .meta({ unit: '' }),
  cores: z.number().int().min(0).max(256).default(0).describe('Processor cores for inference; 0 takes all').meta({
    unit: 'cores',
  }),
});

/** Parameters of the detection stage; see {@link detectionParameters}. */
export type DetectionParameters = z.infer<typeof detectionParameters>;
