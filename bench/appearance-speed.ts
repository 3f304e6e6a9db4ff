/**
 * The cost of appearance: frames per second and CPU time of tracking with it and without it, in turns in one run. Medians.
 *
 *   npx tsx bench/appearance-speed.ts [VIDEO] [--turns N] [--max-frames N] [--annotate]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parametersSchema } from '../src/engine/parameters.ts';
import { trackVideo } from '../src/engine/track-video.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'string', default: '3' },
    'max-frames': { type: 'string', default: '200' },
    annotate: { type: 'boolean', default: false },
  },
});
const MODES = ['off', 'auto', 'always'] as const;
const out = mkdtempSync(join(tmpdir(), 'twintrack-bench-'));
const cpu = { off: [] as number[], auto: [] as number[], always: [] as number[] };
const rates = { off: [] as number[], auto: [] as number[], always: [] as number[] };
for (let turn = 0; turn < Number(values.turns); turn++) {
  for (const mode of MODES) {
    const parameters = parametersSchema.parse({ appearance: { mode } });
    const settings = { out, parameters, online: true, annotate: values.annotate };
    const before = process.cpuUsage();
    const { fps, frames } = await trackVideo(positionals[0] ?? 'videos/pets09-s2l1.mp4', {
      ...settings,
      maxFrames: Number(values['max-frames']),
    });
    const { user, system } = process.cpuUsage(before);
    rates[mode].push(fps);
    cpu[mode].push((user + system) / 1000 / frames);
  }
}
rmSync(out, { recursive: true });
for (const mode of MODES) {
  const fps = median(rates[mode]);
  const ratio = median(rates[mode].map((rate, turn) => rate / rates.off[turn]));
  console.log(
    `${mode.padEnd(6)}  ${fps.toFixed(1)} frames/s, ${ratio.toFixed(3)} of off; ${median(cpu[mode]).toFixed(1)} ms CPU a frame besides ffmpeg`,
  );
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
