import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSite } from '../../src/site/site-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const ZONE = '{ points: [[0, 0], [100, 0], [100, 100]] }';
const POINTS = ['[0, 0]', '[100, 0]', '[100, 100]', '[0, 100]']
  .map((at) => `{ image: ${at}, ground: ${at} }`)
  .join(', ');

function site(text: string, folder = temporaryFolder()): string {
  const path = join(folder, 'site.yaml');
  writeFileSync(path, text);
  return path;
}

it('reads cameras, their config files, overlapping pairs and links', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'yard.yaml'), `tracking: { lostSeconds: 3 }\nzones: { in: ${ZONE} }\n`);
  writeFileSync(join(folder, 'floor.yaml'), `calibration: { points: [${POINTS}] }\n`);
  const path = site(
    `
cameras:
  hall: { trajectories: out/hall.trajectories.json, zones: { exit-east: ${ZONE} }, calibration: floor.yaml }
  yard: { config: yard.yaml, offset: -2 }
  door.1:
overlapping: [[hall, door.1]]
links:
  - { from: hall.exit-east, to: yard.in, seconds: [4, 20] }
  - { from: yard, to: door.1 }
`,
    folder,
  );
  const { cameras, overlapping, links } = await readSite(path);
  expect(cameras.map(({ name, offset }) => [name, offset])).toEqual([
    ['hall', undefined],
    ['yard', -2],
    ['door.1', undefined],
  ]);
  expect(cameras[0].trajectories).toBe(join(folder, 'out/hall.trajectories.json'));
  expect(cameras[0].calibration?.points.length).toBe(4);
  expect(Object.keys(cameras[1].zones)).toEqual(['in']);
  expect(overlapping).toEqual([['hall', 'door.1']]);
  expect(links).toEqual([
    { from: { camera: 'hall', area: 'exit-east' }, to: { camera: 'yard', area: 'in' }, seconds: [4, 20] },
    { from: { camera: 'yard' }, to: { camera: 'door.1' } },
  ]);
});

it('reads the picture of the floor, and how it lies there', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'plan.yaml'), `calibration: { points: [${POINTS}] }\n`);
  for (const calibration of ['plan.yaml', `{ points: [${POINTS}] }`]) {
    const path = site(`cameras: { hall: }\nfloor: { picture: plan.png, calibration: ${calibration} }`, folder);
    const { floor } = await readSite(path);
    expect(floor?.picture).toBe(join(folder, 'plan.png'));
    expect(floor?.calibration.points.length).toBe(4);
  }
});

it.each([
  ['cameras: {}', 'cameras: there is no camera in it'],
  ['links: []', 'cameras: is missing'],
  [
    `cameras: { a: }\nfloor: { picture: plan.png, calibration: { unit: degrees, points: [${POINTS.replaceAll('100', '1')}] } }`,
    'floor.calibration: its points are in degrees; give metres, with the origin of the cameras',
  ],
  [
    'cameras: { a: }\nfloor: { picture: plan.png }',
    'floor.calibration: it must be a file that "twintrack calibrate" wrote',
  ],
  ['cameras: { hall: { trajectory: a } }', 'unknown key cameras.hall.trajectory; known are cameras.hall.trajectories'],
  ['cameras: { a: , b: }\noverlapping: [[a, c]]', 'overlapping.0: there is no camera c; the cameras are a, b'],
  ['cameras: { a: , b: }\noverlapping: [[a, a]]', 'overlapping.0: names a twice'],
  ['cameras: { a: , b: }\nlinks: [{ from: x.out, to: b }]', 'links.0.from: there is no camera x; the cameras are a, b'],
  ['cameras: { a: , b: }\nlinks: [{ from: a.out, to: b }]', 'links.0.from: camera a has no zones or lines, not out'],
  [
    `cameras: { a: { zones: { in: ${ZONE} } }, b: }\nlinks: [{ from: a.out, to: b }]`,
    'links.0.from: camera a has in, not out; name one of them',
  ],
  ['cameras: { a: , b: }\nlinks: [{ from: a, to: b, seconds: [5, 5] }]', 'the second number must be larger'],
  ['cameras: { a: { calibration: site.yaml } }', 'has no section calibration'],
  ['cameras: { a: { config: none.yaml } }', 'none.yaml: does not exist'],
])('says what is wrong with %s', async (text, message) => {
  const error = await readSite(site(text)).catch((reason: Error) => reason);
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).toContain(message);
  expect((error as Error).message).not.toContain('\n');
});
