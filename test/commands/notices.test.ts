import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeClip, temporaryFolder } from '../video/clips.ts';
import { failure, namesIn, readJson, twintrack, writeWalkers } from './cli.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const clip = makeClip(path('clip.mp4'), 'testsrc2=s=320x240:r=10:d=1', ...x264);

/** Writes rows that `row` makes of the numbers from 1 to `count`. */
function rows(name: string, count: number, row: (i: number) => string): string {
  writeFileSync(path(name), Array.from({ length: count }, (_, i) => `${row(i + 1)}\n`).join(''));
  return path(name);
}

const FEW = rows('few.txt', 10, (i) => `${i},-1,${10 + i},20,30,40,0.${80 + i}`);

describe('track --detections', () => {
  it.each<[string, string, string, string]>([
    [
      'normalised',
      rows('normalised.txt', 10, (i) => `${i},-1,0.1,0.2,0.05,0.2,0.${80 + i}`),
      'boxes-normalised',
      'all 10 boxes are within 0..1, as parts of the picture; multiply x and w by its width, y and h by its height',
    ],
    [
      'outside',
      rows('outside.txt', 10, (i) => `${i},-1,${i % 2 ? 320 : 0},${i % 2 ? 0 : 240},30,40,0.${80 + i}`),
      'boxes-outside',
      'all 10 boxes are outside the picture of 320 × 240; were they made at another size?',
    ],
    [
      'past the end',
      rows('past.txt', 300, (i) => `${i},-1,10,20,30,40,0.${100 + i}`),
      'frames-past-end',
      'has boxes up to frame 300, the video has 10 frames; is it of another video, or of another frame rate?',
    ],
    [
      'scores 0',
      rows('zero.txt', 10, (i) => `${i},-1,${10 + i},20,30,40,0`),
      'scores-zero',
      'all 10 scores are 0, so that no box counts as a person; is the score in column 7?',
    ],
    [
      'scores alike',
      rows('alike.txt', 10, (i) => `${i},-1,${10 + i},20,30,40,0.7`),
      'scores-alike',
      'all 10 scores are 0.7, so that sure and doubtful boxes count alike; is the score in column 7?',
    ],
    [
      'twice',
      rows('twice.txt', 20, (i) => `${(i + 1) >> 1},-1,${10 + ((i + 1) >> 1)},20,30,40,0.${80 + ((i + 1) >> 1)}`),
      'rows-repeated',
      'every row stands twice, 20 in all; the second of each is left out; was it written or joined twice?',
    ],
    [
      'backwards',
      rows('backwards.txt', 10, (i) => `${11 - i},-1,${10 + i},20,30,40,0.${80 + i}`),
      'rows-unordered',
      '9 of 10 rows go back to an earlier frame, first line 2; they are sorted; was it joined from parts?',
    ],
    [
      'from 0',
      rows('from0.txt', 10, (i) => `${i - 1},-1,${10 + i},20,30,40,0.${80 + i}`),
      'frames-from-zero',
      'its frames count from 0, not from 1; all are counted one later',
    ],
  ])('%s: a line on standard error, in the file, and in --json', async (name, file, code, text) => {
    const out = path(`out ${name}`);
    const args = ['track', clip, '--detections', file, '--no-annotate', '--set', 'appearance.mode=off', '--out', out];
    const { status, stdout, stderr } = await twintrack([...args, '--json']);
    const message = `${file}: ${text}`;
    expect([status, stderr]).toEqual([0, `twintrack: ${message}\n`]);
    expect(JSON.parse(stdout).notices).toEqual([{ code, message }]);
    expect(readJson(join(out, 'clip.trajectories.json')).notices).toEqual([{ code, message }]);
  });

  it('a file without fault: no word, and no field', async () => {
    const out = path('out few');
    const args = ['track', clip, '--detections', FEW, '--no-annotate', '--set', 'appearance.mode=off', '--out', out];
    const { status, stdout, stderr } = await twintrack([...args, '--json']);
    expect([status, stderr, JSON.parse(stdout).notices]).toEqual([0, '', []]);
    expect(readJson(join(out, 'clip.trajectories.json'))).not.toHaveProperty('notices');
  });

  it('more frames than a video whose length is known at its end only', async () => {
    const stream = makeClip(path('clip.h264'), 'testsrc2=s=320x240:r=10:d=1', ...x264, '-f', 'h264');
    const out = path('out raw');
    const args = ['track', stream, '--detections', path('past.txt'), '--no-annotate', '--set', 'appearance.mode=off'];
    const { status, stderr } = await twintrack([...args, '--out', out]);
    expect(status).toBe(0);
    expect(stderr).toContain('past.txt: has boxes up to frame 300, the video has 10 frames; ');
    expect(readJson(join(out, 'clip.trajectories.json')).notices).toMatchObject([
      { code: 'times-computed' },
      { code: 'frames-past-end' },
    ]);
  });

  it('a fault that cannot be read: one line, exit code 1, no file', async () => {
    const file = rows('fault.txt', 3, (i) => `${i},-1,10,20,${i === 3 ? 'nan' : 30},40,0.5`);
    const line = `${file}: line 3: column 5 is "nan", not a number; expected frame,id,x,y,w,h,score with frames from 1`;
    const out = path('out fault');
    expect(await twintrack(['track', '--detections', file, '--fps', '10', '--out', out])).toEqual(failure(line));
    expect(namesIn(folder)).not.toContain('out fault');
  });
});

