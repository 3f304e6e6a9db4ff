import { TwintrackError } from '../core/errors.ts';
import { exitReason, findFfmpeg, lastError, readLines, startFfmpeg } from './ffmpeg.ts';
import { TICKS_PER_SECOND } from './frame-assembly.ts';
import { resolveInput } from './input.ts';
import { firstRecording } from './joined.ts';
import type { VideoInfo } from './probe.ts';
import { streamSpecifier } from './streams.ts';
import { isUntimed, Timeline } from './timeline.ts';

/** The times that the frames of a video are to have, or why they cannot be told without decoding it. */
export type PacketTimes = { readonly times: Float64Array } | { readonly reason: string };

/**
 * The time of each frame of a video, from its packets alone: nothing is decoded. They hold where each packet gives a frame, which the packets
 * do not tell.
 *
 * @param info what `probe` says of a file
 * @throws TwintrackError when it cannot be read
 * @throws the reason of `signal`
 */
export async function packetTimes(info: VideoInfo, signal?: AbortSignal): Promise<PacketTimes> {
  if (info.kind !== 'file') return { reason: 'it is no video file' };
  if (isUntimed(info.container)) return { reason: 'it has no timestamps' };
  const input = resolveInput(info.input);
  if (firstRecording(input).parts.length > 0) return { reason: 'it is several recordings in one file' };
  const stamps = await listStamps(info, input.args, signal);
  if (stamps.some(Number.isNaN)) return { reason: 'frames have no timestamps' };
  const times = Float64Array.from(stamps).sort();
  const timeline = new Timeline(info);
  const risesBy = (time: number, i: number) => timeline.next(time) === time && (i === 0 || time > times[i - 1]);
  return times.every(risesBy) ? { times } : { reason: 'its timestamps do not rise steadily' };
}

/** Timestamps of the packets, in seconds from the start of the file; NaN where there is none. */
async function listStamps({ input, stream }: VideoInfo, args: readonly string[], signal?: AbortSignal) {
  signal?.throwIfAborted();
  const ffmpeg = await findFfmpeg();
  const list = ['-map', streamSpecifier(stream), '-c', 'copy', '-f', 'framecrc', 'pipe:1'];
  const child = startFfmpeg(ffmpeg, ['-copyts', '-start_at_zero', ...args, ...list], { outputs: 1 });
  signal?.addEventListener('abort', child.kill, { once: true });
  const stamps: number[] = [];
  let seconds = 0; // of a tick of the stream
  readLines(child.outputs[0], (line) => {
    const base = /^#tb 0: (\d+)\/(\d+)/.exec(line);
    if (base) seconds = Number(base[1]) / Number(base[2]);
    const stamp = /^0, *\S+, *(\S+),/.exec(line)?.[1];
    // in the ticks that frames are given in
    if (stamp) stamps.push(Math.round(Number(stamp) * seconds * TICKS_PER_SECOND) / TICKS_PER_SECOND);
  });
  const exit = await child.exited;
  signal?.removeEventListener('abort', child.kill);
  signal?.throwIfAborted();
  if (exit.code !== 0)
    throw new TwintrackError(`${input}: cannot be listed: ${lastError(child.log) || exitReason(exit)}`);
  return stamps;
}
