import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeClip, runFfmpeg, temporaryFolder } from '../video/clips.ts';
import { twintrack } from './cli.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const source = (size: string, frames = 20) => ['-f', 'lavfi', '-t', `${frames / 10}`, '-i', `testsrc2=s=${size}:r=10`];

/** What the command prints, without the folder. */
async function doctor(...args: string[]) {
  const { status, stdout, stderr } = await twintrack(['doctor', ...args]);
  return { status, lines: stdout.replaceAll(`${folder}/`, '').trimEnd().split('\n'), stderr };
}

describe('of a video', () => {
  it('says what it is, what is made of it, and what changes that', async () => {
    const streams = [...source('160x120', 1), ...source('352x288'), '-f', 'lavfi', '-t', '2', '-i', 'sine'];
    const coding = ['-c:v:0', 'mjpeg', '-c:v:1', 'libx264', '-c:a', 'aac', '-flags:v:1', '+ildct+ilme'];
    const fields = ['-filter:v:1', 'setfield=tff,setsar=12/11', '-disposition', '0', '-default_mode', 'passthrough'];
    runFfmpeg(...streams, '-map', '0', '-map', '1', '-map', '2', ...fields, ...coding, path('two.mkv'));
    expect(await doctor(path('two.mkv'))).toEqual({
      status: 0,
      stderr: '',
      lines: [
        'two.mkv',
        expect.stringMatching(/^ {2}container {2}matroska,webm, 2\.\d+ s$/),
        '  video 0    mjpeg, 160 × 120',
        '  video 1    h264, 352 × 288, taken',
        '  sound 0    aac, 44100 Hz, mono',
        '  picture    352 × 288, pixels 1.091 times as wide as high, yuv420p',
        '  fields     interlaced, top field first; what is marked so is deinterlaced',
        '  frames     20 decoded, none damaged, 10 frames/s, constant',
        expect.stringMatching(/^ {2}times {6}0 s to 1\.9 s$|^ {2}times {6}0\.\d+ s to /),
        '  notice     has 2 video streams, numbered from 0: 1 (h264, 352 × 288) is taken, the only one that',
        '             moves, and not 0 (mjpeg, 160 × 120, one picture); --stream takes another',
        '  notice     pixels are taken as 12:11 (as the video says): the picture of 352 × 288 is seen as',
        '             384 × 288; boxes are in stored pixels',
        '  notice     is interlaced (top field first): it is deinterlaced, one frame of each; --deinterlace',
        '             off leaves it',
        expect.stringMatching(/^ {2}next {7}twintrack track .*two\.mkv$/),
      ],
    });
    const otherwise = await doctor(path('two.mkv'), '--stream', '1', '--sar', '1:1', '--deinterlace', 'off');
    expect(otherwise.lines.at(-1)).toBe('  next       twintrack track two.mkv --stream 1 --deinterlace off --sar 1:1');
    expect(otherwise.lines.join(' ')).not.toContain('numbered from 0');
  });

  it('of a variable rate, high dynamic range, turned, with a name for a shell to quote', async () => {
    const pq = [
      '-pix_fmt',
      'yuv420p10le',
      '-color_primaries',
      'bt2020',
      '-color_trc',
      'smpte2084',
      '-colorspace',
      'bt2020nc',
    ];
    const encoder = ['-c:v', 'libx265', '-x265-params', 'log-level=none', ...pq, '-vsync', 'vfr'];
    const clip = makeClip(path("a b's.mp4"), 'testsrc2=s=64x48:r=10:d=1', '-vf', "setpts='N*(N+1)/20/TB'", ...encoder);
    const { status, lines } = await doctor(clip);
    expect(status).toBe(0);
    expect(lines).toContain(
      '  picture    64 × 48, square pixels, yuv420p10le, bt2020nc, HDR (PQ), read without tone mapping',
    );
    const frames = lines.findIndex((line) => line.startsWith('  frames'));
    expect(
      lines
        .slice(frames, frames + 3)
        .join(' ')
        .replace(/ {2,}/g, ' '),
    ).toBe(
      ' frames 10 decoded, none damaged, 2 frames/s on average, variable: 100 to 900 ms from one to the next times 0 s to 4.5 s',
    );
    expect(lines.at(-1)).toMatch(/'.*a b'\\''s\.mp4'$/);
  });

  it('that is damaged: what is wrong, exit code 1', async () => {
    const whole = makeClip(path('cut.mkv'), 'testsrc2=s=160x120:r=10:d=3', '-c:v', 'libx264', '-g', '5');
    truncateSync(whole, Math.floor(readFileSync(whole).length * 0.6));
    const { status, lines } = await doctor(whole);
    expect(status).toBe(1);
    expect(lines.join(' ')).toMatch(/frames {5}\d+ decoded, \d.*FAULT .*(is cut off|is damaged|breaks off)/);
    expect(lines.join(' ')).not.toContain('twintrack track');
  });

  it.each([
    ['missing.mp4', undefined, 'does not exist; check the path'],
    [
      'list.mp4',
      'ffconcat version 1.0\nfile two.mkv\n',
      'is a list (ffconcat) that names other files, which are not opened;',
    ],
    ['words.mp4', 'words '.repeat(500), 'is not a video that ffmpeg can read; check that it plays, or copy it again'],
  ])('%s that cannot be read: one line, exit code 1', async (name, text, fault) => {
    if (text !== undefined) writeFileSync(path(name), text);
    const { status, lines } = await doctor(path(name));
    expect([status, lines[0], lines[1]]).toEqual([1, name, expect.stringContaining(`  FAULT  ${fault}`)]);
  });

  it('as JSON', async () => {
    const clip = makeClip(path('recorder.mp4'), 'testsrc2=s=960x1080:r=10:d=0.5', '-vf', 'setsar=0', '-c:v', 'libx264');
    const { status, stdout } = await twintrack(['doctor', clip, '--json']);
    const found = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(found).toMatchObject({
      input: clip,
      ok: true,
      video: { width: 960, height: 1080, stream: 0, codec: 'h264', streams: [{ kind: 'video', number: 0 }] },
      frames: { count: 5, first: 0, constant: true },
      notices: [{ code: 'sar-missing', message: expect.stringContaining('add --sar 2:1') }],
    });
    expect(found.frames.rate).toBeCloseTo(10, 6);
    const broken = await twintrack(['doctor', path('words.mp4'), '--json']);
    expect([broken.status, JSON.parse(broken.stdout).ok]).toEqual([1, false]);
  });
});

describe('of boxes', () => {
  it('says what the reader says', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => `${i + 1},-1,${10 + i},20,30,40,0.${80 + i}\n`);
    writeFileSync(path('det.txt'), rows.flatMap((row) => [row, row]).join(''));
    expect(await doctor(path('det.txt'))).toEqual({
      status: 0,
      stderr: '',
      lines: [
        'det.txt',
        '  holds   detections: boxes without ids',
        '  rows    10 of 7 columns',
        '  frames  1 to 10, counted from 1',
        '  scores  0.8 to 0.89',
        expect.stringMatching(/^ {2}notice {2}every row stands twice, 20 in all/),
        '          joined twice?',
        '  next    twintrack track VIDEO --detections det.txt',
      ],
    });
    writeFileSync(path('res.txt'), rows.map((row, i) => row.replace(',-1,', `,${i % 3},`)).join(''));
    expect((await doctor(path('res.txt'))).lines[1]).toBe('  holds   results: boxes of 3 ids');
    writeFileSync(path('bad.txt'), '1,-1,10,20,30,40,0.5\n2,-1,10,x,30,40,0.5\n');
    const bad = await doctor(path('bad.txt'));
    expect([bad.status, bad.lines[1]]).toEqual([1, expect.stringMatching(/^ {2}FAULT {2}line 2: column 4 is "x"/)]);
  });
});

