/**
 * Makes the pictures of docs/annotation.md, of README and of docs/counting.md from the sample video: its refined trajectories drawn in each
 * style, at three sizes, and a simulated crowd.
 *
 *   npx tsx scripts/annotation-pictures.ts [FOLDER]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveAreas } from '../src/analytics/areas.ts';
import { Canvas } from '../src/annotation/canvas.ts';
import { Annotator, type AnnotatorOptions } from '../src/annotation/index.ts';
import { type TrackedFrame, toTrackedFrame } from '../src/core/tracked-frame.ts';
import { parametersSchema } from '../src/engine/parameters.ts';
import { track } from '../src/index.ts';
import { encodeJpegs } from '../src/video/encode-stills.ts';
import { findFfmpeg } from '../src/video/ffmpeg.ts';
import { openVideo } from '../src/video/index.ts';
import { crowd } from '../test/annotation/crowd.ts';

const root = join(import.meta.dirname, '..');
const sample = join(root, 'videos/pets09-s2l1.mp4');
const folder = process.argv[2] ?? join(root, 'docs/images');
mkdirSync(folder, { recursive: true });
const scaled = mkdtempSync(join(tmpdir(), 'annotation-'));
const ffmpeg = await findFfmpeg();
/** Frames of the sample that are read, the last one shown unless a picture says otherwise, and their size. */
const FRAMES = 611;
const SHOWN = 196;
const [WIDTH, HEIGHT] = [768, 576];

const people: TrackedFrame[] = [];
for await (const frame of track(sample, { refined: true, maxFrames: FRAMES })) people.push(toTrackedFrame(frame));

interface PictureOptions extends AnnotatorOptions {
  /** The last frame. */
  readonly last?: number;
  /** Width of the JPEG. */
  readonly shown?: number;
  /** Zones and lines by name, in parts of the picture. */
  readonly zones?: Record<string, number[][]>;
  readonly lines?: Record<string, number[][]>;
}

/** The sample in another size, the upper and lower edge cut off for 16:9. */
async function* frames(width: number, height: number, last: number): AsyncGenerator<[Uint8Array, TrackedFrame]> {
  const scale = width / WIDTH;
  const top = Math.round((HEIGHT - height / scale) / 2);
  const path = join(scaled, 'video.mp4');
  const filter = `crop=${WIDTH}:${HEIGHT - 2 * top}:0:${top},scale=${width}:${height}:flags=lanczos`;
  const coded = ['-frames:v', String(last + 1), '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', path];
  execFileSync(ffmpeg.path, ['-nostdin', '-loglevel', 'error', '-y', '-i', sample, '-vf', filter, ...coded]);
  for await (const { pixels, index, release } of await openVideo(path, { pixels: true })) {
    const { boxes, ...frame } = people[index];
    yield [pixels!, { ...frame, boxes: boxes.map((value, k) => (k % 4 === 1 ? value - top : value) * scale) }];
    release?.();
  }
}

/** Draws the frames up to the last, which becomes a JPEG. */
async function picture(
  name: string,
  { last = SHOWN, shown, zones, lines, ...options }: PictureOptions,
  source: AsyncIterable<[Uint8Array, TrackedFrame]> = frames(options.width, options.height, last),
): Promise<void> {
  const { width, height } = options;
  const named = (areas: PictureOptions['zones'] = {}) =>
    Object.fromEntries(Object.entries(areas).map(([key, points]) => [key, { points, unit: 'ratio' }]));
  const parameters = parametersSchema.parse({ zones: named(zones), lines: named(lines) });
  const areas = zones || lines ? { areas: resolveAreas(parameters, { width, height }) } : {};
  const annotator = new Annotator({ ...options, ...areas });
  let drawn: Uint8Array | undefined;
  for await (const [pixels, frame] of source) {
    annotator.draw(pixels, frame);
    drawn = pixels.slice();
  }
  const size = { width, height, format: 'i420' } as const;
  const scale = `${shown ?? width}:-2:flags=area`;
  const [jpeg] = await encodeJpegs([drawn!], size, { quality: 4, scale });
  writeFileSync(join(folder, `${name}.jpg`), jpeg);
  console.log(`${name}.jpg, ${jpeg.length} bytes`);
}

