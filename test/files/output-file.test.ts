import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { OutputFile } from '../../src/files/output-file.ts';
import { openJsonSink, openMotSink, streamTrajectories, type TrajectorySink } from '../../src/trajectories/index.ts';
import { frame, type Row, RUN } from '../trajectories/frames.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';

const folder = temporaryFolder();
const ROOT = new URL('../../', import.meta.url);

describe('an output that cannot be written', () => {
  it('is refused at once where the folder is missing, a file, or the name is a folder', async () => {
    const bad = join(folder, 'bad');
    mkdirSync(bad);
    writeFileSync(join(bad, 'file'), '');
    mkdirSync(join(bad, 'taken.mot.txt'));
    await expect(openMotSink(join(bad, 'none', 'x.mot.txt'))).rejects.toThrow(
      'x.mot.txt: cannot be written: its folder does not exist; create the folder',
    );
    await expect(openMotSink(join(bad, 'file', 'x'))).rejects.toThrow('its folder is a file; choose another');
    await expect(openMotSink(join(bad, 'taken.mot.txt'))).rejects.toThrow('a folder has this name');
    expect(readdirSync(bad).sort()).toEqual(['file', 'taken.mot.txt']);
  });

  // A limit on the file size fails a write in the middle like a full disk does, and needs no rights to set up.
  it.each(['openJsonSink', 'openMotSink'])('reports it in one line and leaves nothing behind (%s)', (open) => {
    const limited = join(folder, open);
    mkdirSync(limited);
    const script = `
      import { ${open} } from './src/trajectories/index.ts';
      import { frame, RUN } from './test/trajectories/frames.ts';
      const sink = await ${open}(process.argv[1], RUN);
      try {
        for (let i = 0; i < 20000; i++) {
          await sink.write(frame(i, i / 10, [[i, 1, 2, 3, 4, 1, true]]));
          await sink.end(i);
        }
        await sink.close();
      } catch (error) {
        await sink.abort();
        console.log(error.message);
      }`;
    const command = 'trap "" XFSZ; ulimit -f 200; exec "$0" "$@"';
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script, join(limited, 'x')];
    const said = execFileSync('bash', ['-c', command, ...node], { cwd: ROOT, encoding: 'utf8' });
    expect(said.trim()).toBe(
      `${limited}/x: cannot be written: the file grows beyond the largest size allowed; raise the limit (ulimit -f) or choose another disk`,
    );
    expect(readdirSync(limited)).toEqual([]);
  });

  it('reports a full disk, and leaves nothing behind', async ({ skip }) => {
    const small = join(folder, 'small');
    mkdirSync(small);
    if (!mountSmallDisk(small)) skip('needs the right to mount a disk; the test above stands in for it');
    try {
      for (const open of [() => openJsonSink(join(small, 'x'), RUN), () => openMotSink(join(small, 'x'))]) {
        const sink = await open();
        await expect(writeFrames(sink, 20_000)).rejects.toThrow(
          `${small}/x: cannot be written: the disk is full; free some space or choose another output folder`,
        );
        await sink.abort();
        expect(readdirSync(small)).toEqual([]);
      }
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

function mountSmallDisk(path: string): boolean {
  const size = ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs'];
  return spawnSync('mount', [...size, path], { stdio: 'ignore' }).status === 0;
}

async function writeFrames(sink: TrajectorySink, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await sink.write(frame(i, i / 10, [[i, 1, 2, 3, 4, 1, true]]));
    await sink.end(i);
  }
  await sink.close();
}

describe('OutputFile', () => {
  it('keeps the order of writes that were not awaited', async () => {
    const path = join(folder, 'order.txt');
    const file = await OutputFile.create(path);
    const pieces = Array.from({ length: 40 }, (_, i) => `${i}:${'x'.repeat(10_000)}\n`);
    await Promise.all(pieces.map((piece) => file.write(piece)));
    await file.commit();
    expect(readFileSync(path, 'utf8')).toBe(pieces.join(''));
    expect(() => file.write('more')).toThrow('write after the file was closed');
  });
});

describe('a long run', () => {
  it('keeps only the open trajectories in memory, writing and reading a million observations', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = () => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return (heapUsed + arrayBuffers) / 1e6;
    };
    const FRAMES = 50_000;
    const PEOPLE = 20;
    const STAY = 250;
    const path = join(folder, 'long.json');
    const sink = await openJsonSink(path, RUN);
    const at: number[] = [];
    for (let index = 0; index < FRAMES; index++) {
      // Person k of the picture is replaced by a new one every STAY frames, each at another time.
      const id = (k: number) => 1 + k + PEOPLE * Math.floor((index + k * 12) / STAY);
      const rows = Array.from({ length: PEOPLE }, (_, k): Row => {
        return [id(k), index / 7, 100 + k, 31.4159, 80.5, 0.75, index % 3 > 0];
      });
      await sink.write(frame(index, index / 25, rows));
      for (let k = 0; k < PEOPLE; k++) if ((index + 1 + k * 12) % STAY === 0) await sink.end(id(k));
      if (index % 2_500 === 2_499) at.push(used());
    }
    await sink.close();
    // The least of each half: collections and compilation come and go in between. To keep all would take 25 MB more.
    expect(Math.min(...at.slice(10)) - Math.min(...at.slice(0, 10))).toBeLessThan(3);

    const before = used();
    let observations = 0;
    let peak = 0;
    let count = 0;
    for await (const trajectory of streamTrajectories(path)) {
      observations += trajectory.frames.length;
      if (++count % 1000 === 0) peak = Math.max(peak, used() - before);
    }
    expect(observations).toBe(FRAMES * PEOPLE);
    expect(count).toBeGreaterThan(4000);
    expect(peak).toBeLessThan(8);
  });
});
