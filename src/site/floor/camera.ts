import { apply, type Homography, inverse } from '../../analytics/homography.ts';
import { type Boxes, isBox, type Size } from '../../core/geometry.ts';
import { FootOffset } from './foot-offset.ts';
import { Sight } from './sight.ts';

/** A camera of a site, and how it shows the floor. */
export interface FloorCameraSetup {
  readonly name: string;
  /** Source pixels to the floor in metres. */
  readonly homography: Homography;
  /** Size of the pictures in source pixels. Where it is not given, feet count as inside every picture. */
  readonly size?: Size | undefined;
}

/** Height of a person of middle size in metres: what the ratio of box height to the floor's scale starts from. */
const PERSON_HEIGHT = 1.7;
/** Width of a person as a part of the box height. */
const PERSON_WIDTH = 0.4;
/** A box whose lowest part is covered by nearer boxes as far as this hides its feet. */
const FEET_COVERED = 0.5;
/** The part of a box, from below, that shows the feet. */
const FEET_PART = 0.2;
/** A box that ends so near the lower edge of the picture, in box heights, is cut by it. */
const EDGE = 0.01;
/** How much less a foot that is not visible is known along the direction of sight. */
const HIDDEN_FACTOR = 2.5;
/** Feet are not further than this from a box' lower edge, in box heights. */
const MOST_OFFSET = 0.3;
/** What is learned of a camera starts as if it had been seen so often, and forgets what is older than so many detections. */
const PRIOR_COUNT = 50;
const MEMORY_COUNT = 500;

/** Where the feet of one camera's detections stand, as columns. */
export interface Feet {
  /** n × 2: X, Y in metres; NaN above the horizon, and where the box is none. */
  readonly positions: Float64Array;
  /** n × 3: covariance XX, XY, YY in m². */
  readonly covariances: Float64Array;
}

/**
 * One camera over the floor. Learns while people are tracked how far boxes end below or beside the feet, and how tall people are in its
 * pictures.
 */
export class FloorCamera {
  readonly name: string;
  /** Size of its pictures, as soon as it is known. */
  size: Size | undefined;
  readonly #toFloor: Homography;
  readonly #toImage: Homography;
  /** Box height over the pixels a metre across takes at the feet. */
  #ratio = PERSON_HEIGHT;
  readonly #offset = new FootOffset();
  #count = PRIOR_COUNT;

  /** How often it detects people whom nothing covers. */
  readonly sight: Sight;

  /** @param missRate share of people in full sight who are not detected, before anything is learned */
  constructor({ name, homography, size }: FloorCameraSetup, missRate: number) {
    this.name = name;
    this.size = size;
    this.#toFloor = homography;
    this.#toImage = inverse(homography);
    this.sight = new Sight(1 - missRate);
  }

