import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeClip, readAll, temporaryFolder } from '../video/clips.ts';
import { boxesOf, FAST, failure, namesIn, peopleByFrame, readJson, SAMPLE, twintrack, writeWalkers } from './cli.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const clip = makeClip(path('clip.mp4'), 'testsrc2=s=320x240:r=10:d=3', ...x264);
const walkers = writeWalkers(path('walkers.txt'), 30);

describe('wrong usage ends with exit code 2 and one line', () => {
  it.each([
    [['track'], 'track: no input; name a video, for example: twintrack track street.mp4'],
    [['track', clip, '--max-frame', '3'], "unknown option '--max-frame' (Did you mean --max-frames?); see --help"],
    [['trak', clip], "unknown command 'trak' (Did you mean track?); see --help"],
    [
      ['track', clip, '--max-frames', '1.5'],
      "option '--max-frames <n>' argument '1.5' is invalid. it must be a positive whole number; see --help",
    ],
    [
      ['track', clip, '--fps', '0'],
      "option '--fps <n>' argument '0' is invalid. it must be a positive number; see --help",
    ],
    [
      ['track', clip, '--started-at', 'noon'],
      'started-at: noon is no date and time, nor created or name; give the date and time, such as 2026-11-28T08:00:00Z',
    ],
    [
      ['track', clip, '--started-at', 'name'],
      `started-at name: ${clip}: there is no date and time, such as 2026-11-28_08-00-00, in the name; give the date and time, such as 2026-11-28T08:00:00Z`,
    ],
    [['track', '--detections', walkers], '--detections without a video: the frame rate is not known; add --fps 30'],
    [
      ['track', clip, clip, '--detections', walkers],
      '--detections: one detection file fits one video; track them one by one',
    ],
    [
      ['track', clip, '--detections', walkers, '--detector', 'rtmdet-nano'],
      "option '--detections <file>' cannot be used with option '--detector <name|file>'; see --help",
    ],
    [
      ['track', clip, '--anonymize', '--no-annotate'],
      '--anonymize: no video is written that it could apply to; name one, without --no-annotate',
    ],
    [
      ['track', clip, '--set', 'lostSeconds=3'],
      '--set lostSeconds=3: not of the form stage.name=value; for example --set tracking.lostSeconds=3',
    ],
    [
      ['track', clip, '--set', 'tracking.lostSeconds=-1'],
      '--set tracking.lostSeconds=-1: tracking.lostSeconds: Too small: expected number to be >=0',
    ],
  ])('%j', async (args, line) => {
    expect(await twintrack(args, { cwd: folder })).toEqual(failure(line, 2));
  });

  it('an unknown parameter: its key, and the known ones', async () => {
    const { status, stderr } = await twintrack(['track', clip, '--set', 'tracking.lost=3']);
    expect([status, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toMatch(/: unknown key tracking\.lost; known are tracking\.highScore, .*tracking\.lostSeconds/);
  });

  it('a config file that does not fit: its name and the key (exit code 1, it is a file)', async () => {
    const cases: [string, string][] = [
      ['tracking:\n  lostSeconds: soon\n', 'tracking.lostSeconds: Invalid input: expected number, received string'],
      ['[1, 2]', 'holds no sections; see "twintrack track --help" for an example'],
      ['tracking: 3', 'tracking: Invalid input: expected object, received number'],
    ];
    for (const [text, line] of cases) {
      writeFileSync(path('bad.yaml'), text);
      expect(await twintrack(['track', clip, '--config', path('bad.yaml')])).toEqual(
        failure(`${path('bad.yaml')}: ${line}`),
      );
    }
    writeFileSync(path('bad.yaml'), 'a: [1\nb: {');
    expect((await twintrack(['track', clip, '--config', path('bad.yaml')])).stderr).toMatch(
      /^twintrack: .*bad\.yaml: is not YAML: [^\n]+ at line \d, column \d; see [^\n]+\n$/,
    );
    expect((await twintrack(['track', clip, '--config', path('none.yaml')])).stderr).toContain(
      'none.yaml: does not exist',
    );
  });
});

describe('a still picture without people', () => {
  it('is looked at once a second, and the run says so', async () => {
    const still = makeClip(path('still.mp4'), 'color=gray:s=320x240:r=10:d=3', ...x264);
    const { status, stderr } = await twintrack(['track', still, '--out', path('still'), '--no-annotate']);
    expect([status, stderr.split('\n')[1]]).toEqual([
      0,
      '  detection in 3 frames; 27 empty ones in which nothing moved were left out',
    ]);
  });
});

describe('calibrate-scores', () => {
  it('writes what track takes, and prints both tables', async () => {
    const gt = path('people.gt.txt');
    const det = path('people.det.txt');
    const frames = Array.from({ length: 30 }, (_, i) => i + 1);
    writeFileSync(gt, frames.map((f) => `${f},1,100,60,40,100,1,-1,-1,-1`).join('\n'));
    // a detector whose scores go to a hundred: people above 50, mostly
    writeFileSync(
      det,
      frames.map((f) => `${f},-1,${f % 5 ? 100 : 220},60,40,100,${f % 5 ? 60 + f : 40 + f}`).join('\n'),
    );
    const out = path('people.calibration.json');
    const { status, stdout } = await twintrack(['calibrate-scores', gt, det, '--out', out]);
    expect([status, stdout.split('\n')[0]]).toEqual([0, '30 boxes, 24 of them people at IoU 0.5']);
    expect(stdout).toMatch(/without this calibration +boxes +predicted +observed[\s\S]*\nwith this calibration/);
    expect(readJson(out)).toMatchObject({ schema: 'twintrack/calibration', version: 1, of: 'score' });
    const args = ['--detections', det, '--set', `detection.calibration=${out}`, '--out', path('calibrated')];
    expect((await twintrack(['track', clip, '--no-annotate', ...args])).status).toBe(0);
    const { stderr, ...failed } = await twintrack(['calibrate-scores', gt, gt, '--out', out]);
    expect([failed.status, stderr]).toEqual([
      1,
      expect.stringMatching(/all 30 scores are 1,.*\ntwintrack: .*: each of its 30 boxes is a person of .*\n$/),
    ]);
  });
});

describe('parameters', () => {
  it('come from the defaults, then the config file, then --set; the trajectories file has them', async () => {
    writeFileSync(path('good.yaml'), 'tracking:\n  lostSeconds: 3\n  confirmHits: 5\nannotation:\n');
    const sets = ['--set', 'tracking.confirmHits=4', '--set', 'tracking.confirmProbability=1'];
    const args = ['--config', path('good.yaml'), ...sets, '--online', ...boxesOf(walkers)];
    const { status } = await twintrack(['track', clip, '--out', path('set'), '--no-annotate', ...args]);
    expect(status).toBe(0);
    const { parameters } = readJson(path('set/clip.trajectories.json'));
    expect(parameters.tracking).toMatchObject({ lostSeconds: 3, confirmHits: 4, newScore: 0.6 });
    // shown from the fourth time they are seen
    expect(peopleByFrame(path('set/clip.mot.txt'), 30).slice(0, 5)).toEqual([0, 0, 0, 2, 2]);
  });
});

describe('--json', () => {
  it('prints one JSON object and nothing else', async () => {
    const { status, stdout, stderr } = await twintrack(['track', clip, '--out', path('json'), '--json', ...FAST]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toHaveLength(2);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ input: clip, frames: 30, duration: 3, trajectories: 0 });
    expect(Object.keys(summary.files)).toEqual(['trajectories', 'mot', 'annotated']);
    expect(summary.fps).toBeCloseTo(30 / summary.elapsed, 6);
    const { stages } = summary;
    expect(Object.keys(stages)).toEqual([
      'decode',
      'detect',
      'embed',
      'track',
      'refine',
      'write',
      'annotate',
      'encode',
      'close',
    ]);
    const sum = Object.values<number>(stages).reduce((a, b) => a + b);
    expect(Math.min(...Object.values<number>(stages))).toBeGreaterThanOrEqual(0);
    expect(sum).toBeGreaterThan(900 * summary.elapsed);
    expect(sum).toBeLessThanOrEqual(1001 * summary.elapsed);
  });

  it('prints one for an input that failed as well', async () => {
    const { status, stdout, stderr } = await twintrack(['track', 'none.mp4', '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ input: 'none.mp4', error: 'none.mp4: does not exist; check the path' });
    expect(stderr).toBe('twintrack: none.mp4: does not exist; check the path\n');
  });

  it('whose reader is gone is no failure, nor does it keep later inputs from being tracked', async () => {
    const out = path('deaf');
    const args = ['track', clip, clip, clip, '--out', out, '--json', '--no-annotate', ...FAST];
    expect(await twintrack(args, { deaf: true })).toMatchObject({ status: 0, stderr: '' });
    expect(namesIn(out).filter((name) => name.endsWith('.mot.txt'))).toHaveLength(3);
  });
});

describe('several inputs', () => {
  it('are tracked one by one; one that fails does not keep the others from it', async () => {
    const out = path('several');
    const second = path('second.mp4');
    copyFileSync(clip, second);
    const inputs = [clip, path('none.mp4'), second];
    const { status, stdout, stderr } = await twintrack(['track', ...inputs, '--out', out, '--no-annotate', ...FAST]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.split('\n').map((line) => line.replace(/ in 30.*/, ''))).toEqual([
      `${clip}: 0 people`,
      `  ${out}/clip.trajectories.json`,
      `  ${out}/clip.mot.txt`,
      `twintrack: ${path('none.mp4')}: does not exist; check the path`,
      `${second}: 0 people`,
      `  ${out}/second.trajectories.json`,
      `  ${out}/second.mot.txt`,
      '',
    ]);
  });

  it('of the same name do not overwrite each other', async () => {
    const out = path('same');
    const inputs = ['north', 'south', 'west'].map((name, i) => {
      mkdirSync(path(name));
      const input = path(`${name}/${i < 2 ? 'clip' : 'CLIP'}.mp4`);
      copyFileSync(clip, input);
      return input;
    });
    const args = ['--out', out, '--no-annotate', '--json', ...FAST];
    const { status, stdout } = await twintrack(['track', ...inputs, ...args]);
    expect(status).toBe(0);
    const names = stdout
      .trimEnd()
      .split('\n')
      .map((line) => [JSON.parse(line).input, JSON.parse(line).files.mot]);
    expect(names).toEqual([
      [inputs[0], `${out}/clip.mot.txt`],
      [inputs[1], `${out}/clip-2.mot.txt`],
      [inputs[2], `${out}/CLIP-3.mot.txt`],
    ]);
    expect(namesIn(out)).toHaveLength(6);
  });
});

describe('detection.provider', () => {
  const missing = process.platform === 'darwin' ? 'directml' : 'coreml';

  it('is in the outputs, also where auto takes it', async () => {
    const args = [
      ...FAST,
      '--set',
      'detection.provider=auto',
      '--max-frames',
      '2',
      '--no-annotate',
      '--overwrite',
      '--out',
    ];
    const { status, stdout } = await twintrack(['track', clip, ...args, path('auto'), '--json']);
    expect(status).toBe(0);
    const { models } = readJson(path('auto/clip.trajectories.json'));
    expect(JSON.parse(stdout).models).toEqual(models);
    const [{ name, provider }, appearance] = models;
    expect([name, appearance.name]).toEqual(['rtmdet-nano', 'siamese']);
    const printed = await twintrack(['track', clip, ...args, path('auto')]);
    expect(printed.stderr).toContain(` frames/s, rtmdet-nano on ${provider}\n`);
  });

  it('is never replaced by another one', async () => {
    const out = path('missing');
    const args = ['--set', `detection.provider=${missing}`, '--out', out];
    const { status, stderr } = await twintrack(['track', clip, ...args]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^twintrack: detection\\.provider=${missing}: this onnxruntime has no .*\n$`)),
    ]);
    expect(existsSync(out)).toBe(false);
    const live = await twintrack(['stream', clip, '--realtime', '--port', '0', ...args]);
    expect([live.status, live.stderr]).toEqual([1, expect.stringContaining(`detection.provider=${missing}: this`)]);
  });

  it('holds for the Siamese network as well', async () => {
    const args = [...boxesOf(walkers), '--set', `detection.provider=${missing}`, '--out', path('missing')];
    expect((await twintrack(['track', clip, ...args])).stderr).toContain(`detection.provider=${missing}: this`);
  });
});

describe('ignore', () => {
  it('leaves out people in an area, found by the detector, prints how many detections, and draws the area', async () => {
    const [left, top, right, bottom] = [480, 180, 700, 400]; // two people walk through it
    writeFileSync(
      path('ignore.yaml'),
      `ignore: { road: { points: [[${left}, ${top}], [${right}, ${top}], [${right}, ${bottom}], [${left}, ${bottom}]] } }`,
    );
    const args = ['track', SAMPLE, '--online', '--max-frames', '30', '--out'];
    await twintrack([...args, path('all'), '--no-annotate']);
    const { stderr } = await twintrack([...args, path('some'), '--config', path('ignore.yaml')]);
    const ignored = Number(/^ {2}road: (\d+) detections ignored$/m.exec(stderr)?.[1]);
    /** Number of detections whose centre lies in the area; a box of a track can be a few pixels beside its detection. */
    const inside = (run: string, margin: number) => {
      const { trajectories } = readJson(path(`${run}/pets09-s2l1.trajectories.json`));
      const observations: { box: number[]; detected: boolean }[] = trajectories.flatMap(
        (trajectory: { observations: object[] }) => trajectory.observations,
      );
      const centres = observations
        .filter(({ detected }) => detected)
        .map(({ box: [x, y, w, h] }) => [x + w / 2, y + h / 2]);
      const within = (value: number, from: number, to: number) => value > from + margin && value < to - margin;
      return centres.filter(([x, y]) => within(x, left, right) && within(y, top, bottom)).length;
    };
    expect(inside('all', 20)).toBeGreaterThan(20);
    expect(inside('some', 20)).toBe(0);
    expect(ignored).toBeGreaterThanOrEqual(inside('all', 20));
    expect((await readAll(path('some/pets09-s2l1.annotated.mp4'))).frames).toHaveLength(30);
    expect(readJson(path('some/pets09-s2l1.trajectories.json')).parameters.ignore.road.anchor).toBe('centre');
  });
});

describe('--detections', () => {
  it('take the place of the detector, with the video', async () => {
    const args = [...boxesOf(walkers), '--out', path('with'), '--json'];
    const { status, stdout } = await twintrack(['track', clip, ...args]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ input: clip, frames: 30, duration: 3, trajectories: 2 });
    expect((await readAll(path('with/clip.annotated.mp4'))).frames).toHaveLength(30);
    const { models } = readJson(path('with/clip.trajectories.json'));
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(models).toEqual([
      { role: 'detector', name: 'detections', sha256 },
      { role: 'appearance', name: 'siamese', sha256, provider: 'cpu' },
    ]);
  });

  it('are enough without it, and give the same trajectories', async () => {
    const args = [...boxesOf(walkers), '--fps', '10', '--out', path('without'), '--json'];
    const { status, stdout } = await twintrack(['track', ...args]);
    expect(status).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ input: walkers, frames: 30, duration: 3, trajectories: 2 });
    expect(namesIn(path('without'))).toEqual(['walkers.mot.txt', 'walkers.trajectories.json']);
    await twintrack(['track', clip, ...boxesOf(walkers), '--no-annotate', '--out', path('with')]);
    expect(readFileSync(path('without/walkers.mot.txt'), 'utf8')).toBe(readFileSync(path('with/clip.mot.txt'), 'utf8'));
  });

  it('--max-frames ends the run early, and completely', async () => {
    const args = [...boxesOf(walkers), '--max-frames', '12', '--out', path('short'), '--json'];
    const { status, stdout } = await twintrack(['track', clip, ...args]);
    expect([status, JSON.parse(stdout).frames]).toEqual([0, 12]);
    const { complete, summary } = readJson(path('short/clip.trajectories.json'));
    expect([complete, summary.frames, summary.duration]).toEqual([true, 12, 1.2]);
    expect((await readAll(path('short/clip.annotated.mp4'))).frames).toHaveLength(12);
  });
});

describe('--online', () => {
  it('shows people where they are seen; without it they are shown through gaps as well', async () => {
    const walk = readFileSync(walkers, 'utf8').split('\n');
    const hidden = path('hidden.txt');
    writeFileSync(hidden, walk.filter((line) => !/^(?:11|12|13),/.test(line)).join('\n'));
    for (const mode of [[], ['--online']]) {
      const out = path(`mode-${mode.length}`);
      const { status } = await twintrack(['track', clip, ...boxesOf(hidden), '--no-annotate', '--out', out, ...mode]);
      expect(status).toBe(0);
      const people = peopleByFrame(join(out, 'clip.mot.txt'), 30);
      const online = mode.length > 0;
      expect(people).toEqual(people.map((_, f) => (online && f >= 10 && f <= 12 ? 0 : 2)));
      const { parameters, trajectories } = readJson(join(out, 'clip.trajectories.json'));
      expect(parameters.online).toBe(online);
      const detected = trajectories[0].observations.map((o: { detected: boolean }) => o.detected);
      expect(detected.filter((d: boolean) => !d)).toHaveLength(online ? 0 : 3);
    }
  });

  it('on the sample: the same people, but those it takes for no person', async () => {
    const args = ['track', SAMPLE, '--max-frames', '40', '--no-annotate', '--json', '--overwrite'];
    const ids: number[][] = [];
    for (const mode of [[], ['--online']]) {
      const { status, stdout } = await twintrack([...args, '--out', path('sample'), ...mode]);
      expect([status, JSON.parse(stdout).frames]).toEqual([0, 40]);
      const document = readJson(path('sample/pets09-s2l1.trajectories.json'));
      expect(document).toMatchObject({ complete: true, summary: { frames: 40 } });
      ids.push(document.trajectories.map(({ id }: { id: number }) => id));
    }
    expect(ids[0].length).toBeGreaterThan(3);
    expect(ids[1]).toEqual(expect.arrayContaining(ids[0]));
  });
});

describe('the annotated video', () => {
  it('is left out by --no-annotate', async () => {
    await twintrack(['track', clip, '--no-annotate', '--out', path('plain'), ...FAST]);
    expect(namesIn(path('plain'))).toEqual(['clip.mot.txt', 'clip.trajectories.json']);
  });

  it('shows boxes where the people are', async () => {
    await twintrack(['track', clip, ...boxesOf(walkers), '--out', path('drawn')]);
    const source = await readAll(clip, { pixels: true });
    const drawn = await readAll(path('drawn/clip.annotated.mp4'), { pixels: true });
    expect(drawn.times).toEqual(source.times);
    const frame = 20; // the first person's box is at x 51, y 9
    expect(difference(source.frames[frame].pixels!, drawn.frames[frame].pixels!, 320, [50, 20, 3, 40])).toBeGreaterThan(
      20,
    );
    expect(
      difference(source.frames[frame].pixels!, drawn.frames[frame].pixels!, 320, [200, 180, 100, 50]),
    ).toBeLessThan(6);
  });

  it('--anonymize pixelates every person, tracked or not yet, and no one else', async () => {
    const args = ['--max-frames', '12', '--json', '--set', 'annotation.trailSeconds=0'];
    await twintrack(['track', SAMPLE, ...args, '--out', path('seen')]);
    await twintrack(['track', SAMPLE, ...args, '--out', path('hidden'), '--anonymize']);
    const name = 'pets09-s2l1';
    const said = ['seen', 'hidden'].map((run) => readJson(path(`${run}/${name}.trajectories.json`)).anonymized);
    expect(said).toEqual([undefined, true]);
    const seen = await readAll(path(`seen/${name}.annotated.mp4`), { pixels: true });
    const hidden = await readAll(path(`hidden/${name}.annotated.mp4`), { pixels: true });
    const rows = readFileSync(path(`seen/${name}.mot.txt`), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number));
    expect(rows.length).toBeGreaterThan(20);
    const people = new Map<number, number[][]>();
    for (const [frame, , ...box] of rows) people.set(frame - 1, [...(people.get(frame - 1) ?? []), box.slice(0, 4)]);
    people.set(0, STANDING_IN_FIRST_FRAME); // none of them is confirmed there yet
    for (const frame of [0, 5, 11]) {
      const a = seen.frames[frame].pixels!;
      const b = hidden.frames[frame].pixels!;
      for (const box of people.get(frame)!) expect(difference(a, b, 768, inner(box))).toBeGreaterThan(4);
      expect(difference(a, b, 768, [0, 400, 150, 150])).toBeLessThan(1.5); // lawn
    }
  });
});

/** The people in the first frame of the sample, as the eye sees them: x, y, w, h. */
const STANDING_IN_FIRST_FRAME = [
  [254, 218, 28, 88],
  [502, 157, 28, 74],
  [642, 240, 40, 82],
];

/** The middle of a box, without its drawn edge. */
function inner([x, y, w, h]: readonly number[]): number[] {
  return [x + w / 4, y + h / 4, w / 2, h / 2];
}

/** Mean absolute difference of luma within a box (x, y, w, h). */
function difference(a: Uint8Array, b: Uint8Array, stride: number, [x, y, w, h]: readonly number[]): number {
  let sum = 0;
  let count = 0;
  for (let row = Math.round(y); row < y + h; row++) {
    for (let column = Math.round(x); column < x + w; column++) {
      sum += Math.abs(a[row * stride + column] - b[row * stride + column]);
      count++;
    }
  }
  return sum / count;
}

describe('--started-at', () => {
  const small = (name: string, ...args: string[]) =>
    makeClip(path(name), 'testsrc2=s=320x240:r=10:d=1', ...x264, ...args);
  const track = async (video: string, when: string, TZ = 'Europe/Berlin') => {
    const out = path(`began-${when.replaceAll(/\W/g, '')}`);
    const args = ['track', video, '--out', out, '--no-annotate', '--started-at', when, '--detections', walkers];
    const { status, stderr } = await twintrack(args, { env: { ...process.env, TZ } });
    const file = namesIn(out).find((name) => name.endsWith('.trajectories.json'))!;
    return { status, stderr, file: join(out, file), document: readJson(join(out, file)) };
  };

  it('is in the document, and makes clock times in exports', async () => {
    const { status, document, file } = await track(clip, '2026-11-28T08:00:00-03:00');
    expect([status, document.source.startedAt]).toEqual([0, '2026-11-28T08:00:00.000-03:00']);
    expect((document.notices ?? []).map(({ code }: { code: string }) => code)).not.toContain('time-zone');
    const csv = join(folder, 'began.csv');
    expect((await twintrack(['export', file, '--to', 'csv', '--out', csv])).status).toBe(0);
    expect(readFileSync(csv, 'utf8').split('\n')[1]).toContain('2026-11-28T11:00:00.000Z');
  });

  it('is what the file says, or its name; the time zone of the machine is said', async () => {
    const created = small('created.mp4', '-metadata', 'creation_time=2026-07-01T08:00:00Z');
    expect((await track(created, 'created')).document.source.startedAt).toBe('2026-07-01T08:00:00.000Z');
    const named = await track(small('cam1_20260701_080000.mp4'), 'name');
    expect(named.document.source.startedAt).toBe('2026-07-01T08:00:00.000+02:00');
    expect(named.document.notices).toContainEqual({
      code: 'time-zone',
      message: expect.stringMatching(
        /cam1_20260701_080000.mp4: is taken to begin at 2026-07-01T08:00:00.000\+02:00, in the time zone of this machine, as none is given$/,
      ),
    });
    const silent = await twintrack(['track', small('silent.mp4'), '--started-at', 'created', '--out', path('silent')]);
    expect([silent.status, silent.stderr]).toEqual([
      2,
      `twintrack: started-at created: ${path('silent.mp4')} does not say when it was made; give the date and time, such as 2026-11-28T08:00:00Z\n`,
    ]);
  });
});
