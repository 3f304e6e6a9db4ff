/**
 * Accuracy on the sample video as a mean over six perturbations of it. One crossing is worth 3 to 5 IDF1, so that a single run says little.
 * The ground truth moves with the picture:
 *
 * - the clip as it is
 * - its first 11 frames left out
 * - darker, by a tenth
 * - mirrored, left for right
 * - encoded again by x264 at a crf of 30
 * - scaled to 736 × 552, by 23/24
 *
 *   npm run bench:sample -- GT.txt [--video V] [--detector NAME|FILE.onnx] [--set stage.name=value …] [--online | --refined]
 *
 * GT.txt is MOT15's ground truth of PETS09-S2L1. Without --online and --refined both are measured. Prints Markdown; ± is the standard
 * deviation of one run.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadParameters } from '../src/engine/configuration.ts';
import { findPart, planParts, trackParts } from '../src/engine/parts/index.ts';
import { evaluateSequence, type Figures, figures, readGroundTruth, readResults } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { findFfmpeg, probe } from '../src/video/index.ts';

const SHOWN = ['HOTA', 'MOTA', 'IDF1', 'IDSW'] as const;
const SCALE = 23 / 24;
const ALMOST_LOSSLESS = 10; // crf of what is encoded for another reason

/** A change of the clip that is known for every box of its ground truth. */
interface Perturbation {
  readonly name: string;
  /** ffmpeg's filter; none takes the clip as it is. */
  readonly filter?: string;
  readonly crf?: number;
  /** Frames left out at the start. */
  readonly skipped?: number;
  /** Where a box of a picture `width` wide comes to lie. */
  readonly move?: (box: Box, width: number) => Box;
}

type Box = readonly [x: number, y: number, w: number, h: number];

const PERTURBATIONS: readonly Perturbation[] = [
  { name: 'as it is' },
  { name: 'first 11 frames left out', filter: 'trim=start_frame=11,setpts=PTS-STARTPTS', skipped: 11 },
  { name: 'darker by a tenth', filter: 'lutyuv=y=16+0.9*(val-16)' },
  { name: 'mirrored', filter: 'hflip', move: ([x, y, w, h], width) => [width - x - w, y, w, h] },
  { name: 'encoded at crf 30', filter: 'null', crf: 30 },
  {
    name: 'scaled by 23/24',
    filter: `scale=iw*${SCALE}:ih*${SCALE}:flags=area`,
    move: ([x, y, w, h]) => [SCALE * x, SCALE * y, SCALE * w, SCALE * h],
  },
];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    video: { type: 'string', default: 'videos/pets09-s2l1.mp4' },
    detector: { type: 'string', default: 'rtmdet-nano' },
    set: { type: 'string', multiple: true, default: [] },
    online: { type: 'boolean', default: false },
    refined: { type: 'boolean', default: false },
  },
});
if (positionals.length !== 1) {
  process.stderr.write(
    'usage: npm run bench:sample -- GT.txt [--video V] [--detector NAME|FILE.onnx] [--set stage.name=value …] [--online | --refined]\n',
  );
  process.exit(2);
}
const parameters = await loadParameters(undefined, values.set);
const { width } = await probe(values.video);
const ffmpeg = (await findFfmpeg()).path;
const folder = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));

const both = values.online === values.refined;
const modes = [...(both || values.refined ? ['refined'] : []), ...(both || values.online ? ['online'] : [])];
const measured = modes.map((mode) => ({ mode, rows: [] as Figures[] }));
try {
  for (const perturbation of PERTURBATIONS) {
    const clip = makeClip(perturbation);
    const gt = join(folder, 'gt.txt');
    writeFileSync(gt, movedTruth(perturbation));
    const truth = await readGroundTruth(gt, { name: perturbation.name });
    const settings = { detector: values.detector, parameters };
    const found: string[] = [];
    for (const part of (await planParts(clip, settings)).parts) {
      found.push(join(folder, `part-${part.index}`));
      await findPart(clip, part, found.at(-1)!, settings);
    }
    for (const { mode, rows } of measured) {
      const online = mode === 'online';
      const { files } = await trackParts(clip, { files: found }, { ...settings, out: folder, online, annotate: false });
      rows.push(figures(evaluateSequence(truth, await readResults(files.mot ?? ''))));
      const line = SHOWN.map((name) => `${name} ${rows.at(-1)?.[name]?.toFixed(1)}`).join(', ');
      process.stderr.write(`${perturbation.name}, ${mode}: ${line}\n`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

process.stdout.write(`${[values.detector.replace(/.*[\\/]/, ''), ...values.set].join(', ')}\n`);
for (const { mode, rows } of measured) {
  const lines = rows.map((of, i) => [
    PERTURBATIONS[i].name,
    ...SHOWN.map((name) => cell(name, of[name] ?? Number.NaN)),
  ]);
  const summary = SHOWN.map((name) => {
    const all = rows.map((of) => of[name] ?? Number.NaN);
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1);
    return `${mean.toFixed(1)} ± ${Math.sqrt(variance).toFixed(1)}`;
  });
  process.stdout.write(`\n${table([mode, ...SHOWN], [...lines, ['mean ± standard deviation', ...summary]])}\n`);
}

function cell(name: (typeof SHOWN)[number], value: number): string {
  return value.toFixed(name === 'IDSW' ? 0 : 1);
}

/** Writes the perturbed clip. @returns its path */
function makeClip({ filter, crf = ALMOST_LOSSLESS }: Perturbation): string {
  if (filter === undefined) return values.video;
  const path = join(folder, 'clip.mp4');
  const output = ['-vf', filter, '-an', '-c:v', 'libx264', '-preset', 'fast', '-crf', String(crf), path];
  execFileSync(ffmpeg, ['-nostdin', '-loglevel', 'error', '-y', '-i', values.video, ...output]);
  return path;
}

/** The ground truth of the perturbed clip. */
function movedTruth({ skipped = 0, move = (box) => box }: Perturbation): string {
  const lines: string[] = [];
  for (const line of readFileSync(positionals[0], 'utf8').trim().split('\n')) {
    const [frame, id, x, y, w, h, ...rest] = line.split(',').map(Number);
    if (frame <= skipped) continue;
    // boxes as they are, counted from the same corner as the tracker's: so they are compared
    lines.push([frame - skipped, id, ...move([x, y, w, h], width), ...rest].join());
  }
  return lines.join('\n');
}
