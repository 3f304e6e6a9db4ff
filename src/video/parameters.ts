import { z } from 'zod';

/** Parameters of reading videos. */
export const videoParameters = z.strictObject({
  hwaccel: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, 'it must be auto, off or a method that ffmpeg -hwaccels lists')
    .default('off')
    .describe(
      'Decoding of video files in hardware: off, auto or a method of `ffmpeg -hwaccels`; software where that does not work or gives other pictures',
    )
    .meta({ unit: '' }),
});
