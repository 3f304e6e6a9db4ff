import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMot, readTrajectories } from '../../src/trajectories/index.ts';
import { constantNetwork, imageInput } from '../detection/graphs.ts';
import { makeClip, readAll, runFfmpeg, temporaryFolder } from '../video/clips.ts';
import { boxesOf, FAST, failure, namesIn, peopleByFrame, readJson, SAMPLE, twintrack, writeWalkers } from './cli.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];
const clip = makeClip(path('clip.mp4'), 'testsrc2=s=320x240:r=25:d=2', ...x264);
const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Tracks into an empty folder that is to stay empty. */
async function rejected(args: readonly string[], options = {}) {
  const out = path(`out-${Math.random()}`);
  mkdirSync(out);
  chmodSync(out, 0o777);
  const run = await twintrack(['track', '--out', out, ...FAST, ...args], options);
  expect(namesIn(out)).toEqual([]);
  return run;
}

describe('an input that cannot be tracked is refused in one line', () => {
  it('a missing file', async () => {
    expect(await rejected([path('none.mp4')])).toEqual(failure(`${path('none.mp4')}: does not exist; check the path`));
  });

  it('an empty file', async () => {
    writeFileSync(path('empty.mp4'), '');
    expect(await rejected([path('empty.mp4')])).toEqual(
      failure(`${path('empty.mp4')}: is empty (0 bytes); copy or record it again`),
    );
  });

  it('a text named .mp4', async () => {
    writeFileSync(path('text.mp4'), 'It was a dark and stormy night.\n'.repeat(100));
    expect(await rejected([path('text.mp4')])).toEqual(
      failure(`${path('text.mp4')}: is not a video that ffmpeg can read; check that it plays, or copy it again`),
    );
  });

  it('sound without a picture', async () => {
    makeClip(path('audio.mp4'), 'sine=d=1', '-c:a', 'aac');
    expect(await rejected([path('audio.mp4')])).toEqual(
      failure(`${path('audio.mp4')}: holds sound only, no video; name a file with a video stream`),
    );
  });

  it('a file and a folder that may not be read', async () => {
    chmodSync(folder, 0o755);
    copyFileSync(clip, path('secret.mp4'));
    chmodSync(path('secret.mp4'), 0);
    mkdirSync(path('secret'));
    chmodSync(path('secret'), 0);
    for (const name of ['secret.mp4', 'secret']) {
      expect(await rejected([path(name)], asNobody)).toEqual(
        failure(`${path(name)}: cannot be read: permission denied; check its permissions`),
      );
    }
  });

  it('a folder without pictures, a pattern without a match, a network address', async () => {
    mkdirSync(path('bare'));
    expect((await rejected([path('bare')])).stderr).toMatch(/^twintrack: .*bare: holds no picture .*\n$/);
    expect((await rejected([path('*.nothing')])).stderr).toMatch(/^twintrack: .*nothing: matches no file; .*\n$/);
    expect((await rejected(['rtsp://user:secret@camera/1'])).stderr).toMatch(
      /^twintrack: rtsp:\/\/\*\*\*@camera\/1: is a network address, .*\n$/,
    );
  });
});

describe('a detector that cannot be used is refused in one line', () => {
  it('a file that is no ONNX model, and one that is missing', async () => {
    writeFileSync(path('none.onnx'), 'no model');
    expect(await rejected([clip, '--detector', path('none.onnx')])).toEqual(
      failure(`${path('none.onnx')}: not an ONNX model; give the ONNX file of a person detector`),
    );
    expect((await rejected([clip, '--detector', 'yolo99'])).stderr).toMatch(
      /^twintrack: yolo99: no such detector or file; .*rtmdet-nano.*\n$/,
    );
  });

  it('a model that is no detector: what it is, and what is known', async () => {
    const embedding = { name: 'embedding', dims: [1, 8], data: new Float32Array(8) };
    const model = constantNetwork([imageInput(64, 128, 'person')], [embedding]);
    const { status, stdout, stderr } = await rejected([clip, '--detector', model]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^twintrack: .*graph\.onnx: not a detector of a known family: it takes person float32 \[1, 3, 128, 64\].*; known are CenterNet.*\n$/,
    );
  });

  it('a detection file with a broken line: which one', async () => {
    writeFileSync(path('det.txt'), '1,-1,10,10,20,40,0.9\n2,-1,10,ten,20,40,0.9\n');
    expect(await rejected([clip, '--detections', path('det.txt')])).toEqual(
      failure(
        `${path('det.txt')}: line 2: column 4 is "ten", not a number; expected frame,id,x,y,w,h,score with frames from 1`,
      ),
    );
    expect((await rejected([clip, '--detections', path('none.txt')])).stderr).toMatch(/none\.txt: does not exist/);
  });
});

