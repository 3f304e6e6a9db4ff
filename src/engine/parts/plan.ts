import { UsageError } from '../../core/errors.ts';
import { WINDOW_SECONDS, windowOf } from '../../core/video-window.ts';
import { isCamera } from '../../video/camera/address.ts';
import { packetTimes } from '../../video/packets.ts';
import { probe } from '../../video/probe.ts';
import type { InputOptions } from '../open-run.ts';
import { videoOptions } from '../open-run.ts';

/** A part of a video in which people are found apart from the others, see `findPart`. Plain values, to be sent elsewhere. */
export interface VideoPart {
  /** Its number, from 0. */
  readonly index: number;
  /** It begins at this time in the video, in seconds: a multiple of `WINDOW_SECONDS`. */
  readonly from: number;
  /** It ends before this time; undefined for the last part. */
  readonly to: number | undefined;
  /** Number of its first frame. */
  readonly frame: number;
  /** Time of the frame before that one, from which the camera's motion is measured; undefined for the first part. */
  readonly before: number | undefined;
}

/** The parts of a video. */
export interface PartPlan {
  readonly parts: readonly VideoPart[];
  /** Why there is one part only, where the video would be long enough for several. */
  readonly whole?: string;
}

const WHOLE: VideoPart = { index: 0, from: 0, to: undefined, frame: 0, before: undefined };

/**
 * Cuts a video into parts of so many seconds. Nothing is decoded but the first picture: packets say which frame is where.
 *
 * @param input path of a video, or what else `trackVideo` takes, which is one part
 * @param seconds length of a part of video time, a multiple of 60; default 60
 * @throws TwintrackError when the video cannot be read
 * @throws UsageError for other lengths
 */
export async function planParts(
  input: string,
  options: InputOptions,
  seconds: number = WINDOW_SECONDS,
): Promise<PartPlan> {
  if (!(seconds > 0) || seconds % WINDOW_SECONDS !== 0)
    throw new UsageError(`a part of ${seconds} s cannot be; parts last a multiple of ${WINDOW_SECONDS} s`);
  if (input === '-' || isCamera(input)) return { parts: [WHOLE], whole: 'it is read once' };
  if (options.detections !== undefined) return { parts: [WHOLE], whole: 'its detections are in a file' };
  if (options.maxFrames !== undefined) return { parts: [WHOLE], whole: 'maxFrames ends it' };
  const { onNotice, maxFrames, ...reading } = videoOptions(options);
  const info = await probe(input, reading);
  const packets = await packetTimes(info, options.signal);
  if ('reason' in packets) return { parts: [WHOLE], whole: packets.reason };
  return { parts: partsAt(packets.times, seconds / WINDOW_SECONDS) };
}

/** @param windows windows a part lasts */
function partsAt(times: Float64Array, windows: number): VideoPart[] {
  const starts: { from: number; frame: number }[] = [];
  let last = -1;
  times.forEach((time, frame) => {
    const part = Math.floor(windowOf(time) / windows);
    if (part > last) starts.push({ from: frame === 0 ? 0 : part * windows * WINDOW_SECONDS, frame });
    last = part;
  });
  if (starts.length === 0) return [WHOLE];
  return starts.map(({ from, frame }, index) => ({
    index,
    from,
    to: starts[index + 1]?.from,
    frame,
    before: frame > 0 ? times[frame - 1] : undefined,
  }));
}
