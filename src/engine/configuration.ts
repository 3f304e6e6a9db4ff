import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { inputError, printable, UsageError } from '../core/errors.ts';
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
  const { parse } = await import('yaml');
  let values: Record<string, unknown> = {};
  if (configFile !== undefined) {
    const sections = Object.entries(await readConfig(configFile));
    values = Object.fromEntries(sections.filter(([name]) => !ignored.includes(name)));
    const problem = firstProblem(schema, values);
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
    const problem = firstProblem(schema, values);
    if (problem) throw new UsageError(`--set ${printable(setting)}: ${problem}`);
  }
  return schema.parse(values);
}

/**
 * The sections of a config file, `cameras` among them; an empty one counts as left out.
 *
 * @throws TwintrackError when it cannot be read
 */
export async function readConfig(path: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  const fix = 'see "twintrack track --help" for an example';
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
      fix,
      error,
    );
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw inputError(path, 'holds no sections', fix);
  }
  return Object.fromEntries(Object.entries(document).filter(([, section]) => section !== null));
}

/** What is wrong with the values first of all, as "stage.name: reason"; undefined when they fit. */
function firstProblem(schema: z.ZodObject, values: unknown): string | undefined {
  const result = schema.safeParse(values);
  if (result.success) return undefined;
  // a misspelt key is told before what is missing in its place
  const issue = result.error.issues.find(({ code }) => code === 'unrecognized_keys') ?? result.error.issues[0];
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys')
    return `${path}: ${/received undefined$/.test(issue.message) ? 'is missing' : issue.message}`;
  const keys = [issue.keys[0], ...knownKeys(schema, issue.path)].map((key) => [path, key].filter(Boolean).join('.'));
  return `unknown key ${keys[0]}; known are ${keys.slice(1).join(', ')}`;
}

/** The keys that the object at a place in the schema may have. */
function knownKeys(root: z.ZodObject, path: readonly PropertyKey[]): string[] {
  let schema: unknown = root;
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
