import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError } from '../files/file-errors.ts';
import { ParquetRows } from '../files/parquet-rows.ts';
import { COLUMNS, folderOf, type LakeTable, partitionsOf } from './tables.ts';

/** Rows in memory, of all partitions together. */
const MOST_ROWS = 100_000;
const HOUR = 3_600_000;

interface Partition {
  readonly key: string;
  readonly file: string;
  readonly rows: ParquetRows;
}

/** Rows of one source by table, camera, date and hour, in a local file for each partition. Few are in memory, however many there are. */
export class Partitions {
  readonly #folder: string;
  readonly #camera: string;
  readonly #name: string;
  readonly #open = new Map<string, Partition>();
  #rows = 0;

  /**
   * @param folder for the local files
   * @param name of the files in the store
   */
  constructor(folder: string, camera: string, name: string) {
    this.#folder = folder;
    this.#camera = camera;
    this.#name = name;
  }

  /** Adds a row. @param time by which it has its place, in milliseconds since 1970 */
  async add(table: LakeTable, time: number, row: Parameters<ParquetRows['push']>[0]): Promise<void> {
    const span = partitionsOf(table).includes('hour') ? HOUR : 24 * HOUR;
    const id = `${table}${Math.floor(time / span)}`;
    const partition = this.#open.get(id) ?? this.#begin(id, table, time);
    partition.rows.push(row);
    if (++this.#rows < MOST_ROWS) return;
    const largest = [...this.#open.values()].reduce((a, b) => (b.rows.length > a.rows.length ? b : a));
    this.#rows -= largest.rows.length;
    await append(largest.file, await largest.rows.group());
  }

  /** Ends all of them. @returns the local file by key */
  async end(): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for (const { key, file, rows } of this.#open.values()) {
      await append(file, await rows.end());
      files.set(key, file);
    }
    return files;
  }

  #begin(id: string, table: LakeTable, time: number): Partition {
    const key = folderOf(table, this.#camera, time) + this.#name;
    const file = join(this.#folder, `${this.#open.size}.parquet`);
    const partition = { key, file, rows: new ParquetRows(table, COLUMNS[table]) };
    this.#open.set(id, partition);
    return partition;
  }
}

async function append(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await appendFile(file, bytes);
  } catch (error) {
    throw writeError(file, error);
  }
}
