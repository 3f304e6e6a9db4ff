/**
 * Memory of the track command over a long video: a clip is looped and scaled up, tracked by the built command, and the memory of it and
 * of its ffmpeg processes is read twice a second (Linux): resident memory of each, and of all together with shared files such as libraries
 * counted once.
 *
 *   npm run build && npm run bench:memory [-- VIDEO [--minutes 10] [--rate FPS] [--size 1920x1080] [--detections] [-- TRACK OPTIONS]]
 *
 * With --detections the detector runs once over the clip only, and the long video gets its boxes, looped: many more frames in the same time.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findFfmpeg, probe } from '../src/video/index.ts';
import { type Memory, memoryOf } from './process-tree.ts';

const separator = process.argv.indexOf('--', 2);
const own = process.argv.slice(2, separator < 0 ? undefined : separator);
const trackOptions = separator < 0 ? [] : process.argv.slice(separator + 1);
const { values, positionals } = parseArgs({
  args: own,
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string' },
    size: { type: 'string', default: '1920x1080' },
    detections: { type: 'boolean', default: false },
  },
});
const clip = positionals[0] ?? 'videos/pets09-s2l1.mp4';
const [width, height] = values.size.split('x').map(Number);
const info = await probe(clip);
const rate = values.rate ? Number(values.rate) : info.frameRate;
const folder = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));

/** Loops the clip. */
async function makeLong(): Promise<string> {
  const path = join(folder, 'long.mp4');
  const input = ['-stream_loop', '-1', '-r', String(rate), '-i', clip, '-t', String(60 * Number(values.minutes))];
  const output = ['-vf', `scale=${width}:${height}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-an', path];
  execFileSync((await findFfmpeg()).path, ['-nostdin', '-loglevel', 'error', ...input, ...output]);
  return path;
}

/** The boxes found in the clip, as a detection file for the long video. */
function makeDetections(): string {
  execFileSync(process.execPath, [
    'dist/cli.js',
    'track',
    clip,
    '--no-annotate',
    '--online',
    '--out',
    folder,
    '--overwrite',
  ]);
  const rows = readFileSync(join(folder, `${basename(clip, extname(clip))}.mot.txt`), 'utf8')
    .trim()
    .split('\n');
  const lines: string[] = [];
  const frames = 60 * Number(values.minutes) * rate;
  for (let start = 0; start < frames; start += info.frameCount!) {
    for (const row of rows) {
      const [frame, , x, y, w, h, score] = row.split(',').map(Number);
      const [sx, sy] = [width / info.width, height / info.height];
      lines.push(`${start + frame},-1,${x * sx},${y * sy},${w * sx},${h * sy},${score}`);
    }
  }
  const path = join(folder, 'det.txt');
  writeFileSync(path, lines.join('\n'));
  return path;
}

try {
  const long = await makeLong();
  const detections = values.detections ? ['--detections', makeDetections()] : [];
  const args = ['dist/cli.js', 'track', long, '--out', folder, '--overwrite', '--json', ...detections, ...trackOptions];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let json = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    json += text;
  });
  const samples: Memory[] = [];
  const timer = setInterval(() => {
    try {
      samples.push(memoryOf(child.pid!));
    } catch {} // it, or a child of it, has ended in between
  }, 500);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  const { frames, fps, elapsed } = JSON.parse(json);
  const range = ([from, to]: readonly number[], column: 0 | 1 | 2) => {
    const part = samples.slice(from * samples.length, to * samples.length).map((sample) => sample[column]);
    return `${Math.round(Math.min(...part))} … ${Math.round(Math.max(...part))}`.padStart(12);
  };
  console.log(`${frames} frames of ${values.size} in ${elapsed.toFixed(0)} s, ${fps.toFixed(1)} frames/s`);
  console.log('memory in MB            twintrack      ffmpeg   all, what they share once');
  for (const quarter of [0, 0.25, 0.5, 0.75]) {
    const part = [quarter, quarter + 0.25];
    console.log(`  ${100 * quarter} … ${100 * part[1]} %`.padEnd(20), range(part, 0), range(part, 1), range(part, 2));
  }
  const peak = (of: (sample: Memory) => number) => Math.round(Math.max(...samples.map(of)));
  const resident = peak(([twintrack, ffmpeg]) => twintrack + ffmpeg);
  console.log(`at most ${peak(([, , all]) => all)} MB in all, ${resident} MB where what they share counts in each`);
} finally {
  rmSync(folder, { recursive: true });
}
