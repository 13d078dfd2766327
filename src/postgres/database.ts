import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { statement } from '../config/project.ts';
import {
  BadInputError,
  DiskFullError,
  EngineError,
  EngineLostError,
  InterruptedError,
  KithError,
  messageOf,
  StaleAttemptError,
} from '../errors.ts';
import { isNoSpace } from '../storage/disk-full.ts';
import { fillIn, type Variables } from './variables.ts';

/** A statement file under sql/. */
export type SqlFile = `sql/${string}.sql`;

/** Version 17 introduced transaction_timeout. */
const oldestServer = 170_000;

/** How long a connection that is closed is waited for: it doesn't end soon if its server is out of reach. */
const mostEndMs = 5_000;

/**
 * Keeps late writers out: every transaction of an attempt at a step locks the step's row, which fails once a later
 * attempt has begun.
 */
export interface StepFence {
  runId: string;
  step: string;
  token: bigint;
}

/** The Postgres that Kith publishes to. It runs the statements in `sql/`, by file name. */
export class Database implements AsyncDisposable {
  readonly #pool: pg.Pool;
  readonly #signal: AbortSignal | undefined;
  readonly #fence: StepFence | undefined;
  /** Contains the password: never log it. */
  readonly url: string;

  private constructor(url: string, pool: pg.Pool, signal?: AbortSignal, fence?: StepFence) {
    this.url = url;
    this.#pool = pool;
    this.#signal = signal;
    this.#fence = fence;
  }

