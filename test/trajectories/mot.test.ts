import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMotSink, readMot } from '../../src/trajectories/index.ts';
import { frame } from './frames.ts';
import { anyTrajectories, FRAMES, RATE, temporaryFolder, writeAll } from './helpers.ts';

const path = join(temporaryFolder(), 'a b.mot.txt');

describe('MOT text', () => {
  it('is written as the benchmark defines it', async () => {
    const sink = await openMotSink(path);
    await sink.write(
      frame(0, 0, [
        [3, 10.128, -20, 30, 40, 0.9, true],
        [1, 0, 0, 5, 6.5, 0.12345, false],
      ]),
    );
    await sink.write(frame(1, 0.1, []));
    await sink.write(frame(2, 0.2, [[3, 1, 2, 3, 4, 1, true]]));
    await sink.close();
    expect(readFileSync(path, 'utf8')).toBe(
      '1,3,10.13,-20,30,40,0.9,-1,-1,-1\n1,1,0,0,5,6.5,0.1235,-1,-1,-1\n3,3,1,2,3,4,1,-1,-1,-1\n',
    );
  });

  it('comes back as it was given, rounded', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrajectories, async (trajectories) => {
        await writeAll(await openMotSink(path), trajectories, FRAMES, RATE);
        const read = await readMot(path, RATE);
        const given = [...trajectories].sort((a, b) => a.id - b.id);
        expect(read.map((t) => [t.id, t.frames])).toEqual(given.map((t) => [t.id, t.frames]));
        for (const [k, t] of given.entries()) {
          expect(read[k].times).toEqual(t.times);
          for (const [i, value] of t.boxes.entries())
            expect(Math.abs(read[k].boxes[i] - value)).toBeLessThanOrEqual(0.005001);
          for (const [i, score] of t.scores.entries())
            expect(Math.abs(read[k].scores[i] - score)).toBeLessThanOrEqual(5.1e-5);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('takes lines in any order, six values, blanks and Windows line ends', async () => {
    writeFileSync(path, '3, 1, 1, 2, 3, 4\r\n\r\n1,1,5.0,6e0,7,8,0.5,-1,-1,-1\r\n');
    const [trajectory, ...others] = await readMot(path);
    expect(others).toEqual([]);
    expect([...trajectory.frames]).toEqual([0, 2]);
    expect([...trajectory.times]).toEqual([0, 2]);
    expect([...trajectory.boxes]).toEqual([5, 6, 7, 8, 1, 2, 3, 4]);
    expect([...trajectory.scores]).toEqual([0.5, 1]);
  });

  it.each([
    ['1,1,2,3', 'line 2: has 4 of at least 6 columns'],
    ['1,1,2,3,x,5', 'line 2: column 5 is "x", not a number'],
    ['1,1,2,3,,5', 'line 2: column 5 is "", not a number'],
    ['1,1,2,3,4,inf', 'line 2: column 6 is "inf", not a number'],
    ['-1,1,2,3,4,5', 'line 2: frame -1 is not a whole number from 1'],
    ['1.5,1,2,3,4,5', 'line 2: frame 1.5'],
    ['1,-1,2,3,4,5', 'line 2: id is -1: this is a detection file'],
    ['1,1,2,3,4,-5', 'line 2: the box is 4 × -5 pixels'],
    ['9,1,2,3,4,5', 'line 2: frame 9 already has a box of id 1'],
    ['3e9,1,2,3,4,5', 'line 2: frame 3000000000 is past the longest sequence, 26000000 frames'],
    ['1,3e9,2,3,4,5', 'line 2: id 3000000000 is too large'],
    ['1,-2,2,3,4,5', 'line 2: id -2 is below 0'],
  ])('refuses %s', async (line, reason) => {
    writeFileSync(path, `9,1,2,3,4,5,1,-1,-1,-1\n${line}\n`);
    await expect(readMot(path)).rejects.toThrow(`${path}: ${reason}`);
  });

  it('is empty for an empty file, and a missing one is an error', async () => {
    writeFileSync(path, '');
    expect(await readMot(path)).toEqual([]);
    await expect(readMot(`${path}.none`)).rejects.toThrow('does not exist; check the name');
  });
});
