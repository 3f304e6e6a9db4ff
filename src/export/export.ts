import { open } from 'node:fs/promises';
import type { GroundPlane } from '../analytics/ground.ts';
import { OutputFile, refuseInputs } from '../files/output-file.ts';
import { readTrajectoriesHeader, streamTrajectories } from '../trajectories/json-reader.ts';
import { FOOTER, type TrajectoriesFooter } from '../trajectories/schema.ts';
import { exportFormat } from './formats.ts';
import type { ExportContext, ExportWriter } from './writer.ts';

/** Name of a format: one that comes with twintrack, or was registered. */
export type ExportFormatName = 'csv' | 'mot' | 'coco' | 'cvat' | 'label-studio' | 'parquet' | 'geojson' | (string & {});

/** Settings of {@link exportTrajectories}. */
export interface ExportOptions {
  readonly to: ExportFormatName;
  /** File to write. */
  readonly out: string;
  /** Adds places and speeds to csv and parquet; geojson needs it, with a place on earth. */
  readonly ground?: GroundPlane | undefined;
  /** Ends the export early: no file is left, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each trajectory with the observations written so far, and how many there are. */
  readonly onProgress?: (observations: number, total: number) => void;
}

/**
 * Opens a file of a format for writing, for trajectories that are in memory.
 *
 * @throws TwintrackError when the format is not known or lacks something, or the file cannot be written there; no file is left then
 *
 * @example
 * import { openExport } from 'twintrack/export';
 * import { readTrajectories } from 'twintrack/trajectories';
 *
 * const { source, trajectories } = await readTrajectories('street.trajectories.json');
 * const writer = await openExport('csv', 'long.csv', { source });
 * for (const trajectory of trajectories) if (trajectory.times.length > 100) await writer.write(trajectory);
 * await writer.close();
 */
export async function openExport(to: ExportFormatName, path: string, context: ExportContext): Promise<ExportWriter> {
  const format = exportFormat(to);
  const file = await OutputFile.create(path);
  try {
    const writer = await format.open(file, context);
    return {
      write: (trajectory) => writer.write(trajectory),
      async close() {
        await writer.end?.();
        await file.commit();
      },
      abort: () => file.abort(),
    };
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/**
 * Writes a `.trajectories.json` document in another format, with one trajectory in memory.
 *
 * @returns how much was written
 * @throws TwintrackError when it cannot be read or written, lacks what the format needs, or the format is not known; no file is left then
 *
 * @example
 * import { exportTrajectories } from 'twintrack/export';
 *
 * const { trajectories, observations } = await exportTrajectories('street.trajectories.json', { to: 'csv', out: 'street.csv' });
 * console.log(`${observations} observations of ${trajectories} trajectories`);
 */
export async function exportTrajectories(
  input: string,
  { to, out, ground, signal, onProgress }: ExportOptions,
): Promise<{ trajectories: number; observations: number }> {
  const { source } = await readTrajectoriesHeader(input);
  await refuseInputs(out, input);
  const summary = await summaryOf(input);
  const writer = await openExport(to, out, { source, summary, ground });
  const done = { trajectories: 0, observations: 0 };
  try {
    for await (const trajectory of streamTrajectories(input)) {
      signal?.throwIfAborted();
      await writer.write(trajectory);
      done.trajectories++;
      done.observations += trajectory.frames.length;
      onProgress?.(done.observations, summary.observations);
    }
    await writer.close();
    return done;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Bytes at the end of a document in which its summary stands, with some notices. */
const TAIL = 1 << 16;

/** The summary of a document, from its end as `track` writes it; of another layout all is read. */
async function summaryOf(path: string): Promise<TrajectoriesFooter['summary']> {
  const tail = await lastText(path);
  const at = tail.lastIndexOf('],\n"summary":');
  try {
    if (at >= 0) return FOOTER.parse(JSON.parse(`{${tail.slice(at + 3)}`)).summary;
  } catch {} // what is wrong with it is found by the reader
  const trajectories = streamTrajectories(path);
  let next = await trajectories.next();
  while (!next.done) next = await trajectories.next();
  return next.value.summary;
}

async function lastText(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(TAIL), position: Math.max(0, size - TAIL) });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
