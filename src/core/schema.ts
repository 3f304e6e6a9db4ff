import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { TwintrackError } from './errors.ts';

/** A key that differs by more letters was hardly meant. */
const MOST_TYPOS = 3;

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
  if (result.success) return undefined;
  // a misspelt key comes before what is missing in its place
  const issue = result.error.issues.find(({ code }) => code === 'unrecognized_keys') ?? result.error.issues[0];
  const path = [section, ...issue.path].filter((part) => part !== '').join('.');
  if (issue.code !== 'unrecognized_keys')
    return `${path}: ${/received undefined$/.test(issue.message) ? 'is missing' : issue.message}`;
  const keys = [issue.keys[0], ...knownKeys(schema, issue.path)].map((key) => [path, key].filter(Boolean).join('.'));
  const meant = keys.length > 1 ? closest(keys[0], keys.slice(1)) : undefined;
  const hint = meant !== undefined && distance(keys[0], meant) <= MOST_TYPOS ? `; did you mean ${meant}?` : '';
  return `unknown key ${keys[0]}; known are ${keys.slice(1).join(', ')}${hint}`;
}

/** A record that keeps a value under the name `__proto__`, which `z.record` leaves out. */
const NamedRecord: z.core.$constructor<z.ZodRecord> = z.core.$constructor('NamedRecord', (inst, def) => {
  z.ZodRecord.init(inst, def);
  const { parse } = inst._zod;
  inst._zod.parse = (payload, context) => {
    const input: unknown = payload.value;
    const result = parse(payload, context);
    if (result instanceof Promise || typeof input !== 'object' || input === null || !Object.hasOwn(input, PROTO))
      return result;
    const value = (input as Record<string, unknown>)[PROTO];
    const run = def.valueType._zod.run({ value, issues: [] }, context) as z.core.ParsePayload;
    result.issues.push(...run.issues.map((issue) => ({ ...issue, path: [PROTO, ...(issue.path ?? [])] })));
    const all = { ...(result.value as object), [PROTO]: run.value };
    const entries = Object.keys(input).map((key) => [key, (all as Record<string, unknown>)[key]] as const);
    result.value = Object.fromEntries(entries); // as own properties, in the order of the input
    return result;
  };
});
const PROTO = '__proto__';

/** An object of values by names that the user chooses, which may be any. */
export function byName<Value extends z.ZodType>(name: z.ZodString, value: Value): z.ZodRecord<z.ZodString, Value> {
  return new NamedRecord({ type: 'record', keyType: name, valueType: value }) as z.ZodRecord<z.ZodString, Value>;
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
