import { describe, expect, test } from 'vitest';
import { examplesIn, installBuilt, runExample } from '../jsdoc.ts';
import { temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
installBuilt(folder);

describe('twintrack/association', () => {
  test.each(['assignment', 'features', 'model'])('the example of %s prints what it says', (name) => {
    const [example] = examplesIn(`src/association/${name}.ts`);
    const { printed, expected } = runExample(example, folder);
    expect(printed).toEqual(expected);
  });

  test('gives what is documented, and nothing else', () => {
    const { printed } = runExample(
      "console.log(Object.keys(await import('twintrack/association')).sort().join());",
      folder,
    );
    expect(printed).toEqual([
      'FEATURES,FEATURE_COUNT,PairFeatures,SIMILARITY,assign,associationParameters,handSetScore,learnedScore,loadAssociation,toCandidates,withAppearance',
    ]);
  });
});
