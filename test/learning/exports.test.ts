import { expect, it } from 'vitest';
import { installBuilt, runExample } from '../jsdoc.ts';
import { temporaryFolder } from '../video/clips.ts';

it('twintrack/learning gives what is documented, and nothing else', () => {
  const folder = temporaryFolder();
  installBuilt(folder);
  const { printed } = runExample("console.log(Object.keys(await import('twintrack/learning')).sort().join());", folder);
  expect(printed).toEqual([
    'adaptSiamese,calibrateOwnNetwork,calibrateScores,calibrateSimilarity,loadMotRoot,readAppearanceExamples,simulate,simulateMany,trainAssociation,trainSiamese,tuneTracking,writeAssociation',
  ]);
});
