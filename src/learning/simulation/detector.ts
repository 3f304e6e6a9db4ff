import type { Detections } from '../../core/detections.ts';
import { sigmoid } from '../../core/probability.ts';
import { Candidates } from '../../detection/candidates.ts';
import type { Camera } from './camera.ts';
import type { DetectorQuality } from './detector-quality.ts';
import { FalsePositives } from './false-positives.ts';
import { type Draw, Wander } from './noise.ts';
import type { Person } from './person.ts';
import type { View } from './views.ts';

/** Height in pixels below which a person is small: found less often, and with larger errors in heights. */
const TALL = 120;
/** Seconds in which the errors of a person's edges change. */
const DRIFT = 0.8;

/** What the detector thinks of one person. */
interface Impression {
  readonly own: number;
  readonly slow: Wander;
  /** Errors of the left, upper, right and lower edge. */
  readonly edges: readonly Wander[];
}

/** A detector that misses people, errs and sees some who are not there, all of it for a while. */
export class SimulatedDetector {
  private readonly impressions = new WeakMap<Person, Impression>();
  private readonly falsePositives: FalsePositives;

  constructor(
    private readonly quality: DetectorQuality,
    private readonly camera: Camera,
    least: number,
    private readonly draw: Draw,
  ) {
    this.falsePositives = new FalsePositives(quality, camera, least, draw);
  }

  /**
   * The detections of a frame.
   *
   * @param dt seconds since the last
   */
  detect(views: readonly View[], dt: number): Detections {
    const { quality: q, draw, camera } = this;
    const { width, height } = camera.options;
    const found = new Candidates();
    const add = (corners: readonly number[], evidence: number): void => {
      const score = q.top * sigmoid(q.gain * evidence + q.shift);
      if (score < q.floor) return;
      const [left, top, right, bottom] = corners;
      found.add(Math.max(0, left), Math.max(0, top), Math.min(width, right), Math.min(height, bottom), score);
    };
    for (const view of views) {
      const { own, slow, edges } = this.impressionOf(view);
      const [, , , h] = view.box;
      const small = Math.max(-1.5, Math.log2(TALL / h));
      const luck = own + q.slow * slow.step(dt) + q.quick * draw.normal(0, 1);
      const evidence = q.evidence - q.covered * (1 - view.visibility) - q.small * small + luck;
      const blur = h * Math.min(1.6, Math.max(0.3, (TALL / h) ** 0.7)) * (1 + q.blur * (1 - view.visibility));
      const whole = corners(view.box);
      const visible = corners(view.visible);
      const box = whole.map((edge, k) => {
        const error = Math.sqrt(1 - q.fresh) * edges[k].step(dt) + Math.sqrt(q.fresh) * draw.normal(0, 1);
        return edge + q.shrink * (visible[k] - edge) + (k % 2 ? q.upright : q.across) * blur * error;
      });
      add(box, evidence);
    }
    this.falsePositives.step(views, dt, add);
    return found.toDetections(q.nms);
  }

  private impressionOf({ person }: View): Impression {
    const known = this.impressions.get(person);
    if (known) return known;
    const { draw, quality } = this;
    const edges = Array.from({ length: 4 }, () => new Wander(draw, DRIFT));
    const made = { own: draw.normal(0, quality.own), slow: new Wander(draw, quality.memory), edges };
    this.impressions.set(person, made);
    return made;
  }
}

function corners([x, y, w, h]: View['box']): [number, number, number, number] {
  return [x, y, x + w, y + h];
}
