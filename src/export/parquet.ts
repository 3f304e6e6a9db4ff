import { type ParquetColumn, ParquetRows } from '../files/parquet-rows.ts';
import { round, roundedRow } from '../files/rows.ts';
import { type ExportContext, type ExportFile, type FormatWriter, onGround, wallClock } from './writer.ts';

const ROWS_A_GROUP = 50_000;

/**
 * Parquet: the rows and columns of the CSV export, typed, compressed with Snappy, in row groups of 50,000.
 * `datetime` is a timestamp in UTC; places and speeds that are not known are null. The description of the source is in the file's
 * metadata as JSON under `twintrack`.
 */
export function openParquet(file: ExportFile, context: ExportContext): FormatWriter {
  const { ground, source } = context;
  const clock = wallClock(context);
  const columns: ParquetColumn[] = [
    { name: 'id', kind: 'int' },
    { name: 'frame', kind: 'int' },
    { name: 'time', kind: 'real' },
    ...(clock ? [{ name: 'datetime', kind: 'moment' } as const] : []),
    ...['x', 'y', 'width', 'height'].map((name) => ({ name, kind: 'real' }) as const),
    { name: 'score', kind: 'float' },
    { name: 'detected', kind: 'flag' },
    ...(ground ? ['ground_x', 'ground_y', 'speed'] : []).map(
      (name) => ({ name, kind: 'real', optional: true }) as const,
    ),
  ];
  const rows = new ParquetRows('trajectories', columns, { twintrack: JSON.stringify({ source }) });
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  return {
    async write(trajectory) {
      const { id, frames, times, detected } = trajectory;
      const place = ground && onGround(trajectory, ground);
      for (let i = 0; i < frames.length; i++) {
        rows.push([
          id,
          frames[i],
          round(times[i], 1e6),
          ...(clock ? [clock(times[i])] : []),
          ...roundedRow(trajectory, i),
          detected[i] === 1,
          ...(place ? [known(place.feet[2 * i]), known(place.feet[2 * i + 1]), known(place.speeds[i])] : []),
        ]);
        if (rows.length === ROWS_A_GROUP) await file.writeBytes(await rows.group());
      }
    },
    async end() {
      await file.writeBytes(await rows.end());
    },
  };
}
