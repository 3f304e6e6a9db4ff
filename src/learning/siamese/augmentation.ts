import { PATCH_HEIGHT as HEIGHT, PATCH_BYTES, PATCH_WIDTH as WIDTH } from '../../appearance/patches.ts';
import { interleave } from './embedding.ts';

const ROW = 3 * WIDTH;

/** Probabilities of the changes. */
const OCCLUDED = 0.25;
const COARSE = 0.5;
const ERASED = 0.35;

/**
 * Augments patches as cameras, detectors and crowds change them: shifted, stretched and mirrored crops; another person in front; few
 * pixels; other light and colours; a part erased (Zhong et al. 2020).
 */
export class Augmentation {
  private readonly random: () => number;
  private readonly source = new Float32Array(PATCH_BYTES);
  private readonly small = new Float32Array(PATCH_BYTES);

  constructor(random: () => number) {
    this.random = random;
  }

  /**
   * @param patches planes R, G, B of bytes, patch by patch
   * @param i the patch to change
   * @param other the patch whose person may stand in front
   * @param out takes the result, R, G, B of 0..255 pixel by pixel, from `at` on
   */
  apply(patches: Uint8Array, i: number, other: number, out: Float32Array, at: number): void {
    const pixels = out.subarray(at, at + PATCH_BYTES);
    interleave(patches, i, this.source, 0);
    this.crop(pixels);
    if (this.chance(OCCLUDED)) {
      interleave(patches, other, this.source, 0);
      this.occlude(pixels);
    }
    if (this.chance(COARSE)) this.coarsen(pixels);
    this.recolour(pixels);
    if (this.chance(ERASED)) this.erase(pixels);
  }

  private chance(p: number): boolean {
    return this.random() < p;
  }

  private between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** The source, shifted and stretched as by an inexact box of a detector, and mirrored every other time. */
  private crop(out: Float32Array): void {
    const scale = this.between(0.82, 1.1);
    const stretchX = scale * this.between(0.9, 1.1) * (this.chance(0.5) ? 1 : -1);
    const stretchY = scale * this.between(0.95, 1.05);
    const centreX = WIDTH / 2 + WIDTH * this.between(-0.08, 0.08);
    const centreY = HEIGHT / 2 + HEIGHT * this.between(-0.06, 0.06);
    for (let y = 0, to = 0; y < HEIGHT; y++) {
      const fromY = clamp(centreY + (y + 0.5 - HEIGHT / 2) * stretchY - 0.5, HEIGHT - 1);
      for (let x = 0; x < WIDTH; x++, to += 3) {
        const fromX = clamp(centreX + (x + 0.5 - WIDTH / 2) * stretchX - 0.5, WIDTH - 1);
        sample(this.source, WIDTH, HEIGHT, fromX, fromY, out, to);
      }
    }
  }

  /** The source covers one side or the legs. */
  private occlude(out: Float32Array): void {
    const share = this.between(0.15, 0.45);
    const side = Math.floor(this.between(0, 3));
    const columns = Math.round(share * WIDTH);
    const rows = Math.round(share * HEIGHT);
    const [left, top] = side === 0 ? [0, 0] : side === 1 ? [WIDTH - columns, 0] : [0, HEIGHT - rows];
    const [width, height] = side === 2 ? [WIDTH, rows] : [columns, HEIGHT];
    // the other's middle is at the edge of the patch; before the legs comes a head
    const fromX = side === 0 ? WIDTH / 2 : side === 1 ? WIDTH / 2 - columns : 0;
    for (let y = 0; y < height; y++) {
      const from = y * ROW + 3 * fromX;
      out.set(this.source.subarray(from, from + 3 * width), (top + y) * ROW + 3 * left);
    }
  }

  /** Down to the pixels of a person far away, and back. */
  private coarsen(out: Float32Array): void {
    const width = Math.round(this.between(14, 48));
    const height = Math.round(width * this.between(1.9, 2.4));
    const { small } = this;
    for (let y = 0, to = 0; y < height; y++) {
      const [top, bottom] = [Math.floor((y * HEIGHT) / height), Math.ceil(((y + 1) * HEIGHT) / height)];
      for (let x = 0; x < width; x++, to += 3) {
        const [left, right] = [Math.floor((x * WIDTH) / width), Math.ceil(((x + 1) * WIDTH) / width)];
        average(out, left, top, right, bottom, small, to);
      }
    }
    for (let y = 0, to = 0; y < HEIGHT; y++) {
      const fromY = clamp(((y + 0.5) * height) / HEIGHT - 0.5, height - 1);
      for (let x = 0; x < WIDTH; x++, to += 3) {
        sample(small, width, height, clamp(((x + 0.5) * width) / WIDTH - 0.5, width - 1), fromY, out, to);
      }
    }
  }

  /** Saturation, contrast, brightness and tint. */
  private recolour(out: Float32Array): void {
    const saturation = this.between(0.6, 1.35);
    const contrast = this.between(0.7, 1.3);
    const brightness = this.between(0.7, 1.35);
    const tint = [0, 1, 2].map(() => brightness * this.between(0.93, 1.07));
    let mean = 0;
    for (let k = 0; k < PATCH_BYTES; k += 3) mean += luma(out, k);
    mean /= PATCH_BYTES / 3;
    for (let k = 0; k < PATCH_BYTES; k += 3) {
      const grey = luma(out, k);
      for (let c = 0; c < 3; c++) {
        const value = mean + (grey + (out[k + c] - grey) * saturation - mean) * contrast;
        out[k + c] = clamp(value * tint[c], 255);
      }
    }
  }

  /** A rectangle of one colour or of noise. */
  private erase(out: Float32Array): void {
    const height = Math.round(HEIGHT * this.between(0.1, 0.5));
    const width = Math.round(WIDTH * this.between(0.2, 0.7));
    const top = Math.floor((HEIGHT - height) * this.random());
    const left = Math.floor((WIDTH - width) * this.random());
    const colour = [0, 1, 2].map(() => 255 * this.random());
    const noise = this.chance(0.5) ? 120 : 0;
    for (let y = top; y < top + height; y++)
      for (let k = y * ROW + 3 * left, end = k + 3 * width; k < end; k++) {
        out[k] = clamp(colour[k % 3] + noise * (this.random() - 0.5), 255);
      }
  }
}

function clamp(value: number, most: number): number {
  return value < 0 ? 0 : value > most ? most : value;
}

function luma(pixels: Float32Array, k: number): number {
  return 0.299 * pixels[k] + 0.587 * pixels[k + 1] + 0.114 * pixels[k + 2];
}

/** The colour at (x, y), between pixel centres, of a picture of width × height; bilinear. */
function sample(
  from: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  out: Float32Array,
  to: number,
): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const [dx, dy] = [x - left, y - top];
  const [a, b] = [3 * (top * width + left), 3 * (top * width + right)];
  const [c, d] = [3 * (bottom * width + left), 3 * (bottom * width + right)];
  for (let k = 0; k < 3; k++) {
    const above = from[a + k] + (from[b + k] - from[a + k]) * dx;
    const below = from[c + k] + (from[d + k] - from[c + k]) * dx;
    out[to + k] = above + (below - above) * dy;
  }
}

/** The mean colour of a rectangle of a patch. */
function average(
  from: Float32Array,
  left: number,
  top: number,
  right: number,
  bottom: number,
  out: Float32Array,
  to: number,
) {
  const count = (right - left) * (bottom - top);
  for (let k = 0; k < 3; k++) {
    let sum = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += from[y * ROW + 3 * x + k];
    out[to + k] = sum / count;
  }
}
