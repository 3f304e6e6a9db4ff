import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openVideoWriter } from '../../src/video/index.ts';

/** Width and height of the clip in pixels. */
export const CLIP_SIZE = { width: 320, height: 240 };
/** Y, U, V of the people in it, in the order of their trajectories. */
export const CLOTHES: readonly (readonly [y: number, u: number, v: number])[] = [
  [81, 90, 240], // red
  [145, 54, 34], // green
  [41, 240, 110], // blue
];

/** Writes a clip of three people, blocks of one colour each, who walk one below the other, and their boxes as a detection file. */
export async function writePeopleClip(folder: string, frames = 40): Promise<{ video: string; boxes: string }> {
  const { width, height } = CLIP_SIZE;
  const [video, boxes] = [join(folder, 'people.mp4'), join(folder, 'people.txt')];
  const writer = await openVideoWriter(video, { width, height, frameRate: 10 });
  const lines: string[] = [];
  for (let f = 0; f < frames; f++) {
    const pixels = new Uint8Array((width * height * 3) / 2).fill(128);
    CLOTHES.forEach((colour, i) => {
      const [x, y, w, h] = [20 + 4 * f, 6 + 78 * i, 30, 70];
      block(pixels, 0, width, [x, y, w, h], colour[0]);
      for (const [plane, value] of colour.slice(1).entries()) {
        const offset = width * height + (plane * width * height) / 4;
        block(pixels, offset, width / 2, [x / 2, y / 2, w / 2, h / 2], value);
      }
      lines.push(`${f + 1},-1,${x},${y},${w},${h},0.9`);
    });
    await writer.write(pixels, f / 10);
  }
  await writer.close();
  writeFileSync(boxes, `${lines.join('\n')}\n`);
  return { video, boxes };
}

function block(plane: Uint8Array, offset: number, stride: number, box: readonly number[], value: number): void {
  const [x, y, w, h] = box;
  for (let row = y; row < y + h; row++) plane.fill(value, offset + row * stride + x, offset + row * stride + x + w);
}
