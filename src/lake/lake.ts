import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type * as Duck from '@duckdb/node-api';
import { inputError, messageOf, TwintrackError } from '../core/errors.ts';
import { TimeZone } from '../core/time-zone.ts';
import { importPackage } from '../files/optional-package.ts';
import { makeTemporaryFolder } from '../files/temporary.ts';
import { FolderStore } from '../store/folder-store.ts';
import type { Store } from '../store/store.ts';
import { fetchLake } from './fetch.ts';
import type { LakeRange } from './range.ts';
import { type LakeTable, TABLES } from './tables.ts';
import { converterOf, type LakeValue } from './values.ts';
import { emptyView, literal, quoted, viewOf } from './views.ts';

/** Memory that DuckDB takes; what does not fit goes to the temporary folder. */
const MEMORY = '1GB';

/** Settings of {@link Lake.open}. */
export interface LakeQueryOptions extends LakeRange {
  /** Shows times and cuts days by the clocks of this zone; default that of this machine. */
  readonly timeZone?: TimeZone | undefined;
  /** The tables that are asked for; default all. */
  readonly tables?: readonly string[] | undefined;
  /** Called while files of a bucket are fetched, with the number of files. */
  readonly onFetch?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer: its rows come in blocks, while they are found. */
export interface LakeAnswer {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly (readonly LakeValue[])[]>;
}

/**
 * Answers questions in SQL about the lake in a store, by DuckDB. Nothing is written: only a SELECT is taken, and DuckDB reads the lake's files and no
 * others. Of a bucket the files that are asked for are fetched to a temporary folder first.
 *
 * @example
 * import { Lake, openStore } from 'twintrack/lake';
 *
 * const lake = await Lake.open(await openStore('lake'));
 * const { columns, rows } = await lake.query('select camera, count(*) as people from trajectories group by camera');
 * for await (const block of rows) for (const row of block) console.log(columns, row);
 * await lake.close();
 */
export class Lake {
  readonly #duck: typeof Duck;
  readonly #instance: Duck.DuckDBInstance;
  readonly #connection: Duck.DuckDBConnection;
  readonly #zone: TimeZone;
  readonly #temporary: string;

  private constructor(
    duck: typeof Duck,
    instance: Duck.DuckDBInstance,
    connection: Duck.DuckDBConnection,
    zone: TimeZone,
    temporary: string,
  ) {
    this.#duck = duck;
    this.#instance = instance;
    this.#connection = connection;
    this.#zone = zone;
    this.#temporary = temporary;
  }

  /** @throws TwintrackError when DuckDB is not installed, the store cannot be read, or has no lake */
  static async open(store: Store, options: LakeQueryOptions = {}): Promise<Lake> {
    const { timeZone: zone = new TimeZone(), tables = TABLES, signal } = options;
    const duck = await importPackage<typeof Duck>('@duckdb/node-api', 'questions to a lake');
    const temporary = makeTemporaryFolder();
    try {
      const folder =
        store instanceof FolderStore ? resolve(store.name) : await fetchLake(store, temporary, { ...options, tables });
      signal?.throwIfAborted();
      const filled = await filledTables(new FolderStore(folder));
      if (!filled.has('sources') && !(await filledTables(store)).has('sources')) throw noLake(store);
      const instance = await duck.DuckDBInstance.create(':memory:', {
        memory_limit: MEMORY,
        temp_directory: join(temporary, 'duckdb'),
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      });
      const connection = await instance.connect();
      for (const table of TABLES)
        await connection.run(filled.has(table) ? viewOf(table, folder, options) : emptyView(table));
      for (const setting of [
        `TimeZone = '${zone.name}'`,
        `allowed_directories = [${quoted(folder)}, ${quoted(literal(folder))}]`,
      ])
        await connection.run(`set ${setting}`);
      await connection.run('set enable_external_access = false');
      await connection.run('set lock_configuration = true');
      return new Lake(duck, instance, connection, zone, temporary);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Asks a question.
   *
   * @param sql one SELECT over `observations`, `trajectories`, `crossings`, `visits` and `sources`
   * @throws TwintrackError when it is none, or cannot be answered
   */
  async query(sql: string, signal?: AbortSignal): Promise<LakeAnswer> {
    return this.#watched(signal, async () => {
      if (sql.replace(/--.*|[\s;]/g, '') === '') throw notASelect(); // which has no message of its own
      const statements = await this.#connection.extractStatements(sql);
      if (statements.count !== 1) throw notASelect();
      const statement = await statements.prepare(0);
      if (statement.statementType !== this.#duck.StatementType.SELECT) throw notASelect();
      const result = await statement.stream();
      return { columns: result.deduplicatedColumnNames(), rows: this.#rows(result, signal) };
    });
  }

  /** Ends DuckDB, and removes what was fetched. */
  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#temporary, { recursive: true, force: true });
  }

  async *#rows(result: Duck.DuckDBResult, signal?: AbortSignal): AsyncGenerator<readonly (readonly LakeValue[])[]> {
    const blocks = result.yieldConvertedRows(converterOf(this.#duck, this.#zone));
    for (;;) {
      const { done, value } = await this.#watched(signal, () => blocks.next());
      if (done) return;
      yield value;
    }
  }

  /** Does a part of the work, which the signal ends. */
  async #watched<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const interrupt = () => this.#connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      throw queryError(error);
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }
}

/** The tables that have a file. */
async function filledTables(store: Store): Promise<Set<LakeTable>> {
  const filled = new Set<LakeTable>();
  for (const table of TABLES)
    for await (const _ of store.list(`${table}/`)) {
      filled.add(table);
      break;
    }
  return filled;
}

function noLake({ name }: Store): TwintrackError {
  return inputError(name, 'has no lake', 'add trajectories with "twintrack export FILE --to-store STORE"');
}

function notASelect(): TwintrackError {
  return inputError('query', 'is not one SELECT', 'ask one question; nothing is written by it');
}

/** DuckDB's reason, without the lines that point into the question. */
function queryError(error: unknown): TwintrackError {
  if (error instanceof TwintrackError) return error;
  const reason = messageOf(error)
    .split('\n')[0]
    .replace(/^Failed to \w+ statements?: |[.!]$/g, '');
  const fix = /^(Catalog|Binder) /.test(reason)
    ? `the tables are ${TABLES.join(', ')}: "describe observations"`
    : undefined;
  return inputError('query', reason, fix, error);
}
