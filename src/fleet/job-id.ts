import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fingerprint } from '../files/fingerprint.ts';
import { resolveInput } from '../video/input.ts';
import type { KindJob, VideoSettings } from './job-data.ts';

/**
 * The name of a job: the same for the same video with the same settings, on workers of the same kind.
 *
 * @param video path of the video
 */
export async function jobId(
  video: string,
  settings: VideoSettings,
  files: Readonly<Record<string, string>>,
  { version, models }: KindJob,
): Promise<string> {
  const what = [version, models, basename(video), await contentOf(video), settings, files];
  return `v${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 20)}`;
}

/** What tells a video from others; of pictures their names, sizes and times. */
async function contentOf(video: string): Promise<unknown> {
  const file = await fingerprint(video);
  if (file !== undefined) return file;
  const input = resolveInput(video);
  try {
    return (input.pictures ?? []).map((path) => [path, statSync(path).size, statSync(path).mtimeMs]);
  } finally {
    input.dispose();
  }
}

/**
 * The files and folders that settings name, with the SHA-256 of what is in them: models, detections, calibrations.
 *
 * @throws the system's error when one cannot be read
 */
export async function namedFiles({ detector, detections, parameters }: VideoSettings): Promise<Record<string, string>> {
  const { detection, appearance, association } = parameters ?? {};
  const names = [detector, detections, detection?.calibration, appearance?.model, association?.model];
  const files: Record<string, string> = {};
  for (const name of names) if (name !== undefined && existsSync(name)) files[name] = await hashOf(name);
  return files;
}

/** SHA-256 of a file, or of the files in a folder. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const isFolder = statSync(path).isDirectory();
  const files = isFolder ? (await readdir(path)).sort().map((name) => join(path, name)) : [path];
  for (const file of files) {
    if (isFolder) hash.update(`${basename(file)}\n`);
    if (statSync(file).isFile()) await pipeline(createReadStream(file), hash, { end: false });
  }
  return hash.digest('hex');
}
