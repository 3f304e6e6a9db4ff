/**
 * Speed and memory of `twintrack track` beside a plain Python script with the same detector (bench/python/plain.py: cv2, onnxruntime on
 * two threads, roboflow's ByteTrack, supervision). Both track and draw the same clip in turns, whole commands (Linux).
 *
 *   npm run build && npm run bench:plain-python -- PYTHON [--video V] [--detector FILE.onnx] [--turns 5] [--max-frames N] [-- TRACK OPTIONS]
 *
 * PYTHON is an interpreter that has the script's packages. Frames/s are those of the whole command, and without its start: from the first
 * frame asked for to the last file closed. Memory is the most that all processes of a command have resident at once,
 * with the files that they share, such as libraries, in each of them or once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, splitArguments, type Taken, watch } from './process-tree.ts';

const [own, trackOptions] = splitArguments();
const { positionals, values } = parseArgs({
  args: own,
  allowPositionals: true,
  options: {
    video: { type: 'string', default: 'videos/pets09-s2l1.mp4' },
    detector: { type: 'string', default: 'models/rtmdet-nano-person.onnx' },
    turns: { type: 'string', default: '5' },
    'max-frames': { type: 'string' },
  },
});
if (positionals.length !== 1) {
  process.stderr.write(
    'usage: npm run bench:plain-python -- PYTHON [--video V] [--detector FILE.onnx] [--turns 5] [--max-frames N] [-- TRACK OPTIONS]\n',
  );
  process.exit(2);
}
const { video, detector } = values;
const length = values['max-frames'] ? ['--max-frames', values['max-frames']] : [];

/** One run of a command. */
interface Run extends Taken {
  /** Frames/s of the whole command. */
  readonly whole: number;
  /** Frames/s without its start. */
  readonly fps: number;
}

const folder = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
const python: Run[] = [];
const twintrack: Run[] = [];
console.log(`${video}, ${detector.replace(/.*[\\/]/, '')}, ${cpus()[0].model}, ${availableParallelism()} cores`);
try {
  for (let turn = 1; turn <= Number(values.turns); turn++) {
    const script = ['bench/python/plain.py', video, detector, join(folder, 'plain.mp4'), ...length];
    python.push(await run(positionals[0], script));
    const track = ['dist/cli.js', 'track', video, '--detector', detector, '--out', folder, '--overwrite', '--json'];
    twintrack.push(await run(process.execPath, [...track, ...length, ...trackOptions]));
    const told = [python, twintrack].map((runs) => `${runs.at(-1)!.whole.toFixed(1)} frames/s`);
    console.log(`turn ${turn}: Python ${told[0]}, twintrack ${told[1]}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

const FIGURES: readonly [name: string, of: (run: Run) => number, digits: number][] = [
  ['frames/s of the whole command', ({ whole }) => whole, 1],
  ['frames/s without its start', ({ fps }) => fps, 1],
  ['CPU seconds', ({ cpuSeconds }) => cpuSeconds, 1],
  ['MB at most', ({ megabytes }) => megabytes, 0],
  ['MB at most, libraries once', ({ megabytesOnce }) => megabytesOnce, 0],
];
console.log('\nmedians                          Python  twintrack  twintrack / Python, median of the turns');
for (const [name, of, digits] of FIGURES) {
  const [theirs, ours] = [python, twintrack].map((runs) => median(runs.map(of)).toFixed(digits));
  const ratio = median(twintrack.map((run, i) => of(run) / of(python[i]))).toFixed(2);
  console.log(name.padEnd(30), theirs.padStart(8), ours.padStart(10), ratio.padStart(8));
}

async function run(command: string, args: readonly string[]): Promise<Run> {
  const taken = await watch(command, args);
  const { frames, seconds, elapsed } = JSON.parse(taken.output);
  return { ...taken, whole: frames / taken.seconds, fps: frames / (seconds ?? elapsed) };
}
