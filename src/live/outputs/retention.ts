import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../core/errors.ts';
import { PAST_EVENTS } from './events.ts';
import { PAST_TRAJECTORIES } from './hourly-trajectories.ts';
import { PAST_RECORDING } from './recorder.ts';

/** Which outputs are kept: those younger than so many seconds, or the newest ones of so many bytes together. */
export type Keep = { readonly seconds: number } | { readonly bytes: number };

const SECONDS: Readonly<Record<string, number>> = { h: 3600, d: 86_400, w: 604_800 };
const BYTES: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** Reads `12h`, `7d`, `4w`, `500MB`, `10GB` or `1TB`. @throws UsageError on anything else */
export function parseKeep(text: string): Keep {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim()) ?? [];
  const value = Number(number);
  if (value > 0 && Object.hasOwn(SECONDS, unit)) return { seconds: value * SECONDS[unit] };
  if (value > 0 && Object.hasOwn(BYTES, unit)) return { bytes: value * BYTES[unit] };
  throw new UsageError(`--keep ${text}: neither an age nor a size; for example 12h, 7d, 4w, 500MB, 10GB`);
}

/** Reads an age as `--keep` has it, or in minutes: `30m`, `1h`, `7d`; or `0`. @returns seconds @throws UsageError on anything else */
export function parseRemember(text: string): number {
  const units: Readonly<Record<string, number>> = { m: 60, ...SECONDS };
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const value = Number(number);
  if (value === 0 && (unit === '' || Object.hasOwn(units, unit))) return 0;
  if (value > 0 && Object.hasOwn(units, unit)) return value * units[unit];
  throw new UsageError(`--remember ${text}: not an age; for example 30m, 1h, 2d, or 0`);
}

/** Name of where people were on the floor of a site in an hour that is over. */
const PAST_FLOOR = /^\d{8}T\d{6}Z(-\d+)?\.floor\.csv$/;

const PAST = [PAST_EVENTS, PAST_TRAJECTORIES, PAST_RECORDING, PAST_FLOOR];

/**
 * Removes the oldest complete files below a folder, as far as they are not to be kept. Open files and files of other programs are never
 * touched.
 *
 * @param out folder with a folder for each camera
 * @returns paths of the files removed
 */
export async function prune(out: string, keep: Keep, now = Date.now()): Promise<string[]> {
  const files: { path: string; size: number; time: number }[] = [];
  for (const camera of await readdir(out, { withFileTypes: true })) {
    if (!camera.isDirectory()) continue;
    // a folder that may not be read (lost+found) or was just removed is no reason to keep the others' files
    for (const name of await readdir(join(out, camera.name)).catch((): string[] => [])) {
      if (!PAST.some((pattern) => pattern.test(name))) continue;
      const path = join(out, camera.name, name);
      const found = await stat(path).catch(() => undefined);
      if (found) files.push({ path, size: found.size, time: found.mtimeMs });
    }
  }
  files.sort((a, b) => b.time - a.time);
  let bytes = 0;
  const removed = files.filter(({ size, time }) => {
    bytes += size;
    return 'seconds' in keep ? now - time > 1000 * keep.seconds : bytes > keep.bytes;
  });
  for (const { path } of removed) await rm(path, { force: true });
  return removed.map(({ path }) => path);
}
