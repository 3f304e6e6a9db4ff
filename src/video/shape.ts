import { fileNotice, type Notice } from '../core/notices.ts';

/** How wide a pixel is shown to its height: beyond this, or its inverse, no camera or recorder makes them. */
export const WIDEST_PIXEL = 5;

/** A ratio of a pixel's width to its height as text, such as `16:11`. */
export interface PixelShape {
  readonly ratio: number;
  readonly text: string;
}

/** How far from square pixels are that only make up for a size that was rounded; nothing is said of them. */
const ROUNDING = 0.01;

/** Sizes in which recorders store a picture of another shape without saying so, and the pixels that make it right. */
const SQUASHED: Readonly<Record<string, readonly [string, string]>> = {
  '640x720': ['2:1', '16:9'],
  '960x1080': ['2:1', '16:9'],
  '1280x1440': ['2:1', '16:9'],
  '1440x1620': ['2:1', '16:9'],
  '352x576': ['24:11', '4:3'],
  '352x480': ['20:11', '4:3'],
  '704x288': ['6:11', '4:3'],
  '704x240': ['5:11', '4:3'],
};

/** Reads `W:H`; undefined where it is none. */
export function parseShape(text: string): PixelShape | undefined {
  const match = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(text);
  return match ? { ratio: Number(match[1]) / Number(match[2]), text } : undefined;
}

/** Whether pixels of this shape can be meant. */
export function isPlausible(ratio: number): boolean {
  return ratio >= 1 / WIDEST_PIXEL && ratio <= WIDEST_PIXEL;
}

/**
 * The shape of a video's pixels, and what is to be said of it.
 *
 * @param stated what the video says of it, `0:0` or `0:1` where it says nothing
 * @param asked what the user says of it; `auto` for what the video says
 * @returns width over height; undefined where they are square or not known
 */
export function pixelShape(
  file: string,
  { width, height }: { readonly width: number; readonly height: number },
  stated: string,
  asked = 'auto',
): { readonly ratio?: number; readonly notices: Notice[] } {
  const own = parseShape(stated);
  const known = own !== undefined && own.ratio > 0 && Number.isFinite(own.ratio) && !/^0:0$/.test(stated);
  const given = asked === 'auto' ? undefined : parseShape(asked);
  if (given) {
    const says = known ? `the video says ${stated}` : 'the video says nothing of it';
    return result(given.ratio, [applied(file, width, height, given, `--sar; ${says}`)]);
  }
  if (known && Math.abs(own.ratio - 1) < ROUNDING) return result(own.ratio, []);
  if (known && isPlausible(own.ratio))
    return result(own.ratio, [applied(file, width, height, own, 'as the video says')]);
  if (known || /[1-9]/.test(stated)) {
    const text = `says that its pixels are ${stated} as wide as high, which cannot be meant; they are taken as square; --sar sets their shape`;
    if (!/^0:1$/.test(stated)) return { notices: [fileNotice('sar-ignored', file, text)] };
  }
  const likely = SQUASHED[`${width}x${height}`];
  if (!likely) return { notices: [] };
  const text = `does not say what shape its pixels have; at ${width} × ${height} recorders mean a picture of ${likely[1]}: if people are too narrow or wide in it, add --sar ${likely[0]}`;
  return { notices: [fileNotice('sar-missing', file, text)] };
}

function result(ratio: number, notices: Notice[]) {
  return ratio === 1 ? { notices } : { ratio, notices };
}

function applied(file: string, width: number, height: number, { ratio, text }: PixelShape, reason: string): Notice {
  const [w, h] = ratio >= 1 ? [width * ratio, height] : [width, height / ratio];
  const shown = `${Math.round(w)} × ${Math.round(h)}`;
  const message = `pixels are taken as ${text} (${reason}): the picture of ${width} × ${height} is seen as ${shown}; boxes are in stored pixels`;
  return fileNotice('sar-applied', file, message);
}
