import { join } from 'node:path';
import type { ParquetKind } from '../files/parquet-rows.ts';
import type { LakeRange } from './range.ts';
import { COLUMNS, type LakeTable, partitionsOf } from './tables.ts';

const TYPES: Readonly<Record<ParquetKind, string>> = {
  int: 'integer',
  real: 'double',
  float: 'float',
  flag: 'boolean',
  text: 'varchar',
  moment: 'timestamptz',
};
const FOLDER_TYPES = { camera: 'varchar', date: 'date', hour: 'integer' } as const;

/** The view of a table whose files lie below a folder. Of the files that the range leaves out, none is read. */
export function viewOf(table: LakeTable, folder: string, range: LakeRange): string {
  const folders = partitionsOf(table);
  const files = join(literal(folder), table, ...folders.map((name) => `${name}=*`), '*.parquet');
  const types = folders.map((name) => `${name}: ${FOLDER_TYPES[name]}`).join(', ');
  const names = ['camera', ...COLUMNS[table].map(({ name }) => name), ...folders.slice(1)];
  const source = `read_parquet(${quoted(files)}, hive_partitioning = true, hive_types = {${types}})`;
  const conditions = conditionsOf(table, range);
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  return `create view ${table} as select ${names.join(', ')} from ${source}${where}`;
}

/** The view of a table that has no rows. */
export function emptyView(table: LakeTable): string {
  const columns = [
    'null::varchar as camera',
    ...COLUMNS[table].map(({ name, kind }) => `null::${TYPES[kind]} as ${name}`),
    ...partitionsOf(table)
      .slice(1)
      .map((name) => `null::${FOLDER_TYPES[name]} as ${name}`),
  ];
  return `create view ${table} as select ${columns.join(', ')} where false`;
}

/** A path as a pattern that only it matches. */
export function literal(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}

/** A text of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function conditionsOf(table: LakeTable, { from, to, cameras }: LakeRange): string[] {
  const iso = (time: number) => new Date(time).toISOString();
  const moment = (time: number) => `timestamptz ${quoted(iso(time))}`;
  const date = (time: number) => `date ${quoted(iso(time).slice(0, 10))}`;
  const [start, end] = table === 'sources' ? ['started', 'ended'] : COLUMNS[table].slice(0, 1).map(({ name }) => name);
  const known = cameras && (cameras.length > 0 ? `camera in (${cameras.map(quoted).join(', ')})` : 'false');
  return [
    ...(known ? [known] : []),
    ...(from === undefined ? [] : [`${end ?? start} >= ${moment(from)}`]),
    ...(to === undefined ? [] : [`${start} < ${moment(to)}`]),
    ...(from === undefined || end !== undefined ? [] : [`date >= ${date(from)}`]),
    ...(to === undefined ? [] : [`date <= ${date(to)}`]),
  ];
}
