import { describe, expect, it } from 'vitest';
import { PictureMotion } from '../../src/tracking/camera-motion/from-pixels.ts';
import { type Frame, letterboxFor, openVideo } from '../../src/video/index.ts';

const WIDTH = 320;
const HEIGHT = 240;

/** A smooth texture without end; `kind` gives another one. */
function texture(x: number, y: number, kind = 0): number {
  let sum = 128;
  for (let k = 1; k <= 5; k++)
    sum +=
      18 *
      Math.sin(
        (x * Math.cos(2 * k + kind)) / (2.5 * k) + (y * Math.sin(2 * k + kind)) / (2.5 * k) + 7 * k * (kind + 1),
      );
  return sum;
}

/** A picture of the texture seen from (x, y), with a bright box where somebody stands. */
function frame(index: number, x: number, y: number, { person = -1, kind = 0 } = {}): Frame {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 1.5);
  for (let v = 0; v < HEIGHT; v++) {
    for (let u = 0; u < WIDTH; u++) {
      const inside = person >= 0 && u >= person && u < person + 40 && v > 100 && v < 200;
      pixels[v * WIDTH + u] = inside ? 200 : texture(x + u, y + v, kind);
    }
  }
  return { index, time: index / 10, width: WIDTH, height: HEIGHT, pixels };
}

describe('PictureMotion', () => {
  it('measures where the picture moves, to parts of a pixel', () => {
    const motion = new PictureMotion();
    const views = [
      [0, 0],
      [3, -2],
      [-12, 5],
      [-12.6, 5.4],
      [20, -15],
    ];
    views.forEach(([x, y], i) => {
      const shift = motion.follow(frame(i, x, y), undefined)!;
      const [beforeX, beforeY] = views[Math.max(0, i - 1)];
      expect(Math.abs(shift[0] - (beforeX - x))).toBeLessThan(0.5); // the camera goes right, the picture left
      expect(Math.abs(shift[1] - (beforeY - y))).toBeLessThan(0.5);
    });
  });

  it('stands still where only people move, and goes with the camera where both do', () => {
    const motion = new PictureMotion();
    motion.follow(frame(0, 0, 0, { person: 100 }), undefined);
    expect(motion.follow(frame(1, 0, 0, { person: 110 }), undefined)).toEqual([0, 0]);
    const [x, y] = motion.follow(frame(2, 6, 0, { person: 130 }), undefined)!;
    expect(Math.abs(x + 6)).toBeLessThan(0.7);
    expect(Math.abs(y)).toBeLessThan(0.5);
  });

  it('takes another picture, a flat one and one of another size for no motion', () => {
    const motion = new PictureMotion();
    const flat = { ...frame(3, 0, 0), pixels: new Uint8Array(WIDTH * HEIGHT * 1.5).fill(90) };
    const small = { ...frame(5, 0, 0), height: HEIGHT / 2 };
    for (const next of [frame(0, 0, 0), frame(1, 0, 0, { kind: 3 }), frame(2, 0, 0), flat, frame(4, 5, 0), small])
      expect(motion.follow(next, undefined)).toEqual([0, 0]);
    expect(motion.follow({ index: 6, time: 1, width: 0, height: 0 }, undefined)).toBeUndefined();
  });

  it('gives source pixels from the letterboxed input of a detector as well', () => {
    const box = letterboxFor(WIDTH, HEIGHT, 160, 160);
    const input = (x: number): Uint8Array => {
      const planes = new Uint8Array(3 * 160 * 160).fill(114);
      for (let v = 0; v < box.innerHeight; v++)
        for (let u = 0; u < box.innerWidth; u++)
          planes[160 * 160 + (v + box.offsetY) * 160 + u + box.offsetX] = texture(x + 2 * u, 2 * v);
      return planes;
    };
    const motion = new PictureMotion();
    const at = (index: number, x: number): Frame => ({
      index,
      time: index,
      width: WIDTH,
      height: HEIGHT,
      input: input(x),
    });
    motion.follow(at(0, 0), box);
    const [x, y] = motion.follow(at(1, -8), box)!;
    expect(Math.abs(x - 8)).toBeLessThan(0.5);
    expect(Math.abs(y)).toBeLessThan(0.5);
  });

  it('finds the camera of the sample clip still', async () => {
    const motion = new PictureMotion();
    const video = await openVideo('videos/pets09-s2l1.mp4', { pixels: true, maxFrames: 60 });
    for await (const next of video) expect(motion.follow(next, undefined)).toEqual([0, 0]);
  });
});
