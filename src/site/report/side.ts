/** How a text stands at its place: beginning, centred or ending there. */
export type Side = 'first' | 'middle' | 'last';

/**
 * How a text stands that is not to be cut at the edges.
 *
 * @param percent its place, of a width
 * @param edge percent from an edge in which it is not centred
 */
export function sideOf(percent: number, edge: number): Side {
  if (percent < edge) return 'first';
  return percent > 100 - edge ? 'last' : 'middle';
}
