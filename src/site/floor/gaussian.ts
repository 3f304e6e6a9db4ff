/** Known places as sums: the information (inverse covariance) of each and the information times the place. They add up, and take away. */
export interface Information {
  xx: number;
  xy: number;
  yy: number;
  x: number;
  y: number;
  /** Sum of the squared places by their information, and of the logarithms of the information's determinants. */
  squares: number;
  logs: number;
}

/** Nothing known. */
export function noInformation(): Information {
  return { xx: 0, xy: 0, yy: 0, x: 0, y: 0, squares: 0, logs: 0 };
}

/** Adds a place with its covariance, or takes it away again with `sign` −1. */
export function addPlace(to: Information, x: number, y: number, xx: number, xy: number, yy: number, sign = 1): void {
  const scale = sign / (xx * yy - xy * xy);
  const a = yy * scale;
  const b = -xy * scale;
  const c = xx * scale;
  to.xx += a;
  to.xy += b;
  to.yy += c;
  to.x += a * x + b * y;
  to.y += b * x + c * y;
  to.squares += a * x * x + 2 * b * x * y + c * y * y;
  to.logs += sign * Math.log(a * c - b * b);
}

/** The place and covariance that information says: X, Y, XX, XY, YY into `into`. */
export function placeOf({ xx, xy, yy, x, y }: Information, into: Float64Array): Float64Array {
  const determinant = xx * yy - xy * xy;
  const [a, b, c] = [yy / determinant, -xy / determinant, xx / determinant];
  into[0] = a * x + b * y;
  into[1] = b * x + c * y;
  into[2] = a;
  into[3] = b;
  into[4] = c;
  return into;
}

/** Squared Mahalanobis distance of a difference (dx, dy) under a covariance. */
export function squaredDistance(dx: number, dy: number, xx: number, xy: number, yy: number): number {
  return (dx * dx * yy - 2 * dx * dy * xy + dy * dy * xx) / (xx * yy - xy * xy);
}

/**
 * −log of the likelihood of places that are one place, up to a constant a place: how far they lie from their mean, and how sure they are.
 */
export function disagreement({ xx, xy, yy, x, y, squares, logs }: Information): number {
  const determinant = xx * yy - xy * xy;
  const mean = (x * x * yy - 2 * x * y * xy + y * y * xx) / determinant;
  return (squares - mean + Math.log(determinant) - logs) / 2;
}
