import type { ParquetColumn } from '../files/parquet-rows.ts';

/** The tables of a lake. */
export type LakeTable = 'observations' | 'trajectories' | 'crossings' | 'visits' | 'sources';

const PERSON = [
  { name: 'source', kind: 'text' },
  { name: 'person', kind: 'text' },
  { name: 'trajectory', kind: 'int' },
] as const;
const STAY = [
  { name: 'started', kind: 'moment' },
  { name: 'ended', kind: 'moment' },
  { name: 'seconds', kind: 'real' },
] as const;

/** What each table holds, besides what the names of its folders say: the camera, the date and, of observations, the hour (UTC). */
export const COLUMNS: Readonly<Record<LakeTable, readonly ParquetColumn[]>> = {
  observations: [
    { name: 'time', kind: 'moment' },
    ...PERSON,
    { name: 'frame', kind: 'int' },
    ...['x', 'y', 'width', 'height', 'score'].map((name) => ({ name, kind: 'float' }) as const),
    { name: 'detected', kind: 'flag' },
    ...['ground_x', 'ground_y', 'speed'].map((name) => ({ name, kind: 'float', optional: true }) as const),
  ],
  trajectories: [
    ...STAY,
    ...PERSON,
    { name: 'observations', kind: 'int' },
    ...['way', 'speed'].map((name) => ({ name, kind: 'float', optional: true }) as const),
  ],
  crossings: [
    { name: 'time', kind: 'moment' },
    ...PERSON,
    { name: 'line', kind: 'text' },
    { name: 'direction', kind: 'text' },
  ],
  visits: [...STAY, ...PERSON, { name: 'zone', kind: 'text', optional: true }],
  sources: [
    ...STAY,
    { name: 'source', kind: 'text' },
    { name: 'trajectories', kind: 'int' },
    { name: 'observations', kind: 'int' },
    { name: 'complete', kind: 'flag' },
    { name: 'zones', kind: 'text' },
    { name: 'lines', kind: 'text' },
  ],
};

/** The tables, the largest first. */
export const TABLES = Object.keys(COLUMNS) as readonly LakeTable[];

/** The folders by which a table is divided, from above. */
export function partitionsOf(table: LakeTable): readonly ('camera' | 'date' | 'hour')[] {
  return table === 'observations' ? ['camera', 'date', 'hour'] : ['camera', 'date'];
}

/** The folder of what happened at a camera at a time: `observations/camera=door/date=2026-11-28/hour=08/`. */
export function folderOf(table: LakeTable, camera: string, time: number): string {
  const [date, clock] = new Date(time).toISOString().split('T');
  const hour = partitionsOf(table).includes('hour') ? `hour=${clock.slice(0, 2)}/` : '';
  return `${cameraFolder(table, camera)}date=${date}/${hour}`;
}

/** The folder of a camera. */
export function cameraFolder(table: LakeTable, camera: string): string {
  return `${table}/camera=${encodeURIComponent(camera)}/`;
}

/** The tables that a question names; perhaps one more, which it has as another word. */
export function tablesIn(sql: string): LakeTable[] {
  return TABLES.filter((table) => new RegExp(`\\b${table}\\b`, 'i').test(sql));
}
