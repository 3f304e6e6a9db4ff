import { inputError } from '../core/errors.ts';
import { openVideo } from '../video/decode.ts';
import { PATCH_BYTES, PatchCutter } from './patches.ts';

/**
 * Reads a picture of one person as a patch.
 *
 * @param file a picture of any size and format that ffmpeg reads; the whole picture is stretched to the patch
 * @returns planes R, G, B, see {@link PATCH_BYTES}
 * @throws TwintrackError when it cannot be read
 */
export async function readPatch(file: string): Promise<Uint8Array> {
  const source = await openVideo(file, { pixels: true, maxFrames: 1 });
  for await (const { pixels, width, height } of source) {
    const patch = new Uint8Array(PATCH_BYTES);
    const whole = Float64Array.of(0, 0, width, height);
    new PatchCutter(source.info.colourSpace).cut({ pixels: pixels!, width, height }, whole, 0, patch, 0);
    return patch;
  }
  throw inputError(file, 'holds no picture that can be decoded', 'give another one');
}
