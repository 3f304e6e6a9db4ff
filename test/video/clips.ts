import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { findFfmpeg } from '../../src/video/ffmpeg.ts';
import { type Frame, openVideo, type VideoInfo, type VideoOptions } from '../../src/video/index.ts';

export { temporaryFolder } from '../temporary-folder.ts';

/** The ffmpeg that the tests make their clips with. */
export const ffmpeg = await findFfmpeg();

/** Runs ffmpeg with a synthetic or given input; the output path comes last. */
export function runFfmpeg(...args: string[]): void {
  execFileSync(ffmpeg.path, ['-nostdin', '-loglevel', 'error', '-y', ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
}

/** Makes a clip from an ffmpeg test source such as `testsrc2=s=64x48:r=25:d=2`. */
export function makeClip(path: string, source: string, ...options: string[]): string {
  runFfmpeg('-f', 'lavfi', '-i', source, ...options, `file:${path}`);
  return path;
}

/** A source whose frame n is a flat picture of luma 16 + n without colour. */
export function numberedFrames(width: number, height: number, count: number, rate = 25): string {
  return `color=s=${width}x${height}:r=${rate}:d=${count / rate},format=yuv420p,geq=lum='16+N':cb=128:cr=128`;
}

/** Decodes a video to its end. */
export async function readAll(input: string, options: VideoOptions = {}) {
  const source = await openVideo(input, options);
  const frames: Frame[] = [];
  let error: unknown;
  try {
    for await (const frame of source) frames.push(frame);
  } catch (thrown) {
    error = thrown;
  }
  return { info: source.info as VideoInfo, frames, times: frames.map((f) => f.time), error };
}

/** Number of processes below this one, zombies too, whose command line holds a text. */
export function childrenWith(text: string): number {
  try {
    return execFileSync('pgrep', ['-fc', '--', text], { encoding: 'utf8' }).split('\n').map(Number)[0];
  } catch (error) {
    if ((error as { status?: number }).status === 1) return 0;
    throw error;
  }
}

/** Runs something without root's right to read and write everything; `folder` stays reachable. */
export async function asNobody(folder: string, action: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return action();
  chmodSync(folder, 0o755);
  process.seteuid?.(65534);
  try {
    await action();
  } finally {
    process.seteuid?.(0);
  }
}
