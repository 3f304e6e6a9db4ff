import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../commands/cli.ts';
import { examplesIn, installBuilt, runExample } from '../jsdoc.ts';
import { temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
beforeAll(() => {
  installBuilt(folder);
  for (const [name, time] of [
    ['a.jpg', '1'],
    ['b.jpg', '2'],
  ])
    execFileSync('ffmpeg', ['-v', 'error', '-ss', time, '-i', SAMPLE, '-frames:v', '1', join(folder, name)]);
});

describe('the examples of twintrack/appearance', () => {
  it.each(['siamese', 'calibration'])('%s prints what it says', (name) => {
    const { printed, expected } = runExample(examplesIn(`src/appearance/${name}.ts`)[0], folder);
    expect(expected.length).toBe(1);
    expect(printed).toEqual(expected);
  });
});
