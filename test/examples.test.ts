import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadParameters } from '../src/engine/configuration.ts';
import { person, walk } from './analytics/paths.ts';
import { SAMPLE } from './commands/cli.ts';
import { writeRun } from './report/runs.ts';
import { temporaryFolder } from './trajectories/helpers.ts';

const examples = join(import.meta.dirname, '../examples');
const folder = temporaryFolder();
const run = writeRun(folder, [
  person(1, walk([100, 400, 0], [900, 400, 8])),
  person(2, walk([900, 500, 1], [100, 500, 9])),
]);

/** What each script is given, and what it prints. */
const SCRIPTS: Record<string, readonly [args: () => Promise<string[]>, printed: RegExp]> = {
  'count-visitors.mjs': [
    async () => [await run, join(examples, 'zones.yaml')],
    /^middle: 1 in, 1 out\n(.*\n)*road: 2 people, 2 visits of \d\.\d s, the longest \d\.\d s\n/,
  ],
  'live-events.mjs': [
    async () => [],
    /^0\.0 s: person 2 entered the shop\n7\.0 s: person 1 crossed the door, in\n(.*\n)*14\.9 s: person 1 left the shop\n\[ \{ name: 'door', in: 1, out: 1 \} \]/,
  ],
  'people-per-minute.mjs': [async () => [await run, '5'], /^seconds,people\n0,1\.80\n5,1\.71\n$/],
  'query-with-duckdb.mjs': [
    async () => [await run, join(folder, 'people.parquet')],
    /│ 0 +│ 1 +│ 8 +│ 100 +│\n│ 1 +│ 2 +│ 8 +│ 100 +│/,
  ],
  'track-and-report.mjs': [async () => [SAMPLE, folder, '20'], /report\.html: \d people\n$/],
};

describe('the examples', () => {
  it('are all run here', () => {
    expect(readdirSync(examples).filter((name) => name.endsWith('.mjs'))).toEqual(Object.keys(SCRIPTS));
  });

  it.each(Object.entries(SCRIPTS))('%s does what it says', async (name, [args, printed]) => {
    const text = execFileSync(process.execPath, [join(examples, name), ...(await args())], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(text).toMatch(printed);
    if (name === 'track-and-report.mjs') expect(existsSync(join(folder, 'report.html'))).toBe(true);
  });

  it('zones.yaml is a config file', async () => {
    const { zones, lines } = await loadParameters(join(examples, 'zones.yaml'));
    expect([Object.keys(zones), Object.keys(lines)]).toEqual([['grass', 'junction', 'road'], ['middle']]);
  });
});
