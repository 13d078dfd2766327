import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { BusyError, EngineError, InterruptedError, KithError, messageOf } from '../errors.ts';

/**
 * What the engine may hold in memory, whatever the input; the rest is on disk. 12 million activities take 16 s and 670 MB
 * in all with it; with 256MB 24 s and 510 MB, with 1GB 16 s and 790 MB.
 */
const memoryLimit = '512MB';

/** Rows in a DuckDB file: one connection for changes, and one of its own for every stream. */
export class DuckDbFile implements AsyncDisposable {
  readonly path: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;

  private constructor(path: string, instance: DuckDBInstance, connection: DuckDBConnection, signal?: AbortSignal) {
    this.path = path;
    this.#instance = instance;
    this.#connection = connection;
    this.#signal = signal;
  }

  /**
   * Opens the file, made if need be together with its folder.
   *
   * @throws EngineError if it can't be made, is damaged, or another process has it open
   */
  static async open(path: string, signal?: AbortSignal): Promise<DuckDbFile> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const instance = await DuckDBInstance.create(path, {
        memory_limit: memoryLimit,
        threads: '2',
        temp_directory: sortFolder(path),
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      });
      return new DuckDbFile(path, instance, await instance.connect(), signal);
    } catch (error) {
      throw fileError(path, error);
    }
  }

  /** The connection that {@link run} uses, for an appender. */
  get connection(): DuckDBConnection {
    return this.#connection;
  }

  /**
   * Runs a statement and gives its rows.
   *
   * @throws InterruptedError once the signal aborts; EngineError for what the engine says
   */
  async run(sql: string, values?: Record<string, DuckDBValue>): Promise<DuckDBValue[][]> {
    const interrupt = () => this.#connection.interrupt();
    this.#signal?.addEventListener('abort', interrupt, { once: true });
    try {
      this.#throwIfStopped();
      return await (await this.#connection.run(sql, values)).getRows();
    } catch (error) {
      this.#throwIfStopped();
      throw fileError(this.path, error);
    } finally {
      this.#signal?.removeEventListener('abort', interrupt);
    }
  }

  /** Runs a query on a connection of its own and gives its rows chunk by chunk. */
  async *stream(sql: string, values?: Record<string, DuckDBValue>): AsyncGenerator<DuckDBDataChunk> {
    let connection: DuckDBConnection | undefined;
    const interrupt = () => connection?.interrupt();
    this.#signal?.addEventListener('abort', interrupt, { once: true });
    try {
      connection = await this.#instance.connect();
      const result = await connection.stream(sql, values);
      for (;;) {
        this.#throwIfStopped();
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) return;
        yield chunk;
      }
    } catch (error) {
      this.#throwIfStopped();
      throw fileError(this.path, error);
    } finally {
      this.#signal?.removeEventListener('abort', interrupt);
      connection?.disconnectSync();
    }
  }

  /** Does something with the connection that throws as the engine does. */
  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw fileError(this.path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.disconnectSync();
    this.#instance.closeSync();
  }

  #throwIfStopped(): void {
    if (this.#signal?.aborted) throw new InterruptedError('Stopped.');
  }
}

/** Removes the file with what the engine keeps beside it; nobody may have it open. */
export async function removeDuckDbFile(path: string): Promise<void> {
  for (const each of [path, `${path}.wal`, sortFolder(path)]) await rm(each, { recursive: true, force: true });
}

/** Where what doesn't fit into memory is put in order. */
function sortFolder(path: string): string {
  return `${path}.sort`;
}

function fileError(path: string, error: unknown): Error {
  if (error instanceof KithError || error instanceof TypeError || error instanceof RangeError) return error;
  const [reason = ''] = messageOf(error).split('\n');
  if (/Could not set lock/i.test(reason))
    return new BusyError(`${path} is in use by another process of Kith: wait for it to end.`);
  if (/not a valid DuckDB database|corrupt|checksum/i.test(reason))
    return new EngineError(`${path} is damaged (${reason}); remove it, or \`kith reset\`, and ingest the days again.`);
  // A statement that is wrong, or wants too much at once, is nobody's fault but Kith's.
  if (/^(Binder|Parser|Catalog|Out of Memory) Error/.test(reason)) return new Error(messageOf(error));
  return new EngineError(`Rows can't be kept in ${path} (${reason}); see that its disk has room, then run again.`);
}
