import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { makeClip, readAll, temporaryFolder } from '../video/clips.ts';
import { boxesOf, FAST, failure, namesIn, SAMPLE, twintrack, writeWalkers } from './cli.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const clip = makeClip(path('clip.mp4'), 'testsrc2=s=320x240:r=10:d=3', ...x264);
const walkers = writeWalkers(path('walkers.txt'), 795);
const track = ['track', clip, ...boxesOf(writeWalkers(path('few.txt'), 30))];
const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const { stdout: version } = await twintrack(['--version']);

describe('an output that cannot be written is reported in one line, and nothing is left', () => {
  it('a folder that may not be written to', async () => {
    chmodSync(folder, 0o755);
    mkdirSync(path('locked'));
    chmodSync(path('locked'), 0o555);
    expect(await twintrack([...track, '--out', path('locked')], asNobody)).toEqual(
      failure(
        `${path('locked/clip.trajectories.json')}: cannot be written: no permission to write there; choose another output folder`,
      ),
    );
    expect(await twintrack([...track, '--out', path('locked/new')], asNobody)).toEqual(
      failure(`${path('locked/new')}: cannot be made: no permission to write there; give another folder with --out`),
    );
  });

  it('a file in place of the folder', async () => {
    expect(await twintrack([...track, '--out', clip])).toEqual(
      failure(`${clip}: cannot be made: a file has this name; give another folder with --out`),
    );
  });

  it('a folder in place of one of the files: the others are not begun either', async () => {
    mkdirSync(path('taken/clip.annotated.mp4'), { recursive: true });
    expect(await twintrack([...track, '--out', path('taken')])).toEqual(
      failure(
        `${path('taken/clip.annotated.mp4')}: cannot be written: a folder has this name; move it elsewhere or choose another output folder`,
      ),
    );
    expect(namesIn(path('taken'))).toEqual(['clip.annotated.mp4']);
  });

  it('a name that becomes too long', async () => {
    const long = makeClip(path(`${'x'.repeat(245)}.mp4`), 'testsrc2=s=64x64:r=10:d=1', ...x264);
    const { status, stderr } = await twintrack([
      'track',
      long,
      ...boxesOf(writeWalkers(path('ten.txt'), 10)),
      '--out',
      path('long'),
    ]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^twintrack: .*x\.trajectories\.json: cannot be written: the name is too long; .*\n$/),
    ]);
    expect(namesIn(path('long'))).toEqual([]);
  });
});

