import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExport } from '../../src/export/index.ts';
import type { Trajectory } from '../../src/trajectories/index.ts';
import { anyTrajectories, temporaryFolder } from '../trajectories/helpers.ts';
import { exported, GROUND, roundedRows, WALKER } from './helpers.ts';

const folder = temporaryFolder();
const fresh = () => mkdtempSync(join(folder, 'x-'));
let duckdb: DuckDBConnection;
beforeAll(async () => {
  duckdb = await DuckDBConnection.create();
});
afterAll(() => duckdb.closeSync());

async function query(sql: string): Promise<unknown[][]> {
  return (await duckdb.runAndReadAll(sql)).getRowsJson();
}

describe('parquet, read by DuckDB', () => {
  it('has typed columns', async () => {
    const startedAt = '2026-03-01T10:00:00.250+02:00';
    const path = await exported(fresh(), [WALKER], 'parquet', { source: { startedAt }, ground: GROUND });
    expect((await query(`DESCRIBE SELECT * FROM '${path}'`)).map(([name, type]) => `${name} ${type}`)).toEqual([
      'id INTEGER',
      'frame INTEGER',
      'time DOUBLE',
      'datetime TIMESTAMP WITH TIME ZONE',
      'x DOUBLE',
      'y DOUBLE',
      'width DOUBLE',
      'height DOUBLE',
      'score FLOAT',
      'detected BOOLEAN',
      'ground_x DOUBLE',
      'ground_y DOUBLE',
      'speed DOUBLE',
    ]);
    expect(
      await query(`SELECT epoch_ms(datetime) - epoch_ms(TIMESTAMP '2026-03-01 08:00:00.250') FROM '${path}'`),
    ).toEqual([0, 100, 300, 400].map((ms) => [String(ms)]));
  });

  it('holds the same observations', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrajectories, async (trajectories) => {
        const path = await exported(fresh(), trajectories, 'parquet');
        const rows = await query(
          `SELECT id, frame, time, detected, x, y, width, height, score::DOUBLE FROM '${path}' ORDER BY id, frame`,
        );
        const expected = trajectories
          .sort((a, b) => a.id - b.id)
          .flatMap((t) => {
            const boxes = roundedRows(t);
            return Array.from(t.frames, (frame, i) => [t.id, frame, t.times[i], t.detected[i] === 1, ...boxes[i]]);
          });
        expect(rows.length).toBe(expected.length);
        for (const [i, row] of rows.entries()) {
          expect(row.slice(0, 8)).toEqual(expected[i].slice(0, 8));
          expect(row[8]).toBeCloseTo(expected[i][8] as number, 6);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('has nulls where a place is not known', async () => {
    const high = { ...WALKER, id: 8, boxes: WALKER.boxes.map((value, k) => (k % 4 === 1 ? -600 : value)) };
    const path = await exported(fresh(), [WALKER, high], 'parquet', { ground: GROUND });
    const count = `SELECT id, count(*), count(ground_x), count(speed) FROM '${path}' GROUP BY id ORDER BY id`;
    expect(await query(count)).toEqual([
      [7, '4', '4', '4'],
      [8, '4', '0', '0'],
    ]);
  });

  it('comes in row groups', async () => {
    const path = join(fresh(), 'large.parquet');
    const writer = await openExport('parquet', path, { source: { name: 'large.mp4' } });
    const n = 30_000;
    for (let id = 1; id <= 4; id++) {
      const trajectory: Trajectory = {
        id,
        frames: Int32Array.from({ length: n }, (_, i) => i),
        times: Float64Array.from({ length: n }, (_, i) => i / 25),
        boxes: Float64Array.from({ length: 4 * n }, (_, i) => (i * 7919) % 1000),
        scores: new Float32Array(n).fill(0.5),
        detected: new Uint8Array(n).fill(1),
      };
      await writer.write(trajectory);
    }
    await writer.close();
    const groups = `SELECT row_group_id, any_value(row_group_num_rows) FROM parquet_metadata('${path}') GROUP BY 1 ORDER BY 1`;
    expect((await query(groups)).map(([, rows]) => Number(rows))).toEqual([50_000, 50_000, 20_000]);
    expect(await query(`SELECT id, count(*), sum(frame) FROM '${path}' GROUP BY id ORDER BY id`)).toEqual(
      [1, 2, 3, 4].map((id) => [id, String(n), String((n * (n - 1)) / 2)]),
    );
    expect(await query(`SELECT decode(value) FROM parquet_kv_metadata('${path}')`)).toEqual([
      ['{"source":{"name":"large.mp4"}}'],
    ]);
  });

  it('may have no rows', async () => {
    const path = await exported(fresh(), [], 'parquet');
    expect(await query(`SELECT count(*) FROM '${path}'`)).toEqual([['0']]);
  });
});

describe('csv, read by DuckDB', () => {
  it('is understood without instructions', async () => {
    const startedAt = '2026-03-01T08:00:00Z';
    const path = await exported(fresh(), [WALKER], 'csv', { source: { startedAt }, ground: GROUND });
    const described = await query(`DESCRIBE SELECT * FROM '${path}'`);
    expect(Object.fromEntries(described.slice(0, 10).map(([name, type]) => [name, type]))).toMatchObject({
      id: 'BIGINT',
      time: 'DOUBLE',
      datetime: expect.stringMatching(/^TIMESTAMP/),
      detected: 'BOOLEAN',
    });
    expect(await query(`SELECT sum(width), count(*) FILTER (detected) FROM '${path}'`)).toEqual([['80', '3']]);
  });
});
