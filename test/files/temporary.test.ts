import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OutputFile } from '../../src/files/output-file.ts';
import { removeLeftOvers, temporaryPath } from '../../src/files/temporary.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';

const root = temporaryFolder();
let count = 0;

/** A folder with a file of this process, of one that has ended, of one of another machine, and of something else. */
function folderOfOthers(): { folder: string; own: string; ended: string; foreign: string } {
  const folder = join(root, `${count++}`);
  mkdirSync(folder);
  const own = temporaryPath(join(folder, 'x'), 'tmp');
  const name = basename(own); // .twintrack-HHHHPPPPPPRRRRRR.tmp: host, process, at random
  const ended = `${name.slice(0, 15)}7fffff${name.slice(21)}`; // no system counts its processes that far
  const foreign = `.twintrack-${name[11] === '0' ? '1' : '0'}${ended.slice(12)}`;
  for (const file of [basename(own), ended, foreign, 'notes.tmp']) writeFileSync(join(folder, file), '');
  return { folder, own: basename(own), ended, foreign };
}

describe('temporary names', () => {
  it('are in the folder of the output, differ each time, and leave the folder as it is', () => {
    const { folder, own, ended, foreign } = folderOfOthers();
    const paths = Array.from({ length: 20 }, () => temporaryPath(join(folder, 'x'.repeat(250)), 'patches'));
    expect(new Set(paths).size).toBe(20);
    for (const path of paths) expect(path.slice(folder.length + 1)).toMatch(/^\.twintrack-[0-9a-f]{16}\.patches$/);
    expect(readdirSync(folder).sort()).toEqual([own, ended, foreign, 'notes.tmp'].sort());
  });

  it('what a process left that has ended is removed, and nothing else', () => {
    const { folder, own, foreign } = folderOfOthers();
    removeLeftOvers(folder);
    expect(readdirSync(folder).sort()).toEqual([own, foreign, 'notes.tmp'].sort());
    removeLeftOvers(join(folder, 'none'));
  });

  it('all of it is removed where the folder is locked for this process', () => {
    const { folder } = folderOfOthers();
    removeLeftOvers(folder, true);
    expect(readdirSync(folder)).toEqual(['notes.tmp']);
  });

  it('is removed where an output is opened', async () => {
    const { folder, own, foreign } = folderOfOthers();
    await OutputFile.put(join(folder, 'out.txt'), 'text');
    expect(readdirSync(folder).sort()).toEqual([own, foreign, 'notes.tmp', 'out.txt'].sort());
  });
});
