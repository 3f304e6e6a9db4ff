import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { calibrationParameters } from '../analytics/parameters.ts';
import { inputError } from '../core/errors.ts';
import { readError } from '../files/file-errors.ts';

/** Name of the document in the folder that `link` writes to. */
export const SITE_JSON = 'site.json';

const SECONDS = z.number().describe('seconds by the clock of the site');

/** The document that `link` writes, as docs/linking.md describes it. */
const SITE_RUN = z
  .object({
    schema: z.literal('twintrack/site'),
    version: z.literal(1),
    generator: z.string().describe('program and version that wrote the document'),
    startedAt: z.iso.datetime({ offset: true }).optional().describe('wall-clock time of time 0, where it is known'),
    cameras: z
      .array(
        z.object({
          name: z.string(),
          source: z.string().describe('name of the video'),
          trajectories: z
            .string()
            .describe(
              'file that its tracklets are of, relative to the folder of this document; the embeddings lie beside it',
            ),
          start: z.number().describe('seconds from time 0 of the site to that of the camera, by its own clock'),
          offset: z.number().describe('seconds added to its times, because its clock is given or found to be wrong'),
          calibration: calibrationParameters
            .optional()
            .describe('how its picture lies on the floor, where the site file says so'),
          offsetError: z.number().optional().describe('standard error of an offset that was estimated'),
        }),
      )
      .describe('in the order of the site file'),
    floor: z
      .object({
        picture: z.string().describe('file of the picture, relative to the folder of this document'),
        calibration: calibrationParameters,
      })
      .optional()
      .describe('a picture of the floor, where the site file names one'),
    people: z
      .array(
        z.object({
          id: z.int().positive(),
          from: SECONDS,
          to: SECONDS,
          tracklets: z
            .array(
              z.object({
                camera: z.string(),
                id: z.int().describe('of the trajectory in the document of its camera'),
                from: SECONDS,
                to: SECONDS,
                confidence: z
                  .number()
                  .min(0)
                  .max(1)
                  .optional()
                  .describe('probability of being one person with the tracklet before; absent for the first'),
              }),
            )
            .min(1)
            .describe('by time; no two of them overlap'),
        }),
      )
      .describe('by the time at which they first appear'),
    ways: z
      .array(
        z.object({
          from: z.string().describe('camera, or camera.area'),
          to: z.string(),
          people: z.int().describe('joins that go this way'),
          median: z.number().describe('walking time in seconds, as learned'),
          least: z.number().describe('nineteen of twenty people take longer'),
          most: z.number().describe('nineteen of twenty people take less'),
        }),
      )
      .describe('ways that people have gone'),
    notices: z.array(z.object({ code: z.string(), message: z.string() })).describe('what was found or is doubtful'),
  })
  .meta({ title: 'twintrack site', description: 'Who was where and when, over several cameras' });

/** The JSON document of a linked site. */
export type SiteRun = z.infer<typeof SITE_RUN>;

/** Reads what `link` has written. @throws TwintrackError when it cannot be read or is none */
export async function readSiteRun(path: string): Promise<SiteRun> {
  const fix = 'run "twintrack link" again';
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw readError(path, cause, fix);
  });
  try {
    return SITE_RUN.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw inputError(path, `is no result of link: ${reason}`, fix, cause);
  }
}
