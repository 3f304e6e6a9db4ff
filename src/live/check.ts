import { addressOf } from '../video/camera/address.ts';
import { ConnectionError, inspect } from '../video/camera/connection.ts';
import type { Fault } from '../video/camera/faults.ts';
import { findFfmpeg } from '../video/ffmpeg.ts';
import type { VideoInfo } from '../video/probe.ts';
import { sortCameras } from './camera/usable.ts';
import type { LiveConfiguration } from './live.ts';

/** What came of trying a camera. */
export interface CameraCheck {
  readonly name: string;
  /** Its address without credentials; absent where its entry in the configuration does not fit. */
  readonly address?: string;
  /** What its pictures are like. */
  readonly video?: Pick<VideoInfo, 'width' | 'height' | 'frameRate' | 'codec' | 'container'>;
  /** Why there are none. */
  readonly fault?: Fault;
}

/** Cameras are tried so many at once. */
const AT_ONCE = 8;

/**
 * Tries each camera once, without tracking anybody.
 *
 * @returns what came of each, in the order of the configuration, the skipped ones last
 * @throws TwintrackError when there is no ffmpeg
 */
export async function tryCameras(
  configuration: LiveConfiguration,
  { realtime = false, signal = new AbortController().signal }: { realtime?: boolean; signal?: AbortSignal } = {},
): Promise<CameraCheck[]> {
  const ffmpeg = await findFfmpeg();
  const { usable, skipped } = sortCameras(configuration, realtime);
  const checks: CameraCheck[] = new Array(usable.length);
  const waiting = usable.entries();
  const work = async () => {
    for (const [i, source] of waiting) {
      const { name, url } = source;
      const address = addressOf(url, realtime, source);
      const about = { name, address: address.shown };
      try {
        const { width, height, frameRate, codec, container } = await inspect(
          ffmpeg,
          address,
          configuration.parameters.live,
          signal,
        );
        checks[i] = { ...about, video: { width, height, frameRate, codec, container } };
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        checks[i] = { ...about, fault: error.fault };
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const wrong = skipped.map(({ name, reason }): CameraCheck => ({ name, fault: { kind: 'configuration', reason } }));
  return [...checks, ...wrong];
}
