import type { Feet } from './camera.ts';
import { addPlace, type Information, noInformation, placeOf, squaredDistance } from './gaussian.ts';

/** Detections of several cameras that stand at one place. */
export interface FeetCluster {
  /** Row of the detection in each view; −1 where it has none. */
  readonly rows: Int32Array;
  /** X, Y, and covariance XX, XY, YY. */
  readonly place: Float64Array;
}

/** Two groups stand apart from this squared Mahalanobis distance: 99 % of those of one person are nearer (χ², 2 degrees of freedom). */
const APART = 9.21;

/**
 * Groups feet of different views that stand together: the two nearest groups are joined until all stand apart. A group has at most one
 * foot of each view.
 *
 * @param feet of each view
 * @param free rows of each view to group
 */
export function clusterFeet(feet: readonly Feet[], free: readonly (readonly number[])[]): FeetCluster[] {
  const groups: (FeetCluster & { readonly known: Information })[] = [];
  for (let v = 0; v < feet.length; v++) {
    for (const j of free[v]) {
      const { positions: z, covariances: r } = feet[v];
      const known = noInformation();
      addPlace(known, z[2 * j], z[2 * j + 1], r[3 * j], r[3 * j + 1], r[3 * j + 2]);
      const rows = new Int32Array(feet.length).fill(-1);
      rows[v] = j;
      groups.push({ rows, known, place: placeOf(known, new Float64Array(5)) });
    }
  }
  for (;;) {
    let [least, first, second] = [APART, -1, -1];
    for (let a = 0; a < groups.length; a++) {
      for (let b = a + 1; b < groups.length; b++) {
        if (groups[a].rows.some((j, v) => j >= 0 && groups[b].rows[v] >= 0)) continue;
        const [p, q] = [groups[a].place, groups[b].place];
        const d2 = squaredDistance(p[0] - q[0], p[1] - q[1], p[2] + q[2], p[3] + q[3], p[4] + q[4]);
        if (d2 < least) [least, first, second] = [d2, a, b];
      }
    }
    if (first < 0) return groups;
    const [{ rows, known, place }] = groups.splice(second, 1);
    const into = groups[first];
    for (let v = 0; v < rows.length; v++) if (rows[v] >= 0) into.rows[v] = rows[v];
    for (const key of Object.keys(known) as (keyof Information)[]) into.known[key] += known[key];
    placeOf(into.known, place);
    into.place.set(place);
  }
}