describe('evaluate', () => {
  it('says what is wrong with ground truth and results', async () => {
    const gt = rows('gt.txt', 10, (i) => `${i - 1},1,${10 + i},20,30,40,1`);
    const results = rows('results.txt', 40, (i) => `${(i + 1) >> 1},1,${9 + ((i + 1) >> 1)},20,30,40,0.9`);
    const { status, stdout, stderr } = await twintrack(['evaluate', '--gt', gt, '--results', results, '--json']);
    const messages = [
      `${gt}: its frames count from 0, not from 1; all are counted one later`,
      `${results}: every row stands twice, 40 in all; the second of each is left out; was it written or joined twice?`,
      `${results}: has boxes up to frame 20, the ground truth has 10 frames; is it of another video, or of another frame rate?`,
    ];
    expect([status, stderr]).toEqual([0, messages.map((message) => `twintrack: ${message}\n`).join('')]);
    const [sequence] = Object.values<{ notices: { message: string }[]; TP: number }>(JSON.parse(stdout));
    expect(sequence.notices.map(({ message }) => message)).toEqual(messages);
    expect(sequence.TP).toBe(10);
  });

  it('knows the size of the pictures from seqinfo.ini', async () => {
    writeFileSync(path('seqinfo.ini'), '[Sequence]\nseqLength=10\nimWidth=320\nimHeight=240\n');
    const gt = rows('gt.txt', 10, (i) => `${i},1,${10 + i},20,30,40,1`);
    const results = rows('far.txt', 10, (i) => `${i},1,400,${20 * i},30,40,0.9`);
    const { status, stderr } = await twintrack(['evaluate', '--gt', gt, '--results', results]);
    const line = `${results}: all 10 boxes are outside the picture of 320 × 240; were they made at another size?`;
    expect([status, stderr]).toEqual([0, `twintrack: ${line}\n`]);
  });

  it('a fault that cannot be read: one line, exit code 1', async () => {
    const gt = rows('truth.txt', 3, (i) => `${i},1,10,20,30,40,1`);
    const results = rows('fault.txt', 3, (i) => `${i},1,10,20,${i === 2 ? 'nan' : 30},40,0.5`);
    const line = `${results}: line 2: column 5 is "nan", not a number; expected frame,id,x,y,w,h,score with frames from 1`;
    expect(await twintrack(['evaluate', '--gt', gt, '--results', results])).toEqual(failure(line));
  });
});

it('walkers, with which other tests of the command work, are without fault', async () => {
  const walkers = writeWalkers(path('walkers.txt'), 10);
  const run = await twintrack(['track', '--detections', walkers, '--fps', '10', '--json', '--out', path('walk')]);
  expect(run.stderr).toBe('');
});
