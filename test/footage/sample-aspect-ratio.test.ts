import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { iou } from '../../src/core/geometry.ts';
import { trackVideo } from '../../src/engine/track-video.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { probe } from '../../src/video/index.ts';
import { runFfmpeg, temporaryFolder } from '../video/clips.ts';

const SAMPLE = new URL('../../videos/pets09-s2l1.mp4', import.meta.url).pathname;
const folder = temporaryFolder();

/** Three seconds of the sample. */
async function tracked(name: string, filter: string) {
  const clip = join(folder, `${name}.mp4`);
  runFfmpeg('-t', '3', '-i', SAMPLE, '-vf', filter, '-c:v', 'libx264', '-crf', '12', clip);
  const { files } = await trackVideo(clip, { out: join(folder, name), parameters: { appearance: { mode: 'off' } } });
  const { source, trajectories } = await readTrajectories(files.trajectories!);
  const frames: number[][] = [];
  for (const { frames: own, boxes } of trajectories)
    own.forEach((frame, i) => {
      frames[frame] ??= [];
      frames[frame].push(...boxes.subarray(4 * i, 4 * i + 4));
    });
  return { clip, source, frames, annotated: files.annotated! };
}

function displayAspect(file: string): number {
  const fields = ['-show_entries', 'stream=width,height,sample_aspect_ratio', '-of', 'csv=p=0'];
  const text = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v:0', ...fields, file], {
    encoding: 'utf8',
  });
  const [width, height, ratio] = text.trim().split(',');
  const [across, down] = /^[1-9]/.test(ratio) ? ratio.split(':').map(Number) : [1, 1];
  return (Number(width) * across) / down / Number(height);
}

describe.each([
  ['12:11', 704],
  ['4:3', 576],
  ['2:1', 384],
  ['24:11', 352],
  ['1:2', 1536],
])('pixels of %s', (ratio, width) => {
  it('give the people that square ones do, in stored pixels, and an annotated video of the same shape', async () => {
    const name = ratio.replace(':', 'to');
    const control = await tracked(`${name}-square`, `scale=${width}:576,scale=768:576,setsar=1`);
    const { clip, source, frames, annotated } = await tracked(
      name,
      `scale=${width}:576,setsar=${ratio.replace(':', '/')}`,
    );
    const stretch = 768 / width;
    let all = 0;
    let found = 0;
    control.frames.forEach((boxes, frame) => {
      const own = (frames[frame] ?? []).map((value, k) => (k % 2 === 0 ? value * stretch : value));
      for (let i = 0; i < boxes.length / 4; i++) {
        all++;
        const best = Array.from({ length: own.length / 4 }, (_, j) =>
          iou(Float64Array.from(boxes), i, Float64Array.from(own), j),
        );
        if (Math.max(0, ...best) >= 0.5) found++;
      }
    });
    expect(all).toBeGreaterThan(50);
    expect(found / all).toBeGreaterThanOrEqual(0.95);
    const [across, down] = ratio.split(':').map(Number);
    expect(source).toMatchObject({ width, height: 576 });
    expect(source.sampleAspectRatio).toBeCloseTo(across / down, 3);
    expect((await probe(annotated)).sampleAspectRatio).toBeCloseTo(across / down, 3);
    expect(displayAspect(annotated)).toBeCloseTo(displayAspect(clip), 3);
    expect(control.source).not.toHaveProperty('sampleAspectRatio');
  });
});
