import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, test } from 'vitest';
import { TwintrackError } from '../../src/core/errors.ts';
import { glob } from '../../src/files/glob.ts';
import type { Exit, FfmpegProcess } from '../../src/video/ffmpeg.ts';
import { openVideo, probe } from '../../src/video/index.ts';
import { Replay } from '../../src/video/replay.ts';
import { naturalOrder } from '../../src/video/still-images.ts';
import { asNobody, makeClip, numberedFrames, readAll, runFfmpeg, temporaryFolder } from './clips.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

/** Makes a folder of flat pictures of luma 16, 17, … (full range) with the names given. */
function makePictures(directory: string, names: readonly string[], size = '32x32'): string {
  mkdirSync(directory, { recursive: true });
  for (const [n, name] of names.entries()) {
    const grey = (40 + 10 * n).toString(16).padStart(2, '0').repeat(3);
    const single = ['-frames:v', '1', '-update', '1', '-f', 'image2'];
    const codec = /webp$/i.test(name)
      ? ['-c:v', 'libwebp', '-lossless', '1']
      : /bmp$/i.test(name)
        ? ['-c:v', 'bmp']
        : [];
    const kind = /png$/i.test(name) ? ['-c:v', 'png'] : /jpe?g$/i.test(name) ? ['-c:v', 'mjpeg', '-q:v', '1'] : codec;
    const file = join(directory, 'made');
    runFfmpeg('-f', 'lavfi', '-i', `color=c=0x${grey}:s=${size}`, ...kind, ...single, `file:${file}`);
    writeFileSync(join(directory, name), readFileSync(file));
  }
  writeFileSync(join(directory, 'made'), 'not a picture');
  return directory;
}

/** The luma of each frame's first pixel as the grey level that makePictures gave. */
async function greys(input: string, options = {}) {
  const { frames, error, info } = await readAll(input, { pixels: true, ...options });
  const levels = frames.map((f) => Math.round(((f.pixels![0] - 16) * 255) / 219 / 10) * 10);
  return { levels, info, frames, error };
}

