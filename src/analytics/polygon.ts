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

/** Distance of (x, y) from the nearest of the edges, 4 numbers each: the ends; infinite when there are none. */
export function edgeDistance(edges: Float64Array, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < edges.length; i += 4) {
    const dx = edges[i + 2] - edges[i];
    const dy = edges[i + 3] - edges[i + 1];
    const t = Math.min(1, Math.max(0, ((x - edges[i]) * dx + (y - edges[i + 1]) * dy) / (dx * dx + dy * dy)));
    nearest = Math.min(nearest, Math.hypot(x - edges[i] - t * dx, y - edges[i + 1] - t * dy));
  }
  return nearest;
}

/** The sides of the polygon in turn: x, y of one end and of the other. */
export function sidesOf(polygon: Outline): [x0: number, y0: number, x1: number, y1: number][] {
  const n = polygon.length;
  return Array.from({ length: n / 2 }, (_, k) => {
    const [i, j] = [2 * k, (2 * k + 2) % n];
    return [polygon[i], polygon[i + 1], polygon[j], polygon[j + 1]];
  });
}

/** Whether the straight way from (x0, y0) to (x1, y1) crosses the polygon's edge. */
export function crosses(polygon: Outline, x0: number, y0: number, x1: number, y1: number): boolean {
  return sidesOf(polygon).some((side) => !Number.isNaN(crossing(x0, y0, x1, y1, ...side)));
}

/** How far along the way a → b it meets the stretch c → d, ends included: 0..1; NaN where it does not, or runs along it. */
function crossing(
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
  return Math.abs(sidesOf(polygon).reduce((sum, [x0, y0, x1, y1]) => sum + x0 * y1 - x1 * y0, 0)) / 2;
}

/** Length of the polygon's edge. */
export function perimeterOf(polygon: Outline): number {
  return sidesOf(polygon).reduce((sum, [x0, y0, x1, y1]) => sum + Math.hypot(x1 - x0, y1 - y0), 0);
}

/** Two sides of the polygon that touch without being neighbours, counted from 1 (side 1 is from point 1 to 2), if there are any. */
export function selfCrossing(polygon: Outline): readonly [number, number] | undefined {
  const sides = sidesOf(polygon);
  const n = sides.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (!Number.isNaN(crossing(...sides[i], ...sides[j]))) return [i + 1, j + 1];
    }
  }
  return undefined;
}
