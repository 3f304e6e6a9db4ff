import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PATCH_BYTES } from '../../../src/appearance/patches.ts';
import { splitPeople } from '../../../src/learning/siamese/people.ts';
import { readPictureFolder } from '../../../src/learning/siamese/picture-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pictures-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A picture of one colour, of a size of its own. */
function paint(name: string, colour: readonly [number, number, number], width = 20, height = 50): void {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, k) => colour[k % 3]);
  writeFileSync(join(folder, name), encode({ width, height, data, channels: 3, depth: 8 }));
}

const colourOf = (patches: Uint8Array, i: number) => [0, 1, 2].map((c) => patches[i * PATCH_BYTES + c * 8192 + 4000]);

describe('readPictureFolder', () => {
  it('takes who it is, the camera and the colours from ID_*.png of any size', async () => {
    paint('7_a1.png', [200, 0, 0]);
    paint('7_b2.png', [0, 200, 0], 64, 128);
    paint('anna_1.png', [0, 0, 200], 101, 33);
    const people = await readPictureFolder(folder);
    expect(people).toMatchObject({ length: 3, count: 2 });
    expect([...people.person]).toEqual([0, 0, 1]);
    expect([...people.camera]).toEqual([0, 1, -1]);
    [
      [200, 0, 0],
      [0, 200, 0],
      [0, 0, 200],
    ].forEach((colour, i) => {
      colourOf(people.patches, i).forEach((value, c) => {
        expect(Math.abs(value - colour[c])).toBeLessThan(6);
      });
    });
  });

  it('leaves out the distractors of Market-1501, and takes the training part of its root', async () => {
    const root = folder;
    folder = join(root, 'bounding_box_train');
    mkdirSync(folder);
    paint('-1_c1s1_000401_03.png', [9, 9, 9]);
    paint('0000_c2s1_000976_01.png', [9, 9, 9]);
    paint('0002_c1s1_000451_03.png', [100, 0, 0]);
    paint('0002_c3s1_000551_01.png', [120, 0, 0]);
    paint('0007_c1s6_028546_01.png', [0, 120, 0]);
    const people = await readPictureFolder(root);
    folder = root;
    expect(people).toMatchObject({ length: 3, count: 2 });
    expect([...people.person]).toEqual([0, 0, 1]);
    expect([...people.camera]).toEqual([0, 1, 0]);
  });

  it('names the picture that is broken', async () => {
    for (const k of [1, 2, 4]) paint(`a_${k}.png`, [50, 50, 50]);
    writeFileSync(join(folder, 'a_3.png'), 'no picture');
    await expect(readPictureFolder(folder)).rejects.toThrow(
      /^[^\n]*a_3\.png: cannot be decoded; remove it, or copy it again$/,
    );
    copyFileSync(join(folder, 'a_3.png'), join(folder, 'a_9.png'));
    rmSync(join(folder, 'a_3.png'));
    await expect(readPictureFolder(folder)).rejects.toThrow(/a_9\.png: cannot be decoded/);
  });

  it('refuses an empty folder, none at all, and pictures whose names have no id', async () => {
    await expect(readPictureFolder(folder)).rejects.toThrow(/holds no picture/);
    await expect(readPictureFolder(join(folder, 'gone'))).rejects.toThrow(/gone: does not exist/);
    paint('holiday.png', [1, 2, 3]);
    await expect(readPictureFolder(folder)).rejects.toThrow(/holiday\.png: names no person; name the pictures ID_1/);
  });
});

describe('splitPeople', () => {
  const people = (...pictures: number[]) => {
    const person = Int32Array.from(pictures.flatMap((count, p) => new Array<number>(count).fill(p)));
    return { length: person.length, person, count: pictures.length, patches: new Uint8Array(0), camera: person };
  };

  it('holds out whole people who have two pictures, and leaves out no picture', () => {
    const all = people(3, 1, 2, 2, 1, 5, 2, 4);
    const { training, heldOut } = splitPeople('x', all);
    expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const who = new Set([...heldOut].map((row) => all.person[row]));
    expect(who.size).toBe(2);
    for (const row of training) expect(who.has(all.person[row])).toBe(false);
    for (const p of who) expect([1, 4]).not.toContain(p);
  });

  it.each([
    [[], /^x: shows no people; learning needs/],
    [[9], /^x: shows one person only; learning needs/],
    [[1, 1, 1, 1], /^x: has one picture only of each person: no pair shows one person/],
    [[2, 2, 1, 2], /^x: has two pictures or more of 3 people only/],
  ])('refuses %j', (pictures, message) => {
    expect(() => splitPeople('x', people(...(pictures as number[])))).toThrow(message);
  });
});
