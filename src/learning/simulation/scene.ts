import type { CameraMotion, CameraOptions } from './camera.ts';
import type { DetectorKind } from './detector-quality.ts';
import type { Draw } from './noise.ts';
import type { Setting } from './setting.ts';

/** A kind of place: people along a street, all over a square, in and out of a hall, dancing on a floor. */
export type Place = 'street' | 'square' | 'hall' | 'dance';

/** A scene but for its people and detector's details, which are drawn when it begins. */
export interface Scene {
  readonly place: Place;
  readonly setting: Setting;
  readonly camera: CameraOptions;
  readonly detector: DetectorKind;
  /** Pixels that the farthest people are high. */
  readonly least: number;
  /** Whether the true boxes end where the picture does. */
  readonly clipped: boolean;
  readonly frameRate: number;
}

const SIZES = [
  [[640, 480], 2],
  [[768, 576], 1],
  [[1280, 720], 2],
  [[1920, 1080], 5],
] as const;
const FRAME_RATES = [
  [5, 0.5],
  [7, 1],
  [10, 1.5],
  [14, 2],
  [20, 1.5],
  [25, 2],
  [30, 4],
] as const;
const DETECTORS: readonly (readonly [DetectorKind, number])[] = [
  ['accurate', 1],
  ['fair', 1],
  ['poor', 1],
];

/** Draws a scene of any kind, or of the given place. */
export function drawScene(draw: Draw, place: Place = drawPlace(draw)): Scene {
  const dance = place === 'dance';
  const [width, height] = draw.pick<readonly [number, number]>(SIZES);
  const camera = dance ? stageCamera(width, height, draw) : anyCamera(width, height, place, draw);
  const people = dance ? draw.between(3, 14) : draw.ratio(6, camera.elevation > 2.5 ? 50 : 28);
  const setting: Setting = {
    people: Math.round(people),
    dance,
    spread: dance ? draw.between(0.7, 1) : 1,
    street: place === 'street' || (place === 'hall' && draw.chance(0.3)) ? draw.between(-Math.PI, Math.PI) : undefined,
    standing: place === 'street' ? draw.between(0, 0.3) : draw.between(0.2, 0.6),
    company: draw.between(0.2, 0.75),
    whims: draw.ratio(0.02, place === 'street' ? 0.08 : 0.2),
    crowding: draw.between(-0.3, 0.6),
    doors: place === 'hall' ? Math.round(draw.between(1, 4)) : draw.chance(0.3) ? 1 : 0,
    occluders: dance ? (draw.chance(0.2) ? 1 : 0) : Math.round(draw.between(0, 5)),
  };
  const least = dance ? height * draw.between(0.18, 0.32) : (height / 1080) ** 0.5 * draw.ratio(40, 130);
  const clipped = dance || draw.chance(0.4);
  return { place, setting, camera, detector: draw.pick(DETECTORS), least, clipped, frameRate: draw.pick(FRAME_RATES) };
}

function drawPlace(draw: Draw): Place {
  return draw.pick<Place>([
    ['street', 4],
    ['square', 2.5],
    ['hall', 1.5],
    ['dance', 2],
  ]);
}

function stageCamera(width: number, height: number, draw: Draw): CameraOptions {
  const motion = draw.pick<CameraMotion>([
    ['fixed', 6],
    ['shaking', 3],
    ['panning', 1],
  ]);
  return {
    width,
    height,
    fieldOfView: draw.between(40, 60),
    elevation: draw.between(1.4, 3),
    tilt: draw.between(3, 12),
    motion,
  };
}

function anyCamera(width: number, height: number, place: Place, draw: Draw): CameraOptions {
  const mounted = draw.chance(place === 'street' ? 0.25 : 0.4);
  if (mounted) {
    const elevation = draw.ratio(2.5, 8);
    const motion: CameraMotion = draw.chance(0.85) ? 'fixed' : 'shaking';
    return {
      width,
      height,
      fieldOfView: draw.between(40, 85),
      elevation,
      tilt: draw.between(2, 8) + 2 * elevation,
      motion,
    };
  }
  const motion = draw.pick<CameraMotion>([
    ['fixed', 1.5],
    ['shaking', 2],
    ['panning', 1.5],
    ['walking', 2],
    ['driving', place === 'street' ? 2 : 0],
  ]);
  return {
    width,
    height,
    fieldOfView: draw.between(45, 75),
    elevation: draw.between(0.8, 2),
    tilt: draw.between(-2, 6),
    motion,
  };
}
