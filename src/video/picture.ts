import { yuvMatrix } from '../core/colour.ts';
import { i420Layout } from './i420.ts';

/** The picture of a frame. Its buffer is used again for a later frame: copy what you keep. */
export class Picture {
  /** Size in pixels. */
  readonly width: number;
  readonly height: number;
  /** Planar I420: Y (width × height), then U and V (⌈width/2⌉ × ⌈height/2⌉ each); luma 16..235. */
  readonly i420: Uint8Array;
  /** ffmpeg's name of the YUV matrix, where the video says it. */
  readonly colourSpace: string | undefined;

  constructor(width: number, height: number, i420: Uint8Array, colourSpace?: string) {
    this.width = width;
    this.height = height;
    this.i420 = i420;
    this.colourSpace = colourSpace;
  }

  /** Bytes R, G, B of each pixel, row by row: width × height × 3, a buffer of its own. */
  rgb(): Uint8ClampedArray {
    const { width, height, i420 } = this;
    const { red, blue } = yuvMatrix(this.colourSpace);
    const green = 1 - red - blue;
    const { chromaWidth, u, v } = i420Layout(width, height);
    const [toRed, toBlue] = [(2 * (1 - red) * 255) / 224, (2 * (1 - blue) * 255) / 224];
    const out = new Uint8ClampedArray(3 * u);
    for (let y = 0, at = 0; y < height; y++) {
      const chroma = (y >> 1) * chromaWidth;
      for (let x = 0; x < width; x++, at += 3) {
        const luma = (i420[y * width + x] - 16) * (255 / 219);
        const r = toRed * (i420[v + chroma + (x >> 1)] - 128);
        const b = toBlue * (i420[u + chroma + (x >> 1)] - 128);
        out[at] = luma + r;
        out[at + 1] = luma - (red * r + blue * b) / green;
        out[at + 2] = luma + b;
      }
    }
    return out;
  }
}
