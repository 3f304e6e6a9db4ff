import type { Areas } from '../../src/analytics/index.ts';
import type { Trajectory } from '../../src/trajectories/index.ts';

/** Height of the people made here; the band along lines and edges is a tenth of it, 10 pixels. */
export const HEIGHT = 100;
export const FPS = 10;

/** A person whose feet are at these points: x, y, time in seconds. */
export function person(id: number, feet: readonly (readonly [x: number, y: number, time: number])[]): Trajectory {
  return {
    id,
    frames: Int32Array.from(feet, ([, , time]) => Math.round(time * FPS)),
    times: Float64Array.from(feet, ([, , time]) => time),
    boxes: Float64Array.from(feet.flatMap(([x, y]) => [x - 20, y - HEIGHT, 40, HEIGHT])),
    scores: new Float32Array(feet.length).fill(0.9),
    detected: new Uint8Array(feet.length).fill(1),
  };
}

/** Feet on the straight ways between stops (x, y, time), ten times a second. */
export function walk(...stops: [x: number, y: number, time: number][]): [x: number, y: number, time: number][] {
  const feet: [number, number, number][] = [];
  for (let k = 0; k + 1 < stops.length; k++) {
    const [[x0, y0, t0], [x1, y1, t1]] = [stops[k], stops[k + 1]];
    const steps = Math.round((t1 - t0) * FPS);
    for (let i = k === 0 ? 0 : 1; i <= steps; i++) {
      const part = i / steps;
      feet.push([x0 + part * (x1 - x0), y0 + part * (y1 - y0), Math.round((t0 + i / FPS) * 1e6) / 1e6]);
    }
  }
  return feet;
}

/** A line up the picture at x = 500, from y = 600 to y = 200, so that `in` is from the left to the right, and a square zone. */
export const AREAS: Areas = {
  lines: [{ name: 'door', outline: Float64Array.of(500, 600, 500, 200), anchor: 'feet' }],
  zones: [{ name: 'square', outline: Float64Array.of(300, 300, 700, 300, 700, 500, 300, 500), anchor: 'feet' }],
  picture: { width: 1000, height: 800 },
};

/** Only the line, or only the zone. */
export const LINE: Areas = { ...AREAS, zones: [] };
export const ZONE: Areas = { ...AREAS, lines: [] };
