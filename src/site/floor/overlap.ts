import { apply } from '../../analytics/homography.ts';
import type { Size } from '../../core/geometry.ts';
import { FloorCamera, type FloorCameraSetup } from './camera.ts';

/** Feet are looked for at so many places across and down a picture. */
const STEPS = 16;
/** A person smaller than this part of the picture's height is too far away to count as seen. */
const LEAST_HEIGHT = 0.05;
/** Two cameras see one place when so much of what one of them sees is seen by the other. */
const LEAST_SHARED = 0.05;

/** Whether two cameras see one place of the floor, by their homographies and the sizes of their pictures; not where a size is not known. */
export function seeOneFloor(a: FloorCameraSetup, b: FloorCameraSetup): boolean {
  return share(a, b) >= LEAST_SHARED || share(b, a) >= LEAST_SHARED;
}

/** The share of the places that `a` sees that `b` sees as well. */
function share(a: FloorCameraSetup, b: FloorCameraSetup): number {
  if (!a.size || !b.size) return 0;
  const [first, second] = [new FloorCamera(a, 0), new FloorCamera(b, 0)];
  let [seen, both] = [0, 0];
  for (let i = 0; i < STEPS; i++)
    for (let j = 0; j < STEPS; j++) {
      const u = ((i + 0.5) / STEPS) * a.size.width;
      const [x, y] = apply(a.homography, u, ((j + 0.5) / STEPS) * a.size.height);
      if (!sees(first, a.size, x, y)) continue;
      seen++;
      if (sees(second, b.size, x, y)) both++;
    }
  return seen > 0 ? both / seen : 0;
}

/** Whether the feet of a person at a place are in the picture, and the person is large enough. */
function sees(camera: FloorCamera, size: Size, x: number, y: number): boolean {
  const box = camera.boxAt(x, y);
  if (!box) return false;
  const [left, top, width, height] = box;
  const [u, v] = [left + width / 2, top + height];
  return height >= LEAST_HEIGHT * size.height && u >= 0 && u <= size.width && v >= 0 && v <= size.height;
}
