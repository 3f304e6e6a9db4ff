import type { Detections } from '../../core/detections.ts';
import { inputError } from '../../core/errors.ts';
import { seededRandom } from '../random.ts';
import { Camera, type CameraOptions } from './camera.ts';
import { SimulatedDetector } from './detector.ts';
import { type DetectorKind, drawDetector } from './detector-quality.ts';
import { Draw } from './noise.ts';
import { drawScene, type Place, type Scene } from './scene.ts';
import { type View, viewsOf } from './views.ts';
import { World } from './world.ts';

/** What is given of a scene; the rest is drawn from the seed. */
export interface SimulationOptions {
  readonly seed: number;
  /** What kind of place. */
  readonly place?: Place | undefined;
  readonly camera?: Partial<CameraOptions> | undefined;
  /** People in the picture, on average. */
  readonly people?: number | undefined;
  /** `accurate` is like YOLOX-X, `fair` like Faster R-CNN, `poor` like ACF. */
  readonly detector?: DetectorKind | undefined;
  /** Frames per second. */
  readonly frameRate?: number | undefined;
}

/** A simulation that goes on for as long as it is stepped. */
export class Simulation {
  readonly place: Place;
  readonly frameRate: number;
  readonly world: World;
  readonly camera: Camera;
  private readonly detector: SimulatedDetector;
  private readonly scene: Scene;

  /** @throws TwintrackError for a frame rate that is not above 0 */
  constructor({ seed, place, camera, people, detector, frameRate }: SimulationOptions) {
    if (frameRate !== undefined && !(frameRate > 0))
      throw inputError('frameRate', `is ${frameRate}, not above 0`, 'give frames per second');
    const draw = new Draw(seededRandom(seed));
    const scene = drawScene(draw, place);
    const setting = { ...scene.setting, people: people ?? scene.setting.people };
    this.place = scene.place;
    this.frameRate = frameRate ?? scene.frameRate;
    this.scene = scene;
    this.camera = new Camera({ ...scene.camera, ...camera }, scene.least, setting.dance, draw);
    this.world = new World(setting, this.camera, draw);
    const quality = drawDetector(detector ?? scene.detector, draw);
    this.detector = new SimulatedDetector(quality, this.camera, scene.least, draw);
  }

  /** Moves on by a frame: the people in the picture, nearest first, and what the detector finds. */
  step(): { readonly views: readonly View[]; readonly detections: Detections } {
    const dt = 1 / this.frameRate;
    this.world.step(dt);
    const views = viewsOf(this.world, this.camera, this.scene);
    return { views, detections: this.detector.detect(views, dt) };
  }
}