  /**
   * The feet of boxes on the floor, with the covariance of a foot point of `noise` carried through the homography to first order
   * (Hartley & Zisserman 2003, §5.2.1): where a pixel is metres, the foot is known to metres. Feet that the edge of the picture cuts off
   * or that nearer boxes cover are known less along the direction of sight.
   *
   * @param boxes n × 4
   * @param noise standard deviation of a foot point, in box heights
   */
  feetOf(boxes: Boxes, n: number, noise: number): Feet {
    const positions = new Float64Array(2 * n).fill(Number.NaN);
    const covariances = new Float64Array(3 * n).fill(Number.NaN);
    const h = this.#toFloor;
    for (let i = 0; i < n; i++) {
      if (!isBox(boxes, i)) continue;
      const height = boxes[4 * i + 3];
      const middle = boxes[4 * i] + boxes[4 * i + 2] / 2;
      const bottom = boxes[4 * i + 1] + height;
      const [offsetX, offsetY, variance] = this.#offset.at(...this.#inPicture(middle, bottom));
      const u = middle - offsetX * height;
      const v = bottom - offsetY * height;
      const [x, y] = apply(h, u, v);
      positions[2 * i] = x;
      positions[2 * i + 1] = y;
      const w = h[6] * u + h[7] * v + h[8];
      const across = (Math.sqrt(noise * noise + variance) * height) / w;
      const along = across * (this.#feetVisible(boxes, n, i) ? 1 : HIDDEN_FACTOR);
      const xu = (h[0] - x * h[6]) * across;
      const yu = (h[3] - y * h[6]) * across;
      const xv = (h[1] - x * h[7]) * along;
      const yv = (h[4] - y * h[7]) * along;
      covariances[3 * i] = xu * xu + xv * xv;
      covariances[3 * i + 1] = xu * yu + xv * yv;
      covariances[3 * i + 2] = yu * yu + yv * yv;
    }
    return { positions, covariances };
  }

  /**
   * The box that a person at a place has, as x, y, w, h in source pixels; undefined where the camera does not see the place.
   */
  boxAt(x: number, y: number): readonly [number, number, number, number] | undefined {
    const [u, v] = apply(this.#toImage, x, y);
    const height = this.#ratio * this.#scaleAt(u, v);
    if (!(height > 0 && height < 1e6)) return undefined;
    const width = PERSON_WIDTH * height;
    return [u - width / 2, v - height, width, height];
  }

  /** Takes a detection of a person whose place is known from elsewhere, to learn from it. */
  learn(boxes: Boxes, i: number, x: number, y: number): void {
    const [u, v] = apply(this.#toImage, x, y);
    const height = boxes[4 * i + 3];
    const ratio = height / this.#scaleAt(u, v);
    const middle = boxes[4 * i] + boxes[4 * i + 2] / 2;
    const bottom = boxes[4 * i + 1] + height;
    const offsetX = (middle - u) / height;
    const offsetY = (bottom - v) / height;
    if (!(Math.abs(offsetX) < MOST_OFFSET && Math.abs(offsetY) < MOST_OFFSET && ratio > 0.3 && ratio < 5)) return;
    this.#count = Math.min(this.#count + 1, MEMORY_COUNT);
    this.#ratio += (ratio - this.#ratio) / this.#count;
    this.#offset.learn(...this.#inPicture(middle, bottom), offsetX, offsetY);
  }

  /** A place as −1..1 from edge to edge; the middle where the size of the picture is not known. */
  #inPicture(u: number, v: number): readonly [number, number] {
    if (!this.size) return [0, 0];
    const clip = (value: number) => Math.min(1, Math.max(-1, value));
    return [clip((2 * u) / this.size.width - 1), clip((2 * v) / this.size.height - 1)];
  }

  /** Pixels that a metre across the direction of sight takes, at a place in the picture. */
  #scaleAt(u: number, v: number): number {
    const h = this.#toFloor;
    const w = h[6] * u + h[7] * v + h[8];
    const [x, y] = apply(h, u, v);
    return Math.abs(w) / Math.hypot(h[0] - x * h[6], h[3] - y * h[6]);
  }

  #feetVisible(boxes: Boxes, n: number, i: number): boolean {
    const [left, width, height] = [boxes[4 * i], boxes[4 * i + 2], boxes[4 * i + 3]];
    const bottom = boxes[4 * i + 1] + height;
    if (this.size && bottom > this.size.height - EDGE * height) return false;
    const top = bottom - FEET_PART * height;
    for (let j = 0; j < n; j++) {
      const other = boxes[4 * j + 1] + boxes[4 * j + 3];
      if (j === i || other <= bottom) continue;
      const w = Math.min(left + width, boxes[4 * j] + boxes[4 * j + 2]) - Math.max(left, boxes[4 * j]);
      const h = Math.min(bottom, other) - Math.max(top, boxes[4 * j + 1]);
      if (w > 0 && h > 0 && w * h > FEET_COVERED * width * FEET_PART * height) return false;
    }
    return true;
  }
}
