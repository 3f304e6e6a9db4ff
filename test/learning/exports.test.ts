import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../commands/cli.ts';
import { examplesIn, installBuilt, runExample } from '../jsdoc.ts';
import { temporaryFolder } from '../video/clips.ts';
import { drawPedestrians } from './siamese/pedestrians.ts';
import { simulatedRoot } from './simulated-root.ts';

const folder = temporaryFolder();
beforeAll(() => {
  installBuilt(folder);
  renameSync(simulatedRoot({ sequences: 3, frames: 60 }), join(folder, 'my-streets'));
  drawPedestrians(join(folder, 'people'), 6, 2);
  copyFileSync(SAMPLE, join(folder, 'yesterday.mp4'));
});

const run = (file: string) => runExample(examplesIn(`src/learning/${file}.ts`)[0], folder);

describe('twintrack/learning', { timeout: 900_000 }, () => {
  it('learns an association score', () => {
    expect(Number(run('association/train-association').printed[0])).toBeGreaterThan(0.9);
    expect(existsSync(join(folder, 'models/association.json'))).toBe(true);
  });

  it('trains a Siamese network', () => {
    const { printed, expected } = run('siamese/train-siamese');
    expect(printed).toEqual(expected);
  });

  it('adapts the shipped network to a video', () => {
    expect(run('siamese/adapt-siamese').printed).toEqual([
      expect.stringMatching(/^(adapted|kept) [01][.\d]* [01][.\d]*$/),
    ]);
    expect(existsSync(join(folder, 'street-model/siamese.json'))).toBe(true);
  });

  it('tunes the tracker', () => {
    expect(run('tuning/tune-tracking').printed.length).toBeLessThan(30);
  });

  it('gives what is documented, and nothing else', () => {
    const { printed } = runExample(
      "console.log(Object.keys(await import('twintrack/learning')).sort().join());",
      folder,
    );
    expect(printed).toEqual([
      'adaptSiamese,loadMotRoot,readAppearanceExamples,trainAssociation,trainSiamese,tuneTracking,writeAssociation',
    ]);
  });
});
