import { apply, type Homography } from '../src/analytics/homography.ts';
import { iou } from '../src/core/geometry.ts';

/**
 * The street of the sample, in metres, as people's heights in it say: the horizon lies 83 pixels above the picture, and the camera hangs 7 m up and
 * looks 22° down.
 */
const FOCAL = 918;
const TAN = Math.tan((22 * Math.PI) / 180);
const STREET: Homography = Float64Array.of(
  ...[7.55, 0, -384 * 7.55],
  ...[0, -7 * TAN, 7 * (FOCAL + 288 * TAN)],
  ...[0, 1, 83],
);

/** Two views of it that overlap: pixels of the sample are `left` + `scale` · u, `scale` · v. */
export const VIEWS = [
  { name: 'west', left: 0, scale: 1, width: 576, height: 576, filter: 'crop=576:576:0:0' },
  { name: 'east', left: 192, scale: 0.75, width: 768, height: 768, filter: 'crop=576:576:192:0,scale=768:768' },
];
export type View = (typeof VIEWS)[number];

/** The cameras of a site file with how each view lies on the street. */
export function calibrations() {
  const cameras = VIEWS.map(({ name, left, scale, width, height }) => {
    const corners = [
      [0, 0.2],
      [1, 0.2],
      [1, 1],
      [0, 1],
    ].map(([x, y]) => [x * width, y * height]);
    const points = corners.map(([u, v]) => ({ image: [u, v], ground: apply(STREET, left + scale * u, scale * v) }));
    return [name, { calibration: { points } }];
  });
  return Object.fromEntries(cameras);
}

/** A box of a view, row `i`, in pixels of the sample. */
export function boxInSample({ left, scale }: View, boxes: Float64Array, i: number): Float64Array {
  const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
  return Float64Array.of(left + scale * x, scale * y, scale * w, scale * h);
}

/** A person whom a view shows: their id over both views, if there is one yet, and the box in pixels of the sample. */
export interface Shown {
  readonly person: number | null;
  readonly box: Float64Array;
}

/** Who is beyond doubt in both views of a moment: pairs of the same person, west and east. */
export function inBoth(west: readonly Shown[], east: readonly Shown[]): [Shown, Shown][] {
  return west.flatMap((one): [Shown, Shown][] => {
    const same = east.filter(({ box }) => iou(box, 0, one.box, 0) > 0.5);
    const alone = same.length === 1 && west.filter(({ box }) => iou(box, 0, same[0].box, 0) > 0.3).length === 1;
    return alone ? [[one, same[0]]] : [];
  });
}
