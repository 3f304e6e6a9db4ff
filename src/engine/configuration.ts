import type { z } from 'zod';
import { inputError, printable, UsageError } from '../core/errors.ts';
import { firstProblem } from '../core/schema.ts';
import { QUIET, readConfig } from '../files/config-file.ts';
import { type Parameters, parametersSchema } from './parameters.ts';

/** Sections of a config file that only `stream` reads. */
const OF_CAMERAS = ['cameras', 'live'];

/**
 * Defaults, then the config file, then `key=value` settings, each over the one before.
 *
 * @param configFile YAML (or JSON) file with stages as sections
 * @param settings `stage.name=value`, the value in YAML
 * @throws TwintrackError when the file cannot be read or a value in it does not fit
 * @throws UsageError on a setting that does not fit
 */
export async function loadParameters(configFile?: string, settings: readonly string[] = []): Promise<Parameters> {
  return loadSections(parametersSchema, OF_CAMERAS, configFile, settings);
}

/**
 * {@link loadParameters} with another schema.
 *
 * @param ignored sections of the file that are left to others
 */
export async function loadSections<Schema extends z.ZodObject>(
  schema: Schema,
  ignored: readonly string[],
  configFile?: string,
  settings: readonly string[] = [],
): Promise<z.infer<Schema>> {
  let values: Record<string, unknown> = {};
  if (configFile !== undefined) {
    const sections = Object.entries(await readConfig(configFile));
    values = Object.fromEntries(sections.filter(([name]) => !ignored.includes(name)));
    const problem = firstProblem(schema, values);
    if (problem) throw inputError(configFile, problem);
  }
  if (settings.length === 0) return schema.parse(values);
  const { parse } = await import('yaml');
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
      value = parse(text, QUIET);
    } catch {
      value = text;
    }
    values = { ...values, [stage]: { ...section, [name]: value } };
    const problem = firstProblem(schema, values);
    if (problem) throw new UsageError(`--set ${printable(setting)}: ${problem}`);
  }
  return schema.parse(values);
}
