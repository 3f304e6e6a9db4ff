import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Figures } from '../../src/evaluation/index.ts';
import { toTable } from '../../src/evaluation/report.ts';
import { scoreFiles } from '../../src/evaluation/score-files.ts';
import { expectFigures, readFigures } from './helpers.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');
const MOT15 = join(import.meta.dirname, 'fixtures', 'mot15');
const GT = join(MOT15, 'gt');
const RESULTS = join(MOT15, 'results');
const EXPECTED = readFigures(join(MOT15, 'trackeval.json'));

function evaluate(...args: string[]) {
  return spawnSync(process.execPath, [CLI, 'evaluate', ...args], { encoding: 'utf8' });
}

/** Cells of CSV without quotes in it, by row name and heading. */
function parseCsv(text: string): Record<string, Figures> {
  const [head, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return Object.fromEntries(
    rows.map(([name, ...cells]) => [name, Object.fromEntries(cells.map((cell, i) => [head[i + 1], Number(cell)]))]),
  );
}

describe('twintrack evaluate', () => {
  it('prints a table with a row a sequence and COMBINED', () => {
    const { status, stdout, stderr } = evaluate('--gt', GT, '--results', RESULTS);
    expect(status).toBe(0);
    // Results are in no order, and in one ground truth no row counts.
    for (const line of stderr.trimEnd().split('\n'))
      expect(line).toMatch(/ rows go back | column 7 is 0 in all 71 rows/);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0].trim().split(/\s+/).slice(0, 3)).toEqual(['HOTA', 'DetA', 'AssA']);
    const cells = lines.at(-1)!.split(/\s+/);
    expect(cells[0]).toBe('COMBINED');
    expect(cells[1]).toBe(EXPECTED.COMBINED.HOTA.toFixed(2));
    expect(cells.at(-1)).toBe(String(EXPECTED.COMBINED.IDFN));
    expect(lines.map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(Object.keys(EXPECTED)));
  });

  it('--json gives every figure and the curves over the thresholds', () => {
    const { status, stdout } = evaluate('--gt', GT, '--results', RESULTS, '--json');
    expect(status).toBe(0);
    const all = JSON.parse(stdout);
    for (const [name, expected] of Object.entries(EXPECTED)) expectFigures(all[name], expected, name);
    const { alpha, HOTA } = all.COMBINED.curves;
    expect(alpha).toHaveLength(19);
    expect([alpha[0], alpha[2], alpha[18]]).toEqual([0.05, 0.15, 0.95]);
    expect(HOTA[0]).toBe(all.COMBINED['HOTA(0)']);
    expect(HOTA.reduce((a: number, b: number) => a + b) / 19).toBeCloseTo(all.COMBINED.HOTA, 9);
  });

  it('--csv writes the same to a file, or to standard output for -', () => {
    const folder = mkdtempSync(join(tmpdir(), 'twintrack-'));
    try {
      const path = join(folder, 'out.csv');
      const toFile = evaluate('--gt', GT, '--results', RESULTS, '--csv', path);
      expect(toFile.status).toBe(0);
      expect(toFile.stdout).toContain('COMBINED');
      const text = readFileSync(path, 'utf8');
      expect(evaluate('--gt', GT, '--results', RESULTS, '--csv', '-').stdout).toBe(text);
      const rows = parseCsv(text);
      for (const [name, expected] of Object.entries(EXPECTED)) expectFigures(rows[name], expected, name);

      const results = join(folder, 'walk.txt');
      copyFileSync(join(RESULTS, 'walk.txt'), results);
      expect(evaluate('--gt', join(GT, 'walk'), '--results', results, '--csv', results).stderr).toContain(
        `twintrack: ${results}: is the input, which would be lost; name another file to write\n`,
      );
      expect(readFileSync(results).equals(readFileSync(join(RESULTS, 'walk.txt')))).toBe(true);
      const unwritable = join(folder, 'no', 'out.csv');
      const failed = evaluate('--gt', GT, '--results', RESULTS, '--csv', unwritable);
      expect(failed.status).toBe(1);
      expect(failed.stderr).toContain(`${unwritable}: cannot be written`);
      expect(existsSync(unwritable)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('--benchmark decides the preprocessing', () => {
    const root = join(MOT15, '..', 'mot20');
    const run = (name: string) =>
      JSON.parse(
        evaluate('--gt', join(root, 'gt'), '--results', join(root, 'results'), '--benchmark', name, '--json').stdout,
      );
    expectFigures(run('mot20').COMBINED, readFigures(join(root, 'trackeval.json')).COMBINED, 'mot20');
    expect(run('mot15').COMBINED.FN).not.toBe(run('mot20').COMBINED.FN);
  });

  it('reports an error in one line, with the exit code', () => {
    const missing = evaluate('--gt', join(MOT15, 'none'), '--results', RESULTS);
    expect(missing.status).toBe(1);
    expect(missing.stdout).toBe('');
    expect(missing.stderr).toBe(`twintrack: ${join(MOT15, 'none')}: does not exist; check the name\n`);
    expect(evaluate('--gt', GT).status).toBe(2);
    expect(evaluate('--gt', GT, '--results', RESULTS, '--benchmark', 'mot99').status).toBe(2);
    expect(evaluate('--gt', GT, '--results', RESULTS, '--json', '--csv', '-').status).toBe(2);
  });
});

describe('the table', () => {
  it('fits a terminal: families side by side, or one below the other', async () => {
    const scores = await scoreFiles(GT, RESULTS);
    for (const width of [80, 100, 150, 400]) {
      const table = toTable(scores, width);
      expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(Math.max(width, 88));
      expect(table.match(/^COMBINED/gm)).toHaveLength(width === 400 ? 1 : width === 150 ? 2 : 3);
    }
  });

  it('of one sequence has no row COMBINED', async () => {
    const table = toTable(await scoreFiles(join(GT, 'walk'), RESULTS), 400);
    expect(table.trimEnd().split('\n')).toHaveLength(2);
    expect(table).toMatch(/\nwalk +\d/);
  });
});
