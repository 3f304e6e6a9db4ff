import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { calibrationParameters, linesParameters, zonesParameters } from './analytics/parameters.ts';
import { annotationParameters } from './annotation/parameters.ts';
import { appearanceParameters } from './appearance/parameters.ts';
import { associationParameters } from './association/model.ts';
import { detectionParameters } from './detection/parameters.ts';
import { inputError, printable, UsageError } from './errors.ts';
import { liveParameters } from './live/parameters.ts';
import { trackingParameters } from './tracking/parameters.ts';
import { refinementParameters } from './trajectories/refinement-parameters.ts';

/** The parameters of each stage. */
const stages = {
  detection: detectionParameters.prefault({}),
  appearance: appearanceParameters.prefault({}),
  association: associationParameters.prefault({}),
  tracking: trackingParameters.prefault({}),
  refinement: refinementParameters.prefault({}),
  annotation: annotationParameters.prefault({}),
  live: liveParameters.prefault({}),
};

/** Every parameter of a run, by stage. The config file, `--set` and the tables in the documentation come from this schema. */
export const parametersSchema = z.strictObject({
  ...stages,
  zones: zonesParameters.prefault({}),
  lines: linesParameters.prefault({}),
  calibration: calibrationParameters.optional(),
});

/** The parameters of a run, complete. */
export type Parameters = z.infer<typeof parametersSchema>;

/**
 * Defaults, then the config file, then `key=value` settings, each over the one before.
 *
 * @param configFile YAML (or JSON) file with stages as sections
 * @param settings `stage.name=value`, the value in YAML
 * @throws TwintrackError when the file cannot be read or a value in it does not fit
 * @throws UsageError on a setting that does not fit
 */
export async function loadParameters(configFile?: string, settings: readonly string[] = []): Promise<Parameters> {
  const { parse } = await import('yaml');
  let values: Record<string, unknown> = {};
  if (configFile !== undefined) {
    const { cameras: _, ...sections } = await readConfig(configFile); // of these takes care who follows them
    values = sections;
    const problem = firstProblem(values);
    if (problem) throw inputError(configFile, problem);
  }
  for (const setting of settings) {
    const match = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(setting);
    if (!match)
      throw new UsageError(
        `--set ${printable(setting)}: not of the form stage.name=value; for example --set tracking.lostSeconds=3`,
      );
    const [, stage, name, text] = match;
    const section = Object.hasOwn(values, stage) ? (values[stage] as object) : {};
    let value: unknown;
    try {
      value = parse(text);
    } catch {
      value = text;
    }
    values = { ...values, [stage]: { ...section, [name]: value } };
    const problem = firstProblem(values);
    if (problem) throw new UsageError(`--set ${printable(setting)}: ${problem}`);
  }
  return parametersSchema.parse(values);
}

/**
 * The sections of a config file, `cameras` among them; an empty one counts as left out.
 *
 * @throws TwintrackError when it cannot be read
 */
export async function readConfig(path: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  const mend = 'see "twintrack track --help" for an example';
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: 'does not exist',
      EISDIR: 'is a folder',
      EACCES: 'may not be read (permission denied)',
    };
    // what follows the first line is an excerpt of the file
    throw inputError(
      path,
      reasons[code ?? ''] ?? `is not YAML: ${message.split('\n')[0].replace(/:$/, '')}`,
      mend,
      error,
    );
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw inputError(path, 'holds no sections', mend);
  }
  return Object.fromEntries(Object.entries(document).filter(([, section]) => section !== null));
}

function firstProblem(values: unknown): string | undefined {
  const result = parametersSchema.safeParse(values);
  if (result.success) return undefined;
  // a misspelt key is told before what is missing in its place
  const issue = result.error.issues.find(({ code }) => code === 'unrecognized_keys') ?? result.error.issues[0];
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys')
    return `${path}: ${/received undefined$/.test(issue.message) ? 'is missing' : issue.message}`;
  const keys = [issue.keys[0], ...knownKeys(issue.path)].map((key) => [path, key].filter(Boolean).join('.'));
  return `unknown key ${keys[0]}; known are ${keys.slice(1).join(', ')}`;
}

/** The keys that the object at a place in the schema may have. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: unknown = parametersSchema;
  for (const key of path) {
    const at = inner(schema);
    if (at instanceof z.ZodObject) schema = at.shape[key as string];
    else if (at instanceof z.ZodRecord) schema = at.valueType;
    else if (at instanceof z.ZodArray) schema = at.element;
  }
  const at = inner(schema);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** A schema without its default, or that it may be left out. */
function inner(schema: unknown): unknown {
  return schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional ? inner(schema.unwrap()) : schema;
}

/** One parameter as it is documented. */
export interface ParameterInfo {
  /** stage.name */
  readonly key: string;
  readonly default: unknown;
  readonly unit: string;
  readonly description: string;
}

/** All parameters of the stages with default, unit and description. */
export function parameterTable(): ParameterInfo[] {
  const defaults = parametersSchema.parse({});
  return Object.entries(stages).flatMap(([stage, schema]) => {
    const shape = schema.unwrap().shape as Record<string, z.ZodType>;
    return Object.entries(shape).map(([name, field]) => ({
      key: `${stage}.${name}`,
      default: (defaults[stage as keyof Parameters] as Record<string, unknown>)[name],
      unit: String(field.meta()?.unit ?? ''),
      description: field.meta()?.description ?? '',
    }));
  });
}
