import { Matrix, SingularValueDecomposition } from 'ml-matrix';

/** A projective mapping of the plane: 9 numbers, row by row. */
export type Homography = Float64Array;

/** Singular values below this part of the largest one count as none. */
const RANK_TOLERANCE = 1e-7;
/** The least determinant of a mapping between normalised points, its numbers' squares summing to 1: below it a plane becomes a line. */
const LEAST_DETERMINANT = 1e-8;

/**
 * The homography that maps points nearest to others: the normalised direct linear transformation.
 *
 * R. Hartley, A. Zisserman, Multiple View Geometry in Computer Vision, 2nd ed. (2003), algorithm 4.2.
 *
 * @param from n × 2, n at least 4
 * @param to n × 2
 * @returns with a positive third coordinate at the points; undefined where the points do not determine it: too many of them lie
 * on a line, in one plane or in both, or coincide, or no mapping has them all on one side of the horizon
 */
export function fitHomography(from: Float64Array, to: Float64Array): Homography | undefined {
  const a = normalisation(from);
  const b = normalisation(to);
  if (!a || !b) return undefined;
  const n = from.length / 2;
  const system = Matrix.zeros(Math.max(9, 2 * n), 9);
  for (let i = 0; i < n; i++) {
    const [x, y] = apply(a, from[2 * i], from[2 * i + 1]);
    const [u, v] = apply(b, to[2 * i], to[2 * i + 1]);
    system.setRow(2 * i, [0, 0, 0, -x, -y, -1, v * x, v * y, v]);
    system.setRow(2 * i + 1, [x, y, 1, 0, 0, 0, -u * x, -u * y, -u]);
  }
  const { diagonal, rightSingularVectors } = new SingularValueDecomposition(system, {
    computeLeftSingularVectors: false,
  });
  if (!(diagonal[7] > RANK_TOLERANCE * diagonal[0])) return undefined;
  const solution = Float64Array.from(rightSingularVectors.getColumn(8));
  if (Math.abs(determinant(solution)) < LEAST_DETERMINANT) return undefined;
  const h = multiply(multiply(inverse(b), solution), a);
  const signs = Array.from({ length: n }, (_, i) => Math.sign(h[6] * from[2 * i] + h[7] * from[2 * i + 1] + h[8]));
  if (signs[0] === 0 || signs.some((sign) => sign !== signs[0])) return undefined;
  return h.map((value) => value * signs[0]);
}

/** Where (x, y) comes to lie; NaN for what lies on the horizon or beyond it. */
export function apply(h: Homography, x: number, y: number): [number, number] {
  const w = h[6] * x + h[7] * y + h[8];
  if (!(w > 0)) return [Number.NaN, Number.NaN];
  return [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w];
}

/** Inverse of a homography. */
export function inverse(homography: Homography): Homography {
  const [a, b, c, d, e, f, g, h, i] = homography;
  const scale = 1 / determinant(homography);
  return Float64Array.of(
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ).map((value) => value * scale);
}

function determinant([a, b, c, d, e, f, g, h, i]: Homography): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

/** Moves the points' centre to 0 and scales their mean distance from it to √2; undefined when all are the same. */
function normalisation(points: Float64Array): Homography | undefined {
  const n = points.length / 2;
  let [cx, cy, distance] = [0, 0, 0];
  for (let i = 0; i < points.length; i += 2) {
    cx += points[i] / n;
    cy += points[i + 1] / n;
  }
  for (let i = 0; i < points.length; i += 2) distance += Math.hypot(points[i] - cx, points[i + 1] - cy) / n;
  if (!(distance > 0)) return undefined;
  const scale = Math.SQRT2 / distance;
  return Float64Array.of(scale, 0, -scale * cx, 0, scale, -scale * cy, 0, 0, 1);
}

function multiply(a: Homography, b: Homography): Homography {
  return new Float64Array(9).map((_, k) => {
    const [row, column] = [3 * Math.floor(k / 3), k % 3];
    return a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6];
  });
}
