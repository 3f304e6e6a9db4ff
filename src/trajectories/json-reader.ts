import type { z } from 'zod';
import { inputError } from '../core/errors.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { linesOf } from '../files/lines.ts';
import {
  DOCUMENT,
  FOOTER,
  HEADER,
  TRAJECTORY,
  type TrajectoriesFooter,
  type TrajectoriesHeader,
  type TrajectoriesJson,
  VERSIONS,
} from './schema.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/** A trajectories document with its trajectories as columns. */
export interface TrajectoriesDocument extends TrajectoriesHeader, TrajectoriesFooter {
  readonly trajectories: Trajectory[];
}

type Part = { header: TrajectoriesHeader } | { trajectory: Trajectory } | { footer: TrajectoriesFooter };

/**
 * Reads a whole `.trajectories.json` document, in whatever layout the JSON is.
 *
 * @returns times in seconds, boxes as x, y, w, h in source pixels
 * @throws TwintrackError naming the file and the place, when it is missing, cut off, no JSON, no such document or of an unknown version
 *
 * @example
 * import { readTrajectories } from 'twintrack/trajectories';
 *
 * const { source, trajectories } = await readTrajectories('street.trajectories.json');
 * for (const { id, times } of trajectories) console.log(`${source.name}: person ${id} from ${times[0]} to ${times.at(-1)} s`);
 */
export async function readTrajectories(path: string): Promise<TrajectoriesDocument> {
  const trajectories: Trajectory[] = [];
  const rest = {} as TrajectoriesHeader & TrajectoriesFooter;
  for await (const part of readParts(path)) {
    if ('trajectory' in part) trajectories.push(part.trajectory);
    else Object.assign(rest, 'header' in part ? part.header : part.footer);
  }
  return { ...rest, trajectories };
}

/** Reads only what stands before the trajectories: source, models, parameters. Errors as `readTrajectories`. */
export async function readTrajectoriesHeader(path: string): Promise<TrajectoriesHeader> {
  for await (const part of readParts(path)) if ('header' in part) return part.header;
  throw notADocument(path);
}

/**
 * Reads the trajectories one by one, in the order of the file, with one of them in memory (a document that was laid out anew
 * by another program is read whole). The value returned at the end is what stands behind them. Errors as `readTrajectories`,
 * when the place is reached.
 *
 * @example
 * import { streamTrajectories } from 'twintrack/trajectories';
 *
 * let longest = 0;
 * for await (const { times } of streamTrajectories('street.trajectories.json')) longest = Math.max(longest, (times.at(-1) ?? 0) - times[0]);
 */
export async function* streamTrajectories(path: string): AsyncGenerator<Trajectory, TrajectoriesFooter> {
  for await (const part of readParts(path)) {
    if ('trajectory' in part) yield part.trajectory;
    if ('footer' in part) return part.footer;
  }
  throw notADocument(path);
}

async function* readParts(path: string): AsyncGenerator<Part> {
  const ids = new Set<number>();
  let head = '';
  let tail = '';
  let place: 'head' | 'trajectories' | 'tail' = 'head';
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (place === 'tail') tail += line;
    else if (place === 'trajectories' && line.startsWith(']')) {
      place = 'tail';
      tail = line;
    } else if (place === 'trajectories') {
      const text = line.endsWith(',') ? line.slice(0, -1) : line;
      if (!text.endsWith('}')) throw cutOff(path, number);
      const where = `line ${number}`;
      const json = validate(path, `${where}: `, TRAJECTORY, parseJson(path, where, text));
      yield { trajectory: columns(path, `${where}: `, json, ids) };
    } else if (line === '"trajectories":[') {
      place = 'trajectories';
      yield { header: readHeader(path, parseJson(path, `before line ${number}`, `${head}"trajectories":[]}`)) };
    } else {
      if (head === '' && !/^\s*(\{|$)/.test(line)) throw notADocument(path);
      head += `${line}\n`;
    }
  }
  if (place === 'trajectories') throw cutOff(path, number);
  if (place === 'tail') {
    const json = parseJson(path, 'behind the trajectories', `{"trajectories":[${tail}`);
    yield { footer: validate(path, '', FOOTER, json) };
  } else yield* wholeDocument(path, head, ids);
}

function* wholeDocument(path: string, text: string, ids: Set<number>): Generator<Part> {
  if (text.trim() === '') throw notADocument(path);
  const json = parseJson(path, 'the document', text);
  yield { header: readHeader(path, json) };
  const document: TrajectoriesJson = validate(path, '', DOCUMENT, json);
  for (const [i, trajectory] of document.trajectories.entries())
    yield { trajectory: columns(path, `trajectories[${i}].`, trajectory, ids) };
  yield { footer: FOOTER.parse(document) };
}

function readHeader(path: string, json: unknown): TrajectoriesHeader {
  const { schema, version } = (json ?? {}) as Record<string, unknown>;
  if (schema !== 'twintrack/trajectories') throw notADocument(path);
  if (!VERSIONS.some((known) => known === version)) {
    const reason = `has version ${JSON.stringify(version)}, known are versions ${VERSIONS.join(' and ')}`;
    throw inputError(path, reason, 'update twintrack, or track the video again with this one');
  }
  return validate(path, '', HEADER, json);
}

function columns(path: string, where: string, json: z.infer<typeof TRAJECTORY>, ids: Set<number>): Trajectory {
  if (ids.has(json.id)) throw inputError(path, `${where}id ${json.id} stands twice`, 'write the file anew');
  ids.add(json.id);
  const builder = new TrajectoryBuilder(json.id);
  let last = -1;
  for (const [i, { frame, time, box, score, detected }] of json.observations.entries()) {
    if (frame <= last) {
      const place = `${where}observations[${i}].frame`;
      throw inputError(path, `${place}: ${frame} does not come after ${last}`, 'put the observations in frame order');
    }
    if (time < json.observations[Math.max(0, i - 1)].time) {
      const place = `${where}observations[${i}].time`;
      throw inputError(path, `${place}: ${time} comes before that of the frame before`, 'put the times in order');
    }
    last = frame;
    builder.push(frame, time, box, 0, score, detected);
  }
  return builder.build();
}

function validate<T>(path: string, where: string, schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const { path: keys, message } = result.error.issues[0];
  const place = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  throw inputError(path, `${where}${place.replace(/^\./, '') || 'value'}: ${message}`, 'see trajectories.schema.json');
}

function parseJson(path: string, where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw inputError(path, `${where} is no JSON: ${(error as Error).message}`, 'write the file anew', error);
  }
}

function cutOff(path: string, line: number): Error {
  return inputError(path, `is cut off in line ${line}`, 'write the file anew');
}

function notADocument(path: string): Error {
  return inputError(path, 'is no trajectories document', 'give a .trajectories.json file');
}
