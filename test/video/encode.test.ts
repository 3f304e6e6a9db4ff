import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { openVideoWriter, type VideoWriterOptions } from '../../src/video/index.ts';
import { needs } from '../needs.ts';
import { asNobody, childrenWith, ffmpeg, readAll, temporaryFolder } from './clips.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const isRoot = process.getuid?.() === 0;

function picture(width: number, height: number, luma: number): Uint8Array {
  const pixels = new Uint8Array(width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2)).fill(128);
  return pixels.fill(luma, 0, width * height);
}

async function writeClip(file: string, times: readonly number[], options: VideoWriterOptions): Promise<void> {
  const writer = await openVideoWriter(file, options);
  for (const [n, time] of times.entries())
    await writer.write(picture(options.width, options.height, 20 + (n % 200)), time);
  await writer.close();
}

describe('openVideoWriter', () => {
  const seventh = Array.from({ length: 60 }, (_, n) => n / 7);
  const variable = Array.from({ length: 60 }, (_, n) => n * n * 0.0123457 + n * 0.001);

  test.each([
    ['n / 7 s', seventh, 7],
    ['a variable rate', variable, 15],
    ['30000/1001 fps', Array.from({ length: 40 }, (_, n) => (n * 1001) / 30000), 30000 / 1001],
  ])('keeps the times of its frames to 1/90000 s: %s', async (name, times, frameRate) => {
    const file = path(`${name.replaceAll('/', '-')}.mp4`);
    await writeClip(file, times, { width: 64, height: 48, frameRate });
    const back = await readAll(file, { pixels: true });
    expect(back.error).toBeUndefined();
    expect(back.times.length).toBe(times.length);
    for (const [n, time] of times.entries()) expect(Math.abs(back.times[n]! - time)).toBeLessThanOrEqual(1 / 90_000);
    for (const [n, frame] of back.frames.entries())
      expect(Math.abs(frame.pixels![1000] - 20 - n)).toBeLessThanOrEqual(2);
  });

  test('makes H.264 in yuv420p with the index in front (fast start), and leaves no temporary file', async () => {
    const file = path('fast.mp4');
    await writeClip(file, seventh, { width: 64, height: 48, frameRate: 7, colourSpace: 'bt709' });
    const { info } = await readAll(file);
    expect([info.codec, info.pixelFormat, info.colourSpace]).toEqual(['h264', 'yuv420p', 'bt709']);
    const bytes = readFileSync(file).toString('latin1');
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('keeps the shape of the pixels', async () => {
    const file = path('sar.mp4');
    await writeClip(file, seventh.slice(0, 2), { width: 63, height: 48, frameRate: 7, sampleAspectRatio: 16 / 11 });
    expect((await readAll(file)).info.sampleAspectRatio).toBe(16 / 11);
  });

  test.each([
    [1, 1, 2, 2],
    [33, 17, 34, 18],
    [16, 16, 16, 16],
  ])('pads odd sizes: %ix%i becomes %ix%i', async (width, height, evenWidth, evenHeight) => {
    const file = path(`odd-${width}.mp4`);
    await writeClip(file, seventh.slice(0, 5), { width, height, frameRate: 7 });
    const { info, frames } = await readAll(file, { pixels: true });
    expect([info.width, info.height, frames.length]).toEqual([evenWidth, evenHeight, 5]);
    expect(Math.abs(frames[0]!.pixels![0] - 20)).toBeLessThanOrEqual(5);
  });

  test('frames with the same time are moved apart by one tick of the clock', async () => {
    const file = path('same.mp4');
    await writeClip(file, [0, 0, 0, 0.5], { width: 32, height: 32 });
    const { times } = await readAll(file);
    expect(times).toEqual([0, 1 / 90_000, 2 / 90_000, 0.5].map((t) => expect.closeTo(t, 8)));
  });

  test.each([
    '-dash.mp4',
    'a "quoted" \'name\'.mp4',
    'new\nline.mp4',
    '100%d.mp4',
    'co:lon, [x].mp4',
    'ünï 🙂.mp4',
    `${'n'.repeat(240)}.mp4`,
  ])('writes to the name %j', async (name) => {
    const inner = path('names');
    mkdirSync(inner, { recursive: true });
    await writeClip(join(inner, name), seventh.slice(0, 3), { width: 32, height: 32 });
    expect(readdirSync(inner)).toContain(name);
    expect((await readAll(join(inner, name))).times.length).toBe(3);
  });

  test('abort removes the file and ends ffmpeg; a finished file of the same name stays', async () => {
    const inner = path('kept');
    mkdirSync(inner);
    const file = join(inner, 'kept.mp4');
    await writeClip(file, seventh, { width: 32, height: 32 });
    const before = readFileSync(file);
    const writer = await openVideoWriter(file, { width: 32, height: 32 });
    await writer.write(picture(32, 32, 50), 0);
    await writer.abort();
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(childrenWith(inner)).toBe(0);
    expect(readdirSync(inner)).toEqual(['kept.mp4']);
  });

  test('nothing written: close says so and leaves no file', async () => {
    const writer = await openVideoWriter(path('none.mp4'), { width: 32, height: 32 });
    await expect(writer.close()).rejects.toThrow(/none\.mp4: cannot be written: there is no frame/);
    expect(readdirSync(folder).filter((name) => name.includes('none'))).toEqual([]);
  });

  test('a wrong picture size or time is a RangeError', async () => {
    const writer = await openVideoWriter(path('range.mp4'), { width: 32, height: 32 });
    await expect(writer.write(new Uint8Array(5), 0)).rejects.toThrow(RangeError);
    await expect(writer.write(picture(32, 32, 50), Number.NaN)).rejects.toThrow(RangeError);
    await expect(writer.write(picture(32, 32, 50), -1)).rejects.toThrow(RangeError);
    await writer.abort();
  });

  test('waits for the encoder: memory stays flat', async () => {
    const [width, height] = [1280, 720];
    const writer = await openVideoWriter(path('big.mp4'), { width, height });
    const noise = picture(width, height, 0);
    for (let i = 0; i < noise.length; i++) noise[i] = (i * 2654435761) >>> 24;
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 60; n++) await writer.write(noise, n / 25);
    expect(process.memoryUsage().rss - before).toBeLessThan(30 * 2 ** 20); // 60 pictures are 83 MB
    await writer.abort();
  });
});

describe('what cannot be written', () => {
  const size = { width: 32, height: 32 };

  test('a folder that does not exist, a file as folder, a folder as file', async () => {
    writeFileSync(path('plain'), 'x');
    await expect(openVideoWriter(path('missing/a.mp4'), size)).rejects.toThrow(
      /a\.mp4: cannot be written: its folder does not exist; /,
    );
    await expect(openVideoWriter(path('plain/a.mp4'), size)).rejects.toThrow(/its folder is a file/);
    await expect(openVideoWriter(folder, size)).rejects.toThrow(/a folder has this name/);
  });

  test('a folder without permission', async () => {
    mkdirSync(path('locked'), { mode: 0o500 });
    await asNobody(folder, async () => {
      await expect(openVideoWriter(path('locked/a.mp4'), size)).rejects.toThrow(
        /no permission to write there; choose another output folder/,
      );
    });
  });

  test('a full disk: one line, nothing left behind', needs(isRoot, 'root, to mount a small disk'), async ({ skip }) => {
    const disk = path('disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      skip('no tmpfs may be mounted here');
    }
    try {
      const [width, height] = [320, 240];
      const writer = await openVideoWriter(join(disk, 'full.mp4'), { width, height });
      const noise = picture(width, height, 0);
      const writing = (async () => {
        for (let n = 0; n < 200; n++) {
          for (let i = 0; i < noise.length; i++) noise[i] = ((i + n * 7919) * 2654435761) >>> 24;
          await writer.write(noise, n / 25);
        }
        await writer.close();
      })();
      await expect(writing).rejects.toThrow(/full\.mp4: cannot be written: the disk is full; free some/);
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  test('an ffmpeg without an H.264 encoder says so', async () => {
    const crippled = path('crippled');
    writeFileSync(crippled, `#!/bin/sh\n'${ffmpeg.path}' "$@" | grep -vE '264|h264'\n`, { mode: 0o755 });
    await expect(openVideoWriter(path('x.mp4'), { ...size, ffmpeg: crippled })).rejects.toThrow(
      /crippled: has no H\.264 encoder \(libx264\); install/,
    );
  });
});

/** Until a process has ended: as long as a test may take. */
const PATIENCE = { timeout: 60_000, interval: 50 };

describe('when this process is asked to end', () => {
  const script = (file: string, then: string) => `
    import { openVideoWriter } from ${JSON.stringify(join(process.cwd(), 'src/video/index.ts'))};
    const writer = await openVideoWriter(${JSON.stringify(file)}, { width: 64, height: 48, frameRate: 10 });
    const pixels = new Uint8Array(64 * 48 * 1.5).fill(128);
    let stop = false;
    ${then}
    for (let n = 0; !stop; n++) {
      await writer.write(pixels, n / 10);
      if (n === 20) console.log('ready');
      await new Promise((r) => setTimeout(r, 5));
    }
    await writer.close();
    console.log('closed');`;

  async function run(file: string, then: string) {
    const source = path(`${Math.random()}.mts`);
    writeFileSync(source, script(file, then));
    const child = spawn(process.execPath, ['--import', 'tsx', source], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output: string[] = [];
    child.stdout.on('data', (data) => output.push(String(data)));
    const ended = new Promise((resolve) => child.on('close', resolve));
    while (!output.join('').includes('ready')) await sleep(20);
    return { child, output, ended };
  }

  test('Ctrl-C to the whole process group leaves ffmpeg alive until the file is closed validly', async () => {
    const file = path('interrupted.mp4');
    const { child, output, ended } = await run(file, "process.on('SIGINT', () => { stop = true; });");
    process.kill(-child.pid!, 'SIGINT');
    await ended;
    expect(output.join('')).toContain('closed');
    const { frames, error } = await readAll(file);
    expect(error).toBeUndefined();
    expect(frames.length).toBeGreaterThan(20);
  });

  test('killed outright (kill -9) it leaves no ffmpeg behind', async () => {
    const inner = path('killed');
    mkdirSync(inner);
    const { child, ended } = await run(join(inner, 'killed.mp4'), '');
    const encoder = `file:${inner}`;
    expect(childrenWith(encoder)).toBe(1);
    process.kill(child.pid!, 'SIGKILL');
    await ended;
    await vi.waitUntil(() => childrenWith(encoder) === 0, PATIENCE);
    expect(existsSync(join(inner, 'killed.mp4'))).toBe(false);
  });

  test('process.exit() kills ffmpeg and removes the unfinished file', async () => {
    const inner = path('exited');
    mkdirSync(inner);
    const { child, ended } = await run(join(inner, 'exited.mp4'), "process.on('SIGUSR2', () => process.exit(3));");
    process.kill(child.pid!, 'SIGUSR2');
    expect(await ended).toBe(3);
    await vi.waitUntil(() => childrenWith(`file:${inner}`) === 0, PATIENCE);
    expect(readdirSync(inner)).toEqual([]);
  });
});
