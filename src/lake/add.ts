import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { type AreaParameters, GroundPlane, resolveAreas, wayOf } from '../analytics/index.ts';
import { areasOfRun } from '../analytics/parameters.ts';
import { inputError } from '../core/errors.ts';
import { onGround } from '../export/writer.ts';
import { round, roundedRow } from '../files/rows.ts';
import { makeTemporaryFolder } from '../files/temporary.ts';
import type { Store } from '../store/store.ts';
import { readTrajectoriesHeader, type TrajectoriesHeader } from '../trajectories/index.ts';
import { cameraOf, isAddress } from './camera-name.ts';
import { Partitions } from './partitions.ts';
import { runPeople, stampOf, startOfRun } from './run-people.ts';
import { cameraFolder, TABLES } from './tables.ts';

/** Settings of {@link addToLake}. */
export interface LakeOptions {
  /** The camera that it is of; default what the name of the video says. */
  readonly camera?: string | undefined;
  /** In what an id is one person, where that is not the video, or all files of a live camera: a text that other series do not have. */
  readonly series?: string | undefined;
  /** Zones, lines and calibration; default those of the run. */
  readonly areas?: AreaParameters | undefined;
  /** Ends the work early: nothing is in the store that was not there, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each trajectory with the observations read so far. */
  readonly onProgress?: ((observations: number) => void) | undefined;
}

/** What {@link addToLake} wrote. */
export interface LakeAddition {
  readonly camera: string;
  readonly trajectories: number;
  readonly observations: number;
  /** Keys of the files in the store. */
  readonly keys: readonly string[];
}

/**
 * Adds a `.trajectories.json` document to the lake in a store: Parquet files by camera, date and hour (UTC). What is in the lake of the same
 * source with the same start is replaced. One trajectory and a hundred thousand rows are in memory.
 *
 * @throws TwintrackError when the document cannot be read, does not say when its source began, or the store cannot be written
 *
 * @example
 * import { addToLake, openStore } from 'twintrack/lake';
 *
 * const store = await openStore('lake');
 * const { camera, observations } = await addToLake('door.trajectories.json', store);
 * console.log(`${observations} observations of ${camera}`);
 * await store.close();
 */
export async function addToLake(file: string, store: Store, options: LakeOptions = {}): Promise<LakeAddition> {
  const header = await readTrajectoriesHeader(file);
  const { name: source } = header.source;
  const start = startOfRun(file, header);
  const camera = options.camera ?? cameraOf(file, source);
  if (camera === '') throw inputError('camera', 'has no name', 'give one');
  const folder = makeTemporaryFolder();
  try {
    const name = nameOf(source, start);
    const partitions = new Partitions(folder, camera, name);
    const done = await read(file, header, { ...options, camera }, partitions, start);
    options.signal?.throwIfAborted();
    const files = await partitions.end();
    const before = await keysOf(store, camera, name);
    for (const [key, path] of files) await store.put(key, path);
    for (const key of before) if (!files.has(key)) await store.remove(key);
    return { camera, ...done, keys: [...files.keys()] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the files of a source are called: two recordings of one name differ by when they began. */
function nameOf(source: string, start: number): string {
  const stem = isAddress(source) ? 'live' : basename(source).replace(/\.[a-z0-9]{1,5}$/i, '');
  return `${stampOf(start)}-${stem.replace(/[^\p{L}\p{N}_-]+/gu, '_').slice(0, 80)}.parquet`;
}

/** What the store has of a source. It has to be looked for where the source is in there only. */
async function keysOf(store: Store, camera: string, name: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(cameraFolder('sources', camera))) if (key.endsWith(`/${name}`)) keys.push(key);
  if (keys.length === 0) return [];
  for (const table of TABLES.filter((one) => one !== 'sources'))
    for await (const key of store.list(cameraFolder(table, camera))) if (key.endsWith(`/${name}`)) keys.push(key);
  return keys;
}

async function read(
  file: string,
  header: TrajectoriesHeader,
  { camera, series, areas: wanted, signal, onProgress }: LakeOptions & { readonly camera: string },
  partitions: Partitions,
  start: number,
): Promise<{ trajectories: number; observations: number }> {
  const { name: source } = header.source;
  const given = wanted ?? areasOfRun(header.parameters);
  const areas = resolveAreas(given, header.source);
  const ground = given.calibration && new GroundPlane(given.calibration);
  const when = (seconds: number) => start + 1000 * seconds;
  const stay = (from: number, to: number) => [when(from), when(to), round(to - from, 1e6)];
  const done = { trajectories: 0, observations: 0 };
  const people = runPeople(file, header, camera, areas, series);
  let next = await people.next();
  for (; !next.done; next = await people.next()) {
    signal?.throwIfAborted();
    const { trajectory, person, stays, events } = next.value;
    const { id, times, frames, detected } = trajectory;
    const n = times.length;
    const who = [source, person, id];
    const place = ground && onGround(trajectory, ground);
    const known = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
    for (let i = 0; i < n; i++) {
      const at = [known(place?.feet[2 * i]), known(place?.feet[2 * i + 1]), known(place?.speeds[i])];
      const row = [when(times[i]), ...who, frames[i], ...roundedRow(trajectory, i), detected[i] === 1, ...at];
      await partitions.add('observations', when(times[i]), row);
    }
    const measured = place ? [wayOf(place.feet, times), known(median(place.speeds))] : [null, null];
    await partitions.add('trajectories', when(times[0]), [...stay(times[0], times[n - 1]), ...who, n, ...measured]);
    for (const [from, to] of stays) await partitions.add('visits', when(from), [...stay(from, to), ...who, null]);
    for (const event of events) {
      const { type, time } = event;
      if (type === 'crossed')
        await partitions.add('crossings', when(time), [when(time), ...who, event.line, event.direction]);
      if (type === 'left')
        await partitions.add('visits', when(time - event.dwell), [
          ...stay(time - event.dwell, time),
          ...who,
          event.zone,
        ]);
    }
    done.trajectories++;
    done.observations += n;
    onProgress?.(done.observations);
  }
  const { summary, complete } = next.value;
  const names = (of: readonly { readonly name: string }[]) => JSON.stringify(of.map(({ name }) => name));
  const counts = [done.trajectories, done.observations, complete, names(areas.zones), names(areas.lines)];
  await partitions.add('sources', start, [...stay(0, summary.duration), source, ...counts]);
  return done;
}

function median(values: Float64Array): number | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted.length > 0 ? sorted[sorted.length >> 1] : undefined;
}