describe('a disk that runs full', () => {
  it.for([
    ['in one pass: the trajectories until then are kept', ['--online']],
    ['in a second pass: the trajectories are complete', []],
  ] as const)('while the video is written %s', async ([, mode], { skip }) => {
    const online = mode.length > 0;
    const disk = path(`disk-${online}`);
    mkdirSync(disk);
    if (!mountDisk(disk, '1m')) skip('needs the right to mount a disk; the next test stands in for it');
    try {
      const run = await twintrack(['track', SAMPLE, ...boxesOf(walkers), '--out', disk, '--json', ...mode]);
      const log = online ? [] : ['pets09-s2l1.resume']; // to go on from when there is room
      expect([run.status, namesIn(disk)]).toEqual([
        1,
        ['pets09-s2l1.mot.txt', ...log, 'pets09-s2l1.trajectories.json'],
      ]);
      const { error, frames, files } = JSON.parse(run.stdout);
      expect(error).toBe(
        `${disk}/pets09-s2l1.annotated.mp4: cannot be written: the disk is full; free some space or choose another output folder`,
      );
      expect(run.stderr).toBe(`twintrack: ${error}\n`);
      expect(Object.keys(files)).toEqual(['trajectories', 'mot']);
      const document = await readTrajectories(files.trajectories);
      expect(document).toMatchObject({ complete: !online, summary: { frames, trajectories: 2 } });
      expect(document.reason).toBe(online ? error : undefined);
      expect(frames).toBeGreaterThan(10);
      if (online) expect(frames).toBeLessThan(795);
      else expect(frames).toBe(795);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('from the start: nothing is left', async ({ skip }) => {
    const disk = path('full');
    mkdirSync(disk);
    if (!mountDisk(disk, '64k')) skip('needs the right to mount a disk');
    try {
      const args = [...boxesOf(walkers), '--fps', '10', '--out', disk];
      expect(spawnSync('sh', ['-c', 'cat /dev/zero > "$0/filler"', disk]).status).toBe(1);
      expect(await twintrack(['track', ...args])).toEqual(
        failure(
          `${disk}/walkers.trajectories.json: cannot be written: the disk is full; free some space or choose another output folder`,
        ),
      );
      expect(namesIn(disk)).toEqual(['filler']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  // A limit on the size of a file fails a write like a full disk, and needs no rights to set up.
  it('or a file that may not grow on: reported in one line, nothing is left', () => {
    const out = path('limited');
    const args = [join(import.meta.dirname, '../../dist/cli.js'), 'track', '--fps', '10', '--out', out];
    const command = ['-c', 'trap "" XFSZ; ulimit -f 20; exec "$0" "$@"', process.execPath, ...args];
    const long = writeWalkers(path('long.txt'), 3000, 3);
    const { status, stderr } = spawnSync('bash', [...command, ...boxesOf(long)], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      `twintrack: ${out}/long.mot.txt: cannot be written: the file grows beyond the largest size allowed; raise the limit (ulimit -f) or choose another disk\n`,
    ]);
    expect(namesIn(out)).toEqual([]);
  });
});

describe('a file that is there already', () => {
  const out = path('again');

  it('stays as it is without --overwrite', async () => {
    mkdirSync(out);
    writeFileSync(join(out, 'clip.mot.txt'), 'old');
    expect(await twintrack([...track, '--out', out])).toEqual(
      failure(`${join(out, 'clip.mot.txt')}: is there already; add --overwrite, or name another --out`),
    );
    expect(namesIn(out)).toEqual(['clip.mot.txt']);
    expect(readFileSync(join(out, 'clip.mot.txt'), 'utf8')).toBe('old');
  });

  it('is replaced by a run that succeeds', async () => {
    for (const name of ['clip.trajectories.json', 'clip.mot.txt', 'clip.annotated.mp4'])
      writeFileSync(join(out, name), 'old');
    expect((await twintrack([...track, '--out', out, '--overwrite'])).status).toBe(0);
    expect(namesIn(out)).toEqual(['clip.annotated.mp4', 'clip.mot.txt', 'clip.trajectories.json']);
    const document = await readTrajectories(join(out, 'clip.trajectories.json'));
    expect(document).toMatchObject({
      generator: `twintrack ${version.trim()}`,
      source: { name: 'clip.mp4', width: 320, height: 240, frameRate: 10 },
      summary: { frames: 30, duration: 3, trajectories: 2 },
      complete: true,
    });
    expect((await readAll(join(out, 'clip.annotated.mp4'))).frames).toHaveLength(30);
    expect(statSync(join(out, 'clip.mot.txt')).size).toBeGreaterThan(1000);
  });

  it('stays as it is when the run fails', async () => {
    const before = namesIn(out).map((name) => readFileSync(join(out, name)));
    const stump = path('stump');
    mkdirSync(stump);
    writeFileSync(join(stump, 'clip.mp4'), readFileSync(clip).subarray(0, 3000));
    expect((await twintrack(['track', join(stump, 'clip.mp4'), '--out', out, '--overwrite'])).status).toBe(1);
    expect(namesIn(out).map((name) => readFileSync(join(out, name)))).toEqual(before);
  });
});

function mountDisk(at: string, size: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', at], { stdio: 'ignore' }).status === 0;
}

describe('--jobs', () => {
  it('tracks several at a time, as one after the other; one that fails does not keep the others from it', async () => {
    const inputs = ['first', 'second'].map((name) => path(`${name}/clip.mp4`));
    for (const input of inputs) {
      mkdirSync(dirname(input));
      copyFileSync(clip, input);
    }
    const args = ['track', inputs[0], path('none.mp4'), inputs[1], SAMPLE, '--max-frames', '30', ...FAST];
    const runs = [];
    for (const jobs of ['1', '3'])
      runs.push(await twintrack([...args, '--no-annotate', '--out', path(`jobs-${jobs}`), '--jobs', jobs, '--json']));
    expect(runs.map(({ status }) => status)).toEqual([1, 1]);
    expect(runs[1].stdout.trim().split('\n')).toHaveLength(4);
    expect(runs[1].stderr).toContain('none.mp4: does not exist; check the path\n');
    expect(namesIn(path('jobs-3'))).toEqual(namesIn(path('jobs-1')));
    for (const name of ['clip.mot.txt', 'clip-2.mot.txt', 'pets09-s2l1.mot.txt'])
      expect(readFileSync(path(`jobs-3/${name}`)).equals(readFileSync(path(`jobs-1/${name}`)))).toBe(true);
  });
});
