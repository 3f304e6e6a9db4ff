import { type LakeTable, partitionsOf } from './tables.ts';

/** What is asked for. Whatever lasts belongs to the time when it begins. */
export interface LakeRange {
  /** Not before, in milliseconds since 1970. */
  readonly from?: number | undefined;
  /** Before this, in milliseconds since 1970. */
  readonly to?: number | undefined;
  readonly cameras?: readonly string[] | undefined;
}

/** Whether a file of the lake may have rows of the range: by the camera, the date and the hour in its key. */
export function isWithin(table: LakeTable, key: string, { from, to, cameras }: LakeRange): boolean {
  const parts = new Map(key.split('/').map((part) => part.split('=', 2) as [string, string | undefined]));
  const camera = decodeURIComponent(parts.get('camera') ?? '');
  if (cameras && !cameras.includes(camera)) return false;
  if (table === 'sources') return true; // a source may have begun days before
  const hourly = partitionsOf(table).includes('hour');
  const begin = Date.parse(`${parts.get('date')}T${hourly ? parts.get('hour') : '00'}:00Z`);
  const end = begin + (hourly ? 1 : 24) * 3_600_000;
  return (from === undefined || end > from) && (to === undefined || begin < to);
}
