import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../src/core/notices.ts';
import { openVideo, type VideoOptions } from '../../src/video/index.ts';
import { ffmpeg, runFfmpeg, temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '25', '-pix_fmt', 'yuv420p'];
/** Ends in a packet whose number none of the next recording's continues. */
const ODD_END = [...H264, '-preset', 'veryfast'];
const MPEG2 = ['-c:v', 'mpeg2video', '-bf', '2', '-g', '12'];

/** A clip of the test picture, made once for each name. */
function clip(name: string, encoding: readonly string[], { size = '160x120', rate = 25, seconds = 2 } = {}): string {
  const path = join(folder, name);
  if (!existsSync(path)) runFfmpeg('-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`, ...encoding, path);
  return path;
}

/** A clip whose sound starts at 0 and whose pictures start later. */
function lateClip(name: string): string {
  const path = join(folder, name);
  const pictures = ['-itsoffset', '0.6', '-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25:d=1'];
  runFfmpeg('-f', 'lavfi', '-i', 'sine=d=2', ...pictures, '-map', '0', '-map', '1', ...H264, '-c:a', 'mp2', path);
  return path;
}

/** Files one after another, as `cat` joins them. */
function joined(name: string, ...parts: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts.map((part) => readFileSync(part))));
  return path;
}

/** A copy of a clip with its packets changed: the bitstream filter's arguments. */
function rewritten(name: string, from: string, filter: string, ...options: readonly string[]): string {
  const path = join(folder, name);
  runFfmpeg('-i', from, '-c', 'copy', '-bsf:v', filter, ...options, path);
  return path;
}

