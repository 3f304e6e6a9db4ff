import { describe, expect, it } from 'vitest';
import type { CalibratedSimilarity } from '../../src/appearance/calibration.ts';
import { CAPACITY, Gallery } from '../../src/appearance/gallery.ts';
import { PatchSelection } from '../../src/appearance/selection.ts';
import type { Detections } from '../../src/core/detections.ts';
import { sigmoid } from '../../src/core/probability.ts';

/** Embeddings of one number, alike by how near they are. */
const SCALE = { even: 0, weight: 1, strangers: 0 };
const LINE: CalibratedSimilarity = {
  dimensions: 1,
  similarity: (a, i, b, j) => sigmoid(4 - Math.abs(a[i] - b[j])),
  calibration: { oneCamera: SCALE, twoCameras: SCALE },
};

const values = (gallery: Gallery) => [...gallery.embeddings.subarray(0, gallery.length)];

function add(gallery: Gallery, value: number, quality: number, time: number): number {
  return gallery.add(Float32Array.of(-9, value), 1, quality, time);
}

describe('Gallery', () => {
  it('keeps the better of patches close in time, and patches of other times beside each other', () => {
    const gallery = new Gallery(1);
    expect([add(gallery, 1, 0.5, 0), add(gallery, 2, 0.4, 0.1), add(gallery, 3, 0.6, 0.2)]).toEqual([0, -1, 0]);
    expect(values(gallery)).toEqual([3]);
    // half a second from the first patch of the row, whichever of its moment is kept
    expect(add(gallery, 4, 0.1, 0.5)).toBe(1);
    expect(values(gallery)).toEqual([3, 4]);
  });

  it('when full, lets the worst go, of equally good ones the oldest', () => {
    const gallery = new Gallery(1);
    for (let i = 0; i < CAPACITY; i++) add(gallery, i, i === 3 ? 0.2 : 0.8, i);
    expect(add(gallery, 100, 0.7, CAPACITY)).toBe(3);
    expect(add(gallery, 101, 0.8, CAPACITY + 1)).toBe(0);
    expect(gallery.length).toBe(CAPACITY);
    expect(values(gallery)).toEqual([101, 1, 2, 100, 4, 5, 6, 7].slice(0, CAPACITY));
  });

  it('lets old patches go for newer ones, unless they are not to fade', () => {
    const [fading, lasting] = [new Gallery(1, 20), new Gallery(1, Number.POSITIVE_INFINITY)];
    for (const gallery of [fading, lasting]) {
      for (let i = 0; i < CAPACITY; i++) add(gallery, i, i === 0 ? 0.9 : 0.5, i);
      for (let i = 0; i < CAPACITY; i++) add(gallery, 100 + i, 0.5, 100 + i);
    }
    expect(values(fading)).not.toContain(0);
    expect(values(lasting)).toContain(0);
  });

  it('is as alike as its patches are on average; two galleries by the mean of that, good patches weighing more', () => {
    const [a, b] = [new Gallery(1), new Gallery(1)];
    for (const [i, value] of [0, 1, 2].entries()) add(a, value, 0.5, i);
    add(b, 1, 0.75, 0);
    add(b, 5, 0.25, 1);
    const logOdds = (p: number) => Math.log(p / (1 - p));
    const three = 0.7 + 0.3 / 3; // how much less the mean of three varies than one
    expect(logOdds(a.similarity(LINE, b.embeddings, 0))).toBeCloseTo((4 - 2 / 3) / three, 6);
    expect(logOdds(a.similarity(LINE, b.embeddings, 1))).toBeCloseTo((4 - 4) / three, 6);
    expect(logOdds(a.similarityTo(LINE, b))).toBeCloseTo((0.75 * (4 - 2 / 3)) / three, 6);
  });
});

/** Boxes 40 × 100 at these x. */
function people(...xs: readonly number[]): Detections {
  const boxes = Float64Array.from(xs.flatMap((x) => [x, 50, 40, 100]));
  return { length: xs.length, boxes, scores: new Float32Array(xs.length).fill(0.9) };
}

