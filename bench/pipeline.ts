/**
 * The speed of the whole pipeline as a share of that of detection alone:
 * (a) decode + detect, against (b) decode + detect + track, refine, and decode once more + draw + encode, or with --online
 * all in one pass; in turns in one run. Beside them (p), all that (b) does but detect, track and draw: pictures decoded, read and
 * encoded. With the ground truth of the whole video it also reports accuracy, on MOT15's ground truth of the sample beside the
 * figures of other trackers.
 *
 *   npm run bench:pipeline [-- VIDEO [--turns N] [--max-frames N] [--detector NAME|FILE.onnx] [--online] [--no-appearance] [--gt GT.txt]]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { letHeapGrow } from '../src/core/heap-growth.ts';
import type { StageTimes } from '../src/core/stage-clock.ts';
import { type Detections, type Detector, loadDetector } from '../src/detection/index.ts';
import { DetectionSchedule } from '../src/detection/schedule.ts';
import { parametersSchema } from '../src/engine/parameters.ts';
import { trackVideo } from '../src/engine/track-video.ts';
import { evaluateSequence, type Figures, figures, readGroundTruth, readResults } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { openVideo, openVideoWriter } from '../src/video/index.ts';

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

/** Frames per second of decoding and detection alone, of what the whole pipeline looks at. */
async function detectOnly(): Promise<number> {
  const model = await loadDetector(detector);
  const schedule = new DetectionSchedule(model, parameters.detection);
  const source = await openVideo(video, {
    letterbox: ({ width, height }) => model.letterbox(width, height),
    maxFrames,
  });
  const waiting: Promise<Detections>[] = [];
  const started = performance.now();
  let frames = 0;
  for await (const frame of source) {
    waiting.push(schedule.next(frame).detections.finally(() => frame.release?.()));
    frames++;
    if (waiting.length > 3) await waiting.shift();
  }
  await Promise.all(waiting);
  const seconds = (performance.now() - started) / 1000;
  await model.close();
  return frames / seconds;
}

/** Decodes, reads and encodes the pictures as the whole pipeline does, and does nothing else with them. */
async function picturesOnly(model: Detector): Promise<void> {
  const letterbox = ({ width, height }: { width: number; height: number }) => model.letterbox(width, height);
  const first = await openVideo(video, { letterbox, maxFrames, pixels: true });
  if (!online) for await (const frame of first) frame.release?.();
  const shown = online ? first : await openVideo(video, { maxFrames, pixels: true, info: first.info });
  const writer = await openVideoWriter(join(out, 'pictures.mp4'), first.info);
  let written: Promise<void> = Promise.resolve();
  for await (const { pixels, time, release } of shown) {
    await written;
    written = writer.write(pixels!, time).then(release);
  }
  await written;
  await writer.close();
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

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

letHeapGrow(); // as the command does, here for both
const model = await loadDetector(detector);
await model.close(); // it still tells the size of its input
const out = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
const alone = { fps: [] as number[], cpu: [] as number[] };
const pictures: number[] = [];
const whole = { fps: [] as number[], cpu: [] as number[], stages: [] as StageTimes[] };
let frames = 0;
let score: Figures | undefined;
console.log(`${video}, ${detector}, ${cpus()[0].model}, ${availableParallelism()} cores`);
for (let turn = 1; turn <= Number(values.turns); turn++) {
  const [fps, cpu] = await withCpu(detectOnly);
  pictures.push((await withCpu(() => picturesOnly(model)))[1]);
  const [summary, wholeCpu] = await withCpu(() => trackVideo(video, { out, detector, maxFrames, online, parameters }));
  frames = summary.frames;
  if (values.gt) score = await accuracy(values.gt, summary.files.mot ?? '');
  alone.fps.push(fps);
  alone.cpu.push(cpu);
  whole.fps.push(summary.fps);
  whole.cpu.push(wholeCpu);
  whole.stages.push(summary.stages);
  console.log(`turn ${turn}: detection alone ${fps.toFixed(1)}, end to end ${summary.fps.toFixed(1)} frames/s`);
}
rmSync(out, { recursive: true });

const perFrame = (cpu: readonly number[]) => `${((1000 * median(cpu)) / frames).toFixed(1)} ms CPU a frame`;
const ratio = median(whole.fps.map((fps, i) => fps / alone.fps[i]));
const cpuRatio = median(whole.cpu.map((cpu, i) => alone.cpu[i] / cpu));
console.log(`\n(a) detection alone  ${median(alone.fps).toFixed(1)} frames/s, ${perFrame(alone.cpu)}`);
console.log(`(p) pictures alone   ${perFrame(pictures)}`);
console.log(`(b) end to end       ${median(whole.fps).toFixed(1)} frames/s, ${perFrame(whole.cpu)}`);
console.log(
  `b / a                ${ratio.toFixed(3)} in frames/s, ${cpuRatio.toFixed(3)} by CPU time (medians of each turn's)`,
);
console.log('\nmilliseconds a frame that (b) spent in, or waited for, each stage');
for (const stage of Object.keys(whole.stages[0]) as (keyof StageTimes)[]) {
  const times = whole.stages.map((stages) => stages[stage] / frames);
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