/** A Flash video whose clock starts again at so many milliseconds. */
function resetTags(name: string, from: string, milliseconds: number): string {
  const bytes = readFileSync(from);
  for (let at = 13; at < bytes.length; at += 15 + bytes.readUIntBE(at + 1, 3)) {
    const time = bytes.readUIntBE(at + 4, 3);
    if (time >= milliseconds) bytes.writeUIntBE(time - milliseconds, at + 4, 3);
  }
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function read(input: string, options: VideoOptions = {}) {
  const notices: Notice[] = [];
  const times: number[] = [];
  let error = '';
  try {
    for await (const frame of await openVideo(input, { onNotice: (notice) => notices.push(notice), ...options })) {
      expect(frame.index).toBe(times.length);
      times.push(frame.time);
    }
  } catch (thrown) {
    error = String(thrown);
  }
  return { times, error, notices, codes: notices.map(({ code }) => code), frames: notices.map(({ frame }) => frame) };
}

/** Times of the frames as ffprobe has them, from the start of the file. */
function probedTimes(path: string): number[] {
  const probe = (...args: string[]) =>
    execFileSync('ffprobe', ['-v', 'error', '-of', 'csv=p=0', ...args, path], { encoding: 'utf8' })
      .split('\n')
      .map((line) => Number.parseFloat(line))
      .filter((value) => !Number.isNaN(value));
  const [start = 0] = probe('-show_entries', 'format=start_time');
  return probe('-select_streams', 'V:0', '-show_entries', 'frame=best_effort_timestamp_time').map(
    (time) => time - start,
  );
}

function expectTimes(times: readonly number[], expected: readonly number[]): void {
  expect(times.length).toBe(expected.length);
  const off = times.map((time, i) => Math.abs(time - expected[i]));
  expect(Math.max(...off)).toBeLessThan(0.001);
}

/** `count` times from a start on. */
function run(start: number, count: number, rate = 25): number[] {
  return Array.from({ length: count }, (_, i) => start + i / rate);
}

const exact = [...ffmpeg.passthrough, '-enc_time_base', '1:90000'];

describe('times are those of ffprobe, and there is nothing to say', () => {
  it.each<[string, () => string, number]>([
    ['Matroska', () => clip('plain.mkv', H264), 50],
    ['MP4', () => clip('plain.mp4', H264), 50],
    ['fragmented MP4', () => clip('fragments.mp4', [...H264, '-movflags', 'frag_keyframe+empty_moov']), 50],
    [
      'MP4 with negative decoding times',
      () => clip('negative.mp4', [...H264, '-movflags', 'negative_cts_offsets']),
      50,
    ],
    ['MP4 without an edit list', () => clip('no-edits.mp4', [...H264, '-use_editlist', '0']), 50],
    ['MOV', () => clip('plain.mov', H264), 50],
    ['3GP', () => clip('plain.3gp', ['-c:v', 'mpeg4', '-s', '176x144']), 50],
    ['MPEG-TS', () => clip('plain.ts', H264), 50],
    ['M2TS', () => clip('plain.m2ts', [...H264, '-mpegts_m2ts_mode', '1']), 50],
    ['MPEG-PS', () => clip('plain.mpg', MPEG2), 50],
    ['VOB', () => clip('plain.vob', MPEG2), 50],
    ['Ogg', () => clip('plain.ogv', ['-c:v', 'libtheora']), 50],
    ['Flash video', () => clip('plain.flv', H264), 50],
    ['AVI', () => clip('plain.avi', ['-c:v', 'mpeg4']), 50],
    ['WebM', () => clip('plain.webm', ['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '300k']), 50],
    ['WMV', () => clip('plain.wmv', ['-c:v', 'wmv2']), 50],
    ['NUT', () => clip('plain.nut', ['-c:v', 'mpeg4']), 50],
    ['GIF', () => clip('plain.gif', []), 50],
    ['60 per second', () => clip('fast.mp4', H264, { rate: 60, seconds: 1 }), 60],
    ['one in ten seconds', () => clip('slow.mp4', H264, { rate: 0.1, seconds: 100 }), 10],
    [
      'one in twenty seconds, which ffmpeg shortens in MPEG-TS',
      () => clip('slow.ts', H264, { rate: 0.05, seconds: 200 }),
      10,
    ],
    ['a start at 100 s', () => clip('offset.mkv', [...H264, '-output_ts_offset', '100']), 50],
    [
      'a clock that is full on the way',
      () => clip('wrap.ts', [...H264, '-output_ts_offset', String(2 ** 33 / 90_000 - 2.4)]),
      50,
    ],
    ['pictures that start after the sound', () => lateClip('late.mkv'), 25],
    [
      'an edit list that cuts the start',
      () => {
        const path = join(folder, 'edited.mp4');
        runFfmpeg('-ss', '0.5', '-i', clip('uncut.mp4', H264), '-c', 'copy', path);
        return path;
      },
      37,
    ],
    [
      'a cut between two key frames',
      () => {
        const path = join(folder, 'open.ts');
        const whole = readFileSync(clip('closed.ts', MPEG2));
        writeFileSync(path, whole.subarray(188 * Math.floor(whole.length / 188 / 3)));
        return path;
      },
      -1,
    ],
  ])('%s', async (_, make, count) => {
    const path = make();
    const { times, error, codes } = await read(path);
    expect([error, codes.filter((code) => code !== 'sar-applied')]).toEqual(['', []]); // 3GP has no square pixels
    if (count >= 0) expect(times.length).toBe(count);
    const probed = probedTimes(path);
    // where a recording begins before its first key frame, ffmpeg leaves out what ffprobe shows
    expectTimes(times, probed.slice(probed.length - times.length));
  });
});

describe('times are computed, and that is said', () => {
  it.each<[string, readonly string[], number]>([
    ['raw.264', H264, 25],
    ['raw7.264', H264, 7],
    ['raw.hevc', ['-c:v', 'libx265', '-x265-params', 'log-level=none', '-preset', 'ultrafast'], 25],
    ['raw.mjpeg', ['-c:v', 'mjpeg'], 25],
    ['raw.m2v', MPEG2, 25],
  ])('%s', async (name, encoding, rate) => {
    const path = clip(name, encoding, { rate });
    const { times, error, notices } = await read(path);
    const message = expect.stringContaining(`computed from ${rate} frames per second`);
    expect([error, notices]).toEqual(['', [{ code: 'times-computed', message }]]);
    expectTimes(times, run(0, 2 * rate, rate));
    const given = await read(path, { frameRate: 12.5 });
    expectTimes(given.times, run(0, 2 * rate, 12.5));
  });
});

const RESTARTS: readonly (readonly [string, () => string, number, readonly number[]])[] = [
  ['Matroska joined', () => joined('a2.mkv', clip('a.mkv', H264), clip('a.mkv', H264)), 50, run(0, 100)],
  ['Matroska joined twice', () => joined('a3.mkv', ...Array(3).fill(clip('a.mkv', H264))), 50, run(0, 150)],
  [
    'Matroska joined, the second from 100 s on',
    () => joined('ab.mkv', clip('a.mkv', H264), clip('b.mkv', [...H264, '-output_ts_offset', '100'])),
    50,
    run(0, 100),
  ],
  [
    'Matroska joined, both from 5 s on',
    () => joined('bb.mkv', ...Array(2).fill(clip('b5.mkv', [...H264, '-output_ts_offset', '5']))),
    50,
    run(0, 100),
  ],
  [
    'Matroska without lengths joined',
    () => joined('live3.mkv', ...Array(3).fill(clip('live.mkv', [...H264, '-live', '1']))),
    50,
    run(0, 150),
  ],
  [
    'WebM joined',
    () => joined('a2.webm', ...Array(2).fill(clip('a.webm', ['-c:v', 'libvpx', '-deadline', 'realtime']))),
    50,
    run(0, 100),
  ],
  ['WMV joined', () => joined('a3.wmv', ...Array(3).fill(clip('a.wmv', ['-c:v', 'wmv2']))), 50, run(0, 150)],
  ['Flash video joined', () => joined('a3.flv', ...Array(3).fill(clip('a.flv', H264))), 50, run(0, 150)],
  [
    'Flash video joined, the second from 100 s on',
    () => joined('ab.flv', clip('a.flv', H264), clip('b.flv', [...H264, '-output_ts_offset', '100'])),
    50,
    run(0, 100),
  ],
  [
    'MP4 joined',
    () => joined('a2.mp4', clip('a.mp4', H264), clip('start.mp4', [...H264, '-movflags', '+faststart'])),
    50,
    run(0, 100),
  ],
  [
    'fragmented MP4 joined',
    () => joined('f2.mp4', ...Array(2).fill(clip('f.mp4', [...H264, '-movflags', 'frag_keyframe+empty_moov']))),
    50,
    run(0, 100),
  ],
  ['MPEG-TS joined', () => joined('a2.ts', ...Array(2).fill(clip('a.ts', H264))), 50, run(0, 100)],
  ['MPEG-TS joined twice', () => joined('a3.ts', ...Array(3).fill(clip('odd.ts', ODD_END))), 50, run(0, 150)],
  [
    'MPEG-TS joined, the first from 100 s on',
    () => joined('ba.ts', clip('b.ts', [...H264, '-output_ts_offset', '100']), clip('a.ts', H264)),
    50,
    run(0, 100),
  ],
  [
    'MPEG-TS joined, the second from 5 h on',
    () => joined('a5h.ts', clip('a.ts', H264), clip('5h.ts', [...H264, '-output_ts_offset', '18000'])),
    50,
    run(0, 100),
  ],
  ['MPEG-PS joined', () => joined('a2.mpg', ...Array(2).fill(clip('a.mpg', MPEG2))), 50, run(0, 100)],
  [
    'a clock that starts again within Flash video, as RTMP does',
    () => resetTags('reset.flv', clip('long.flv', H264, { seconds: 4 }), 2000),
    50,
    run(0, 100),
  ],
  [
    'a clock that jumps by 30 h within NUT',
    () =>
      rewritten(
        'far.nut',
        clip('long2.nut', ['-c:v', 'mpeg4'], { seconds: 4 }),
        "setts=ts='if(gte(N,50),TS+108000/TB,TS)'",
      ),
    50,
    run(0, 100),
  ],
];

describe('a clock that starts again or jumps goes on', () => {
  it.each(RESTARTS)('%s', async (_, make, frame, expected) => {
    const path = make();
    const { times, error, codes, frames } = await read(path);
    expect(error).toBe('');
    expectTimes(times, expected);
    expect(codes).toEqual([expect.stringMatching(/^clock-(restarted|jumped)$/)]);
    expect(frames).toEqual([frame]);
  });

  it.each(['a3.mkv', 'live3.mkv', 'a3.flv', 'a3.wmv', 'f2.mp4', 'a3.ts'])('on standard input too: %s', async (name) => {
    const fromFile = await read(join(folder, name));
    const { times, error, codes } = await read('-', { stdin: createReadStream(join(folder, name)) });
    expect([error, codes]).toEqual(['', ['clock-restarted']]);
    expectTimes(times, fromFile.times);
  });
});

describe('what is unusual and real is kept, and said', () => {
  it('a pause of minutes in MPEG-TS, which ffmpeg shortens', async () => {
    const path = join(folder, 'pause.ts');
    const pause = ['-vf', "settb=1/90000,setpts='PTS+90000*180*gte(N,50)'", ...exact];
    runFfmpeg('-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25:d=4', ...pause, ...H264, path);
    const { times, error, notices } = await read(path);
    expectTimes(times, [...run(0, 50), ...run(182, 50)]);
    expect([error, notices.map(({ code, frame }) => [code, frame])]).toEqual(['', [['clock-gap', 50]]]);
    expect(notices[0].message).toContain('no frame for 3.0 min before frame 50 (182.00 s)');
  });

  it('a pause of hours in MP4', async () => {
    const path = join(folder, 'pause.mp4');
    const pause = ['-vf', "settb=1/90000,setpts='PTS+90000*7200*gte(N,25)'", ...exact];
    runFfmpeg('-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25:d=2', ...pause, ...H264, '-bf', '0', path);
    const { times, codes } = await read(path);
    const after = times.length - 25;
    expect(after).toBeGreaterThan(23); // ffmpeg 7 writes a last picture that is shown for no time
    expectTimes(times, [...run(0, 25), ...run(7201, after)]);
    expect(codes).toEqual(['clock-gap']);
  });

  it('a rate that varies', async () => {
    const path = join(folder, 'vfr.mkv');
    const slower = ['-vf', "settb=1/90000,setpts='if(lt(N,50),3600*N,180000+9000*(N-50))'", ...exact];
    runFfmpeg('-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25:d=4', ...slower, ...H264, path);
    const { times, notices } = await read(path);
    expectTimes(times, [...run(0, 50), ...run(2, 50, 10)]);
    expect(notices).toEqual([{ code: 'rate-varies', message: expect.stringContaining('from 10 to 25 per second') }]);
  });

  it.each<[string, string, () => string, number]>([
    [
      'joined MPEG-TS of another size',
      '160x120 to 96x64',
      () => joined('sizes.ts', clip('a.ts', H264), clip('small.ts', H264, { size: '96x64' })),
      50,
    ],
    [
      'joined Matroska of another size',
      '160x120 to 96x64',
      () => joined('sizes.mkv', clip('a.mkv', H264), clip('small.mkv', H264, { size: '96x64' })),
      50,
    ],
    [
      'pixels of another shape',
      '160x120 to 160x120 (pixels 1.333 wide)',
      () => joined('sar.mkv', clip('a.mkv', H264), clip('sar.mkv', [...H264, '-vf', 'setsar=4/3'])),
      50,
    ],
  ])('%s', async (_, change, make, frame) => {
    const { times, error, notices } = await read(make(), { pixels: true });
    expect(error).toBe('');
    expectTimes(times, run(0, 100));
    const size = notices.find(({ code }) => code === 'picture-size');
    expect(size).toMatchObject({ frame, message: expect.stringContaining(`${change} at frame ${frame}`) });
    expect(notices.map(({ code }) => code)).toEqual(['clock-restarted', 'picture-size']);
  });

  it('joined MPEG-TS whose clock goes on', async () => {
    const path = joined(
      'segments.ts',
      clip('odd.ts', ODD_END),
      clip('on2.ts', [...ODD_END, '-output_ts_offset', '2.08']),
    );
    const { times, error, codes, frames } = await read(path);
    expect([error, codes, frames]).toEqual(['', ['packets-missing'], [50]]);
    expectTimes(times, run(0, 100));
  });
});

describe('what is damaged is so still', () => {
  it('packets of MPEG-TS lost within a frame', async () => {
    const whole = readFileSync(clip('whole.ts', H264, { size: '320x240' }));
    const path = join(folder, 'hole.ts');
    const at = 188 * Math.floor(whole.length / 188 / 2);
    writeFileSync(path, Buffer.concat([whole.subarray(0, at), whole.subarray(at + 3 * 188)]));
    const { times, error } = await read(path);
    expect(times.length).toBeGreaterThan(40);
    expect(error).toMatch(/hole\.ts: is damaged near frame \d+/);
  });

  it('the second of two joined recordings, cut off', async () => {
    const whole = readFileSync(clip('a.mkv', H264));
    const path = joined('cut.mkv', clip('a.mkv', H264));
    writeFileSync(path, Buffer.concat([whole, whole.subarray(0, Math.floor(0.6 * whole.length))]));
    const { times, error } = await read(path);
    expect(times.length).toBeGreaterThan(65);
    expect(error).toMatch(/cut\.mkv: is cut off after frame \d+/);
  });
});
