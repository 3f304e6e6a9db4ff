import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter } from '../appearance/patches.ts';
import { inputError } from '../core/errors.ts';
import { findFfmpeg, startFfmpeg } from '../video/ffmpeg.ts';
import { openVideo } from '../video/index.ts';
import type { PersonRecord } from './person-record.ts';

/** Width of the frame shown in a report in pixels, at most. */
const FRAME_WIDTH = 1280;
const THUMBNAIL = { width: 48, height: 96 };
/** A JPEG begins and ends with these markers. */
const [START, END] = [Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xd9])];

/** Pictures for a report, as JPEG. */
export interface ReportPictures {
  readonly frame: Buffer;
  /** By id; 48 × 96 pixels. */
  readonly thumbnails: ReadonlyMap<number, Buffer>;
}

/**
 * Takes the pictures of a report out of its video, in one pass that ends with the last that is needed: the first frame, and a thumbnail
 * of each person.
 *
 * @param size of the pictures that the boxes are of
 * @throws TwintrackError when the video cannot be read, or is of another size
 */
export async function takePictures(
  video: string,
  people: readonly PersonRecord[],
  size: { readonly width: number; readonly height: number },
  { signal, onFrame }: { signal?: AbortSignal | undefined; onFrame?: (frames: number, total: number) => void } = {},
): Promise<ReportPictures> {
  const wanted = new Map<number, PersonRecord[]>();
  for (const person of people) wanted.set(person.best.frame, [...(wanted.get(person.best.frame) ?? []), person]);
  const last = people.reduce((latest, { best }) => Math.max(latest, best.frame), 0);
  const source = await openVideo(video, { pixels: true, maxFrames: last + 1, ...(signal && { signal }) });
  try {
    const { width, height, colourSpace } = source.info;
    if (width !== size.width || height !== size.height) {
      const reason = `is of ${width} × ${height} pixels, the trajectories are of ${size.width} × ${size.height}`;
      throw inputError(video, reason, 'name the video that they were made from');
    }
    const cutter = new PatchCutter(colourSpace);
    const ids: number[] = [];
    const patches: Uint8Array[] = [];
    let first: Uint8Array | undefined;
    for await (const { index, pixels } of source) {
      if (!pixels) continue;
      first ??= pixels.slice();
      for (const { id, best } of wanted.get(index) ?? []) {
        const patch = new Uint8Array(PATCH_BYTES);
        cutter.cut({ pixels, width, height }, widened(best.box), 0, patch, 0);
        ids.push(id);
        patches.push(greenFirst(patch));
      }
      onFrame?.(index + 1, last + 1);
    }
    if (!first) throw inputError(video, 'holds no picture', 'name another video');
    const scaled = { width: Math.min(width, FRAME_WIDTH), height: -2 };
    const [frame] = await encode([first], 'yuv420p', { width, height }, scaled);
    const jpegs = await encode(patches, 'gbrp', { width: PATCH_WIDTH, height: PATCH_HEIGHT }, THUMBNAIL);
    return { frame, thumbnails: new Map(ids.map((id, i) => [id, jpegs[i]])) };
  } finally {
    await source.close();
  }
}

/** The box, made as wide as half its height about its middle, so that people keep their shape in a patch. */
function widened([x, y, w, h]: Float64Array): Float64Array {
  const [width, height] = [Math.max(1, w, h / 2), Math.max(2, h, 2 * w)];
  return Float64Array.of(x + (w - width) / 2, y + (h - height) / 2, width, height);
}

/** Planes R, G, B in ffmpeg's order G, B, R. */
function greenFirst(patch: Uint8Array): Uint8Array {
  const size = patch.length / 3;
  const turned = new Uint8Array(patch.length);
  turned.set(patch.subarray(size));
  turned.set(patch.subarray(0, size), 2 * size);
  return turned;
}

/** Raw pictures of one size as JPEGs of another, by one ffmpeg. */
async function encode(
  pictures: readonly Uint8Array[],
  format: 'yuv420p' | 'gbrp',
  from: { width: number; height: number },
  to: { width: number; height: number },
): Promise<Buffer[]> {
  if (pictures.length === 0) return [];
  const ffmpeg = await findFfmpeg();
  const input = ['-f', 'rawvideo', '-pix_fmt', format, '-video_size', `${from.width}x${from.height}`, '-i', 'pipe:0'];
  const filter = `scale=${to.width}:${to.height}:flags=area:out_range=pc,format=yuvj420p`;
  const output = ['-vf', filter, '-c:v', 'mjpeg', '-q:v', '6', ...ffmpeg.passthrough, '-f', 'image2pipe', 'pipe:1'];
  const child = startFfmpeg(ffmpeg, ['-protocol_whitelist', 'pipe', ...input, ...output], { stdin: true, outputs: 1 });
  const chunks: Buffer[] = [];
  child.outputs[0].on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const picture of pictures) {
    if (child.stdin!.write(picture)) continue;
    await Promise.race([new Promise((resolve) => child.stdin!.once('drain', resolve)), child.exited]);
  }
  child.stdin!.end();
  await child.exited;
  const jpegs = split(Buffer.concat(chunks));
  if (jpegs.length !== pictures.length)
    throw inputError(ffmpeg.path, 'made no JPEG pictures', 'install another build of it');
  return jpegs;
}

/** Pictures that follow on one another. */
function split(bytes: Buffer): Buffer[] {
  const pictures: Buffer[] = [];
  const border = Buffer.concat([END, START]);
  for (let from = 0; from < bytes.length; ) {
    const at = bytes.indexOf(border, from);
    const to = at < 0 ? bytes.length : at + END.length;
    pictures.push(bytes.subarray(from, to));
    from = to;
  }
  return pictures;
}
