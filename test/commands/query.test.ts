import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { person, walk } from '../analytics/paths.ts';
import { writeRun } from '../report/runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { failure, twintrack } from './cli.ts';

describe('twintrack export --to-store and query', () => {
  const folder = temporaryFolder();
  const store = join(folder, 'lake');
  let run = '';
  const query = (sql: string, ...flags: string[]) =>
    twintrack(['query', sql, '--store', store, '--time-zone', 'Europe/Berlin', ...flags]);
  beforeAll(async () => {
    const walkers = [person(1, walk([100, 400, 0], [900, 400, 8])), person(2, walk([900, 300, 1], [100, 300, 9]))];
    run = await writeRun(folder, walkers, { name: 'a,"b".mp4', startedAt: '2026-10-24T12:00:00Z' });
    const { stderr, stdout } = await twintrack(['export', run, '--to-store', store]);
    expect(stderr).toBe(`${store}: 162 observations of 2 people, of camera a,"b"\n`);
    expect(stdout).toBe('');
  });

  it('answers as a table, as CSV and as lines of JSON', async () => {
    const sql = 'select trajectory, camera, started, null as nothing from trajectories order by trajectory';
    expect((await query(sql)).stdout).toBe(
      `trajectory  camera  started                    nothing
----------  ------  -------------------------  -------
         1  a,"b"   2026-10-24T14:00:00+02:00
         2  a,"b"   2026-10-24T14:00:01+02:00
`,
    );
    expect((await query(sql, '--csv')).stdout).toBe(
      `trajectory,camera,started,nothing\n1,"a,""b""",2026-10-24T14:00:00+02:00,\n2,"a,""b""",2026-10-24T14:00:01+02:00,\n`,
    );
    expect((await query(`${sql} limit 1`, '--json')).stdout).toBe(
      `{"trajectory":1,"camera":"a,\\"b\\"","started":"2026-10-24T14:00:00+02:00","nothing":null}\n`,
    );
  });

  it('shows a thousand rows as a table, and all of them as CSV', async () => {
    const sql = 'select i from range(3000) t(i)';
    const table = await query(sql);
    expect(table.stdout.split('\n')).toHaveLength(1003);
    expect(table.stderr).toBe('the first 1000 of 3000 rows; --csv and --json write all\n');
    const { stdout, stderr } = await query(sql, '--csv');
    expect(stdout).toBe(`i\n${Array.from({ length: 3000 }, (_, i) => `${i}\n`).join('')}`);
    expect(stderr).toBe('');
  });

  it('ends in order when its reader goes away', async () => {
    const args = ['query', 'select * from range(10000000)', '--store', store, '--csv'];
    expect(await twintrack(args, { deaf: true })).toMatchObject({ status: 0, stderr: '' });
  });

  it('says what is wrong', async () => {
    expect(await query('select 1', '--from', 'yesterday')).toEqual(
      failure('yesterday: is no date, such as 2026-11-28 or 2026-11-28T08:00', 2),
    );
    expect(await query('select 1', '--csv', '--json')).toEqual(
      failure('query: --json and --csv exclude each other', 2),
    );
    expect(await query('select')).toEqual(failure('query: Parser Error: SELECT clause without selection list'));
    const nowhere = await twintrack(['query', 'select 1', '--store', join(folder, 'none')]);
    const fix = 'add trajectories with "twintrack export FILE --to-store STORE"';
    expect(nowhere).toEqual(failure(`${join(folder, 'none')}: has no lake; ${fix}`));
  });

  it.each([
    [
      ['--to', 'csv', '--to-store', 'x'],
      'give either --to with a format, or --to-store with a folder or s3://bucket/prefix',
    ],
    [[], 'give either --to with a format, or --to-store with a folder or s3://bucket/prefix'],
    [['--to-store', 'x', '--out', 'y'], '--out is for one file, in one format'],
    [['--to', 'csv', '--camera', 'y'], '--camera is for --to-store'],
  ])('refuses export %j', async (flags, reason) => {
    expect(await twintrack(['export', run, ...flags])).toEqual(failure(`export: ${reason}`, 2));
  });
});
