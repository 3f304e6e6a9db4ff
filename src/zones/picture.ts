import { inputError, UsageError } from '../core/errors.ts';
import type { Frame } from '../core/frame.ts';
import type { Connecting } from '../video/camera/address.ts';
import { encodeJpegs } from '../video/encode-stills.ts';
import { isCamera, openCamera, openVideo, type ReadingOptions } from '../video/index.ts';
import { shownSize } from '../video/shown-size.ts';

/** Width in pixels, at most: what a screen shows. */
const MOST_WIDTH = 1920;
const QUALITY = 4;

/** A picture to draw on. */
export interface DrawingPicture {
  readonly jpeg: Buffer;
  /** The size that coordinates are of: that of the stored picture. */
  readonly width: number;
  readonly height: number;
  /** Width of a pixel over its height, where pixels are not square. */
  readonly sampleAspectRatio: number | undefined;
  /** What outputs of the input are called by. */
  readonly name: string;
}

/** Settings of {@link takePicture}. */
export interface TakePictureOptions extends ReadingOptions, Connecting {
  /** Time of the frame in seconds, of a file; default its first one. The frames before it are decoded too. */
  readonly at?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes one picture of a video file or a camera.
 *
 * @throws UsageError on a time in the stream of a camera
 * @throws TwintrackError when it cannot be read, or ends before the time
 */
export async function takePicture(input: string, options: TakePictureOptions = {}): Promise<DrawingPicture> {
  const { at, signal, ...rest } = options;
  const live = isCamera(input);
  if (live && at !== undefined) throw new UsageError('--at: a camera has no picture of another time; leave it out');
  const open = live ? openCamera : openVideo;
  const source = await open(input, { pixels: true, ...rest, ...(signal && { signal }) });
  try {
    const { width, height, colourSpace, sampleAspectRatio, name } = source.info;
    const pixels = await frameAt(input, source, at);
    const shown = shownSize({ width, height }, sampleAspectRatio);
    const across = Math.min(shown.width, MOST_WIDTH);
    const scale = `${across}:${Math.max(1, Math.round((across * shown.height) / shown.width))}:flags=area`;
    const raw = { width, height, format: 'i420', colourSpace } as const;
    const [jpeg] = await encodeJpegs([pixels], raw, { scale, quality: QUALITY });
    return { jpeg, width, height, sampleAspectRatio, name };
  } finally {
    await source.close();
  }
}

/** The pixels of the first frame from a time on. */
async function frameAt(input: string, frames: AsyncIterable<Frame>, at = 0): Promise<Uint8Array> {
  let last: number | undefined;
  for await (const { time, pixels, release } of frames) {
    last = time;
    if (time >= at && pixels) return pixels.slice();
    release?.();
  }
  if (last === undefined) throw inputError(input, 'holds no picture', 'name another video');
  throw inputError(input, `its last frame is at ${last.toFixed(1)} s`, `give an --at below ${at}`);
}
