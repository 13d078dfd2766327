import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { BusyError, EngineError, InterruptedError, KithError, messageOf } from '../errors.ts';
import { lackOfSpace } from './disk-full.ts';
import { makeFolders } from './make-folders.ts';

/**
 * The engine's memory limit, whatever the input; the rest is on disk. With it, 12 million activities take 16 s and 670
 * MB in total; with 256MB they take 24 s and 510 MB, with 1GB 16 s and 790 MB.
 */
const memoryLimit = '512MB';

/** How many milliseconds it is waited for a file that is open in another process. */
const patienceMs = 3_000;

/** Rows in a DuckDB file: one connection for changes, and a separate one for each stream. */
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
   * Opens the file, and creates it and its folder if they are missing.
   *
   * @param options `readOnly`: the file has to be there, and others may read it at the same time
   * @throws EngineError if it can't be created or is damaged; BusyError if it stays open in another process
   */
  static async open(path: string, signal?: AbortSignal, { readOnly = false } = {}): Promise<DuckDbFile> {
    // A page may just be reading it; readers themselves don't wait.
    for (const end = performance.now() + (readOnly ? 0 : patienceMs); ; await sleep(50)) {
      try {
        return await DuckDbFile.#open(path, readOnly, signal);
      } catch (error) {
        if (!(error instanceof BusyError) || signal?.aborted || performance.now() > end) throw error;
      }
    }
  }

  static async #open(path: string, readOnly: boolean, signal?: AbortSignal): Promise<DuckDbFile> {
    try {
      if (!readOnly) makeFolders(dirname(path), 0o700);
      const instance = await DuckDBInstance.create(path, {
        access_mode: readOnly ? 'READ_ONLY' : 'AUTOMATIC',
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
   * Runs a statement and returns its rows.
   *
   * @throws InterruptedError once the signal aborts; EngineError for errors of the engine
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

  /** Runs a query on a separate connection and yields its rows chunk by chunk. */
  async *stream(sql: string, values?: Record<string, DuckDBValue>): AsyncGenerator<DuckDBDataChunk> {
    let connection: DuckDBConnection | undefined;
    const interrupt = () => connection?.interrupt();
    this.#signal?.addEventListener('abort', interrupt, { once: true });
    try {
      connection = await this.#instance.connect();
      this.#throwIfStopped();
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

  /** Does something with the connection, and translates the engine's errors. */
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

/** Removes the file and everything the engine keeps next to it; it may not be open anywhere. */
export async function removeDuckDbFile(path: string): Promise<void> {
  for (const each of [path, `${path}.wal`, sortFolder(path)]) await rm(each, { recursive: true, force: true });
}

/** Where the engine sorts what doesn't fit into memory. */
function sortFolder(path: string): string {
  return `${path}.sort`;
}

function fileError(path: string, error: unknown): Error {
  if (error instanceof KithError || error instanceof TypeError || error instanceof RangeError) return error;
  const [reason = ''] = messageOf(error).split('\n');
  if (/Could not set lock/i.test(reason))
    return new BusyError(`${path} is in use by another Kith process: wait for it to finish.`);
  if (/not a valid DuckDB database|corrupt|checksum/i.test(reason))
    return new EngineError(
      `${path} is damaged (${reason}); remove it or run \`kith reset\`, then ingest the days again.`,
    );
  const full = lackOfSpace(path, error);
  if (full) return full;
  // A wrong statement, or one that needs too much memory, is a bug in Kith.
  if (/^(Binder|Parser|Catalog|Out of Memory) Error/.test(reason)) return new Error(messageOf(error));
  return new EngineError(`Rows can't be stored in ${path} (${reason}); check that the disk has space, then run again.`);
}
