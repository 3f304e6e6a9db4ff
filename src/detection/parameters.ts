import { z } from 'zod';
import { PROVIDERS } from '../inference/provider.ts';

/** Parameters of the detection stage, with their defaults. */
export const detectionParameters = z.strictObject({
  minScore: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Detections of a network that are people with less than this probability are dropped')
    .meta({ unit: 'probability' }),
  calibration: z
    .string()
    .default('auto')
    .describe(
      'What scores are worth: auto (a network’s own or that of its family; a detection file’s by their range), off (scores are probabilities), or a file of "calibrate-scores"',
    )
    .meta({ unit: '' }),
  nmsIou: z
    .number()
    .min(0)
    .max(1)
    .default(0.65)
    .describe(
      'Of two detections that overlap more than this, the one of lower score is dropped (DETR-style models excepted)',
    )
    .meta({ unit: 'IoU' }),
  inputPixels: z
    .union([z.literal('auto'), z.number().int().min(1024).max(16_777_216)])
    .default(153_600)
    .describe(
      'Area that the picture is scaled to for a model of dynamic size; more finds smaller people and takes longer. auto: by the people found in the first second of each minute',
    )
    .meta({ unit: 'pixels' }),
  maxRate: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .describe('The detector runs at most so often, and people are predicted in between; 0: in every frame')
    .meta({ unit: '1/s' }),
  emptyRate: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe(
      'How often the detector sees the whole picture; in between it sees the region with the people and all that moves, or nothing where there is neither; 0: in every frame',
    )
    .meta({ unit: '1/s' }),
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