/** A crowd of figures on an even ground. */
async function* figures(width: number, height: number): AsyncGenerator<[Uint8Array, TrackedFrame]> {
  const canvas = new Canvas(width, height);
  for (const frame of crowd(width, height, 40, 120)) {
    const pixels = new Uint8Array((width * height * 3) / 2).fill(128);
    canvas.begin(pixels);
    canvas.rectangle(0, 0, width, height, { y: 150, u: 126, v: 129 });
    const order = Array.from(frame.ids, (_, i) => i).sort((a, b) => frame.boxes[4 * a + 1] - frame.boxes[4 * b + 1]);
    for (const i of order) {
      const [left, top, w, h] = frame.boxes.subarray(4 * i, 4 * i + 4);
      const x = left + w / 2;
      for (const side of [-1, 1])
        canvas.line(x + 0.1 * side * w, top + 0.5 * h, x + 0.2 * side * w, top + 0.96 * h, 0.03 * h);
      canvas.line(x, top + 0.28 * h, x, top + 0.5 * h, 0.09 * h);
      canvas.paint({ y: 60 + 7 * (i % 9), u: 120 + 4 * (i % 5), v: 118 + 4 * (i % 7) });
      canvas.line(x, top + 0.09 * h, x, top + 0.1 * h, 0.07 * h);
      canvas.paint({ y: 135, u: 112, v: 146 });
    }
    yield [pixels, frame];
  }
}

/** The street in metres, as people's heights say: a camera 7 m up that looks 22° down. */
const street = (scale: number, top: number) => ({
  toGround: (x: number, y: number): [number, number] => {
    const [u, v] = [x / scale, y / scale + top];
    return [(7.55 * u - 2899) / (v + 83), (7240 - 2.83 * v) / (v + 83)];
  },
});

const full = { width: WIDTH, height: HEIGHT };
const hd = { width: 1920, height: 1080, shown: 1280 };
const ultra = { width: 3840, height: 2160, shown: 1280 };
await picture('annotated', full);
await picture('zones', {
  ...{ ...full, last: FRAMES - 1 },
  zones: {
    road: [
      [0.66, 0.26],
      [0.98, 0.26],
      [0.98, 0.8],
      [0.66, 0.8],
    ],
    junction: [
      [0.3, 0.35],
      [0.62, 0.35],
      [0.62, 0.55],
      [0.3, 0.55],
    ],
    grass: [
      [0.02, 0.56],
      [0.4, 0.56],
      [0.4, 0.97],
      [0.02, 0.97],
    ],
  },
  lines: {
    middle: [
      [0.5, 1],
      [0.5, 0.15],
    ],
  },
});
await picture('annotation-360p', {
  ...{ width: 640, height: 360, last: FRAMES - 1 },
  zones: {
    Süd: [
      [0.03, 0.55],
      [0.4, 0.55],
      [0.4, 0.97],
      [0.03, 0.97],
    ],
    入口: [
      [0.66, 0.2],
      [0.98, 0.2],
      [0.98, 0.75],
      [0.66, 0.75],
    ],
  },
  lines: {
    Вход: [
      [0.5, 1],
      [0.5, 0.15],
    ],
  },
});
await picture('annotation-1080p', {
  ...{ ...hd, last: 450, style: 'ellipse', label: ['id', 'speed'], panel: true },
  ground: street(1920 / WIDTH, 72),
  zones: {
    入口: [
      [0.66, 0.2],
      [0.98, 0.2],
      [0.98, 0.75],
      [0.66, 0.75],
    ],
  },
  lines: {
    Süd: [
      [0.4, 1],
      [0.4, 0.15],
    ],
  },
});
await picture('annotation-2160p', { ...ultra, style: 'corners', label: ['id', 'score', 'dwell'] });
await picture('annotation-dot', { ...full, style: 'dot', label: [], trailSeconds: 10 });
await picture('annotation-blur', { ...full, anonymize: true, anonymizeBy: 'blur' });
await picture('annotation-heat', {
  ...full,
  last: FRAMES - 1,
  heatMap: true,
  label: [],
  style: 'dot',
  trailSeconds: 0,
});
await picture('annotation-crowd', { width: 1280, height: 720 }, figures(1280, 720));
