/**
 * Plane geometry on outlines: 2n numbers x, y, x, y … of a closed polygon without its first point again at the end, or the two ends
 * of a line. Any unit; y down, as in a picture.
 */
export type Outline = Float64Array;

/** Whether (x, y) lies within the polygon (even-odd rule); of its edge, the left and upper parts belong to it. */
export function contains(polygon: Outline, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const yi = polygon[i + 1];
    const yj = polygon[j + 1];
    if (yi > y !== yj > y && x < polygon[i] + ((polygon[j] - polygon[i]) * (y - yi)) / (yj - yi)) inside = !inside;
  }
  return inside;
}

/** Distance of (x, y) from the nearest point of the polygon's edge. */
export function edgeDistance(polygon: Outline, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const dx = polygon[i] - polygon[j];
    const dy = polygon[i + 1] - polygon[j + 1];
    const length2 = dx * dx + dy * dy;
    const along = length2 > 0 ? ((x - polygon[j]) * dx + (y - polygon[j + 1]) * dy) / length2 : 0;
    const t = Math.min(1, Math.max(0, along));
    nearest = Math.min(nearest, Math.hypot(x - polygon[j] - t * dx, y - polygon[j + 1] - t * dy));
  }
  return nearest;
}

/** How far along the way from (x0, y0) to (x1, y1) it last crosses the polygon's edge: 0..1, NaN where it does not. */
export function lastCrossing(polygon: Outline, x0: number, y0: number, x1: number, y1: number): number {
  let last = Number.NaN;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const t = crossing(x0, y0, x1, y1, polygon[j], polygon[j + 1], polygon[i], polygon[i + 1]);
    if (!(t <= last)) last = Number.isNaN(t) ? last : t;
  }
  return last;
}

/** How far along the way a → b it meets the stretch c → d, ends included: 0..1; NaN where it does not, or runs along it. */
export function crossing(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  cx: number,
  cy: number,
  dx: number,
  dy: number,
): number {
  const denominator = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx);
  const t = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / denominator;
  const u = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / denominator;
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? t : Number.NaN;
}

/** Area within the polygon, of one that does not cross itself. */
export function areaOf(polygon: Outline): number {
  let twice = 0;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2)
    twice += polygon[j] * polygon[i + 1] - polygon[i] * polygon[j + 1];
  return Math.abs(twice) / 2;
}

/** Length of the polygon's edge. */
export function perimeterOf(polygon: Outline): number {
  let sum = 0;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2)
    sum += Math.hypot(polygon[i] - polygon[j], polygon[i + 1] - polygon[j + 1]);
  return sum;
}

/** Two sides of the polygon that touch without being neighbours, counted from 1 (side 1 is from point 1 to 2), if there are any. */
export function selfCrossing(polygon: Outline): readonly [number, number] | undefined {
  const n = polygon.length / 2;
  const at = (k: number) => [polygon[2 * (k % n)], polygon[2 * (k % n) + 1]] as const;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (!Number.isNaN(crossing(...at(i), ...at(i + 1), ...at(j), ...at(j + 1)))) return [i + 1, j + 1];
    }
  }
  return undefined;
}
