/**
 * The time that drawing takes a frame, alone, at three sizes of pictures, with a few people and with a crowd. With the folder of another
 * checkout, its drawing is timed in turn with this one's, and the ratio of the medians is given.
 *
 *   npx tsx bench/drawing.ts [FOLDER] [--frames N] [--set NAME=JSON]...
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Annotator as Drawn } from '../src/annotation/index.ts';
import { emptyFrame, type TrackedFrame } from '../src/core/tracked-frame.ts';
import { table } from '../src/learning/association/report.ts';
import { seededRandom } from '../src/learning/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { frames: { type: 'string', default: '150' }, set: { type: 'string', multiple: true, default: [] } },
});
const frames = Number(values.frames);
const settings = Object.fromEntries(
  values.set.map((text) => [text.split('=')[0], JSON.parse(text.slice(text.indexOf('=') + 1))]),
);
const WARM = 30;
const RATE = 25;
const SIZES = [
  [768, 576],
  [1920, 1080],
  [3840, 2160],
];

/** People who walk to and fro, as tall as a seventh to a quarter of the picture. */
function scene(width: number, height: number, count: number): TrackedFrame[] {
  const random = seededRandom(count);
  const people = Array.from({ length: count }, () => ({
    h: height * (1 / 7 + random() / 9),
    x: random() * width,
    y: height * (0.35 + 0.6 * random()),
    vx: (width / 15) * (random() - 0.5),
    vy: (height / 40) * (random() - 0.5),
  }));
  return Array.from({ length: WARM + frames }, (_, k) => {
    const frame = emptyFrame(k, k / RATE, count);
    for (const [i, { h, x, y, vx, vy }] of people.entries()) {
      const [left, feet] = [(x + (vx * k) / RATE + width) % width, Math.min(height, y + (vy * k) / RATE)];
      frame.boxes.set([left - 0.2 * h, feet - h, 0.4 * h, h], 4 * i);
      frame.ids[i] = i + 1;
      frame.scores[i] = 0.8;
      frame.detected[i] = 1;
    }
    return frame;
  });
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}

async function annotatorOf(folder: string): Promise<typeof Drawn> {
  return (await import(pathToFileURL(resolve(folder, 'src/annotation/index.ts')).href)).Annotator;
}

const here = await annotatorOf(resolve(import.meta.dirname, '..'));
const other = positionals[0] === undefined ? undefined : await annotatorOf(positionals[0]);
const rows: string[][] = [];
for (const [width, height] of SIZES) {
  for (const count of [8, 40]) {
    const people = scene(width, height, count);
    const random = seededRandom(1);
    const background = Uint8Array.from({ length: (width * height * 3) / 2 }, () => 64 + 128 * random());
    const pixels = new Uint8Array(background.length);
    const sides = [{ annotator: new here({ width, height, ...settings }), times: [] as number[] }];
    if (other) sides.push({ annotator: new other({ width, height }), times: [] });
    for (const [k, frame] of people.entries()) {
      for (let s = 0; s < sides.length; s++) {
        const { annotator, times } = sides[(s + k) % sides.length];
        pixels.set(background);
        const started = performance.now();
        annotator.draw(pixels, frame);
        if (k >= WARM) times.push(performance.now() - started);
      }
    }
    const medians = sides.map(({ times }) => median(times));
    const ratio = other ? [medians[1].toFixed(3), (medians[0] / medians[1]).toFixed(2)] : [];
    rows.push([`${width} × ${height}`, String(count), medians[0].toFixed(3), ...ratio]);
  }
}
console.log(table(['picture', 'people', 'ms a frame', ...(other ? ['ms there', 'ratio'] : [])], rows));