describe('the flags of reading', () => {
  const clip = makeClip(path('plain.mp4'), 'testsrc2=s=64x48:r=10:d=0.5', '-c:v', 'libx264');
  const form = 'it must be auto or the width of a pixel to its height, from 1:5 to 5:1, such as 2:1';
  it.each([
    [['--sar', '2x1'], `--sar: ${form}`],
    [['--sar', '9:1'], `--sar: ${form}`],
    [['--sar', '0:0'], `--sar: ${form}`],
    [['--set', 'video.sar=2'], `--set video.sar=2: video.sar: ${form}`],
    [
      ['--stream', '-1'],
      "option '--stream <n>' argument '-1' is invalid. it must be a whole number from 0; see --help",
    ],
    [
      ['--set', 'video.stream=x'],
      '--set video.stream=x: video.stream: it must be auto or the number of a video stream, from 0',
    ],
    [
      ['--deinterlace', 'yes'],
      "option '--deinterlace <how>' argument 'yes' is invalid. Allowed choices are auto, on, off; see --help",
    ],
  ])('%j: one line, exit code 2', async (args, line) => {
    for (const command of ['doctor', 'track'])
      expect(await twintrack([command, clip, ...args])).toEqual({
        status: 2,
        signal: null,
        stdout: '',
        stderr: `twintrack: ${line}\n`,
      });
  });

  it('a stream that there is not: one line, exit code 1', async () => {
    const { status, stderr } = await twintrack(['track', clip, '--stream', '3', '--out', path('none')]);
    const line = `${clip}: has no video stream 3, counted from 0: it has 0 (h264, 64 × 48); name one of them`;
    expect([status, stderr]).toEqual([1, `twintrack: ${line}\n`]);
  });
});
