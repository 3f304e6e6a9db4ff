import { GroundPlane } from '../analytics/ground.ts';
import { printable } from '../core/errors.ts';
import type { Size } from '../core/geometry.ts';
import type { Notice } from '../core/notices.ts';
import type { FloorCameraSetup } from './floor/camera.ts';
import { seeOneFloor } from './floor/overlap.ts';
import type { CameraRun } from './read-cameras.ts';
import type { Site } from './site-file.ts';
import type { AppearanceOdds } from './tracklet.ts';

/** So many people at least are seen by two cameras that seem to see one place. */
const LEAST_ALIKE = 4;

/** Which cameras see one place, as the site file or their calibrations say. Cameras are numbers in the order of the runs. */
export class Overlaps {
  readonly #runs: readonly CameraRun[];
  readonly #setups: readonly (FloorCameraSetup | undefined)[];
  readonly #pairs: readonly (readonly [number, number])[];

  /** @throws TwintrackError when a calibration does not determine the floor */
  constructor(runs: readonly CameraRun[], site: Site | undefined) {
    this.#runs = runs;
    const setups = runs.map(({ name, document }) => {
      const calibration = site?.cameras.find((camera) => camera.name === name)?.calibration;
      // places in degrees have an origin for each camera
      if (!calibration || calibration.unit === 'degrees') return undefined;
      return { name, homography: new GroundPlane(calibration).homography, size: sizeOf(document.source) };
    });
    this.#setups = setups;
    const all = runs.flatMap((_, a) => runs.slice(0, a).map((__, b) => [b, a] as const));
    const given = site?.overlapping?.map((pair) => new Set(pair));
    this.#pairs = all.filter(([a, b]) => {
      if (given) return given.some((pair) => pair.has(runs[a].name) && pair.has(runs[b].name));
      const [first, second] = [setups[a], setups[b]];
      return first && second && seeOneFloor(first, second);
    });
  }

  /** Whether two cameras see one place. */
  of(a: number, b: number): boolean {
    return this.#pairs.some((pair) => pair.includes(a) && pair.includes(b) && a !== b);
  }

  /** Names of the cameras of each pair. */
  get names(): [string, string][] {
    return this.#pairs.map(([a, b]) => [this.#runs[a].name, this.#runs[b].name]);
  }

  /** The calibrated cameras that see one floor with another one: their numbers, and how they see it. */
  get floor(): { readonly camera: number; readonly setup: FloorCameraSetup }[] {
    const both = this.#pairs.filter((pair) => pair.every((camera) => this.#setups[camera]));
    return this.#setups.flatMap((setup, camera) =>
      setup && both.some((pair) => pair.includes(camera)) ? [{ camera, setup }] : [],
    );
  }

  /**
   * What is said of cameras that see one place and do not get one id for a person, and of those that seem to: most people of one have their
   * like in the other at the same time.
   */
  notices(odds: AppearanceOdds): Notice[] {
    const runs = this.#runs;
    const notices = this.#pairs.flatMap(([a, b]) => {
      const not = [a, b].filter((camera) => !this.#setups[camera]).map((camera) => printable(runs[camera].name));
      if (not.length === 0) return [];
      const [x, y] = [printable(runs[a].name), printable(runs[b].name)];
      const message = `cameras ${x} and ${y} see one place, but ${not.join(' and ')} ${not.length > 1 ? 'are' : 'is'} not calibrated in metres: whom both see at once has two ids. Give each its calibration ("twintrack calibrate") for one`;
      return [{ code: 'not-calibrated', message }];
    });
    for (const a of runs.keys())
      for (const b of runs.keys()) {
        if (b <= a || this.of(a, b)) continue;
        const { seen, alike } = odds.together(a, b);
        if (alike < LEAST_ALIKE || alike < seen / 2) continue;
        const [x, y] = [printable(runs[a].name), printable(runs[b].name)];
        const message = `cameras ${x} and ${y} seem to see one place: ${alike} of ${seen} people of ${x} have their like in ${y} at the same time; joins between them may be wrong. Add overlapping: [[${x}, ${y}]] to the site file, and the calibration of both for one id`;
        notices.push({ code: 'views-overlap', message });
      }
    return notices;
  }
}

function sizeOf({ width, height }: CameraRun['document']['source']): Size | undefined {
  return width === undefined || height === undefined ? undefined : { width, height };
}
