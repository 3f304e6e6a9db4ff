import { z } from 'zod';
import { TwintrackError } from './errors.ts';

/**
 * Values as a schema takes them, defaults filled in.
 *
 * @param section what the values are called in the error, such as `tracking`
 * @throws TwintrackError naming the value that does not fit, and the keys there are when it has none of them
 */
export function parseSection<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
  section: string,
): z.infer<Schema> {
  const problem = firstProblem(schema, values, section);
  if (problem) throw new TwintrackError(problem);
  return schema.parse(values);
}

/**
 * What is wrong with values first of all, as "stage.name: reason"; undefined when they fit.
 *
 * @param section what the paths in it begin with; none for a schema of several sections
 */
export function firstProblem(schema: z.ZodType, values: unknown, section = ''): string | undefined {
  const result = schema.safeParse(values);
  if (result.success) {
    const lost = placeOfProto(values);
    return lost && `${[section, ...lost].filter(Boolean).join('.')}: is no name that can be used; choose another`;
  }
  // a misspelt key comes before what is missing in its place
  const issue = result.error.issues.find(({ code }) => code === 'unrecognized_keys') ?? result.error.issues[0];
  const path = [section, ...issue.path].filter((part) => part !== '').join('.');
  if (issue.code !== 'unrecognized_keys')
    return `${path}: ${/received undefined$/.test(issue.message) ? 'is missing' : issue.message}`;
  const keys = [issue.keys[0], ...knownKeys(schema, issue.path)].map((key) => [path, key].filter(Boolean).join('.'));
  return `unknown key ${keys[0]}; known are ${keys.slice(1).join(', ')}`;
}

/** Where a key stands that schemas leave out without a word. */
function placeOfProto(values: unknown): string[] | undefined {
  if (typeof values !== 'object' || values === null) return undefined;
  for (const key of Object.keys(values)) {
    const inside = key === '__proto__' ? [] : placeOfProto((values as Record<string, unknown>)[key]);
    if (inside) return [key, ...inside];
  }
  return undefined;
}

/** The keys that the object at a place in the schema may have. */
function knownKeys(root: z.ZodType, path: readonly PropertyKey[]): string[] {
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

/** A schema without its default, or that it may be left out or null. */
function inner(schema: unknown): unknown {
  const wrapped =
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable;
  return wrapped ? inner(schema.unwrap()) : schema;
}
