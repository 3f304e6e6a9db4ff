import { open } from 'node:fs/promises';
import type { GroundPlane } from '../analytics/ground.ts';
import { refuseInputs } from '../files/output-file.ts';
import { readTrajectoriesHeader, streamTrajectories } from '../trajectories/json-reader.ts';
import type { ExportFormat } from './formats.ts';
import type { ExportContext, ExportWriter } from './writer.ts';

/** Settings of {@link exportTrajectories}. */
export interface ExportOptions {
  readonly to: ExportFormat;
  /** File to write. */
  readonly out: string;
  /** Adds places and speeds to csv and parquet; geojson needs it, with a place on earth. */
  readonly ground?: GroundPlane | undefined;
  /** Ends the export early: no file is left, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each trajectory with the observations written so far, and the number to expect where it is known. */
  readonly onProgress?: (observations: number, total: number | undefined) => void;
}

/** Opens the writer of a format. Errors as the `open…` functions. */
export async function openExport(to: ExportFormat, path: string, context: ExportContext): Promise<ExportWriter> {
  if (to === 'csv') return (await import('./csv.ts')).openCsv(path, context);
  if (to === 'mot') return (await import('./mot.ts')).openMot(path);
  if (to === 'coco') return (await import('./coco.ts')).openCoco(path, context);
  if (to === 'geojson') return (await import('./geojson.ts')).openGeoJson(path, context);
  return (await import('./parquet.ts')).openParquet(path, context);
}

/**
 * Writes a `.trajectories.json` document in another format, with one trajectory in memory.
 *
 * @throws TwintrackError when it cannot be read or written, or lacks what the format needs; no file is left then
 */
export async function exportTrajectories(
  input: string,
  { to, out, ground, signal, onProgress }: ExportOptions,
): Promise<{ trajectories: number; observations: number }> {
  const { source } = await readTrajectoriesHeader(input);
  await refuseInputs(out, input);
  const total = await expectedObservations(input);
  const writer = await openExport(to, out, { source, ground });
  const done = { trajectories: 0, observations: 0 };
  try {
    for await (const trajectory of streamTrajectories(input)) {
      signal?.throwIfAborted();
      await writer.write(trajectory);
      done.trajectories++;
      done.observations += trajectory.frames.length;
      onProgress?.(done.observations, total);
    }
    await writer.close();
    return done;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Bytes at the end of a document in which its summary stands. */
const TAIL = 4096;

/** The number of observations that stands at the end of a document; undefined in another layout. */
async function expectedObservations(path: string): Promise<number | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(TAIL), position: Math.max(0, size - TAIL) });
    const text = buffer.toString('utf8', 0, bytesRead);
    const observations = /\],\n"summary":\{.*?"observations":(\d+)/.exec(text)?.[1];
    return observations === undefined ? undefined : Number(observations);
  } finally {
    await file.close();
  }
}