  /** @throws EngineError if Postgres can't be reached; BadInputError if it is too old */
  static async connect(url: string): Promise<Database> {
    const pool = new pg.Pool({
      connectionString: url,
      max: 12,
      application_name: 'kith',
      connectionTimeoutMillis: 30_000,
    });
    // A connection that breaks while idle is replaced at the next use. Without a listener, it would end the process.
    pool.on('error', () => undefined);
    const database = new Database(url, pool);
    try {
      const version = Number((await database.#pool.query('SHOW server_version_num')).rows[0]?.server_version_num);
      if (version < oldestServer)
        throw new BadInputError(
          `Kith needs Postgres 17 or newer, but KITH_POSTGRES_URL is a server of version ${Math.floor(version / 10_000)}.`,
        );
      return database;
    } catch (error) {
      await database[Symbol.asyncDispose]();
      throw engineError('the connection', error);
    }
  }

  /** The same database for work that ends when the signal aborts; the original stays usable, to record why. */
  until(signal: AbortSignal): Database {
    return new Database(this.url, this.#pool, signal, this.#fence);
  }

  /** The same database for an attempt at a step: nothing is written once a later attempt has begun. */
  fenced(fence: StepFence): Database {
    return new Database(this.url, this.#pool, this.#signal, fence);
  }

  /**
   * Makes sure that the attempt may write until the transaction ends. {@link transaction} calls it unless it is
   * implicit.
   *
   * @throws StaleAttemptError if a later attempt has begun
   */
  async hold(client: pg.ClientBase): Promise<void> {
    if (!this.#fence) return;
    const { runId, step, token } = this.#fence;
    await queryOn(client, 'sql/steps/name-holder.sql', [runId, step]);
    const held = await queryOn(client, 'sql/steps/hold.sql', [runId, step, token]);
    if (held.length === 0)
      throw new StaleAttemptError(`A later attempt at ${step} has begun, so this one may no longer write.`);
  }

  /** Runs one statement on its own connection, in its own transaction. */
  async query<Row extends pg.QueryResultRow>(
    file: SqlFile,
    values: unknown[] = [],
    variables?: Variables,
  ): Promise<Row[]> {
    // A fence needs an explicit transaction to hold the step's row.
    return this.transaction(async (client) => queryOn<Row>(client, file, values, variables), {
      implicit: !this.#fence,
    });
  }

  /**
   * Runs `work` on one connection between BEGIN and COMMIT. If it throws, everything is rolled back.
   * When the signal aborts, the current statement is cancelled and no further one begins.
   */
  async transaction<T>(work: (client: pg.PoolClient) => Promise<T>, options: { implicit?: boolean } = {}): Promise<T> {
    if (this.#signal?.aborted) throw new InterruptedError('The run was stopped.');
    const client = await this.#pool.connect().catch((error) => {
      throw engineError('the connection', error);
    });
    let broken = false;
    const onError = () => {
      broken = true;
    };
    client.on('error', onError);
    let onEnd = () => {};
    const ended = new Promise<void>((resolve) => {
      onEnd = resolve;
    });
    client.once('end', onEnd);
    const stop = () => void this.#stop(client);
    this.#signal?.addEventListener('abort', stop, { once: true });
    try {
      // The signal may have been aborted while the connection was made.
      if (this.#signal?.aborted) throw new InterruptedError('The run was stopped.');
      if (!options.implicit) {
        await client.query(statement('sql/begin.sql'));
        await this.hold(client);
      }
      const result = await work(client);
      // If a statement in the transaction has failed, COMMIT is not an error but a ROLLBACK.
      if (!options.implicit && (await client.query('COMMIT')).command !== 'COMMIT')
        throw new EngineError('Postgres rolled a transaction back because a statement in it had failed.');
      return result;
    } catch (error) {
      // A connection in an unknown state is closed, not reused; closing it rolls back.
      broken = true;
      if (this.#signal?.aborted) throw new InterruptedError('The run was stopped.');
      throw isOfPostgres(error) ? engineError('a transaction', error) : error;
    } finally {
      broken ||= this.#signal?.aborted ?? false;
      this.#signal?.removeEventListener('abort', stop);
      client.off('error', onError);
      if (broken) client.on('error', () => undefined);
      else client.off('end', onEnd);
      client.release(broken);
      // Postgres lets go of its locks before it ends a connection, and who is told of an error may need the same ones.
      // In the middle of a statement our side ends it, and they are let go a moment later.
      if (broken) await atMost(mostEndMs, ended);
    }
  }

  /** Cancels the current statement. If there is none right now, the next one finds the connection closed. */
  async #stop(client: pg.PoolClient): Promise<void> {
    const { processID: pid, end } = client as unknown as { processID?: number; end: () => Promise<void> };
    if (pid !== undefined) await this.#pool.query('SELECT pg_cancel_backend($1)', [pid]).catch(() => undefined);
    await end.call(client).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }
}

/** Waits for something, but no longer than so many milliseconds. */
async function atMost(milliseconds: number, coming: Promise<void>): Promise<void> {
  const waiting = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([coming, late]);
  waiting.abort();
}

/** A statement's text, with its psql variables filled in. */
export function textOf(file: SqlFile, variables?: Variables): string {
  return variables ? fillIn(statement(file), variables) : statement(file);
}

/** Runs a statement file on a connection that is already in a transaction. */
export async function queryOn<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  file: SqlFile,
  values: unknown[] = [],
  variables?: Variables,
): Promise<Row[]> {
  try {
    return (await client.query<Row>(textOf(file, variables), values)).rows;
  } catch (error) {
    throw engineError(file, error);
  }
}

/** Runs a file with several statements and no parameters, in one message; returns a result for each statement. */
export async function queryAll<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  file: SqlFile,
  variables?: Variables,
): Promise<pg.QueryResult<Row>[]> {
  // The types don't know that several statements give several results.
  return (await client.query<Row>(textOf(file, variables))) as unknown as pg.QueryResult<Row>[];
}

/** The SQLSTATE of an error or of its cause. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code;
  return error instanceof Error && error.cause !== undefined ? sqlStateOf(error.cause) : undefined;
}

/**
 * SQLSTATEs of a server that could not do what is right: rolled back, out of something, in no state for it (such as when
 * a parallel worker can't be started), its system's or its own failure.
 */
const failures = /^(40|53|55|58|XX)/;

/** What Postgres said, as a sentence. It never contains the connection's URL, which has the password in it. */
function engineError(where: string, error: unknown): Error {
  if (error instanceof KithError) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  // 53100 disk_full; some writes are told as 58030 io_error.
  if (code === '53100' || isNoSpace(error))
    return new DiskFullError("The disk that holds Postgres' data is full: free some space, then run again.", {
      cause: error,
    });
  if (code === '28P01' || code === '28000')
    return new EngineError(
      "Postgres refuses Kith's user or its password: correct KITH_POSTGRES_URL or, if it is not set, passwords/postgres in the home.",
      { cause: error },
    );
  if (code === '55P03')
    return new EngineError(
      `In Postgres ${where} waited too long for a lock that another connection holds (${messageOf(error)}); run again.`,
      { cause: error },
    );
  // insufficient_privilege
  if (code === '42501')
    return new EngineError(
      `Kith's role lacks a right in Postgres (${messageOf(error)}, in ${where}): docs/security.md says what it needs.`,
      { cause: error },
    );
  // undefined_table, invalid_schema_name
  if (code === '42P01' || code === '3F000')
    return new EngineError(
      `Something of Kith's is missing in Postgres (${messageOf(error)}, in ${where}): undo what has dropped or renamed it, or restore a backup.`,
      { cause: error },
    );
  if (isUnreachable(error))
    return new EngineLostError(
      `Postgres can't be reached (${messageOf(error)}); see \`kith status\`, then run again.`,
      {
        cause: error,
      },
    );
  if (failures.test(code))
    return new EngineError(`Postgres failed in ${where} (${messageOf(error)}); see its log, then run again.`, {
      cause: error,
    });
  // Probably neither the input nor the engine is to blame: exit code 1.
  return new KithError(`Postgres refused ${where}: ${messageOf(error)}`, { cause: error });
}

/** Whether the connection is lost, or none can be made. */
export function isUnreachable(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? '');
  // ERR_STREAM: the connection was lost during a COPY.
  if (/^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ERR_STREAM|57P|08)/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|timeout expired|not queryable|Connection ended|Cannot use a pool/i.test(
    messageOf(error),
  );
}

/** Whether an error comes from Postgres or the connection, not from the code between BEGIN and COMMIT. */
function isOfPostgres(error: unknown): boolean {
  return error instanceof KithError || error instanceof pg.DatabaseError || isUnreachable(error);
}