describe('an unusual input is tracked', () => {
  it.each([
    [1, 1],
    [16, 16],
    [1, 300],
  ])('of %i × %i pixels', async (width, height) => {
    const tiny = makeClip(path(`${width}x${height}.mkv`), 'testsrc2=s=320x320:r=10:d=1', ...cropTo(width, height));
    const out = path(`tiny-${width}`);
    const { status, stderr } = await twintrack(['track', tiny, '--out', out, '--anonymize', ...FAST]);
    expect([status, stderr.split('\n')[0]]).toEqual([
      0,
      expect.stringMatching(/: \d people in 10 frames \(1\.0 s\), /),
    ]);
    const { info, frames } = await readAll(join(out, `${width}x${height}.annotated.mp4`));
    expect(frames).toHaveLength(10);
    expect([info.width, info.height]).toEqual([2 * Math.ceil(width / 2), 2 * Math.ceil(height / 2)]);
  });

  it('without people', async () => {
    const grey = makeClip(path('grey.mp4'), 'color=gray:s=320x240:r=10:d=1', ...x264);
    const out = path('none');
    const { status, stdout } = await twintrack(['track', grey, '--out', out, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ frames: 10, trajectories: 0 });
    const document = await readTrajectories(join(out, 'grey.trajectories.json'));
    expect(document.trajectories).toEqual([]);
    expect(document).toMatchObject({ complete: true, summary: { frames: 10, duration: 1 } });
    expect(await readMot(join(out, 'grey.mot.txt'), 10)).toEqual([]);
  });

  it('from standard input', async () => {
    const out = path('stdin');
    const { status } = await twintrack(['track', '-', '--out', out, ...FAST], { input: readFileSync(clip) });
    expect(status).toBe(0);
    expect(namesIn(out)).toEqual(['stdin.annotated.mp4', 'stdin.mot.txt', 'stdin.trajectories.json']);
    expect(readJson(join(out, 'stdin.trajectories.json')).summary.frames).toBe(50);
  });

  it('as a folder of pictures, and as a pattern of some of them', async () => {
    const pictures = path('pictures');
    mkdirSync(pictures);
    runFfmpeg('-i', clip, '-frames:v', '12', join(pictures, 'p%d.png'));
    const out = path('from-pictures');
    const temporary = path('temporary');
    mkdirSync(temporary);
    const options = { env: { ...process.env, TMPDIR: temporary } };
    const args = ['track', '--out', out, '--json', '--no-annotate', '--overwrite', ...FAST];
    const whole = await twintrack([...args, pictures, '--fps', '4'], options);
    expect(JSON.parse(whole.stdout)).toMatchObject({ frames: 12, duration: 3 });
    const some = await twintrack([...args, join(pictures, 'p1?.png')], options);
    expect(JSON.parse(some.stdout)).toMatchObject({ frames: 3, duration: 0.1 });
    expect(namesIn(temporary)).toEqual([]);
    const nowhere = join(temporary, 'none');
    const failed = await twintrack([...args, pictures], { env: { ...process.env, TMPDIR: nowhere } });
    const error = `${nowhere}: no temporary folder can be made there: there is no such folder; set TMPDIR to a folder that can be written to`;
    expect([failed.status, failed.stderr]).toEqual([1, `twintrack: ${error}\n`]);
  });

  it.each([
    'it\'s a "street" & more; $(touch hacked).mp4',
    '-dash.mp4',
    '100%d %s%%.mp4',
    'two\nlines.mp4',
    '[brackets]*.mp4',
    `${'ü'.repeat(110)}.mp4`,
  ])('with the name %j', async (name) => {
    const inner = path('names');
    mkdirSync(inner, { recursive: true });
    if (!existsSync(join(inner, name))) symlinkSync(clip, join(inner, name));
    const { status, stdout, stderr } = await twintrack(['track', '--max-frames', '3', '--json', ...FAST, '--', name], {
      cwd: inner,
    });
    expect([status, stderr]).toEqual([0, '']);
    const { files, input } = JSON.parse(stdout);
    const stem = name.slice(0, -4);
    expect(input).toBe(name);
    expect(files).toEqual({
      trajectories: `${stem}.trajectories.json`,
      mot: `${stem}.mot.txt`,
      annotated: `${stem}.annotated.mp4`,
    });
    for (const file of Object.values<string>(files)) expect(existsSync(join(inner, file))).toBe(true);
    expect(readJson(join(inner, files.trajectories)).source.name).toBe(name);
    expect(existsSync(join(inner, 'hacked'))).toBe(false);
  });

  it('with a newline in its name: all that is said of it stays on its line', async () => {
    const { stderr } = await twintrack(['track', 'two\nlines.mp4', '--max-frames', '3', '--overwrite', ...FAST], {
      cwd: path('names'),
    });
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^two\\nlines\.mp4: 0 people in 3 frames /),
      '  two\\nlines.trajectories.json',
      '  two\\nlines.mot.txt',
      '  two\\nlines.annotated.mp4',
      '',
    ]);
    expect(await twintrack(['track', 'no\nfile.mp4'], { cwd: folder })).toEqual(
      failure('no\\nfile.mp4: does not exist; check the path'),
    );
  });
});

