import type { z } from 'zod';
import { inputError } from '../core/errors.ts';
import { parseSection } from '../core/schema.ts';
import { areaParameters } from './parameters.ts';
import { EDGE_PIXELS, PictureEdges, type PictureSize } from './picture-edges.ts';
import { areaOf, type Outline } from './polygon.ts';

/** The point of a box that stands for the person: the middle of its lower edge, or its centre. */
export type Anchor = 'feet' | 'centre';

/** A polygon or a line in source pixels. */
export interface Area {
  readonly name: string;
  /** The corners of a zone or an ignore area, or the two ends of a line. */
  readonly outline: Outline;
  readonly anchor: Anchor;
}

/** The zones, lines and ignore areas of a picture. */
export interface Areas {
  readonly zones: readonly Area[];
  /** `in` across a line is from its left to its right, seen from its first point to its second. */
  readonly lines: readonly Area[];
  /** Where detections are left out. */
  readonly ignore?: readonly Area[] | undefined;
  /** Size of the picture in pixels, where known: what is beyond it counts at its edge. */
  readonly picture?: PictureSize | undefined;
}

/**
 * Zones, lines and ignore areas in pixels of a picture.
 *
 * @param parameters `zones`, `lines` and `ignore`, of which any may be left out, such as the result of `loadParameters()`
 * @param size of the picture; what is not known of it is left out
 * @throws TwintrackError naming the key when an area is none, a point lies outside the picture, a line lies on the edge of the
 *   picture, or ratios are of a picture of unknown size
 *
 * @example
 * const areas = resolveAreas({ lines: { door: { points: [[100, 200], [300, 200]] } } }, { width: 640, height: 480 });
 */
export function resolveAreas(
  parameters: z.input<typeof areaParameters>,
  { width, height }: { readonly width?: number | undefined; readonly height?: number | undefined } = {},
): Areas {
  const sections = parseSection(areaParameters, parameters, '');
  const picture = width === undefined || height === undefined ? undefined : { width, height };
  const resolve = (section: 'zones' | 'lines' | 'ignore'): Area[] =>
    Object.entries(sections[section]).map(([name, { points, unit, anchor }]) => {
      const key = `${section}.${name}.points`;
      if (unit === 'ratio' && !picture)
        throw inputError(key, 'are ratios of a picture whose size is not known', 'give them in pixels');
      const [sx, sy] = unit === 'ratio' && picture ? [picture.width, picture.height] : [1, 1];
      const outline = Float64Array.from(points.flatMap(([x, y]) => [x * sx, y * sy]));
      if (picture) requireWithin(key, outline, picture);
      requireRoom(key, outline, section === 'lines', new PictureEdges(picture));
      return { name, outline, anchor };
    });
  return { zones: resolve('zones'), lines: resolve('lines'), ignore: resolve('ignore'), picture };
}

function requireWithin(key: string, outline: Outline, { width, height }: PictureSize): void {
  for (let i = 0; i < outline.length; i += 2) {
    const [x, y] = outline.subarray(i, i + 2);
    if (x >= 0 && x <= width && y >= 0 && y <= height) continue;
    const reason = `point ${i / 2 + 1} (${x}, ${y}) lies outside the picture of ${width} × ${height} pixels`;
    throw inputError(key, reason, 'give points of the source picture');
  }
}

const EDGE_NAMES = ['left', 'upper', 'right', 'lower'];

/** No person is seen beyond a line on the edge of the picture, nor in a zone there. */
function requireRoom(key: string, outline: Outline, isLine: boolean, edges: PictureEdges): void {
  const reached = edges.reached(outline);
  const edge = isLine ? edges.along(reached[0], reached[1], reached[2], reached[3]) : -1;
  if (edge >= 0) {
    const reason = `the line lies on the ${EDGE_NAMES[edge]} edge of the picture, beyond which no person is seen`;
    throw inputError(key, reason, `move it into the picture, by more than ${EDGE_PIXELS} pixels`);
  }
  if (isLine || areaOf(reached) >= 1) return;
  const reason = `the area lies within ${EDGE_PIXELS} pixels of the edge of the picture, which is too little to be in`;
  throw inputError(key, reason, 'draw it further into the picture');
}
