import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { version } from '../core/version.ts';
import { round, roundedRow } from '../files/rows.ts';
import { type ExportContext, type ExportFile, type FormatWriter, onGround, wallClock } from './writer.ts';

const ROWS_A_GROUP = 50_000;

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

interface Column {
  readonly element: SchemaElement;
  readonly data: Int32Array | Float32Array | Float64Array | BigInt64Array | (boolean | number | null)[];
}

/**
 * Parquet: the rows and columns of the CSV export, typed, compressed with Snappy, in row groups of 50,000.
 * `datetime` is a timestamp in UTC; places and speeds that are not known are null. The description of the source is in the file's
 * metadata as JSON under `twintrack`.
 */
export function openParquet(file: ExportFile, context: ExportContext): FormatWriter {
  const { ground, source } = context;
  const clock = wallClock(context);
  const n = ROWS_A_GROUP;
  const required = { repetition_type: 'REQUIRED' } as const;
  const real = (name: string): Column => ({
    element: { name, type: 'DOUBLE', ...required },
    data: new Float64Array(n),
  });
  const perhaps = (name: string): Column => ({
    element: { name, type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    data: new Array<number | null>(n),
  });
  const datetime: Column = { element: { name: 'datetime', ...required, ...TIMESTAMP }, data: new BigInt64Array(n) };
  const columns: Column[] = [
    { element: { name: 'id', type: 'INT32', ...required }, data: new Int32Array(n) },
    { element: { name: 'frame', type: 'INT32', ...required }, data: new Int32Array(n) },
    real('time'),
    ...(clock ? [datetime] : []),
    ...['x', 'y', 'width', 'height'].map(real),
    { element: { name: 'score', type: 'FLOAT', ...required }, data: new Float32Array(n) },
    { element: { name: 'detected', type: 'BOOLEAN', ...required }, data: new Array<boolean>(n) },
    ...(ground ? ['ground_x', 'ground_y', 'speed'].map(perhaps) : []),
  ];
  const bytes = new ByteWriter();
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'trajectories', num_children: columns.length }, ...columns.map(({ element }) => element)],
    createdBy: `twintrack version ${version}`,
    kvMetadata: [{ key: 'twintrack', value: JSON.stringify({ source }) }],
  });
  let rows = 0;
  const flush = async () => {
    const columnData = columns.map(({ element, data }) => ({ name: element.name, data: data.slice(0, rows) }));
    await parquet.write({ columnData, rowGroupSize: ROWS_A_GROUP });
    await file.writeBytes(bytes.getBytes());
    bytes.index = 0;
    rows = 0;
  };
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  return {
    async write(trajectory) {
      const { id, frames, times, detected } = trajectory;
      const place = ground && onGround(trajectory, ground);
      for (let i = 0; i < frames.length; i++) {
        const row = [
          id,
          frames[i],
          round(times[i], 1e6),
          ...(clock ? [BigInt(Math.round(1000 * clock(times[i])))] : []),
          ...roundedRow(trajectory, i),
          detected[i] === 1,
          ...(place ? [known(place.feet[2 * i]), known(place.feet[2 * i + 1]), known(place.speeds[i])] : []),
        ];
        for (const [k, { data }] of columns.entries()) (data as unknown[])[rows] = row[k];
        if (++rows === ROWS_A_GROUP) await flush();
      }
    },
    async end() {
      if (rows > 0) await flush();
      parquet.finish();
      await file.writeBytes(bytes.getBytes());
    },
  };
}

/** Microseconds since 1970, UTC. */
const TIMESTAMP = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MICROS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
} as const;
