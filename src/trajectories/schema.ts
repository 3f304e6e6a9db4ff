import { z } from 'zod';
import { LARGEST_VALUE } from '../files/rows.ts';

/** The versions that are read; the last is the one that is written. */
export const VERSIONS = [1, 2] as const;
export const VERSION = 2;

const BOUNDED = z.number().min(-LARGEST_VALUE).max(LARGEST_VALUE);
const SIZE = z.number().min(0).max(LARGEST_VALUE);

const OBSERVATION = z.object({
  frame: z.int().min(0).max(0x7fffffff).describe('0-based frame number in the source'),
  time: z.number().min(-1e9).max(1e9).describe('presentation time in seconds since the start of the source'),
  box: z
    .tuple([BOUNDED, BOUNDED, SIZE, SIZE])
    .describe('left, top, width, height in source pixels, origin at the top left; may reach beyond the picture'),
  score: BOUNDED.describe('detection score; where predicted, that of the last detection'),
  detected: z.boolean().describe('true where a detection supports the box, false where it is predicted or filled in'),
});

/** One trajectory as it stands in the document, one line of the file. */
export const TRAJECTORY = z.object({
  id: z.int().min(0).max(0x7fffffff).describe('unique within the document'),
  start: z.number().describe('time of the first observation, seconds'),
  end: z.number().describe('time of the last observation, seconds'),
  observations: z.array(OBSERVATION).min(1).describe('in frame order, at most one a frame'),
});

const HEADER_FIELDS = {
  schema: z.literal('twintrack/trajectories'),
  version: z
    .literal(VERSIONS)
    .describe('2; documents of version 1, in which some parameters have other names, are read as well'),
  generator: z.string().optional().describe('program and version that wrote the document'),
  source: z
    .object({
      name: z.string().describe('base name of the file, or the URL without credentials'),
      width: z.int().positive().optional().describe('picture width in pixels; absent when only boxes were read'),
      height: z.int().positive().optional().describe('picture height in pixels; absent when only boxes were read'),
      sampleAspectRatio: z
        .number()
        .positive()
        .optional()
        .describe('width of a pixel over its height; absent when pixels are square'),
      frameRate: z.number().positive().optional().describe('nominal frames per second; absent when not known'),
      startedAt: z.iso.datetime({ offset: true }).optional().describe('wall-clock time of time 0, where it is known'),
    })
    .describe('the video'),
  models: z
    .array(
      z.object({
        role: z.string().describe('what the model does, such as detector'),
        name: z.string(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        provider: z
          .string()
          .optional()
          .describe('what computed it: cpu or an accelerator; absent where it is no network'),
      }),
    )
    .describe('the models that made the trajectories'),
  parameters: z.record(z.string(), z.unknown()).describe('every parameter that was in force, by stage'),
  anonymized: z
    .boolean()
    .optional()
    .describe('true where no picture of the run may show people; absent where they may'),
};

const FOOTER_FIELDS = {
  summary: z.object({
    frames: z.int().min(0).describe('frames processed'),
    duration: z.number().min(0).describe('end of the last frame in seconds'),
    trajectories: z.int().min(0).describe('number of trajectories'),
    observations: z.int().min(0).describe('number of observations of all trajectories together'),
  }),
  complete: z.boolean().describe('false when the source broke or the run was stopped before its end'),
  reason: z.string().optional().describe('why the document is not complete'),
  notices: z
    .array(
      z.object({
        code: z.string().describe('what it is, such as rows-repeated'),
        message: z.string().describe('what it is, in one line, with the file and the likely cause'),
        frame: z.int().min(0).optional().describe('0-based frame that it is about'),
      }),
    )
    .optional()
    .describe('what was wrong or doubtful with the inputs; absent where nothing was'),
};

/** What is known before the first frame. */
export const HEADER = z.object(HEADER_FIELDS);
/** What is known after the last frame; stands behind the trajectories so that the file can be written as a stream. */
export const FOOTER = z.object(FOOTER_FIELDS);

/** The whole document. `trajectories.schema.json` is generated from it (`npm run schema:build`). */
export const DOCUMENT = z
  .object({
    ...HEADER_FIELDS,
    trajectories: z.array(TRAJECTORY).describe('in the order in which they ended'),
    ...FOOTER_FIELDS,
  })
  .meta({ title: 'twintrack trajectories', description: 'Who was where and when' });

/** The fields before the trajectories. */
export type TrajectoriesHeader = z.infer<typeof HEADER>;
/** The fields behind the trajectories. */
export type TrajectoriesFooter = z.infer<typeof FOOTER>;
/** The JSON document as `JSON.parse` gives it. */
export type TrajectoriesJson = z.infer<typeof DOCUMENT>;

/** JSON Schema (draft 2020-12) of the document. @returns a JSON Schema object, as in `trajectories.schema.json` */
export function trajectoriesJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(DOCUMENT, { io: 'input' });
  return { $schema, $id: `urn:twintrack:trajectories:${VERSION}`, ...schema };
}
