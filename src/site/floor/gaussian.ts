/** Known places as sums: the information (inverse covariance) of each and the information times the place. They add up, and take away. */
export interface Information {
  xx: number;
  xy: number;
  yy: number;
  x: number;
  y: number;
}

/** Nothing known. */
export function noInformation(): Information {
  return { xx: 0, xy: 0, yy: 0, x: 0, y: 0 };
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