describe('a video cut in half', () => {
  it('is tracked as far as it goes, and then reported where it broke', async () => {
    const whole = readFileSync(SAMPLE);
    const cut = path('cut.mp4');
    writeFileSync(cut, whole.subarray(0, whole.length >> 1));
    const det = writeWalkers(path('walkers.txt'), 795);
    const out = path('cut-out');
    const { status, stdout, stderr } = await twintrack(['track', cut, ...boxesOf(det), '--out', out, '--json']);
    expect(status).toBe(1);
    const summary = JSON.parse(stdout);
    const { frames, error } = summary;
    expect(frames).toBeGreaterThan(300);
    expect(frames).toBeLessThan(500);
    expect(error).toMatch(
      new RegExp(`^${cut}: is cut off after frame ${frames - 1} \\(\\d+\\.\\d\\d s\\); the ${frames} frames `),
    );
    expect(stderr).toBe(`twintrack: ${error}\n`);
    expect(namesIn(out)).toEqual(['cut.annotated.mp4', 'cut.mot.txt', 'cut.trajectories.json']);

    const document = await readTrajectories(join(out, 'cut.trajectories.json'));
    expect(document).toMatchObject({ complete: false, reason: error, summary: { frames, trajectories: 2 } });
    expect(document.trajectories.map((t) => t.frames.at(-1))).toEqual([frames - 1, frames - 1]);
    expect(peopleByFrame(join(out, 'cut.mot.txt'), frames).at(-1)).toBe(2);
    const video = await readAll(join(out, 'cut.annotated.mp4'));
    expect([video.frames.length, video.error]).toEqual([frames, undefined]);
  });

  it('keeps the frames that were with the detector when it broke', async () => {
    const cut = path('short-cut.mkv');
    const made = makeClip(path('short.mkv'), 'testsrc2=s=320x240:r=25:d=2', ...x264.slice(0, 6));
    const bytes = readFileSync(made);
    writeFileSync(cut, bytes.subarray(0, bytes.length >> 1));
    const { frames } = await readAll(cut);
    const { status, stdout } = await twintrack(['track', cut, '--out', path('short-out'), '--json', ...FAST]);
    expect([status, JSON.parse(stdout).frames]).toEqual([1, frames.length]);
  });

  it('so early that nothing is left of it leaves no file', async () => {
    const cut = path('stump.mkv');
    writeFileSync(cut, readFileSync(path('short.mkv')).subarray(0, 900));
    const { status, stdout, stderr } = await rejected([cut]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^twintrack: .*stump\.mkv: [^\n]+\n$/);
  });
});

function cropTo(width: number, height: number): string[] {
  return ['-vf', `format=gray,crop=${width}:${height}`, '-c:v', 'ffv1'];
}
