import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { person, walk } from '../analytics/paths.ts';
import { twintrack } from '../commands/cli.ts';
import { needs } from '../needs.ts';
import { AREAS, writeRun } from '../report/runs.ts';
import { S3_SERVER, type S3Server, startS3 } from '../store/s3-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('a lake in S3', needs(...S3_SERVER), () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server.stop());

  it('answers as one in a folder does, and fetches what is asked for', async () => {
    const folder = temporaryFolder();
    const temporary = temporaryFolder();
    const env = { ...process.env, ...server.env, TMPDIR: temporary };
    const runs: string[] = [];
    for (const day of ['24', '25', '26']) {
      const walkers = [person(1, walk([100, 400, 0], [900, 400, 8])), person(2, walk([900, 300, 1], [100, 300, 9]))];
      runs.push(await writeRun(folder, walkers, { name: 'door.mp4', startedAt: `2026-10-${day}T12:00:00Z` }));
    }
    const line = `lines.door=${JSON.stringify(AREAS.lines.door)}`;
    const stores = [join(folder, 'lake'), `s3://${server.bucket}/people/lake`];
    for (const store of stores) {
      const added = await twintrack(['export', ...runs, '--to-store', store, '--set', line], { env });
      expect(added.stderr).toContain(`${store}: 486 observations of 6 people, of camera door\n`);
    }
    for (const [sql, ...flags] of [
      ['select * from observations order by time, person'],
      ['select direction, count(*) as n from crossings group by all order by all', '--from', '2026-10-25'],
      ['select * from sources order by started', '--to', '2026-10-25'],
      ['select * from visits', '--cameras', 'hall'],
    ]) {
      const answers: string[] = [];
      for (const store of stores) {
        const { status, stdout } = await twintrack(['query', sql, '--store', store, '--csv', ...flags], { env });
        expect(status).toBe(0);
        answers.push(stdout);
      }
      expect(answers[1]).toBe(answers[0]);
      expect(answers[0].split('\n').length).toBeGreaterThan(1);
    }
    expect(readdirSync(temporary)).toEqual([]);
  });
});
