import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { seededRandom } from '../../../src/learning/random.ts';

type Colour = readonly number[];

/** The clothes of a person: the colours of the same places in every picture. */
interface Clothes {
  readonly hair: Colour;
  readonly shirt: Colour;
  readonly sleeves: Colour;
  readonly trousers: Colour;
  readonly shoes: Colour;
}

const WIDTH = 32;
const HEIGHT = 64;

/**
 * Draws people who differ by their clothes only: each picture has another grey behind, light, place and size, and noise.
 *
 * @returns names of the files, `ID_a0.png` …
 */
export function drawPedestrians(folder: string, people: number, pictures: number, seed = 1): string[] {
  const random = seededRandom(seed);
  const colour = (): Colour => [0, 1, 2].map(() => 30 + 195 * random());
  const street = (): Colour => [0, 1, 2].map(() => 100 + 50 * random());
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: people }, (_, id) => {
    const clothes = { hair: colour(), shirt: colour(), sleeves: colour(), trousers: colour(), shoes: colour() };
    return Array.from({ length: pictures }, (__, k) => {
      const name = `${String(id).padStart(3, '0')}_${k % 2 ? 'b' : 'a'}${k}.png`;
      writeFileSync(join(folder, name), picture(clothes, street(), random));
      return name;
    });
  }).flat();
}

function picture(clothes: Clothes, background: Colour, random: () => number): Uint8Array {
  const light = 0.6 + 0.7 * random();
  const tint = [0, 1, 2].map(() => light * (0.9 + 0.2 * random()));
  const [left, top] = [0.5 + 0.16 * (random() - 0.5), 0.05 * random()];
  const size = 0.85 + 0.15 * random();
  const data = new Uint8Array(3 * WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const [across, down] = [(x / WIDTH - left) / size, (y / HEIGHT - top) / size];
      const worn = at(clothes, Math.abs(across), down) ?? background;
      for (let c = 0; c < 3; c++) {
        const value = worn[c] * tint[c] + 24 * (random() - 0.5);
        data[3 * (y * WIDTH + x) + c] = Math.min(255, Math.max(0, value));
      }
    }
  return encode({ width: WIDTH, height: HEIGHT, data, channels: 3, depth: 8 });
}

/** The colour at a place of a person of height 1, by the distance from the middle and from the top. */
function at(clothes: Clothes, across: number, down: number): Colour | undefined {
  if (down < 0.06) return across < 0.1 ? clothes.hair : undefined;
  if (down < 0.16) return across < 0.08 ? [205, 160, 135] : undefined;
  if (down < 0.5) return across < 0.17 ? clothes.shirt : across < 0.28 ? clothes.sleeves : undefined;
  if (down < 0.92) return across < 0.17 && across > 0.02 ? clothes.trousers : undefined;
  return across < 0.2 && across > 0.02 && down < 1 ? clothes.shoes : undefined;
}