describe('PatchSelection', () => {
  /** How often each of the people who walk so is embedded. */
  function count(walk: (frame: number) => Detections, frames = 100, rate = 10): number {
    const choice = new PatchSelection();
    let looked = 0;
    for (let f = 0; f < frames; f++) looked += choice.choose(walk(f), 0.2, 0.5, f / rate).length;
    return looked;
  }

  it('asks for nothing in an empty street, and for little of people who walk alone', () => {
    expect(count(() => people())).toBe(0);
    const alone = count((f) => people(100 + 3 * f, 900 - (3 * f) / 10));
    expect(alone).toBeGreaterThan(2 * 4); // twice in half a second, then every 3 s
    expect(alone).toBeLessThan(2 * 7);
  });

  it('chooses both of two who overlap, in every frame, and no other', () => {
    const choice = new PatchSelection();
    for (let f = 0; f < 14; f++) choice.choose(people(100, 400, 800), 0.2, 0.5, f / 10);
    expect(choice.choose(people(100, 400, 800), 0.2, 0.5, 1.4)).toEqual([]);
    expect(choice.choose(people(360, 400, 800), 0.2, 0.5, 1.45)).toEqual([0]); // has jumped there; the other has stayed
    expect(choice.choose(people(385, 400, 800), 0.2, 0.5, 1.5)).toEqual([0, 1]);
    expect(choice.choose(people(390, 400, 800), 0.2, 0.5, 1.55)).toEqual([0, 1]);
    expect(choice.choose(people(440, 400, 800), 0.2, 0.5, 1.6)).toEqual([0, 1]);
  });

  it('is sure of two who walk side by side, and not of a person between two others', () => {
    const abreast = new PatchSelection();
    for (let f = 0; f < 14; f++) abreast.choose(people(100 + 2 * f, 145 + 2 * f), 0.2, 0.5, f / 10);
    expect(abreast.choose(people(128, 173), 0.2, 0.5, 1.4)).toEqual([]);
    expect(abreast.choose(people(150, 195), 0.2, 0.5, 1.45)).toEqual([0, 1]); // half a box on: either could be either
  });

  it('does not choose a poor detection, nor take it for a double of a person', () => {
    const choice = new PatchSelection();
    const two = (score: number) => ({ ...people(100, 120), scores: Float32Array.of(0.9, score) });
    for (let f = 0; f < 14; f++) choice.choose(two(0.34), 0.2, 0.5, f / 10);
    expect(choice.choose(two(0.34), 0.2, 0.5, 1.4)).toEqual([]);
    choice.choose(two(0.36), 0.2, 0.5, 1.45);
    expect(choice.choose(two(0.36), 0.2, 0.5, 1.5)).toEqual([0, 1]);
  });

  it('chooses a person who is new or has jumped, twice, and no other detection', () => {
    const choice = new PatchSelection();
    for (let f = 0; f < 14; f++) choice.choose(people(100), 0.2, 0.5, f / 10);
    expect(choice.choose(people(100, 500), 0.2, 0.5, 1.4)).toEqual([1]);
    expect(choice.choose(people(700, 500), 0.2, 0.5, 1.45)).toEqual([0]);
    expect(choice.choose(people(700, 500), 0.2, 0.5, 1.72)).toEqual([0, 1]);
    expect(choice.choose(people(700, 500), 0.2, 0.5, 2)).toEqual([]); // none is new any more
    const alone = people(100);
    alone.scores[0] = 0.4;
    expect(new PatchSelection().choose(alone, 0.2, 0.5, 0)).toEqual([]);
    const doubtful = people(100, 200, 300);
    doubtful.scores[0] = 0.1;
    doubtful.boxes[4] = Number.NaN;
    doubtful.boxes[10] = 0;
    expect(new PatchSelection().choose(doubtful, 0.2, 0.5, 0)).toEqual([]);
  });
});
