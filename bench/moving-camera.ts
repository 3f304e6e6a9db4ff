/**
 * The gain by camera-motion compensation: the sample clip through a window that pans and shakes, its ground truth moved with it, tracked
 * on the shipped detector's boxes without appearance. Prints Markdown.
 *
 *   npm run bench:moving-camera -- GT.txt [--score SCORE]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadAssociation } from '../src/association/model.ts';
import { type Detections, loadDetector } from '../src/detection/index.ts';
import { evaluateSequence, figures, type IdentifiedBoxes, readGroundTruth } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { gaussian, seededRandom } from '../src/learning/random.ts';
import { PictureMotion, type PictureShift } from '../src/tracking/camera-motion/from-pixels.ts';
import { Tracker } from '../src/tracking/index.ts';
import { refine, refinementParameters, TrajectoryCollector } from '../src/trajectories/index.ts';
import { openVideo, openVideoWriter } from '../src/video/index.ts';

const VIDEO = 'videos/pets09-s2l1.mp4';
const [WIDTH, HEIGHT] = [480, 416];
const SHOWN = ['HOTA', 'MOTA', 'IDF1', 'IDSW'] as const;

interface Seen {
  readonly index: number;
  readonly time: number;
  readonly detections: Detections;
  readonly shift: PictureShift | undefined;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { score: { type: 'string', default: 'hand-set' } },
});
if (positionals.length !== 1) {
  process.stderr.write('usage: npm run bench:moving-camera -- GT.txt [--score SCORE]\n');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'twintrack-'));
const views = await film(join(folder, 'pan.mp4'));
writeFileSync(join(folder, 'gt.txt'), movedTruth(readFileSync(positionals[0], 'utf8'), views));
const truth = await readGroundTruth(join(folder, 'gt.txt'), { name: 'pan' });
const frames = await see(join(folder, 'pan.mp4'));
rmSync(folder, { recursive: true });

const error = (k: number): number => {
  const [x, y] = frames[k].shift ?? [0, 0];
  return Math.hypot(x + views[k][0] - views[k - 1][0], y + views[k][1] - views[k - 1][1]);
};
const mean = (of: (k: number) => number): string =>
  (views.slice(1).reduce((sum, _, k) => sum + of(k + 1), 0) / (views.length - 1)).toFixed(2);
const moved = mean((k) => Math.hypot(views[k][0] - views[k - 1][0], views[k][1] - views[k - 1][1]));
process.stdout.write(
  `the picture moves ${moved} pixels a frame; the shift measured in it is off by ${mean(error)}\n\n`,
);

const score = await loadAssociation(values.score);
const rows = [
  ['camera not followed', ...measure(false, false, false)],
  ['by the boxes', ...measure(true, false, false)],
  ['by the pictures', ...measure(true, true, true)],
  ['by the pictures, refined without', ...measure(true, true, false)],
];

process.stdout.write(`${table(['', ...SHOWN, ...SHOWN.map((name) => `${name} refined`)], rows)}\n`);

/** Writes the clip as seen through the window. @returns the position of the window in each frame */
async function film(path: string): Promise<[x: number, y: number][]> {
  const random = seededRandom(4);
  const even = (value: number, most: number): number => 2 * Math.max(0, Math.min(most / 2, Math.round(value / 2)));
  const video = await openVideo(VIDEO, { pixels: true });
  const { width, height, frameRate } = video.info;
  const writer = await openVideoWriter(path, { width: WIDTH, height: HEIGHT, frameRate });
  const views: [number, number][] = [];
  for await (const { index, time, pixels } of video) {
    const x = even(144 + 100 * Math.sin(index / 9) + 4 * gaussian(random), width - WIDTH);
    const y = even(80 + 40 * Math.sin(index / 14 + 1) + 4 * gaussian(random), height - HEIGHT);
    const window = new Uint8Array(WIDTH * HEIGHT * 1.5);
    let at = 0;
    const cut = (plane: number, stride: number, left: number, top: number, w: number, h: number): void => {
      for (let row = top; row < top + h; row++, at += w)
        window.set(pixels!.subarray(plane + row * stride + left, plane + row * stride + left + w), at);
    };
    cut(0, width, x, y, WIDTH, HEIGHT);
    for (const plane of [width * height, 1.25 * width * height])
      cut(plane, width / 2, x / 2, y / 2, WIDTH / 2, HEIGHT / 2);
    await writer.write(window, time);
    views.push([x, y]);
  }
  await writer.close();
  return views;
}

/** The people of a MOT file of whom at least half is in the window, in its coordinates. */
function movedTruth(gt: string, views: readonly [x: number, y: number][]): string {
  const inside = (from: number, length: number, most: number): number =>
    Math.max(0, Math.min(most, from + length) - Math.max(0, from)) / length;
  return gt
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [frame, id, x, y, w, h, ...rest] = line.split(',').map(Number);
      const [left, top] = [x - views[frame - 1][0], y - views[frame - 1][1]];
      if (inside(left, w, WIDTH) * inside(top, h, HEIGHT) < 0.5) return [];
      return [[frame, id, left, top, w, h, ...rest].join()];
    })
    .join('\n');
}

/** Detections and motion of each frame. */
async function see(path: string): Promise<Seen[]> {
  const detector = await loadDetector('rtmdet-nano');
  const letterbox = detector.letterbox(WIDTH, HEIGHT);
  const motion = new PictureMotion();
  const seen: Seen[] = [];
  for await (const frame of await openVideo(path, { letterbox: () => letterbox })) {
    const shift = motion.follow(frame, letterbox);
    seen.push({ index: frame.index, time: frame.time, shift, detections: await detector.detect(frame) });
  }
  await detector.close();
  return seen;
}

/** Figures on-line and refined. */
function measure(cameraMotion: boolean, byPictures: boolean, refineByPictures: boolean): string[] {
  const tracker = new Tracker({ association: score, parameters: { cameraMotion } });
  const collector = new TrajectoryCollector();
  const online: [frame: number, id: number, box: Float64Array][] = [];
  for (const { index, time, detections, shift } of frames) {
    const tracks = tracker.step(detections, time, byPictures ? shift : undefined);
    collector.add({ index, time }, tracks, refineByPictures ? shift : undefined);
    for (const { state, id, box } of tracks) if (state === 'confirmed') online.push([index, id, box.slice()]);
  }
  const refined = refine(collector.take(), collector.timeline, refinementParameters.parse({})).flatMap((person) =>
    Array.from(person.frames, (frame, i): [number, number, Float64Array] => {
      return [frame, person.id, person.boxes.subarray(4 * i, 4 * i + 4)];
    }),
  );
  return [online, refined].flatMap((people) => {
    const boxes: IdentifiedBoxes = {
      frames: Int32Array.from(people, ([frame]) => frame),
      ids: Int32Array.from(people, ([, id]) => id),
      boxes: Float64Array.from(people.flatMap(([, , box]) => [...box])),
    };
    const of = figures(evaluateSequence(truth, boxes));
    return SHOWN.map((name) => of[name]?.toFixed(name === 'IDSW' ? 0 : 1) ?? '');
  });
}
