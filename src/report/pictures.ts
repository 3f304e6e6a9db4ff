import type { PictureSize } from '../analytics/index.ts';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter } from '../appearance/patches.ts';
import { inputError } from '../core/errors.ts';
import { encodeJpegs } from '../video/encode-stills.ts';
import { openVideo, type ReadingOptions } from '../video/index.ts';
import type { shownSize } from '../video/shown-size.ts';
import { bestOf } from './best-views.ts';
import type { PersonRecord } from './person-record.ts';

/** Width of the frame shown in a report in pixels, at most. */
const FRAME_WIDTH = 1280;
const THUMBNAIL = '48:96:flags=area';
const QUALITY = 6;

/** Pictures for a report, as JPEG. */
export interface ReportPictures {
  readonly frame: Buffer;
  /** By id; 48 × 96 pixels. */
  readonly thumbnails: ReadonlyMap<number, Buffer>;
}

/** Settings of {@link takePictures}. */
export interface PictureOptions {
  /** How the video was read when it was tracked. */
  readonly reading?: ReadingOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onFrame?: (frames: number, total: number) => void;
}

/**
 * Takes the pictures of a report out of its video, in one pass that ends with the last that is needed: the first frame, and a thumbnail
 * of each person.
 *
 * @param sizes of the pictures that the boxes are of, as they are stored and as they are shown
 * @throws TwintrackError when the video cannot be read, or is of another size
 */
export async function takePictures(
  video: string,
  people: readonly Pick<PersonRecord, 'id' | 'views'>[],
  { picture, shown }: { readonly picture: PictureSize; readonly shown: ReturnType<typeof shownSize> },
  { reading, signal, onFrame }: PictureOptions = {},
): Promise<ReportPictures> {
  const wanted = new Map<number, { id: number; box: Float64Array }[]>();
  let last = 0;
  for (const { id, views } of people) {
    const { frame, box } = bestOf(views);
    wanted.set(frame, [...(wanted.get(frame) ?? []), { id, box }]);
    last = Math.max(last, frame);
  }
  const source = await openVideo(video, { pixels: true, maxFrames: last + 1, ...reading, ...(signal && { signal }) });
  try {
    const { width, height, colourSpace } = source.info;
    if (width !== picture.width || height !== picture.height) {
      const reason = `is of ${width} × ${height} pixels, the trajectories are of ${picture.width} × ${picture.height}`;
      throw inputError(video, reason, 'name the video that they were made from');
    }
    const cutter = new PatchCutter(colourSpace);
    const ids: number[] = [];
    const patches: Uint8Array[] = [];
    let first: Uint8Array | undefined;
    for await (const { index, pixels } of source) {
      if (!pixels) continue;
      first ??= pixels.slice();
      for (const { id, box } of wanted.get(index) ?? []) {
        const patch = new Uint8Array(PATCH_BYTES);
        cutter.cut({ pixels, width, height }, widened(box, shown.stretch), 0, patch, 0);
        ids.push(id);
        patches.push(patch);
      }
      onFrame?.(index + 1, last + 1);
    }
    if (!first) throw inputError(video, 'holds no picture', 'name another video');
    const whole = { width, height, format: 'i420', colourSpace } as const;
    const across = Math.min(shown.width, FRAME_WIDTH);
    const down = Math.max(1, Math.round((across * shown.height) / shown.width));
    const scale = `${across}:${down}:flags=area`;
    const [frame] = await encodeJpegs([first], whole, { scale, quality: QUALITY });
    const patch = { width: PATCH_WIDTH, height: PATCH_HEIGHT, format: 'rgbPlanes' } as const;
    const jpegs = await encodeJpegs(patches, patch, { scale: THUMBNAIL, quality: QUALITY });
    return { frame, thumbnails: new Map(ids.map((id, i) => [id, jpegs[i]])) };
  } finally {
    await source.close();
  }
}

/** The box, made as wide as half its height about its middle, as it is shown, so that people keep their shape in a patch. */
function widened([x, y, w, h]: Float64Array, stretch: number): Float64Array {
  const [width, height] = [Math.max(1, w, h / 2 / stretch), Math.max(2, h, 2 * w * stretch)];
  return Float64Array.of(x + (w - width) / 2, y + (h - height) / 2, width, height);
}
