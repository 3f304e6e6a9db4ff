/**
 * What it saves to let empty pictures be: minutes of an empty street, whom three people pass one after another, tracked by the built
 * command with and without the parameter that skips pictures in which nothing moves (Linux).
 *
 *   npm run build && npm run bench:empty-street -- GT.txt [--rate 25] [--video V] [--minutes 10] [--clip FILE.mp4 [--only-clip]]
 *     [-- TRACK OPTIONS]
 *
 * The street is the median of the sample's pictures with noise; the people are cut out of the sample along MOT15's ground truth of
 * PETS09-S2L1, GT.txt, and walk right across the picture, ten source frames a second. With --clip the clip is kept, and beside it
 * FILE.people.txt: per person the first frame, from 0, that shows 60 % of its box. With --only-clip nothing is tracked.
 *
 * The detector's CPU is that of the command less that of the command on the boxes that it found (`--detections`): the network, and in
 * every frame the picture that is scaled for it and compared with the one before.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { iou } from '../src/core/geometry.ts';
import { readMotRows } from '../src/files/mot-text.ts';
import { table } from '../src/learning/association/report.ts';
import { readTrajectories, type Trajectory } from '../src/trajectories/index.ts';
import { probe } from '../src/video/index.ts';
import { type Box, filmEmptyStreet, type Visit, type Walker } from './empty-street-clip.ts';
import { splitArguments, watch } from './process-tree.ts';

/** The parameter under test, and its values. */
const PARAMETER = 'detection.emptyRate';
const [SKIPPING, LOOKING] = ['1', '0'];
/** The longest stretches of the ground truth in which nobody else is near, with much of the picture crossed. */
const WALKERS: readonly Walker[] = [
  { id: 10, from: 480, to: 575, mirrored: false, at: 0.2 },
  { id: 13, from: 170, to: 302, mirrored: true, at: 0.5 },
  { id: 14, from: 231, to: 298, mirrored: false, at: 0.8 },
];
const SAME_PERSON = 0.3; // IoU of a detection and the person's box

const [own, trackOptions] = splitArguments();
const { positionals, values } = parseArgs({
  args: own,
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: '25' },
    video: { type: 'string', default: 'videos/pets09-s2l1.mp4' },
    minutes: { type: 'string', default: '10' },
    clip: { type: 'string' },
    'only-clip': { type: 'boolean', default: false },
  },
});
if (positionals.length !== 1 || (values['only-clip'] && !values.clip)) {
  process.stderr.write(
    'usage: npm run bench:empty-street -- GT.txt [--rate 25] [--video V] [--minutes 10] [--clip FILE.mp4 [--only-clip]] [-- TRACK OPTIONS]\n',
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
const clip = values.clip ?? join(folder, 'street.mp4');
try {
  mkdirSync(dirname(clip), { recursive: true });
  const rate = Number(values.rate);
  const frames = Math.round(60 * rate * Number(values.minutes));
  const truth = await readTruth(positionals[0]);
  const visits = await filmEmptyStreet(clip, values.video, truth, WALKERS, { frames, rate });
  const people = visits.map(({ first, boxes }, i) => `person ${i + 1}: from frame ${first}, ${boxes.size} frames\n`);
  if (values.clip) writeFileSync(clip.replace(/(\.mp4)?$/, '.people.txt'), people.join(''));
  process.stdout.write(`${frames} frames\n${people.join('')}`);
  if (!values['only-clip']) await compare(visits);
} finally {
  rmSync(folder, { recursive: true });
}

async function compare(visits: readonly Visit[]): Promise<void> {
  const looking = await measure(visits, LOOKING);
  const skipping = await measure(visits, SKIPPING);
  const ratio = (of: 'runs' | 'detector' | 'whole') => (skipping[of] / looking[of]).toFixed(3);
  const rows = [looking, skipping].map(({ value, runs, detector, whole, found, delays }) => {
    const seconds = [detector.toFixed(1), whole.toFixed(1)];
    return [`${PARAMETER}=${value}`, String(runs), ...seconds, String(found), delays.join(', ')];
  });
  const heads = [
    '',
    'frames it ran in',
    "detector's CPU s",
    "command's CPU s",
    'people found',
    'frames until each is detected',
  ];
  const last = ['ratio', ratio('runs'), ratio('detector'), ratio('whole'), '', ''];
  process.stdout.write(`\n${table(heads, [...rows, last])}\n`);
}

/** Tracks the clip. */
async function measure(visits: readonly Visit[], value: string) {
  const track = (...options: string[]): Promise<{ cpuSeconds: number; output: string }> => {
    const args = ['dist/cli.js', 'track', clip, '--json', '--out', folder, '--overwrite', ...options, ...trackOptions];
    return watch(process.execPath, args);
  };
  const { cpuSeconds: whole, output } = await track('--set', `${PARAMETER}=${value}`);
  const { files, looked } = JSON.parse(output);
  const { trajectories } = await readTrajectories(files.trajectories);
  const { width, height } = await probe(clip);
  const delays = visits.map((visit) => firstDetection(trajectories, visit, width, height) - visit.first);
  const rest = await track('--detections', files.mot);
  const detector = whole - rest.cpuSeconds;
  return { value, runs: looked.detected, detector, whole, found: trajectories.length, delays };
}

/** The first frame in which a detection is the person's; NaN where there is none. */
function firstDetection(trajectories: readonly Trajectory[], visit: Visit, width: number, height: number): number {
  let first = Number.NaN;
  for (const { frames, boxes, detected } of trajectories) {
    for (let k = 0; k < frames.length && !(frames[k] >= first); k++) {
      const box = visit.boxes.get(frames[k]);
      if (!box || !detected[k]) continue;
      const [x, y, w, h] = box;
      const [left, top] = [Math.max(0, x), Math.max(0, y)];
      const seen = Float64Array.of(left, top, Math.min(width, x + w) - left, Math.min(height, y + h) - top);
      if (iou(boxes, k, seen, 0) >= SAME_PERSON) first = frames[k];
    }
  }
  return first;
}

/** Boxes by `frame,id`, frames from 1. */
async function readTruth(path: string): Promise<Map<string, Box>> {
  const { frames, ids, boxes } = await readMotRows(path);
  return new Map(
    Array.from(frames, (frame, i) => {
      const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
      return [`${frame + 1},${ids[i]}`, [x - 1, y - 1, w, h]];
    }),
  );
}
