import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetTrajectories } from '../../src/search/forget.ts';
import { trajectoriesOfPerson } from '../../src/site/forget.ts';
import { readSiteData } from '../../src/site/report/site-data.ts';
import { ANNE, BERT, CARL, writeTracked } from '../commands/tracked.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const folder = temporaryFolder();
const SITE = join(folder, 'site', 'site.json');
const EMBEDDINGS = join(folder, 'hall.embeddings.json');
/** Seconds from time 0 of the site to that of the camera, and by how much its clock is behind. */
const [START, OFFSET] = [100, 0.25];

/** A tracklet of trajectory `id` in the hall, by the camera's own times. */
function tracklet(id: number, from: number, to: number) {
  return { camera: 'hall', id, from: from + START + OFFSET, to: to + START + OFFSET };
}

describe('a trajectory that is of two people', () => {
  beforeEach(async () => {
    await writeTracked(
      folder,
      'hall',
      [
        [7, 0, 60, 200, ANNE],
        [8, 5, 20, 300, BERT],
        [9, 5, 30, 400, CARL],
      ],
      'ab',
    );
    mkdirSync(join(folder, 'site'), { recursive: true });
    const people = [
      { id: 1, tracklets: [tracklet(7, 0, 30), tracklet(8, 5, 20)] },
      { id: 2, tracklets: [tracklet(7, 31, 60)] },
      { id: 3, tracklets: [tracklet(9, 5, 30)] },
    ].map((person) => ({ ...person, from: person.tracklets[0].from, to: person.tracklets[0].to }));
    const points = [
      [0, 0],
      [640, 0],
      [640, 480],
      [0, 480],
    ].map(([u, v]) => ({ image: [u, v], ground: [u / 100, -v / 100] }));
    const camera = { name: 'hall', source: 'hall.mp4', trajectories: '../hall.trajectories.json' };
    writeFileSync(
      SITE,
      JSON.stringify({
        ...{ schema: 'twintrack/site', version: 1, generator: 'twintrack test' },
        cameras: [{ ...camera, start: START, offset: OFFSET, calibration: { points } }],
        ...{ people, ways: [], notices: [] },
      }),
    );
  });

  it('is in the report of each as far as it is theirs', async () => {
    const { people, notices } = await readSiteData(SITE, undefined);
    expect(notices).toEqual([]);
    const [camera] = (await readSiteData(SITE, undefined)).cameras;
    expect(camera.shift).toBe(START + OFFSET);
    const spans = people.map(({ id, path, views }) => {
      const frames = [...views.values()].flat().map(({ frame }) => frame);
      const times = path.parts().flatMap((part) => [...part.times]);
      return [id, Math.min(...frames), Math.max(...frames), Math.floor(times[0]), Math.ceil(times.at(-1)!)];
    });
    expect(spans).toEqual([
      [1, 0, 29, 100, 131],
      [3, 5, 29, 105, 131],
      [2, 31, 59, 131, 161],
    ]);
  });

  it('is forgotten as far as it is theirs', async () => {
    const left = () =>
      JSON.parse(readFileSync(EMBEDDINGS, 'utf8')).trajectories.map(
        ({ id, patches }: { id: number; patches: { time: number }[] }) => [id, patches.map(({ time }) => time)],
      );
    expect(left()).toEqual([
      [7, [0, 60]],
      [8, [5, 20]],
      [9, [5, 30]],
    ]);
    const { indexes } = await forgetTrajectories(await trajectoriesOfPerson(SITE, 1));
    expect(indexes).toEqual([{ path: EMBEDDINGS, embeddings: 3, pictures: 0 }]);
    expect(left()).toEqual([
      [7, [60]],
      [9, [5, 30]],
    ]);
    await forgetTrajectories(await trajectoriesOfPerson(SITE, 2));
    expect(left()).toEqual([[9, [5, 30]]]);
  });
});
