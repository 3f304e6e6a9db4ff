import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Recorder, recoverRecordings } from '../../src/live/outputs/recorder.ts';
import { readAll } from '../video/clips.ts';
import { endAll, filesAtSync, folder, until } from './rig.ts';

afterAll(endAll);

const [width, height] = [64, 48];
const reported: string[] = [];
const failed = (error: unknown) => reported.push(String(error));
const trouble = { failed, lost: () => {} };

function recorderOf(path: string, seconds: number): Recorder {
  const recorder = new Recorder(path, seconds, failed);
  recorder.setFormat({ width, height, fullRange: false });
  return recorder;
}

/** Records so many pictures, ten a second of their own time, each of its own grey. */
async function record(recorder: Recorder, from: number, count: number): Promise<void> {
  for (let i = from; i < from + count; i++) {
    await until('the encoder is free', () => recorder.ready || recorder.skip());
    recorder.write(new Uint8Array((width * height * 3) / 2).fill(16 + i), 1000 + i / 10);
  }
  await until('the encoder has it', () => recorder.ready);
}

const fragments = (path: string) =>
  execFileSync('grep', ['-ao', 'moof', path], { encoding: 'utf8' }).split('\n').length - 1;
/** A folder as a killed process leaves it that has recorded 5 s, and the open segment in it. */
const killed = (async (): Promise<{ path: string; open: string }> => {
  const path = folder();
  const recorder = recorderOf(path, 600);
  await record(recorder, 0, 50);
  const [open] = readdirSync(path);
  let size = -1; // the encoder writes by itself
  await until('four fragments are on the disk', () => {
    const before = size;
    size = statSync(join(path, open)).size;
    return size > 0 && size === before && fragments(join(path, open)) >= 4;
  });
  const left = folder();
  copyFileSync(join(path, open), join(left, open));
  await recorder.close();
  return { path: left, open };
})();

const secondsOf = async (path: string) => {
  const { times, error } = await readAll(path);
  expect(error).toBeUndefined();
  return times[times.length - 1] + 0.1;
};

describe('a recording', () => {
  it('is in segments, each complete with all its pictures', async () => {
    const path = folder();
    const recorder = recorderOf(path, 2);
    await record(recorder, 0, 45);
    await recorder.close();
    const names = readdirSync(path).sort();
    expect(names.map((name) => name.replace(/^\d{8}T\d{6}Z(-\d)?/, 'TIME'))).toEqual(
      Array(3).fill('TIME.annotated.mp4'),
    );
    const lengths = await Promise.all(names.map(async (name) => (await readAll(join(path, name))).times.length));
    expect(lengths.sort()).toEqual([20, 20, 5].sort());
    expect(reported).toEqual([]);
  });

  it('goes on in another segment when the pictures change their size, and both are complete', async () => {
    const path = folder();
    const recorder = recorderOf(path, 600);
    await record(recorder, 0, 15);
    recorder.setFormat({ width: 32, height: 32, fullRange: false });
    for (let i = 0; i < 5; i++) {
      await until('the encoder is free', () => recorder.ready);
      recorder.write(new Uint8Array((32 * 32 * 3) / 2).fill(16 + i), 1002 + i / 10);
    }
    await recorder.close();
    const found = await Promise.all(
      readdirSync(path).map(async (name) => {
        const { times, info, error } = await readAll(join(path, name));
        return [name.replace(/^[^.]*/, ''), info.width, times.length, error];
      }),
    );
    expect(found.sort()).toEqual([
      ['.annotated.mp4', 32, 5, undefined],
      ['.annotated.mp4', 64, 15, undefined],
    ]);
    expect([reported, recorder.dropped > 0]).toEqual([[], true]);
  });

  it.each(['bt709', 'smpte170m', undefined])('keeps the colour matrix %s', async (colourSpace) => {
    const path = folder();
    const recorder = new Recorder(path, 600, failed);
    recorder.setFormat({ width, height, fullRange: false, ...(colourSpace && { colourSpace }) });
    await record(recorder, 0, 3);
    await recorder.close();
    const [name] = readdirSync(path);
    expect((await readAll(join(path, name))).info.colourSpace).toBe(colourSpace);
  });

  it('counts the frames that are left out, and not the questions whether one can be taken', async () => {
    const recorder = new Recorder(folder(), 600, failed);
    expect([recorder.ready, recorder.ready, recorder.dropped]).toEqual([false, false, 0]); // no format yet
    recorder.skip();
    expect(recorder.dropped).toBe(1);
    await recorder.close();
  });

  it('that a killed process left open plays as it is, and is completed at the next start', async () => {
    const { path: whole, open } = await killed;
    const path = folder();
    copyFileSync(join(whole, open), join(path, open));
    expect(await secondsOf(join(path, open))).toBeGreaterThanOrEqual(4);
    const atSync = await filesAtSync(path, () => recoverRecordings(path, trouble));
    expect(atSync).toEqual([[expect.stringMatching(/\.partial\.mp4$/), open]]); // on the disk itself before the other goes
    const names = readdirSync(path);
    expect(names).toEqual([open.replace('.open', '')]);
    expect(await secondsOf(join(path, names[0]))).toBeGreaterThanOrEqual(4);
    expect(reported).toEqual([]);
  });

  it('that was cut anywhere plays up to there, and is removed when nothing is in it', async () => {
    const { path: whole, open } = await killed;
    const { size } = statSync(join(whole, open));
    const lengths: number[] = [];
    for (const part of [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
      const path = folder();
      copyFileSync(join(whole, open), join(path, open));
      truncateSync(join(path, open), Math.floor(part * size));
      await recoverRecordings(path, trouble);
      const [name] = readdirSync(path);
      lengths.push(name ? await secondsOf(join(path, name)) : 0);
    }
    expect(lengths[0]).toBe(0);
    for (let k = 1; k < lengths.length; k++) expect(lengths[k]).toBeGreaterThanOrEqual(lengths[k - 1]);
    expect(lengths.at(-1)).toBeGreaterThan(3);
    expect(reported).toEqual([]);
  });

  it('goes on in another segment when the encoder is killed, and keeps what was recorded', async () => {
    const path = folder();
    const recorder = recorderOf(path, 600);
    await record(recorder, 0, 50);
    const [open] = readdirSync(path);
    await until('three fragments are on the disk', () => fragments(join(path, open)) >= 3);
    execFileSync('pkill', ['-KILL', '-f', '--', join(path, open)]);
    for (let i = 50; reported.length === 0; i++) await record(recorder, i, 1);
    await record(recorder, 100, 5);
    await recorder.close();
    expect(reported).toHaveLength(1);
    const lengths = await Promise.all(readdirSync(path).map((name) => secondsOf(join(path, name))));
    expect(lengths).toHaveLength(2);
    expect(Math.max(...lengths)).toBeGreaterThanOrEqual(3);
    expect(Math.min(...lengths)).toBeLessThan(2);
  });

  it('waits where it cannot be written, reports that once, and begins when it can', async () => {
    reported.length = 0;
    const path = join(folder(), 'camera');
    const recorder = recorderOf(path, 600);
    await record(recorder, 0, 2); // two attempts
    expect(reported).toEqual([expect.stringContaining('no such file or directory')]);
    expect(recorder.dropped).toBeGreaterThan(0);
    mkdirSync(path);
    await record(recorder, 100, 5);
    await recorder.close();
    expect(reported).toHaveLength(1);
    expect(readdirSync(path)).toEqual([expect.stringMatching(/\.annotated\.mp4$/)]);
  });
});
