import { Simulation } from '../../src/learning/simulation/simulation.ts';

/** People who come and go before a small fixed camera, at 10 frames/s. */
export function crowdOf(people: number, seed: number): Simulation {
  const camera = { width: 640, height: 480, fieldOfView: 70, elevation: 4, tilt: 20, motion: 'fixed' } as const;
  return new Simulation({ seed, place: 'street', people, detector: 'fair', camera, frameRate: 10 });
}