describe('pictures', () => {
  test.each(['jpg', 'JPEG', 'png', 'bmp', 'webp'])(
    'a folder of .%s in natural order at 30 per second',
    async (ending) => {
      const directory = makePictures(path(`dir-${ending}`), [`p1.${ending}`, `p2.${ending}`, `p10.${ending}`]);
      const { levels, info, frames, error } = await greys(directory);
      expect(error).toBeUndefined();
      expect(levels).toEqual([40, 50, 60]);
      expect(frames.map((f) => f.time)).toEqual([0, 1 / 30, 2 / 30].map((t) => expect.closeTo(t, 8)));
      expect(info).toMatchObject({
        kind: 'images',
        name: `dir-${ending}`,
        frameCount: 3,
        frameRate: 30,
        width: 32,
        height: 32,
      });
    },
  );

  test('names with every strange sign, and hidden files left out', async () => {
    const names = ['-a.png', 'b %d "q" \'s\'.png', 'c\nd.png', 'e:f,[g].png', 'h%03d.png', 'ü 🙂.png'];
    const directory = makePictures(path('strange, %d "dir"\'s'), [...names, '.hidden.png']);
    const { levels, error } = await greys(directory);
    expect(error).toBeUndefined();
    expect(levels.sort()).toEqual([40, 50, 60, 70, 80, 90].sort());
  });

  test('the frameRate option, and a MOT sequence by its own folder or its img1 with the rate of seqinfo.ini', async () => {
    const sequence = path('MOT-01');
    makePictures(join(sequence, 'img1'), ['000001.jpg', '000002.jpg', '000003.jpg']);
    writeFileSync(join(sequence, 'seqinfo.ini'), '[Sequence]\nname=MOT-01\nimDir=img1\nframeRate=14\nseqLength=3\n');
    for (const input of [sequence, join(sequence, 'img1'), `${sequence}/img1/`, join(sequence, 'img1', '*.jpg')]) {
      const { info, frames } = await greys(input);
      expect(info.frameRate).toBe(14);
      expect(frames[2]!.time).toBeCloseTo(2 / 14, 8);
      if (!input.includes('*')) expect(info.name).toBe('MOT-01');
    }
    expect((await greys(sequence, { frameRate: 5 })).frames[2]!.time).toBeCloseTo(2 / 5, 8);
    await expect(probe(sequence, { frameRate: 0 })).rejects.toThrow(/0 pictures per second/);
  });

  test('a glob takes what it matches, in natural order; a single picture is a video of one frame', async () => {
    const directory = makePictures(path('globbed'), ['f1.png', 'f2.png', 'f10.png', 'g1.png']);
    expect((await greys(join(directory, 'f*.png'))).levels).toEqual([40, 50, 60]);
    expect((await greys(join(directory, '{f10,g1}.png'))).levels).toEqual([60, 70]);
    const one = await greys(join(directory, 'f10.png'));
    expect([one.levels, one.info.name, one.info.frameCount]).toEqual([[60], 'f10', 1]);
  });

  test('a file named like a pattern is that file', async () => {
    const clip = makeClip(path('cam[1]*.mp4'), 'testsrc2=s=32x32:r=5:d=1', '-c:v', 'libx264');
    expect((await readAll(clip)).times.length).toBe(5);
  });

  test('pictures of another size are scaled to the first', async () => {
    const directory = makePictures(path('sizes'), ['a.png']);
    makePictures(path('sizes-2'), ['b.png'], '64x16');
    writeFileSync(join(directory, 'b.png'), readFileSync(path('sizes-2/b.png')));
    const { frames, error } = await greys(directory);
    expect(error).toBeUndefined();
    expect(frames.map((f) => [f.width, f.height, f.pixels!.length])).toEqual(Array(2).fill([32, 32, 32 * 32 * 1.5]));
  });

  test('a broken picture: all others are kept with their numbers, then the error names it', async () => {
    const directory = makePictures(path('broken'), ['a.png', 'b.png', 'c.png', 'd.png']);
    writeFileSync(join(directory, 'c.png'), 'this is no picture at all');
    const { frames, error } = await greys(directory);
    expect(frames.map((f) => f.index)).toEqual([0, 1, 3]);
    expect(String(error)).toMatch(/picture c\.png \(frame 2\) cannot be decoded; the 3 frames/);
  });

  test('the temporary links are gone afterwards', async () => {
    const before = readdirSync(tmpdir()).filter((name) => /^twintrack-\w{6}$/.test(name));
    const directory = makePictures(path('links'), ['a.png', 'b.png']);
    for await (const _ of await openVideo(directory)) break;
    await probe(directory);
    await expect(probe(directory, { ffmpeg: '/nonexistent' })).rejects.toThrow();
    const after = readdirSync(tmpdir()).filter((name) => /^twintrack-\w{6}$/.test(name));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });
});

describe('glob', () => {
  beforeAll(() => {
    for (const name of [
      'a.txt',
      'b1.txt',
      'b2.md',
      '.hidden.txt',
      'sub/c.txt',
      'sub/deep/d.txt',
      'sub/deep/d (1).txt',
      'x[y].txt',
    ]) {
      mkdirSync(join(path('tree'), name, '..'), { recursive: true });
      writeFileSync(join(path('tree'), name), '');
    }
  });

  test.each([
    ['*.txt', ['a.txt', 'b1.txt', 'x[y].txt']],
    ['.*.txt', ['.hidden.txt']],
    ['b?.*', ['b1.txt', 'b2.md']],
    ['b[1-1].txt', ['b1.txt']],
    ['[!b]*.txt', ['a.txt', 'x[y].txt']],
    ['*.{md,none}', ['b2.md']],
    ['**/*.txt', ['a.txt', 'b1.txt', 'sub/c.txt', 'sub/deep/d (1).txt', 'sub/deep/d.txt', 'x[y].txt']],
    ['*/c.txt', ['sub/c.txt']],
    ['s*/../a.tx?', ['a.txt']],
    ['(*', []],
    ['sub/**/d (1)*', ['sub/deep/d (1).txt']],
    ['s*', ['sub']],
  ])('%s', (pattern, expected) => {
    const found = glob(`${path('tree')}/${pattern}`).map((p) => p.slice(path('tree').length + 1));
    expect(found.sort()).toEqual(expected);
  });
});

