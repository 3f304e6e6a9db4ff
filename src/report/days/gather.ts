import { type AreaParameters, resolveAreas } from '../../analytics/index.ts';
import { areasOfRun } from '../../analytics/parameters.ts';
import { inputError } from '../../core/errors.ts';
import { fileNotice, type Notice, type NoticeSink } from '../../core/notices.ts';
import { cameraOf } from '../../lake/camera-name.ts';
import { Lake, type LakeQueryOptions, type LakeRange, type LakeValue } from '../../lake/index.ts';
import { runPeople, startOfRun } from '../../lake/run-people.ts';
import type { Store } from '../../store/store.ts';
import { readTrajectoriesHeader, type TrajectoriesHeader } from '../../trajectories/index.ts';
import type { DaysData } from './days-data.ts';

/** Settings of {@link gatherFiles}. */
export interface FileOptions {
  /** Zones and lines of a file; default those of the run. */
  readonly areasOf?: ((header: TrajectoriesHeader) => Promise<AreaParameters>) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onNotice?: NoticeSink | undefined;
  readonly onFile?: ((done: number, total: number) => void) | undefined;
}

/** Adds trajectories files to a report. @returns what is doubtful */
export async function gatherFiles(data: DaysData, files: readonly string[], options: FileOptions): Promise<Notice[]> {
  const { areasOf, signal, onNotice, onFile } = options;
  const notices: Notice[] = [];
  const seen = new Map<string, string>();
  for (const [done, file] of files.entries()) {
    const header = await readTrajectoriesHeader(file);
    const start = startOfRun(file, header);
    const camera = cameraOf(file, header.source.name);
    const twin = seen.get(`${start} ${camera}`);
    if (twin !== undefined) {
      const reason = `is of camera ${camera} and begins at the same time as ${twin}`;
      throw inputError(file, reason, 'give each recording once, and cameras different names of videos');
    }
    seen.set(`${start} ${camera}`, file);
    const areas = resolveAreas((await areasOf?.(header)) ?? areasOfRun(header.parameters), header.source);
    const when = (seconds: number) => start + 1000 * seconds;
    const people = runPeople(file, header, camera, areas);
    let next = await people.next();
    for (; !next.done; next = await people.next()) {
      signal?.throwIfAborted();
      const { person, stays, events } = next.value;
      for (const [from, to] of stays) data.stay(camera, person, when(from), when(to));
      for (const event of events) {
        if (event.type === 'crossed') data.cross(camera, event.line, event.direction, when(event.time));
        if (event.type === 'left')
          data.visit(camera, event.zone, person, when(event.time - event.dwell), when(event.time));
      }
    }
    const { summary, complete, reason = 'it is not known why' } = next.value;
    const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name);
    data.record(camera, start, when(summary.duration), names(areas.zones), names(areas.lines));
    if (!complete) notices.push(fileNotice('incomplete', file, `the run ended before its source did: ${reason}`));
    onFile?.(done + 1, files.length);
  }
  for (const notice of notices) onNotice?.(notice);
  return notices;
}

/** Adds what a lake has of a range to a report. */
export async function gatherLake(
  data: DaysData,
  store: Store,
  range: LakeRange & Pick<LakeQueryOptions, 'signal' | 'onFetch'>,
): Promise<void> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, signal } = range;
  const tables = ['sources', 'visits', 'crossings'];
  const lake = await Lake.open(store, { ...range, timeZone: data.zone, tables });
  const ask = async (sql: string, take: (row: readonly LakeValue[]) => void) => {
    const { rows } = await lake.query(sql, signal);
    for await (const block of rows) for (const row of block) take(row);
  };
  const micros = (value: LakeValue) => (value as number) / 1000;
  const texts = (value: LakeValue) => JSON.parse(value as string) as string[];
  try {
    await ask('select camera, epoch_us(started), epoch_us(ended), zones, lines from sources', (row) => {
      const [camera, started, ended, zones, lines] = row;
      const [begin, end] = [Math.max(from, micros(started)), Math.min(to, micros(ended))];
      if (begin < end) data.record(camera as string, begin, end, texts(zones), texts(lines));
    });
    await ask('select camera, person, epoch_us(started), epoch_us(ended), zone from visits', (row) => {
      const [camera, person, started, ended, zone] = row as [string, string, number, number, string | null];
      if (zone === null) data.stay(camera, person, micros(started), micros(ended));
      else data.visit(camera, zone, person, micros(started), micros(ended));
    });
    await ask('select camera, line, direction, epoch_us(time) from crossings', (row) => {
      const [camera, line, direction, time] = row as [string, string, 'in' | 'out', number];
      data.cross(camera, line, direction, micros(time));
    });
  } finally {
    await lake.close();
  }
  if (data.sources === 0) {
    const fix = 'ask for other days or cameras; "twintrack query" shows what there is';
    throw inputError(store.name, 'has nothing of these days and cameras', fix);
  }
}
