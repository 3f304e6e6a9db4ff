import { execFileSync } from 'node:child_process';
import { closeSync, constants, createReadStream, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trackVideo } from '../../src/engine/track-video.ts';
import { writeReport } from '../../src/report/index.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { openVideo, probe, type VideoOptions } from '../../src/video/index.ts';
import { ffmpeg, makeClip, readAll, runFfmpeg, temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

/** A moving picture. */
function moving(size: string, frames = 10): string[] {
  return ['-f', 'lavfi', '-t', `${frames / 10}`, '-i', `testsrc2=s=${size}:r=10`];
}

const STILL = moving('640x480', 1);
const SMALL = moving('160x120');
const LARGE = moving('320x240');
const SOUND = ['-f', 'lavfi', '-t', '1', '-i', 'sine'];
const NONE_DEFAULT = ['-disposition', '0', '-default_mode', 'passthrough'];

/** Writes a file of several streams. */
function mux(name: string, inputs: readonly string[][], ...options: string[]): string {
  const maps = inputs.flatMap((_, i) => ['-map', `${i}`]);
  runFfmpeg(...inputs.flat(), ...maps, '-c:v', 'libx264', '-preset', 'ultrafast', ...options, path(name));
  return path(name);
}

/** What is taken, what is said of it, and how many frames there are. */
async function taken(file: string, options: VideoOptions = {}) {
  const notices: { code: string; message: string }[] = [];
  const { info, frames, error } = await readAll(file, { ...options, onNotice: (notice) => notices.push(notice) });
  expect(error).toBeUndefined();
  const texts = notices.map(({ code, message }) => `${code} ${message.replace(`${file}: `, '')}`);
  return { stream: info.stream, size: `${info.width}x${info.height}`, frames: frames.length, texts };
}

describe('of several video streams', () => {
  it.each([
    {
      kind: 'a still picture first, larger than the video',
      file: mux('still-first.mkv', [STILL, LARGE], '-c:v:0', 'mjpeg', ...NONE_DEFAULT),
      found: { stream: 1, size: '320x240', frames: 10 },
      said: 'stream-chosen has 2 video streams, numbered from 0: 1 (h264, 320 × 240) is taken, the only one that moves, and not 0 (mjpeg, 640 × 480, one picture); --stream takes another',
    },
    {
      kind: 'a still picture that is the default',
      file: mux(
        'still-default.mkv',
        [STILL, LARGE],
        '-c:v:0',
        'png',
        '-disposition:v:0',
        'default',
        '-disposition:v:1',
        '0',
      ),
      found: { stream: 1, size: '320x240', frames: 10 },
      said: 'the only one that moves',
    },
    {
      kind: 'a small one first',
      file: mux('small-first.mkv', [SMALL, LARGE], ...NONE_DEFAULT),
      found: { stream: 1, size: '320x240', frames: 10 },
      said: '1 (h264, 320 × 240) is taken, the largest, and not 0 (h264, 160 × 120); ',
    },
    {
      kind: 'a small one that is the default',
      file: mux('default.mkv', [SMALL, LARGE], '-disposition:v:0', 'default', '-disposition:v:1', '0'),
      found: { stream: 0, size: '160x120', frames: 10 },
      said: '0 (h264, 160 × 120) is taken, the one to play by default, and not 1 ',
    },
    {
      kind: 'a dashcam’s two of one size, in mp4',
      file: mux('dashcam.mp4', [LARGE, LARGE, SOUND]),
      found: { stream: 0, size: '320x240', frames: 10 },
      said: '0 (h264, 320 × 240) is taken, the one to play by default, and not 1 (h264, 320 × 240); ',
    },
    {
      kind: 'programs of a transport stream',
      file: mux('programs.ts', [SMALL, LARGE], '-program', 'program_num=1:st=0', '-program', 'program_num=2:st=1'),
      found: { stream: 1, size: '320x240', frames: 10 },
      said: '1 (h264, 320 × 240) is taken, the largest, and not 0 (h264, 160 × 120); ',
    },
    {
      kind: 'three, with a cover picture among them',
      file: mux(
        'three.mkv',
        [STILL, SMALL, LARGE],
        '-c:v:0',
        'mjpeg',
        ...NONE_DEFAULT,
        '-disposition:v:0',
        'attached_pic',
      ),
      found: { size: '320x240', frames: 10 },
      said: 'has 3 video streams',
    },
  ])('$kind', async ({ file, found, said }) => {
    const { texts, ...rest } = await taken(file);
    expect(rest).toMatchObject(found);
    expect(texts).toEqual([expect.stringContaining(said)]);
    expect(texts[0]).toMatch(/^stream-chosen /);
  });

  it('the one that is asked for is taken, and nothing is said', async () => {
    const file = path('small-first.mkv');
    expect(await taken(file, { stream: 0 })).toEqual({ stream: 0, size: '160x120', frames: 10, texts: [] });
    expect(await taken(file, { stream: 1 })).toEqual({ stream: 1, size: '320x240', frames: 10, texts: [] });
    const has = 'it has 0 (h264, 160 × 120), 1 (h264, 320 × 240); name one of them';
    await expect(openVideo(file, { stream: 2 })).rejects.toThrow(
      `${file}: has no video stream 2, counted from 0: ${has}`,
    );
  });

  it('the rule is the same for standard input', async () => {
    const stdin = createReadStream(path('still-first.mkv'));
    const { stream, frames, texts } = await taken('-', { stdin });
    expect([stream, frames, texts.length]).toEqual([1, 10, 1]);
  });

  it('a run, its annotated video and its report are of one stream', async () => {
    const file = path('default.mkv');
    const boxes = path('boxes.txt');
    writeFileSync(boxes, Array.from({ length: 10 }, (_, i) => `${i + 1},-1,${40 + 2 * i},60,40,90,0.9\n`).join(''));
    const parameters = { video: { stream: 1 }, appearance: { mode: 'off' as const } };
    const { files, notices } = await trackVideo(file, { out: path('run'), detections: boxes, parameters });
    expect(notices.filter(({ code }) => code === 'stream-chosen')).toEqual([]);
    const { source } = await readTrajectories(files.trajectories!);
    expect(source).toMatchObject({ width: 320, height: 240 });
    expect(await probe(files.annotated!)).toMatchObject({ width: 320, height: 240 });
    // of the default stream, it would be of another size, which is an error
    await writeReport(files.trajectories!, { out: path('report.html'), video: file });
    expect(existsSync(path('report.html'))).toBe(true);
  });
});

describe('beside one video stream', () => {
  it('a cover picture, sound, subtitles, data: nothing is said', async () => {
    writeFileSync(path('words.srt'), '1\n00:00:00,000 --> 00:00:01,000\nhello\n');
    writeFileSync(path('gps.bin'), Buffer.alloc(64, 1));
    const cover = ['-c:v:0', 'png', '-disposition:v:0', 'attached_pic'];
    const subtitles = mux('subtitles.mkv', [LARGE, SOUND, ['-i', path('words.srt')]]);
    const covered = mux('cover.mp4', [STILL, LARGE, SOUND], ...cover);
    const timecode = mux('timecode.mov', [LARGE, SOUND], '-timecode', '01:00:00:00');
    const gps = mux('gps.ts', [LARGE, ['-f', 'data', '-i', path('gps.bin')]], '-c:d', 'copy');
    for (const file of [subtitles, covered, timecode, gps]) {
      expect(await taken(file), file).toMatchObject({ size: '320x240', frames: 10, texts: [] });
    }
    const kinds = async (file: string) => (await probe(file)).streams!.map(({ kind, codec }) => `${kind} ${codec}`);
    expect(await kinds(subtitles)).toEqual([
      'video h264',
      expect.stringMatching(/^audio /),
      expect.stringMatching(/^subtitle /),
    ]);
    expect((await kinds(covered)).sort()).toEqual([expect.stringMatching(/^audio /), 'video h264', 'video png']);
    expect(await kinds(timecode)).toContain('data none');
    expect(await kinds(gps)).toEqual(['video h264', 'data bin_data']);
  });

  it('a title that is like a line of ffmpeg’s is none', async () => {
    const title = 'x\n  Stream #0:7: Video: h264, yuv420p, 4096x2160 (default)';
    const file = mux('title.mkv', [LARGE], '-metadata', `title=${title}`);
    expect(await taken(file)).toEqual({ stream: 0, size: '320x240', frames: 10, texts: [] });
  });
});

describe('a file that names other files', () => {
  const segment = makeClip(path('segment.ts'), 'testsrc2=s=64x48:r=10:d=1', '-c:v', 'mpeg2video');
  const pipe = path('pipe.ts');
  execFileSync('mkfifo', [pipe]);
  const hls = (name: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n${name}\n#EXT-X-ENDLIST\n`;
  const dash = (name: string) =>
    `<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" type="static" mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp2t"><Representation id="1" bandwidth="1"><BaseURL>${name}</BaseURL></Representation></AdaptationSet></Period></MPD>\n`;
  const list = (name: string) => `ffconcat version 1.0\nfile ${name}\n`;

  it.each([
    ['playlist.m3u8', hls, 'a playlist (HLS, .m3u8)', 'ffmpeg -i'],
    ['hls.mp4', hls, 'a playlist (HLS, .m3u8)', 'ffmpeg -i'],
    ['dash.mp4', dash, 'a playlist (DASH, .mpd)', 'ffmpeg -i'],
    ['concat.mp4', list, 'a list (ffconcat)', 'ffmpeg -f concat -i'],
    ['concat.ffconcat', list, 'a list (ffconcat)', 'ffmpeg -f concat -i'],
  ])('%s is refused, and the others are not opened', async (name, text, kind, fix) => {
    // whoever opens a pipe that has no writer waits for one: the test would not end
    writeFileSync(path(name), text('pipe.ts'));
    const message = `${path(name)}: is ${kind} that names other files, which are not opened; join them: ${fix} ${path(name)} -c copy new.mp4`;
    await expect(openVideo(path(name))).rejects.toThrow(message);
    await expect(openVideo('-', { stdin: createReadStream(path(name)) })).rejects.toThrow(`-: is ${kind}`);
    expect(() => closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK))).toThrow('ENXIO');
  });

  it('ffmpeg itself opens them', () => {
    for (const name of ['hls.mp4', 'concat.mp4']) {
      writeFileSync(path(name), (name === 'hls.mp4' ? hls : list)('segment.ts'));
      const args = ['-nostdin', '-loglevel', 'error', '-i', path(name), '-f', 'framecrc', '-'];
      const frames = execFileSync(ffmpeg.path, args, { encoding: 'utf8' }).match(/^0, /gm);
      expect(frames?.length, name).toBe(10);
    }
    expect(readFileSync(segment).length).toBeGreaterThan(1000);
  });

  it('a text, subtitles and a script are no video, whatever they are called', async () => {
    writeFileSync(path('subtitles.mp4'), '1\n00:00:00,000 --> 00:00:01,000\nhello\n');
    writeFileSync(
      path('session.mp4'),
      'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n',
    );
    for (const name of ['subtitles.mp4', 'session.mp4'])
      await expect(openVideo(path(name))).rejects.toThrow(`${path(name)}: is a text, not a video; name a video`);
  });
});
