import { inputError } from '../core/errors.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { apply, fitHomography, type Homography, inverse } from './homography.ts';
import type { CalibrationParameters } from './parameters.ts';

/** Metres a degree of latitude: the mean radius of WGS84 (IUGG R1) times π / 180. */
const METRES_PER_DEGREE = (6_371_008.8 * Math.PI) / 180;
/** Speeds are measured over so much time before and after, path lengths in such steps, as boxes jitter from frame to frame. */
const STEP_SECONDS = 0.5;

/** The place on earth of ground point 0, 0, in degrees; `heading` is clockwise from north to the y axis. */
export interface Origin {
  readonly longitude: number;
  readonly latitude: number;
  readonly heading: number;
}

/** How far off a calibration point comes out. */
export interface Residual {
  /** Distance on the ground in metres. */
  readonly metres: number;
  /** Distance in the picture in pixels. */
  readonly pixels: number;
}

/**
 * The ground as the picture shows it: feet in source pixels to metres and back, by a homography fitted to calibration points. The ground
 * has to be flat, and the lens without much distortion.
 */
export class GroundPlane {
  /** Present when places on earth are known. */
  readonly origin: Origin | undefined;
  /** How far off each calibration point comes out. With four points it is always 0. */
  readonly residuals: readonly Residual[];
  /** Picture to ground in metres. */
  readonly homography: Homography;
  readonly #back: Homography;

  /** @throws TwintrackError when the points do not determine the ground */
  constructor({ unit, points, origin }: CalibrationParameters) {
    const image = Float64Array.from(points.flatMap((point) => point.image));
    const given = points.map((point) => point.ground);
    this.origin = unit === 'degrees' ? { longitude: given[0][0], latitude: given[0][1], heading: 0 } : origin;
    const metres =
      unit === 'degrees' ? given.map(([longitude, latitude]) => this.#fromEarth(longitude, latitude)) : given;
    const ground = Float64Array.from(metres.flat());
    const homography = fitHomography(image, ground);
    if (!homography) {
      const reason = 'do not determine the ground: too many lie on one line, coincide, or are mixed up';
      throw inputError('calibration.points', reason, 'give four corners of an area, each with the place it shows');
    }
    this.homography = homography;
    this.#back = scaled(inverse(homography), ground[0], ground[1]);
    this.residuals = points.map((_, i) => {
      const [x, y] = this.toGround(image[2 * i], image[2 * i + 1]);
      const [u, v] = this.toImage(ground[2 * i], ground[2 * i + 1]);
      return {
        metres: Math.hypot(x - ground[2 * i], y - ground[2 * i + 1]),
        pixels: Math.hypot(u - image[2 * i], v - image[2 * i + 1]),
      };
    });
  }

  /** Metres on the ground of a point in source pixels; NaN above the horizon. */
  toGround(x: number, y: number): [x: number, y: number] {
    return apply(this.homography, x, y);
  }

  /** Source pixels of a point on the ground in metres; NaN behind the camera. */
  toImage(x: number, y: number): [x: number, y: number] {
    return apply(this.#back, x, y);
  }

  /**
   * Degrees of longitude and latitude of a point on the ground in metres.
   *
   * @throws TwintrackError when the calibration does not say where on earth it is
   */
  toEarth(x: number, y: number): [longitude: number, latitude: number] {
    const { origin } = this;
    if (!origin)
      throw inputError(
        'calibration.origin',
        'is not given, so places on earth are not known',
        'add it, or points in degrees',
      );
    const turn = (origin.heading * Math.PI) / 180;
    const east = x * Math.cos(turn) + y * Math.sin(turn);
    const north = y * Math.cos(turn) - x * Math.sin(turn);
    const latitude = origin.latitude + north / METRES_PER_DEGREE;
    return [origin.longitude + east / (METRES_PER_DEGREE * cosine(origin.latitude)), latitude];
  }

  /** Where the feet of each observation stand, n × 2 metres; NaN above the horizon. */
  feetOf({ boxes, times }: Trajectory): Float64Array {
    const feet = new Float64Array(2 * times.length);
    for (let i = 0; i < times.length; i++)
      feet.set(this.toGround(boxes[4 * i] + boxes[4 * i + 2] / 2, boxes[4 * i + 1] + boxes[4 * i + 3]), 2 * i);
    return feet;
  }

  #fromEarth(longitude: number, latitude: number): [number, number] {
    const { longitude: longitude0, latitude: latitude0 } = this.origin!;
    const x = (longitude - longitude0) * METRES_PER_DEGREE * cosine(latitude0);
    return [x, (latitude - latitude0) * METRES_PER_DEGREE];
  }
}

/**
 * Speed at each observation in m/s: the distance between half a second before and half a second after, over the time between them. Where nothing
 * was observed in that time, the neighbouring observations are used. NaN where the feet are not known.
 *
 * @param feet n × 2 metres, see `GroundPlane.feetOf`
 * @param times n, seconds
 */
export function speedsOf(feet: Float64Array, times: Float64Array): Float64Array {
  const speeds = new Float64Array(times.length).fill(Number.NaN);
  let from = 0;
  let to = 0;
  for (let i = 0; i < times.length; i++) {
    while (times[i] - times[from] > STEP_SECONDS + 1e-6) from++;
    while (to + 1 < times.length && times[to + 1] - times[i] <= STEP_SECONDS + 1e-6) to++;
    const [a, b] = to > from ? [from, to] : [Math.max(0, i - 1), Math.min(times.length - 1, i + 1)];
    if (b > a) speeds[i] = distance(feet, a, b) / (times[b] - times[a]);
  }
  return speeds;
}

/** Length of the path on the ground in metres, in steps of half a second. */
export function wayOf(feet: Float64Array, times: Float64Array): number {
  let way = 0;
  let from = 0;
  for (let i = 1; i < times.length; i++) {
    if (times[i] - times[from] < STEP_SECONDS - 1e-6 && i < times.length - 1) continue;
    const step = distance(feet, from, i);
    if (Number.isFinite(step)) way += step;
    from = i;
  }
  return way;
}

function distance(feet: Float64Array, i: number, j: number): number {
  return Math.hypot(feet[2 * j] - feet[2 * i], feet[2 * j + 1] - feet[2 * i + 1]);
}

function cosine(degrees: number): number {
  return Math.cos((degrees * Math.PI) / 180);
}

/** The same mapping with a positive third coordinate at (x, y). */
function scaled(h: Homography, x: number, y: number): Homography {
  const w = h[6] * x + h[7] * y + h[8];
  return h.map((value) => value / w);
}
