/**
 * The speed of the whole pipeline as a share of that of detection alone:
 * (a) decode + detect, against (b) decode + detect + track, refine, and decode once more + draw + encode, or with --online
 * all in one pass; in turns in one run. Beside them (p), the pictures of (b) decoded, read and encoded, and (c), that and detection: what
 * (b) would take if it embedded, tracked and drew in no time. With the ground truth of the whole video it also reports accuracy, on MOT15's
 * ground truth of the sample beside the figures of other trackers.
 *
 *   npm run bench:pipeline [-- VIDEO [--turns N] [--max-frames N] [--detector NAME|FILE.onnx] [--online] [--no-appearance] [--gt GT.txt]]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { letHeapGrow } from '../src/core/heap-growth.ts';
import type { StageTimes } from '../src/core/stage-clock.ts';
import { loadDetector } from '../src/detection/index.ts';
import { DetectionSchedule } from '../src/detection/schedule.ts';
import { FRAMES_AHEAD } from '../src/engine/open-run.ts';
import { parametersSchema } from '../src/engine/parameters.ts';
import { trackVideo } from '../src/engine/track-video.ts';
import { evaluateSequence, type Figures, figures, readGroundTruth, readResults } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { openVideo, openVideoWriter, type VideoInfo, type VideoWriter } from '../src/video/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'string', default: '5' },
    'max-frames': { type: 'string', default: '300' },
    detector: { type: 'string', default: 'rtmdet-nano' },
    online: { type: 'boolean', default: false },
    'no-appearance': { type: 'boolean', default: false },
    gt: { type: 'string' },
  },
});
const video = positionals[0] ?? 'videos/pets09-s2l1.mp4';
const maxFrames = values.gt === undefined ? Number(values['max-frames']) : Number.MAX_SAFE_INTEGER;
const { detector, online } = values;
const parameters = parametersSchema.parse(values['no-appearance'] ? { appearance: { mode: 'off' } } : {});

/**
 * Decodes the video, and does one part of the rest, or both: `detect` looks for people where the whole pipeline does, `pictures` reads and
 * encodes the pictures as it does.
 *
 * @returns frames per second
 */
async function parts({ detect = false, pictures = false }): Promise<number> {
  const model = detect ? await loadDetector(detector) : closed;
  const schedule = new DetectionSchedule(model, parameters.detection);
  const letterbox = ({ width, height }: { width: number; height: number }) => model.letterbox(width, height);
  const first = await openVideo(video, { letterbox, maxFrames, pixels: pictures });
  const writer = pictures ? await openVideoWriter(join(out, 'pictures.mp4'), first.info) : undefined;
  const started = performance.now(); // from the first frame asked for, as in a run
  const waiting: Promise<unknown>[] = [];
  let frames = 0;
  for await (const frame of first) {
    const { pixels, time, release } = frame;
    const found = detect && schedule.next(frame).detections;
    const written = online && writer?.write(pixels!, time);
    waiting.push(Promise.all([found, written]).finally(release));
    frames++;
    if (waiting.length > FRAMES_AHEAD) await waiting.shift();
  }
  await Promise.all(waiting);
  if (detect) await model.close();
  if (writer && !online) await encodeAgain(writer, first.info);
  await writer?.close();
  return (1000 * frames) / (performance.now() - started);
}

/** The second pass over the pictures. */
async function encodeAgain(writer: VideoWriter, info: VideoInfo): Promise<void> {
  let written: Promise<void> = Promise.resolve();
  for await (const { pixels, time, release } of await openVideo(video, { maxFrames, pixels: true, info })) {
    await written;
    written = writer.write(pixels!, time).then(release);
  }
  await written;
}

/** Figures of a MOT file against ground truth. */
async function accuracy(gt: string, results: string): Promise<Figures> {
  return figures(evaluateSequence(await readGroundTruth(gt, { name: 'video' }), await readResults(results)));
}

/** Runs a function. @returns its result and its CPU time in seconds, that of ended child processes included (Linux) */
async function withCpu<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = cpuSeconds();
  const result = await work();
  return [result, cpuSeconds() - before];
}

function cpuSeconds(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
  } catch {
    return Number.NaN;
  }
}

function noRuns(): { fps: number[]; cpu: number[] } {
  return { fps: [], cpu: [] };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

letHeapGrow(); // as the command does, here for both
const closed = await loadDetector(detector);
await closed.close(); // it still tells the size of its input
const out = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
const parted = [
  { name: '(a) detection alone', of: { detect: true }, ...noRuns() },
  { name: '(p) pictures alone', of: { pictures: true }, ...noRuns() },
  { name: '(c) both, no more', of: { detect: true, pictures: true }, ...noRuns() },
];
const [alone] = parted;
const whole = { name: '(b) end to end', ...noRuns() };
const stages: StageTimes[] = [];
let frames = 0;
let score: Figures | undefined;
console.log(`${video}, ${detector}, ${cpus()[0].model}, ${availableParallelism()} cores`);
for (let turn = 1; turn <= Number(values.turns); turn++) {
  for (const { of, fps, cpu } of parted) {
    const [rate, seconds] = await withCpu(() => parts(of));
    fps.push(rate);
    cpu.push(seconds);
  }
  const [summary, seconds] = await withCpu(() => trackVideo(video, { out, detector, maxFrames, online, parameters }));
  frames = summary.frames;
  if (values.gt) score = await accuracy(values.gt, summary.files.mot ?? '');
  whole.fps.push(summary.fps);
  whole.cpu.push(seconds);
  stages.push(summary.stages);
  const told = [...parted, whole].map(({ name, fps }) => `${name} ${fps.at(-1)!.toFixed(1)}`);
  console.log(`turn ${turn}: ${told.join(', ')} frames/s`);
}
rmSync(out, { recursive: true });

const ratio = median(whole.fps.map((fps, i) => fps / alone.fps[i]));
const cpuRatio = median(whole.cpu.map((cpu, i) => alone.cpu[i] / cpu));
console.log();
for (const { name, fps, cpu } of [...parted, whole])
  console.log(
    `${name.padEnd(20)} ${median(fps).toFixed(1)} frames/s, ${((1000 * median(cpu)) / frames).toFixed(1)} ms CPU a frame`,
  );
console.log(
  `b / a                ${ratio.toFixed(3)} in frames/s, ${cpuRatio.toFixed(3)} by CPU time (medians of each turn's)`,
);
console.log('\nmilliseconds a frame that (b) spent in, or waited for, each stage');
for (const stage of Object.keys(stages[0]) as (keyof StageTimes)[]) {
  const times = stages.map((of) => of[stage] / frames);
  console.log(`  ${stage.padEnd(9)} ${median(times).toFixed(2)}`);
}

const SHOWN = ['HOTA', 'MOTA', 'IDF1', 'IDSW'] as const;
const row = (name: string, of: Figures): string[] => [
  name,
  ...SHOWN.map((f) => of[f]?.toFixed(f === 'IDSW' ? 0 : 1) ?? ''),
];
const { about, peers } = JSON.parse(readFileSync(new URL('peers.json', import.meta.url), 'utf8')).video;
const rows = score ? [row(`twintrack, ${online ? 'on-line' : 'refined'}, on ${detector}`, score)] : [];
if (positionals.length === 0) rows.push(...peers.map((peer: Figures & { name: string }) => row(peer.name, peer)));
if (rows.length > 0)
  console.log(`\n${table(['accuracy', ...SHOWN], rows)}\n\n${positionals.length === 0 ? about : ''}`);
