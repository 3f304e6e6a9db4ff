import { type Command, Option } from 'commander';
import { printable, UsageError } from '../core/errors.ts';
import type { LakeAnswer } from '../lake/index.ts';
import { type RangeFlags, rangeOf, rangeOptions, timeZoneOption } from './lake-options.ts';

interface QueryCommandOptions extends RangeFlags {
  readonly store: string;
  readonly json?: true;
  readonly csv?: true;
}

/** Registers `twintrack query`. */
export function queryCommand(program: Command): void {
  const command = program
    .command('query')
    .argument('<sql>', 'one SELECT')
    .summary('ask the trajectories in a store in SQL')
    .description(
      'Answers a question in SQL about trajectories that "twintrack export --to-store" collected, by DuckDB (npm install @duckdb/node-api). ' +
        'Nothing is changed. Tables: observations (where a person was in a frame), trajectories, crossings (of lines), visits (of zones; of the ' +
        'picture itself where zone is null), sources (the videos). All have camera, source, and date (UTC); times are with their time zone. ' +
        'Of s3://… the files of the days, cameras and tables that are asked for are fetched first.',
    )
    .addOption(
      new Option('--store <store>', 'folder, or s3://bucket/prefix').env('TWINTRACK_STORE').makeOptionMandatory(),
    );
  for (const option of [...rangeOptions(), timeZoneOption()]) command.addOption(option);
  command
    .option('--json', 'write a line of JSON for each row')
    .option('--csv', 'write CSV')
    .addHelpText(
      'after',
      `
Examples:
  twintrack query "select camera, count(distinct person) as people from trajectories group by camera" --store lake
  twintrack query "select time_bucket(interval 1 hour, time) as hour, line, direction, count(*) as n from crossings group by all order by all" --store lake
  twintrack query "select zone, median(seconds) from visits group by zone" --store s3://bucket/people --from 2026-11-28 --to 2026-11-28
  twintrack query "describe observations" --store lake`,
    )
    .action(runQuery);
}

async function runQuery(sql: string, options: QueryCommandOptions): Promise<void> {
  const { json, csv } = options;
  if (json && csv) throw new UsageError('query: --json and --csv exclude each other');
  const { Lake, openStore } = await import('../lake/index.ts');
  const { tablesIn } = await import('../lake/tables.ts');
  const { startBar } = await import('./progress.ts');
  const { interruptible } = await import('./interrupt.ts');
  const range = await rangeOf(options);
  const store = await openStore(options.store);
  const bar = await startBar('files');
  await interruptible(bar.stop, async (signal) => {
    const lake = await Lake.open(store, { ...range, tables: tablesIn(sql), signal, onFetch: bar.update });
    try {
      bar.stop();
      const answer = await lake.query(sql, signal);
      await (json ? writeJson(answer) : csv ? writeCsv(answer) : writeTable(answer));
    } finally {
      await lake.close();
      await store.close();
    }
  });
}

async function writeJson({ columns, rows }: LakeAnswer): Promise<void> {
  const line = (row: readonly unknown[]) =>
    `${JSON.stringify(Object.fromEntries(columns.map((name, k) => [name, row[k]])))}\n`;
  for await (const block of rows) if (!(await write(block.map(line).join('')))) return;
}

async function writeCsv({ columns, rows }: LakeAnswer): Promise<void> {
  const line = (values: readonly unknown[]) => `${values.map((value) => quotedCell(text(value))).join(',')}\n`;
  await write(line(columns));
  for await (const block of rows) if (!(await write(block.map(line).join('')))) return;
}

/** Rows that a table shows at most: its columns are as wide as what they hold. */
const MOST_ROWS = 1000;

async function writeTable({ columns, rows }: LakeAnswer): Promise<void> {
  const shown: string[][] = [];
  const numeric = columns.map(() => true);
  let left = 0;
  for await (const block of rows)
    for (const row of block) {
      if (shown.length === MOST_ROWS) left++;
      else shown.push(row.map((value) => printable(text(value))));
      for (const [k, value] of row.entries()) numeric[k] &&= value === null || typeof value === 'number';
    }
  const widths = columns.map((name, k) => Math.max(name.length, ...shown.map((row) => row[k].length)));
  const line = (cells: readonly string[]) =>
    `${cells.map((cell, k) => (numeric[k] ? cell.padStart(widths[k]) : cell.padEnd(widths[k]))).join('  ')}`.trimEnd();
  const rule = widths.map((width) => '-'.repeat(width));
  await write(`${[columns, rule, ...shown].map(line).join('\n')}\n`);
  if (left > 0)
    process.stderr.write(`the first ${MOST_ROWS} of ${MOST_ROWS + left} rows; --csv and --json write all\n`);
}

function text(value: unknown): string {
  return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function quotedCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Writes to standard output, at the pace of its reader. @returns whether there is a reader still */
function write(content: string): Promise<boolean> {
  return new Promise((resolve) => process.stdout.write(content, (error) => resolve(!error)));
}
