import { messageOf, TwintrackError } from '../core/errors.ts';
import type { Notice } from '../core/notices.ts';
import { openVideo, type VideoInfo, type VideoOptions } from '../video/index.ts';

/** What was found in a video by decoding it to its end, as {@link openVideo} reads it. */
export interface VideoFindings {
  readonly input: string;
  /** Whether it can be tracked to its end. */
  readonly ok: boolean;
  /** Why not, in one line. */
  readonly fault?: string;
  /** All that is known without decoding it; absent when it cannot be opened. */
  readonly video?: VideoInfo;
  /** High dynamic range, where the pictures have it: they are read without tone mapping. */
  readonly hdr?: 'PQ' | 'HLG';
  readonly frames: FrameFindings;
  /** What `track` would say of it. */
  readonly notices: readonly Notice[];
}

/** The frames that were decoded. */
export interface FrameFindings {
  readonly count: number;
  /** Times of the first and the last in seconds. */
  readonly first?: number;
  readonly last?: number;
  /** Least and greatest time from one frame to the next, in seconds. */
  readonly shortest?: number;
  readonly longest?: number;
  /** Frames per second from the first to the last. */
  readonly rate?: number;
  /** Whether all are as far apart, within 2 ms or a tenth: containers round times to a millisecond. */
  readonly constant?: boolean;
}

/** What was found in a file of boxes. */
export interface BoxFindings {
  readonly input: string;
  readonly ok: boolean;
  readonly fault?: string;
  /** What it holds: boxes without ids, or with. */
  readonly kind?: 'detections' | 'results';
  readonly rows?: number;
  readonly columns?: number;
  /** First and last frame, from 0. */
  readonly frames?: readonly [number, number];
  readonly people?: number;
  readonly scores?: readonly [number, number];
  readonly notices: readonly Notice[];
}

/** Times that differ by no more are the rounding of a container. */
const ROUNDED_SECONDS = 0.002;

/**
 * Decodes a video to its end, without its pictures, and keeps what there is to say of it.
 *
 * @param onFrame called after each frame
 * @throws the reason of `signal`
 */
export async function examineVideo(
  input: string,
  options: VideoOptions,
  onFrame: (frames: number, total: number | undefined) => void,
): Promise<VideoFindings> {
  const notices: Notice[] = [];
  const times = new FrameTimes();
  let video: VideoInfo | undefined;
  let fault: string | undefined;
  try {
    const source = await openVideo(input, { ...options, onNotice: (notice) => notices.push(notice) });
    video = source.info;
    for await (const { time, release } of source) {
      release?.();
      times.add(time);
      onFrame(times.count, video.frameCount);
    }
  } catch (error) {
    if (options.signal?.aborted || !(error instanceof TwintrackError)) throw error;
    fault = messageOf(error);
  }
  const taken = video?.streams?.find(({ kind, number }) => kind === 'video' && number === video?.stream)?.line ?? '';
  const hdr = /smpte2084/.test(taken) ? 'PQ' : /arib-std-b67/.test(taken) ? 'HLG' : undefined;
  return {
    input,
    ok: fault === undefined,
    ...(fault !== undefined && { fault }),
    ...(video && { video }),
    ...(hdr && { hdr }),
    frames: times.findings,
    notices,
  };
}

/** The times of frames as they come. */
class FrameTimes {
  count = 0;
  #first = 0;
  #last = 0;
  #shortest = Number.POSITIVE_INFINITY;
  #longest = 0;

  add(time: number): void {
    if (this.count++ === 0) this.#first = time;
    else {
      this.#shortest = Math.min(this.#shortest, time - this.#last);
      this.#longest = Math.max(this.#longest, time - this.#last);
    }
    this.#last = time;
  }

  get findings(): FrameFindings {
    const { count } = this;
    if (count === 0) return { count };
    const [first, last] = [this.#first, this.#last];
    if (count === 1) return { count, first, last };
    const [shortest, longest] = [this.#shortest, this.#longest];
    const mean = (last - first) / (count - 1);
    const constant = longest - shortest <= Math.max(ROUNDED_SECONDS, mean / 10);
    return { count, first, last, shortest, longest, rate: 1 / mean, constant };
  }
}

/** Whether a file is one of boxes by its name. */
export function isBoxFile(input: string): boolean {
  return /\.(txt|csv)$/i.test(input);
}

/** Reads a file of detections or results to its end, and keeps what there is to say of it. */
export async function examineBoxes(input: string): Promise<BoxFindings> {
  const { readMotRows } = await import('../files/mot-text.ts');
  const read = async (use: 'detections' | 'results') => {
    const notices: Notice[] = [];
    const rows = await readMotRows(input, { use, onNotice: (notice) => notices.push(notice) });
    return { rows, notices, kind: use };
  };
  try {
    const results = await read('results');
    const { rows, notices, kind } = results.rows.ids.some((id) => id >= 0) ? results : await read('detections');
    const { ids, frames, confidences, columns } = rows;
    return {
      input,
      ok: true,
      kind,
      rows: ids.length,
      columns,
      ...(ids.length > 0 && { frames: extent(frames), scores: extent(confidences) }),
      ...(kind === 'results' && { people: new Set(ids).size }),
      notices,
    };
  } catch (error) {
    if (!(error instanceof TwintrackError)) throw error;
    return { input, ok: false, fault: messageOf(error), notices: [] };
  }
}

function extent(values: ArrayLike<number>): [number, number] {
  let [least, most] = [values[0], values[0]];
  for (let i = 1; i < values.length; i++) {
    least = Math.min(least, values[i]);
    most = Math.max(most, values[i]);
  }
  return [least, most];
}
