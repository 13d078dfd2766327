import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BIGINT,
  DOUBLE,
  type DuckDBBigIntVector,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBDoubleVector,
  DuckDBInstance,
  type DuckDBIntegerVector,
  type DuckDBUTinyIntVector,
  type DuckDBValue,
  INTEGER,
  UTINYINT,
} from '@duckdb/node-api';
import { statement } from '../config/project.ts';
import { EngineError, InterruptedError, KithError, messageOf } from '../errors.ts';
import type { ActivityRows } from './activity-rows.ts';
import { type ActivityType, activityTypes } from './activity-type.ts';
import { BulkAppender } from './bulk-appender.ts';
import type { UserRows } from './user-rows.ts';

type ActivityVectors = readonly [
  DuckDBUTinyIntVector,
  DuckDBIntegerVector,
  DuckDBIntegerVector,
  DuckDBBigIntVector,
  DuckDBDoubleVector,
];
type UserVectors = readonly [DuckDBIntegerVector, DuckDBUTinyIntVector];

interface Appenders {
  activities: BulkAppender<ActivityVectors>;
  users: BulkAppender<UserVectors>;
}

/**
 * What the engine may hold in memory, whatever the input; the rest is on disk. 12 million activities take 16 s and 670 MB
 * in all with it; with 256MB 24 s and 510 MB, with 1GB 16 s and 790 MB.
 */
const memoryLimit = '512MB';

/** The rows of a folder in a DuckDB file of their own: appended as they come, then sorted, once and without repeats. */
export class Staging implements AsyncDisposable {
  readonly #folder: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;
  #appenders: Appenders | undefined;
  #staged = 0;

  private constructor(folder: string, instance: DuckDBInstance, connection: DuckDBConnection, signal?: AbortSignal) {
    this.#folder = folder;
    this.#instance = instance;
    this.#connection = connection;
    this.#signal = signal;
  }

  /**
   * Begins anew in `workDir`/staging, which is removed at the end.
   *
   * @throws EngineError if the file can't be made
   */
  static async open(workDir: string, signal?: AbortSignal): Promise<Staging> {
    const folder = join(workDir, 'staging');
    let staging: Staging | undefined;
    try {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const instance = await DuckDBInstance.create(join(folder, 'rows.duckdb'), {
        memory_limit: memoryLimit,
        threads: '2',
        temp_directory: join(folder, 'sort'),
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      });
      staging = new Staging(folder, instance, await instance.connect(), signal);
      await staging.#begin();
      return staging;
    } catch (error) {
      await staging?.[Symbol.asyncDispose]();
      throw stagingError(folder, error);
    }
  }

  /** Adds the rows of a block. */
  addActivities(type: ActivityType, rows: ActivityRows): void {
    const { users, engaged, messages, instants, selfDirected } = rows;
    const number = activityTypes.indexOf(type);
    this.#staged += users.length;
    this.#add(({ activities, users: usersTable }) => {
      activities.append(users.length, ([types, users_, engaged_, messages_, instants_], to, from, count) => {
        for (let i = 0; i < count; i++) {
          types.setItem(to + i, number);
          users_.setItem(to + i, users[from + i] ?? null);
          engaged_.setItem(to + i, engaged[from + i] ?? null);
          messages_.setItem(to + i, messages[from + i] ?? null);
          instants_.setItem(to + i, instants[from + i] ?? null);
        }
      });
      usersTable.append(selfDirected.length, ([ids, suspended], to, from, count) => {
        for (let i = 0; i < count; i++) {
          ids.setItem(to + i, selfDirected[from + i] ?? null);
          suspended.setItem(to + i, null);
        }
      });
    });
  }

  /** Adds the users of a block of user.csv. */
  addUsers(rows: UserRows): void {
    this.#add(({ users }) =>
      users.append(rows.userIds.length, ([ids, suspended], to, from, count) => {
        for (let i = 0; i < count; i++) {
          ids.setItem(to + i, rows.userIds[from + i] ?? null);
          suspended.setItem(to + i, rows.suspended[from + i] ? 1 : 0);
        }
      }),
    );
  }

  /** Ends the adding: sorts, removes repeats and counts. Only then can rows be read. */
  async finish(): Promise<{ users: number; activities: Record<ActivityType, number>; repeated: number }> {
    this.#add(({ activities, users }) => {
      activities.close();
      users.close();
    });
    this.#appenders = undefined;
    await this.run('COMMIT');
    await this.run(statement('sql/staging/activity.sql'));
    await this.run('DROP TABLE staged_activity');
    await this.run(statement('sql/staging/users.sql'));
    await this.run('DROP TABLE staged_user');
    const counts: Record<ActivityType, number> = { follow: 0, reply: 0, like: 0, mention: 0 };
    let distinct = 0;
    for (const [type, activities] of await this.run(statement('sql/staging/count-activities.sql'))) {
      counts[activityTypes[Number(type)] as ActivityType] = Number(activities);
      distinct += Number(activities);
    }
    const [[users] = []] = await this.run('SELECT count(*) FROM users');
    return { users: Number(users), activities: counts, repeated: this.#staged - distinct };
  }

  /** Runs a statement and gives its rows. */
  async run(sql: string, values?: Record<string, DuckDBValue>): Promise<DuckDBValue[][]> {
    const interrupt = () => this.#connection.interrupt();
    this.#signal?.addEventListener('abort', interrupt, { once: true });
    try {
      this.#throwIfStopped();
      return await (await this.#connection.run(sql, values)).getRows();
    } catch (error) {
      this.#throwIfStopped();
      throw stagingError(this.#folder, error);
    } finally {
      this.#signal?.removeEventListener('abort', interrupt);
    }
  }

  /** Runs a query on a connection of its own and gives its rows chunk by chunk, in the order of the table. */
  async *stream(sql: string, values?: Record<string, DuckDBValue>): AsyncGenerator<DuckDBDataChunk> {
    let connection: DuckDBConnection | undefined;
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
      throw stagingError(this.#folder, error);
    } finally {
      connection?.disconnectSync();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#appenders = undefined;
    this.#connection.disconnectSync();
    this.#instance.closeSync();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    // One transaction: full row groups go straight to the file, and nothing to a log.
    await this.run('BEGIN');
    await this.run(
      'CREATE TABLE staged_activity (type UTINYINT, user_id INTEGER, engaged_id INTEGER, message_id BIGINT, instant DOUBLE)',
    );
    await this.run('CREATE TABLE staged_user (user_id INTEGER, suspended UTINYINT)');
    const activityColumns = [UTINYINT, INTEGER, INTEGER, BIGINT, DOUBLE];
    this.#appenders = {
      activities: await BulkAppender.open<ActivityVectors>(this.#connection, 'staged_activity', activityColumns),
      users: await BulkAppender.open<UserVectors>(this.#connection, 'staged_user', [INTEGER, UTINYINT]),
    };
  }

  #add(append: (appenders: Appenders) => void): void {
    if (!this.#appenders) throw new Error('Rows are added after finish().');
    try {
      append(this.#appenders);
    } catch (error) {
      throw stagingError(this.#folder, error);
    }
  }

  #throwIfStopped(): void {
    if (this.#signal?.aborted) throw new InterruptedError('Reading the folder was stopped.');
  }
}

function stagingError(folder: string, error: unknown): Error {
  if (error instanceof KithError || error instanceof TypeError || error instanceof RangeError) return error;
  const [reason] = messageOf(error).split('\n');
  return new EngineError(`Staging rows in ${folder} failed (${reason}); see that its disk has room, then run again.`);
}
