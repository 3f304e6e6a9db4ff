import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../commands/cli.ts';
import { examplesIn, installBuilt, runExample } from '../jsdoc.ts';
import { readAll, runFfmpeg, temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const [searching] = examplesIn('src/search/search-run.ts');
/** What the example of the search prints. */
let found: string[];

beforeAll(() => {
  installBuilt(folder);
  runFfmpeg('-i', SAMPLE, '-t', '2', path('street.mp4'));
  runFfmpeg('-i', SAMPLE, '-frames:v', '1', '-vf', 'crop=38:92:498:150', path('guest.jpg'));
  found = runExample(searching, folder).printed;
});

describe('the examples of search, report and annotation', () => {
  it('finds people of a run', () => {
    expect(found.length).toBeGreaterThan(1);
    for (const line of found) expect(line).toMatch(/^\d+ [\d.e-]+ (same|unsure|different)$/);
  });

  it('writes a report', () => {
    const { printed, expected } = runExample(examplesIn('src/report/report.ts')[0], folder);
    expect(printed).toEqual(expected);
  });

  it('draws the people that are tracked', async () => {
    expect(runExample(examplesIn('src/annotation/annotator.ts')[0], folder).printed).toEqual([]);
    const [source, drawn] = [await readAll(path('street.mp4')), await readAll(path('annotated.mp4'))];
    expect([drawn.info.width, drawn.frames.length]).toEqual([source.info.width, source.frames.length]);
  });
});

it.each([
  ['search', 'findPatches,readPatchIndex,searchRun,writeContactSheet'],
  ['report', 'writeDaysReport,writePlayer,writeReport'],
  ['site', 'FloorTracker,floorParameters,linkSite,readSite,searchSite,writeSiteReport'],
  ['annotation', 'Annotator,annotationParameters'],
])('twintrack/%s gives what is documented, and nothing else', (name, names) => {
  const code = `console.log(Object.keys(await import('twintrack/${name}')).sort().join());`;
  expect(runExample(code, folder).printed).toEqual([names]);
});
