import type { Area } from '../analytics/areas.ts';
import { contains, edgeDistance, sidesOf } from '../analytics/polygon.ts';
import type { Trajectory } from '../core/trajectory.ts';

/** A person goes by an area who is there within so many seconds of the first or last sight, … */
const AT_END_SECONDS = 1.5;
/** … or as near to it as so many box heights. */
const NEAR_HEIGHTS = 0.5;

/** Whether a trajectory begins (or ends) in a zone or at a line, or next to it. */
export function endsAt(
  trajectory: Pick<Trajectory, 'times' | 'boxes'>,
  { outline, anchor }: Area,
  end: 'first' | 'last',
): boolean {
  const { times, boxes } = trajectory;
  const n = times.length;
  const from = end === 'first' ? 0 : n - 1;
  const step = end === 'first' ? 1 : -1;
  const edges = Float64Array.from(sidesOf(outline).flat());
  for (let i = from; i >= 0 && i < n && Math.abs(times[i] - times[from]) <= AT_END_SECONDS; i += step) {
    const [left, top, width, height] = boxes.subarray(4 * i, 4 * i + 4);
    const [x, y] = [left + width / 2, top + (anchor === 'feet' ? height : height / 2)];
    if (contains(outline, x, y) || edgeDistance(edges, x, y) <= NEAR_HEIGHTS * height) return true;
  }
  return false;
}
