/**
 * Makes the pictures of docs/annotation.md, of README and of docs/analytics.md from the sample video: its refined trajectories drawn in each
 * style, at three sizes, and a simulated crowd.
 *
 *   npx tsx scripts/annotation-pictures.ts [FOLDER]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotator, type AnnotatorOptions } from '../src/annotation/index.ts';
import { type TrackedFrame, toTrackedFrame } from '../src/core/tracked-frame.ts';
import { track } from '../src/index.ts';
import { encodeJpegs } from '../src/video/encode-stills.ts';
import { findFfmpeg } from '../src/video/ffmpeg.ts';
import { openVideo } from '../src/video/index.ts';

const root = join(import.meta.dirname, '..');
const sample = join(root, 'videos/pets09-s2l1.mp4');
const folder = process.argv[2] ?? join(root, 'docs/images');
mkdirSync(folder, { recursive: true });
const scaled = mkdtempSync(join(tmpdir(), 'annotation-'));
const ffmpeg = await findFfmpeg();
/** Frames of the sample up to which it is drawn, and its size. */
const FRAMES = 235;
const [WIDTH, HEIGHT] = [768, 576];

const people: TrackedFrame[] = [];
for await (const frame of track(sample, { refined: true, maxFrames: FRAMES })) people.push(toTrackedFrame(frame));

/** The sample in another size, the upper and lower edge cut off for 16:9. */
async function* frames(width: number, height: number): AsyncGenerator<[Uint8Array, TrackedFrame]> {
  const scale = width / WIDTH;
  const top = Math.round((HEIGHT - height / scale) / 2);
  const path = join(scaled, `${width}.mp4`);
  const filter = `crop=${WIDTH}:${HEIGHT - 2 * top}:0:${top},scale=${width}:${height}:flags=lanczos`;
  const coded = ['-frames:v', String(FRAMES), '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '16', path];
  execFileSync(ffmpeg.path, ['-nostdin', '-loglevel', 'error', '-y', '-i', sample, '-vf', filter, ...coded]);
  for await (const { pixels, index, release } of await openVideo(path, { pixels: true })) {
    const { boxes, ...frame } = people[index];
    yield [pixels!, { ...frame, boxes: boxes.map((value, k) => (k % 4 === 1 ? value - top : value) * scale) }];
    release?.();
  }
}

/** Draws the frames up to the last, which becomes a JPEG of this width. */
async function picture(name: string, options: AnnotatorOptions, shown = options.width): Promise<void> {
  const { width, height } = options;
  const annotator = new Annotator(options);
  let last: Uint8Array | undefined;
  for await (const [pixels, frame] of frames(width, height)) {
    annotator.draw(pixels, frame);
    last = pixels.slice();
  }
  await write(name, last!, width, height, shown);
}

async function write(name: string, pixels: Uint8Array, width: number, height: number, shown: number): Promise<void> {
  const source = { width, height, format: 'i420' } as const;
  const [jpeg] = await encodeJpegs([pixels], source, { quality: 3, scale: `${shown}:-2:flags=area` });
  writeFileSync(join(folder, `${name}.jpg`), jpeg);
  console.log(`${name}.jpg, ${jpeg.length} bytes`);
}

const size = { width: WIDTH, height: HEIGHT };
await picture('annotated', size);
await picture('annotated-corners', { ...size, style: 'corners', label: ['id', 'score'] });
await picture('annotated-1080p', { width: 1920, height: 1080, style: 'ellipse' });
