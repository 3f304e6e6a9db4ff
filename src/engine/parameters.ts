import { z } from 'zod';
import { areaParameters } from '../analytics/parameters.ts';
import { annotationParameters } from '../annotation/parameters.ts';
import { appearanceParameters } from '../appearance/parameters.ts';
import { associationParameters } from '../association/model.ts';
import { detectionParameters } from '../detection/parameters.ts';
import { trackingParameters } from '../tracking/parameters.ts';
import { refinementParameters } from '../trajectories/refinement-parameters.ts';
import { videoParameters } from '../video/parameters.ts';

/** Every parameter of a run, by stage. The config file, `--set` and the tables in the documentation come from this schema. */
export const parametersSchema = z.strictObject({
  detection: detectionParameters.prefault({}),
  appearance: appearanceParameters.prefault({}),
  association: associationParameters.prefault({}),
  tracking: trackingParameters.prefault({}),
  refinement: refinementParameters.prefault({}),
  annotation: annotationParameters.prefault({}),
  video: videoParameters.prefault({}),
  ...areaParameters.shape,
});

/** Parameters as they may be given: what is left out has its default. */
export type ParametersInput = z.input<typeof parametersSchema>;

/** The parameters of a run, complete. */
export type Parameters = z.infer<typeof parametersSchema>;

/** One parameter as it is documented. */
export interface ParameterInfo {
  /** stage.name */
  readonly key: string;
  readonly default: unknown;
  readonly unit: string;
  readonly description: string;
}

/**
 * The parameters of the stages with default, unit and description.
 *
 * @param schema a schema of stages, such as that of live cameras; default {@link parametersSchema}
 */
export function parameterTable(schema: z.ZodObject = parametersSchema): ParameterInfo[] {
  const defaults = schema.parse({}) as Record<string, Record<string, unknown>>;
  return Object.entries(schema.shape).flatMap(([stage, section]) => {
    const stageSchema = section instanceof z.ZodPrefault ? section.unwrap() : undefined;
    if (!(stageSchema instanceof z.ZodObject)) return []; // zones and lines have names of the user's own
    return Object.entries(stageSchema.shape as Record<string, z.ZodType>).map(([name, field]) => ({
      key: `${stage}.${name}`,
      default: defaults[stage][name],
      unit: String(field.meta()?.unit ?? ''),
      description: field.meta()?.description ?? '',
    }));
  });
}
