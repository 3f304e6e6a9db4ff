import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelLayout, PLACES, placeX, placeY } from '../../src/annotation/label-layout.ts';
import { crowd } from './crowd.ts';

type Rectangle = readonly [left: number, top: number, right: number, bottom: number];

const [LABEL, GAP] = [24, 4];
const meet = (a: Rectangle, b: Rectangle) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

interface Scene {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Rectangle[];
  readonly widths: readonly number[];
  readonly blocks: readonly Rectangle[];
}

/** The upper sixth of a box, the middle half of its width. */
function headOf([left, top, right, bottom]: Rectangle): Rectangle {
  const side = (right - left) >> 2;
  return [left + side, top, right - side, top + Math.ceil((bottom - top) / 6)];
}

/** Every place that a label may have. */
function placesOf({ width, height }: Scene, [left, top, right, bottom]: Rectangle, label: number): Rectangle[] {
  return Array.from({ length: PLACES }, (_, place) => {
    const x = Math.max(0, Math.min(placeX(place, left, right, label, GAP, true), width - label));
    const y = Math.max(0, Math.min(placeY(place, top, bottom, LABEL, GAP, true), height - LABEL));
    return [x, y, x + label, y + LABEL] as const;
  });
}

function placed(layout: LabelLayout, { boxes, widths, blocks }: Scene, time = 0): Rectangle[] {
  layout.begin();
  for (const block of blocks) layout.block(...block);
  const ids = Int32Array.from(boxes, (_, i) => i + 1);
  layout.place(ids, Int32Array.from(boxes.flat()), Int32Array.from(widths), boxes.length, time);
  return boxes.map((_, i) => {
    const [left, top] = [layout.lefts[i], layout.tops[i]];
    return [left, top, left + widths[i], top + LABEL];
  });
}

/** Pairs that should not meet: labels with each other, with heads and with blocks, as rows (−1: none). */
function conflicts({ boxes, blocks }: Scene, labels: readonly Rectangle[]): [row: number, other: number][] {
  return labels.flatMap((label, i) => {
    const found: [number, number][] = [];
    labels.forEach((other, j) => {
      if (j > i && meet(label, other)) found.push([i, j]);
    });
    if (boxes.some((box) => meet(label, headOf(box))) || blocks.some((block) => meet(label, block)))
      found.push([i, -1]);
    return found;
  });
}

const scene = fc
  .record({
    width: fc.integer({ min: 300, max: 1200 }),
    height: fc.integer({ min: 200, max: 800 }),
    people: fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 30, max: 250 }),
        fc.integer({ min: 20, max: 140 }),
      ),
      { minLength: 1, maxLength: 25 },
    ),
  })
  .map(({ width, height, people }): Scene => {
    const boxes = people.map(([x, y, h]): Rectangle => {
      const [left, top] = [Math.round(x * width - h / 5), Math.round(y * height - h / 2)];
      return [left, top, left + Math.round(0.4 * h), top + h];
    });
    return { width, height, boxes, widths: people.map(([, , , w]) => w), blocks: [[0, 0, 180, 30]] };
  });

describe('labels', () => {
  it('lie within the picture, and over labels, heads and captions only where no place is free', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const labels = placed(new LabelLayout(given.width, given.height, LABEL, GAP, true), given);
        for (const [left, top, right, bottom] of labels)
          expect(left >= 0 && top >= 0 && right <= given.width && bottom <= given.height).toBe(true);
        const isFree = (i: number, place: Rectangle) =>
          !labels.some((label, j) => j !== i && meet(place, label)) &&
          !given.boxes.some((box) => meet(place, headOf(box))) &&
          !given.blocks.some((block) => meet(place, block));
        const hasRoom = (i: number) =>
          i >= 0 && placesOf(given, given.boxes[i], given.widths[i]).some((place) => isFree(i, place));
        // of two labels that meet, the one placed first may have been free to stay
        for (const [i, j] of conflicts(given, labels)) expect(hasRoom(i) && (j < 0 || hasRoom(j))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('of a crowd of 40 people meet no label, no head and no caption, and seldom jump', () => {
    for (const [width, height] of [
      [768, 576],
      [1920, 1080],
    ]) {
      const label = Math.round(height / 32);
      const layout = new LabelLayout(width, height, label, GAP, true);
      let [met, jumps, labels] = [0, 0, 0];
      let before: [number, number][] = [];
      for (const { ids, boxes, length, time } of crowd(width, height, 40, 200)) {
        const edges = Int32Array.from(boxes.subarray(0, 4 * length), (value, k) =>
          Math.round(k % 4 < 2 ? value : boxes[k - 2] + value),
        );
        const widths = Int32Array.from(ids, (id) => (id < 10 ? 1.4 : 2) * label);
        layout.begin();
        layout.block(0, 0, 0.4 * width, label);
        layout.place(ids, edges, widths, length, time);
        const at = (i: number): Rectangle => [
          layout.lefts[i],
          layout.tops[i],
          layout.lefts[i] + widths[i],
          layout.tops[i] + label,
        ];
        const box = (i: number) => [...edges.subarray(4 * i, 4 * i + 4)] as unknown as Rectangle;
        for (let i = 0; i < length; i++) {
          labels++;
          for (let j = 0; j < length; j++) if ((j < i && meet(at(i), at(j))) || meet(at(i), headOf(box(j)))) met++;
          if (meet(at(i), [0, 0, 0.4 * width, label])) met++;
        }
        const now = Array.from(ids, (_, i): [number, number] => [
          layout.lefts[i] - edges[4 * i],
          layout.tops[i] - edges[4 * i + 1],
        ]);
        jumps += before.filter(([x, y], i) => Math.hypot(x - now[i][0], y - now[i][1]) > label).length;
        before = now;
      }
      expect(met).toBe(0);
      // less than once in three seconds each, where people pass each other all the time
      expect(jumps / labels).toBeLessThan(1 / 30);
    }
  });

  it('stay where they are while they can, and go back after a while', () => {
    const layout = new LabelLayout(600, 400, LABEL, GAP, true);
    const scenes = (x: number): Scene => ({
      ...{ width: 600, height: 400, blocks: [], widths: [40, 40] },
      boxes: [
        [x, 200, x + 40, 300],
        [300, 200, 340, 300],
      ],
    });
    const top = (x: number, time: number) => placed(layout, scenes(x), time)[1];
    const free = top(100, 0);
    expect(free).toEqual([300, 200 - LABEL, 340, 200]);
    const moved = top(290, 1); // another label is there now
    expect(moved).not.toEqual(free);
    expect(top(100, 2.9)).toEqual(moved);
    expect(top(100, 3.1)).toEqual(free);
  });
});
