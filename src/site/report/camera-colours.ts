import { COLOURS } from '../../report/page-parts.ts';

/** The colour of the whole site in charts. */
export const WHOLE = COLOURS[0];

/** A colour for each of some cameras, of one lightness where they are many. */
export function cameraColours(count: number): string[] {
  const own = COLOURS.slice(1);
  return Array.from({ length: count }, (_, i) =>
    count <= own.length ? own[i] : `oklch(0.62 0.13 ${Math.round((360 * i) / count)})`,
  );
}
