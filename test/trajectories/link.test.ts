import { describe, expect, it } from 'vitest';
import type { CalibratedSimilarity } from '../../src/appearance/calibration.ts';
import { Gallery } from '../../src/appearance/gallery.ts';
import { Reidentification } from '../../src/appearance/reid.ts';
import type { ReidOptions } from '../../src/tracking/index.ts';
import type { FollowedTrajectory } from '../../src/trajectories/collector.ts';
import { refine, refinementParameters, Timeline } from '../../src/trajectories/index.ts';
import { link } from '../../src/trajectories/link.ts';

/** People are of a kind, a number; the nearer two kinds are, the more alike their embeddings. */
const SCALE = { even: 0, weight: 1, strangers: 0 };
const KINDS: CalibratedSimilarity = {
  dimensions: 1,
  similarity: (a, i, b, j) => 1 - Math.abs(a[i] - b[j]),
  calibration: { oneCamera: SCALE, twoCameras: SCALE },
};
const RULES: ReidOptions = { similarity: KINDS, reidSeconds: 20, reidSimilarity: 0.9 };

function reid(rules: Partial<ReidOptions> = {}): Reidentification {
  return new Reidentification({ ...RULES, ...rules }, 0.5);
}

/** A person of a kind who stands at x from one time to another, at 10 frames/s. */
function piece(id: number, from: number, to: number, x: number, kind?: number): FollowedTrajectory {
  const frames = Int32Array.from({ length: Math.round(10 * (to - from)) + 1 }, (_, k) => Math.round(10 * from) + k);
  const gallery = new Gallery(1);
  if (kind !== undefined) gallery.add(Float32Array.of(kind), 0, 1, to);
  return {
    id,
    frames,
    times: Float64Array.from(frames, (frame) => frame / 10),
    boxes: Float64Array.from([...frames].flatMap(() => [x, 100, 30, 80])),
    scores: new Float32Array(frames.length).fill(0.9),
    detected: new Uint8Array(frames.length).fill(1),
    gallery: kind === undefined ? undefined : gallery,
  };
}

/** Ten minutes at 10 frames/s, the picture moving to the right by so many pixels a second. */
function timeline(speed = 0): Timeline {
  const all = new Timeline();
  for (let f = 0; f < 6000; f++) all.add(f, f / 10, [speed / 10, 0]);
  return all;
}

const ways = (pieces: FollowedTrajectory[], rules?: Partial<ReidOptions>, speed = 0) =>
  link(pieces, timeline(speed), reid(rules)).map(({ id, frames }) => [id, frames.length]);

describe('link', () => {
  it('puts pieces of one way together, one after the other, under the first id', () => {
    const pieces = [piece(1, 0, 2, 100, 0), piece(2, 0, 9, 300, 0.5), piece(3, 4, 5, 150, 0), piece(4, 7, 8, 200, 0)];
    expect(ways(pieces)).toEqual([
      [1, 21 + 11 + 11],
      [2, 91],
    ]);
    const [whole] = link(pieces, timeline(), reid());
    expect([...whole.times]).toEqual([...whole.times].sort((a, b) => a - b));
    expect(whole.boxes[4 * 21]).toBe(150);
  });

  it('gives a later piece to the one most alike, and none of them two', () => {
    const pieces = [
      piece(1, 0, 2, 100, 0.06),
      piece(2, 0, 2, 100, 0.01),
      piece(3, 4, 5, 100, 0),
      piece(4, 4, 5, 100, 0.09),
    ];
    expect(ways(pieces)).toEqual([
      [1, 21 + 11],
      [2, 21 + 11],
    ]);
    const linked = link(pieces, timeline(), reid());
    expect(linked.map(({ times }) => times.at(-1))).toEqual([5, 5]);
    expect(ways(pieces.slice(0, 3))).toEqual([
      [1, 21],
      [2, 21 + 11],
    ]);
  });

  it.each([
    ['have other embeddings', piece(2, 6, 7, 100, 0.2)],
    ['have quite other embeddings, though boxes fit', piece(2, 4, 5, 100, 0.9)],
    ['were not looked at', piece(2, 6, 7, 100)],
    ['come too late', piece(2, 23, 24, 100, 0)],
    ['could not have walked there', piece(2, 4, 5, 100 + 80 * (1 + 1.5 * 2) + 1, 0)],
    ['are seen at the same time', piece(2, 2, 5, 100, 0)],
    ['enter at the edge', piece(2, 6, 7, 10, 0)],
  ])('leaves people alone who %s', (_, later) => {
    const rules = { picture: { width: 640, height: 480 } };
    expect(ways([piece(1, 0, 2, 100, 0), later], rules).length).toBe(2);
    expect(ways([piece(1, 0, 2, 100, 0), piece(2, 4, 5, 100, 0)], rules).length).toBe(1);
  });

  it('adds the evidence of boxes to that of appearance', () => {
    expect(ways([piece(1, 0, 2, 100, 0), piece(2, 2.5, 5, 100, 0.2)])).toEqual([[1, 21 + 26]]);
  });

  it('goes with a picture that moves', () => {
    const pieces = [piece(1, 0, 2, 100, 0), piece(2, 4, 5, 1100, 0)];
    expect(ways(pieces).length).toBe(2);
    expect(ways(pieces, {}, 500).length).toBe(1);
  });

  it('is a step of refining', () => {
    const pieces = [piece(1, 0, 2, 100, 0), piece(2, 6, 8.5, 100, 0)];
    const parameters = refinementParameters.parse({});
    expect(refine(pieces, timeline(), parameters, reid()).map(({ frames }) => frames.length)).toEqual([21 + 26]);
    expect(refine(pieces, timeline(), parameters, reid())[0].pieces).toEqual([1, 2]);
    expect(refine(pieces, timeline(), parameters).map(({ id, pieces }) => [id, pieces])).toEqual([
      [1, [1]],
      [2, [2]],
    ]);
  });
});