test('naturalOrder counts numbers by value', () => {
  expect(['f10', 'f9', 'f1', 'e20', 'f010'].sort(naturalOrder)).toEqual(['e20', 'f1', 'f9', 'f010', 'f10']);
});

describe('file names', () => {
  test.each([
    '-dash.mp4',
    'a "b" \'c\'.mp4',
    'new\nline.mp4',
    '%d %03d.mp4',
    'co:lon,[x];.mp4',
    'pipe:0',
    '🙂 ü.mp4',
    '-'.repeat(3),
  ])('reads %j', async (name) => {
    const directory = path('named');
    mkdirSync(directory, { recursive: true });
    makeClip(join(directory, name), 'testsrc2=s=32x32:r=5:d=1', '-c:v', 'libx264', '-f', 'mp4');
    expect((await readAll(join(directory, name))).times.length).toBe(5);
    const home = process.cwd();
    if (/^[-\w]/.test(name)) {
      process.chdir(directory);
      try {
        expect((await readAll(name)).times.length).toBe(5);
      } finally {
        process.chdir(home);
      }
    }
  });
});

/** Bytes of buffers that are not garbage yet. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

describe('standard input', () => {
  test.each(['mkv', 'ts', 'mp4'])('a .%s is read from "-" as from a file', async (ending) => {
    const quality = ['-c:v', 'libx264', '-qp', '0', '-movflags', '+faststart'];
    const clip = makeClip(path(`piped.${ending}`), numberedFrames(64, 64, 100), ...quality);
    const fromFile = await readAll(clip, { pixels: true });
    const piped = await readAll('-', { pixels: true, stdin: createReadStream(clip) });
    expect(piped.error).toBeUndefined();
    expect(piped.info).toMatchObject({ kind: 'stdin', name: 'stdin', width: 64, height: 64, frameRate: 25 });
    expect(piped.times).toEqual(fromFile.times);
    expect(piped.frames.map((f) => f.pixels![0])).toEqual(fromFile.frames.map((f) => f.pixels![0]));
  });

  test('a large one keeps no memory of what has passed', async () => {
    const process = {
      exited: new Promise<Exit>(() => {}),
      stdin: new Writable({ write: (_chunk, _, done) => done() }),
    };
    const chunks = (async function* () {
      for (let k = 0; k < 3000; k++) yield Buffer.alloc(1 << 16, k);
    })();
    const before = memory();
    await new Replay(Readable.from(chunks, { objectMode: false })).feed(process as unknown as FfmpegProcess);
    expect(memory() - before).toBeLessThan(100 * 2 ** 20); // of 188 MB
  });

  test('an mp4 whose index is at its end cannot be read as a stream, and the error says the fix', async () => {
    const clip = makeClip(path('index-last.mp4'), 'testsrc2=s=640x360:r=25:d=20', '-c:v', 'mjpeg', '-q:v', '2');
    await expect(openVideo('-', { stdin: createReadStream(clip) })).rejects.toThrow(
      /^-: has its index at the end, or is cut off: .*; name the file, or move its index to the front/,
    );
  });

  test('a file larger than what is probed passes through whole', async () => {
    const clip = makeClip(path('large.mkv'), 'testsrc2=s=640x360:r=25:d=8', '-c:v', 'mjpeg', '-q:v', '2');
    const { times, error } = await readAll('-', { stdin: createReadStream(clip) });
    expect([times.length, error]).toEqual([200, undefined]);
  });

  test('an endless stream ends with the loop', async () => {
    const header = readFileSync(makeClip(path('endless.ts'), numberedFrames(64, 64, 50), '-c:v', 'mpeg2video'));
    const endless = new Readable({
      read() {
        setTimeout(() => this.push(header), 5);
      },
    });
    let n = 0;
    for await (const _ of await openVideo('-', { stdin: endless })) if (++n === 120) break;
    expect(n).toBe(120);
    expect(endless.destroyed).toBe(true);
  });

  test('nothing, and text', async () => {
    await expect(openVideo('-', { stdin: Readable.from([]) })).rejects.toThrow(/^-: /);
    const text = Readable.from([Buffer.from('hello '.repeat(1000))]);
    await expect(openVideo('-', { stdin: text })).rejects.toThrow(/^-: is not a video that ffmpeg can read; /);
  });
});

describe('what cannot be read is reported in one line', () => {
  async function failure(input: string): Promise<string> {
    const error = await openVideo(input).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(TwintrackError);
    const { message } = error as TwintrackError;
    expect(message).not.toMatch(/\n/);
    expect(message.startsWith(`${input}: `)).toBe(true);
    return message.slice(input.length + 2);
  }

  test('missing file, empty file, folder without pictures, no match', async () => {
    writeFileSync(path('empty.mp4'), '');
    mkdirSync(path('no-pictures'));
    writeFileSync(path('no-pictures/readme.txt'), 'x');
    expect(await failure(path('missing.mp4'))).toBe('does not exist; check the path');
    expect(await failure(path('empty.mp4'))).toMatch(/^is empty \(0 bytes\); /);
    expect(await failure(path('no-pictures'))).toMatch(/^holds no picture \(\.jpg/);
    expect(await failure(path('none-*.jpg'))).toMatch(/^matches no file; /);
    expect(await failure(path('none [2024-05-01].mp4'))).toMatch(/^matches no file; /);
    expect(await failure('x'.repeat(300))).toMatch(/^cannot be read: the name is too long; /);
    execFileSync('mkfifo', [path('fifo')]);
    expect(await failure(path('fifo'))).toMatch(/^is a pipe or a device, no file; give it as standard input/);
  });

  test('a text file named .mp4 or .txt, sound only, sound with a cover picture', async () => {
    writeFileSync(path('text.mp4'), 'just some words\n'.repeat(200));
    writeFileSync(path('text.txt'), 'just some words\n'.repeat(200));
    runFfmpeg('-f', 'lavfi', '-i', 'sine=d=1', path('sound.m4a'));
    makePictures(path('cover'), ['c.png']);
    const cover = [
      '-i',
      path('cover/c.png'),
      '-map',
      '0',
      '-map',
      '1',
      '-disposition:v:0',
      'attached_pic',
      '-c:v',
      'copy',
    ];
    runFfmpeg('-f', 'lavfi', '-i', 'sine=d=1', ...cover, path('covered.m4a'));
    expect(await failure(path('text.mp4'))).toBe(
      'is not a video that ffmpeg can read; check that it plays, or copy it again',
    );
    expect(await failure(path('text.txt'))).toMatch(/^is a text, not a video/);
    expect(await failure(path('sound.m4a'))).toMatch(/^holds sound only, no video; /);
    expect(await failure(path('covered.m4a'))).toMatch(/^holds sound only, no video; /);
  });

  test('several videos, pictures of several formats, a network address', async () => {
    makePictures(path('mixed'), ['a.png', 'b.jpg']);
    for (const name of ['v1.mp4', 'v2.mp4']) makeClip(path(name), 'testsrc=s=32x32:d=1:r=5', '-c:v', 'libx264');
    expect(await failure(path('v?.mp4'))).toMatch(/^matches 2 files that are no pictures; name one/);
    expect(await failure(path('mixed'))).toMatch(/^mixes pictures of several formats \(a\.png, b\.jpg\); /);
    await expect(openVideo('rtsp://me:secret@cam/1')).rejects.toThrow('rtsp://***@cam/1: is a network address');
  });

  test('a playlist that points to the network is not followed', async () => {
    writeFileSync(
      path('list.m3u8'),
      '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n',
    );
    expect(await failure(path('list.m3u8'))).toMatch(
      /^is a playlist \(HLS, \.m3u8\) that names other files, which are not/,
    );
  });

  test('a file and a folder without permission', async () => {
    writeFileSync(path('locked.mp4'), 'x', { mode: 0o000 });
    mkdirSync(path('locked-dir'), { mode: 0o000 });
    await asNobody(folder, async () => {
      expect(await failure(path('locked.mp4'))).toBe('cannot be read: permission denied; check its permissions');
      expect(await failure(path('locked-dir'))).toBe('cannot be read: permission denied; check its permissions');
    });
  });
});
