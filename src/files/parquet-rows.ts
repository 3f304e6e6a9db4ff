import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { version } from '../core/version.ts';

/** Whole numbers of 32 bits, numbers of 64 and of 32 bits, flags, texts, and moments: milliseconds since 1970, UTC. */
export type ParquetKind = 'int' | 'real' | 'float' | 'flag' | 'text' | 'moment';

/** A column of a Parquet file. */
export interface ParquetColumn {
  readonly name: string;
  readonly kind: ParquetKind;
  /** Whether values may be null. */
  readonly optional?: boolean;
}

type Value = number | boolean | string | null;
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

const TYPES: Readonly<Record<ParquetKind, Omit<SchemaElement, 'name'>>> = {
  int: { type: 'INT32' },
  real: { type: 'DOUBLE' },
  float: { type: 'FLOAT' },
  flag: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  moment: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
};

/** Rows as the bytes of a Parquet file, compressed with Snappy. It holds the rows of one group, and writes no file itself. */
export class ParquetRows {
  readonly #columns: readonly ParquetColumn[];
  readonly #values: Value[][];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;

  /** @param name of the table @param metadata texts by key, which stand behind the rows */
  constructor(name: string, columns: readonly ParquetColumn[], metadata: Readonly<Record<string, string>> = {}) {
    this.#columns = columns;
    this.#values = columns.map(() => []);
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name, num_children: columns.length },
        ...columns.map(({ name, kind, optional }) => ({
          name,
          repetition_type: optional ? ('OPTIONAL' as const) : ('REQUIRED' as const),
          ...TYPES[kind],
        })),
      ],
      createdBy: `twintrack version ${version}`,
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    });
  }

  /** Rows that are in memory: those after the last group. */
  get length(): number {
    return this.#values[0].length;
  }

  /** Adds a row: a value for each column. */
  push(row: readonly Value[]): void {
    for (let k = 0; k < row.length; k++) this.#values[k].push(row[k]);
  }

  /** Ends a group. @returns its bytes, which are the next of the file; they may be kept */
  async group(): Promise<Uint8Array> {
    if (this.length > 0) {
      const columnData = this.#columns.map((column, k) => ({
        name: column.name,
        data: packed(column, this.#values[k]),
      }));
      await this.#writer.write({ columnData, rowGroupSize: this.length });
      for (const values of this.#values) values.length = 0;
    }
    return this.#take();
  }

  /** Ends the last group and the file. @returns the last bytes */
  async end(): Promise<Uint8Array> {
    const rows = await this.group();
    this.#writer.finish();
    return Buffer.concat([rows, this.#take()]);
  }

  #take(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}

function packed({ kind, optional }: ParquetColumn, values: readonly Value[]) {
  if (optional && values.includes(null))
    return values.map((value) => (value !== null && kind === 'moment' ? micros(value as number) : value));
  const numbers = values as readonly number[];
  if (kind === 'int') return Int32Array.from(numbers);
  if (kind === 'real') return Float64Array.from(numbers);
  if (kind === 'float') return Float32Array.from(numbers);
  if (kind === 'moment') return BigInt64Array.from(numbers, micros);
  return [...values];
}

function micros(milliseconds: number): bigint {
  return BigInt(Math.round(1000 * milliseconds));
}
