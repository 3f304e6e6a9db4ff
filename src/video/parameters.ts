import { z } from 'zod';
import { isPlausible, parseShape, WIDEST_PIXEL } from './shape.ts';

const SAR_FORM = `it must be auto or the width of a pixel to its height, from 1:${WIDEST_PIXEL} to ${WIDEST_PIXEL}:1, such as 2:1`;

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
  stream: z
    .union([z.literal('auto'), z.int().min(0).max(999)], 'it must be auto or the number of a video stream, from 0')
    .default('auto')
    .describe(
      'Which video stream of a file that has several: its number among them, from 0, as ffmpeg counts (`0:v:1`); auto: the default one, then the largest, but no still picture',
    )
    .meta({ unit: '' }),
  deinterlace: z
    .enum(['auto', 'on', 'off'], 'it must be auto, on or off')
    .default('auto')
    .describe(
      'Deinterlacing, one frame of each picture: auto where the video or the camera says that it is interlaced, on for every picture, off',
    )
    .meta({ unit: '' }),
  sar: z
    .string(SAR_FORM)
    .refine((text) => text === 'auto' || isPlausible(parseShape(text)?.ratio ?? 0), SAR_FORM)
    .default('auto')
    .describe(
      'Shape of the pixels (sample aspect ratio), width:height as displayed, for recorders and cameras that do not say it or are wrong: 2:1 for 960 × 1080; auto: as the video says',
    )
    .meta({ unit: '' }),
});

/** How a video was read, of the parameters of a run; what they do not say is left out. */
export function readingOf(
  parameters: { readonly video?: unknown } | undefined,
): Partial<z.infer<typeof videoParameters>> {
  const parsed = videoParameters.safeParse(parameters?.video ?? {});
  return parsed.success ? parsed.data : {};
}
