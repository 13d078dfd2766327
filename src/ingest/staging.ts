import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BIGINT,
  DOUBLE,
  type DuckDBBigIntVector,
  type DuckDBDataChunk,
  type DuckDBDoubleVector,
  type DuckDBUTinyIntVector,
  type DuckDBValue,
  type DuckDBVarCharVector,
  type DuckDBVector,
  INTEGER,
  listValue,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import { statement } from '../config/project.ts';
import { BulkAppender } from '../storage/bulk-appender.ts';
import { DuckDbFile } from '../storage/duckdb-file.ts';
import { isWide, type UserId, type UserIdKind, userIdOf } from '../user-id.ts';
import type { ActivityRows, UserColumn } from './activity-rows.ts';
import { type ActivityType, activityTypes, type RowType, rowTypes } from './activity-type.ts';
import type { Forgotten } from './forgotten.ts';
import type { NamedId } from './text-ids.ts';
import type { UserRows } from './user-rows.ts';

/** Of INTEGER or BIGINT, which takes BigInts only. */
type IdVector = DuckDBVector & { setItem(index: number, id: UserId | null): void };
type ActivityVectors = readonly [DuckDBUTinyIntVector, IdVector, IdVector, DuckDBBigIntVector, DuckDBDoubleVector];
type UserVectors = readonly [IdVector, DuckDBUTinyIntVector, DuckDBUTinyIntVector];
type NameVectors = readonly [IdVector, DuckDBVarCharVector];

interface Appenders {
  activities: BulkAppender<ActivityVectors>;
  users: BulkAppender<UserVectors>;
  names?: BulkAppender<NameVectors>;
}

/** What a finished staging holds. */
export interface StagedCounts {
  /** Distinct users in user.csv and in activities. */
  users: number;
  /** Distinct activities that are neither towards oneself nor too old. */
  activities: Record<ActivityType, number>;
  /** Distinct words that end or forbid something. */
  words: number;
  /** Rows that name somebody who was forgotten. */
  forgotten: number;
  /** Rows that were too old to be stored. */
  expired: number;
  /** Equal activities beyond the first. */
  repeated: number;
  /** Activities later than the run's as-of, and before its window. */
  later: number;
  beforeWindow: number;
  /** The instants of the oldest and the newest activity, in epoch seconds; undefined if there is none. */
  oldest: number | undefined;
  newest: number | undefined;
  /** The same of those that are at most a day later than the as-of: a single wrong year must not count. */
  newestNear: number | undefined;
  /** The same of those that are at most a day later than the as-of or the folder's date, whichever is later. */
  newestNearFolder: number | undefined;
}

/** The span of time that a run counts, in epoch seconds: after `start`, and at or before `asOf`. */
export interface CountedSpan {
  start: number;
  asOf: number;
  /** By the name of the folder, if that is a date. */
  folderDate?: number;
}

/**
 * The rows of a folder in a DuckDB file of their own: appended as they are read, then sorted once, and repeats removed.
 */
export class Staging implements AsyncDisposable {
  readonly #folder: string;
  readonly #file: DuckDbFile;
  #appenders: Appenders | undefined;
  readonly #userIds: UserIdKind;
  #staged = 0;

  private constructor(folder: string, file: DuckDbFile, userIds: UserIdKind) {
    this.#folder = folder;
    this.#file = file;
    this.#userIds = userIds;
  }

  /**
   * Begins an empty staging in `workDir`/staging, which is removed at the end.
   *
   * @throws EngineError if the file can't be created
   */
  static async open(workDir: string, signal?: AbortSignal, userIds: UserIdKind = 'int'): Promise<Staging> {
    const folder = join(workDir, 'staging');
    await rm(folder, { recursive: true, force: true });
    const staging = new Staging(folder, await DuckDbFile.open(join(folder, 'rows.duckdb'), signal), userIds);
    try {
      await staging.#begin();
      return staging;
    } catch (error) {
      await staging[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Ids as a column of {@link addActivities}. */
  userColumn(ids: readonly UserId[]): UserColumn {
    return isWide(this.#userIds) ? BigInt64Array.from(ids, BigInt) : Int32Array.from(ids as readonly number[]);
  }

  #stored(id: UserId): UserId {
    return isWide(this.#userIds) ? BigInt(id) : id;
  }

  /** Adds the rows of a block. */
  addActivities(type: RowType, rows: Omit<ActivityRows, 'lines' | 'rejects' | 'unwanted' | 'named'>): void {
    const { users, engaged, messages, instants, selfDirected } = rows;
    const number = rowTypes.indexOf(type);
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
      usersTable.append(selfDirected.length, ([ids, suspended, isRow], to, from, count) => {
        for (let i = 0; i < count; i++) {
          ids.setItem(to + i, this.#stored(selfDirected[from + i] as UserId));
          suspended.setItem(to + i, null);
          isRow.setItem(to + i, 0);
        }
      });
    });
  }

  /** Adds the users of a block of user.csv. */
  addUsers(rows: UserRows): void {
    this.#add(({ users }) =>
      users.append(rows.userIds.length, ([ids, suspended, isRow], to, from, count) => {
        for (let i = 0; i < count; i++) {
          const flag = rows.suspended[from + i] ?? null;
          ids.setItem(to + i, this.#stored(rows.userIds[from + i] as UserId));
          suspended.setItem(to + i, flag === null ? null : Number(flag));
          isRow.setItem(to + i, 1);
        }
      }),
    );
  }

  /** Adds the texts of users, where ids are texts. */
  addNames(named: readonly NamedId[]): void {
    this.#add(({ names }) =>
      names?.append(named.length, ([ids, texts], to, from, count) => {
        for (let i = 0; i < count; i++) {
          const [id, text] = named[from + i] as NamedId;
          ids.setItem(to + i, BigInt(id));
          texts.setItem(to + i, text);
        }
      }),
    );
  }

  /** Each user's text, where ids are texts, once rows can be read; two with one number are both there. */
  async *readNames(): AsyncGenerator<NamedId[]> {
    if (this.#userIds !== 'text') return;
    for await (const chunk of this.stream(statement('sql/staging/read-names.sql')))
      yield chunk.getRows().map(([id, text]): NamedId => [userIdOf(id as bigint), text as string]);
  }

  /** Ends the adding of rows. */
  async close(): Promise<void> {
    this.#add(({ activities, users, names }) => {
      activities.close();
      users.close();
      names?.close();
    });
    this.#appenders = undefined;
    await this.run('COMMIT');
  }

  /**
   * Call this after all rows are added: it sorts, removes repeats and rows that are too old, and counts. Only then can
   * rows be read.
   *
   * @param horizon epoch seconds: activities at or before it are left out, unless they are follows; undefined leaves
   *   out none
   * @param span by which `later` and `beforeWindow` are counted; undefined: both are 0
   * @param forgotten rows that name one of them are left out
   */
  async finish(horizon: number | undefined, span?: CountedSpan, forgotten?: Forgotten): Promise<StagedCounts> {
    if (this.#appenders) await this.close();
    const ofForgotten = forgotten?.isEmpty === false ? await this.#leaveOut(forgotten) : 0;
    const [[old] = []] = await this.run(statement('sql/staging/count-expired.sql'), { horizon: horizon ?? null });
    const expired = Number(old);
    await this.run(statement('sql/staging/activity.sql'), { horizon: horizon ?? null });
    await this.run(statement('sql/staging/users.sql'));
    await this.run('DROP TABLE staged_activity');
    await this.run('DROP TABLE staged_user');
    const counts: Record<ActivityType, number> = { follow: 0, reply: 0, like: 0, mention: 0 };
    const none = Number.NEGATIVE_INFINITY;
    const all = { distinct: 0, words: 0, later: 0, beforeWindow: 0, oldest: -none };
    const newest = { all: none, near: none, nearFolder: none };
    const { start = null, asOf = null, folderDate = null } = span ?? {};
    for (const [type, ...figures] of await this.run(statement('sql/staging/count-activities.sql'), {
      start,
      asOf,
      folderDate,
    })) {
      const [activities = 0, later = 0, beforeWindow = 0, oldest = -none, ...newestOfType] = figures.map((figure) =>
        figure === null ? none : Number(figure),
      );
      const [ofAll = none, near = none, nearFolder = none] = newestOfType;
      all.distinct += activities;
      const activityType = activityTypes[Number(type)];
      if (activityType === undefined) {
        all.words += activities;
        continue;
      }
      counts[activityType] = activities;
      all.later += later;
      all.beforeWindow += beforeWindow;
      newest.all = Math.max(newest.all, ofAll);
      newest.near = Math.max(newest.near, near);
      newest.nearFolder = Math.max(newest.nearFolder, nearFolder);
      all.oldest = Math.min(all.oldest, oldest);
    }
    const [[users] = []] = await this.run('SELECT count(*) FROM users');
    const orUndefined = (instant: number) => (instant > none ? instant : undefined);
    return {
      users: Number(users),
      activities: counts,
      words: all.words,
      forgotten: ofForgotten,
      expired,
      repeated: this.#staged - expired - all.distinct,
      later: all.later,
      beforeWindow: all.beforeWindow,
      oldest: all.oldest < -none ? all.oldest : undefined,
      newest: orUndefined(newest.all),
      newestNear: orUndefined(newest.near),
      newestNearFolder: orUndefined(newest.nearFolder),
    };
  }

  /** Runs a statement and returns its rows. */
  run(sql: string, values?: Record<string, DuckDBValue>): Promise<DuckDBValue[][]> {
    return this.#file.run(sql, values);
  }

  /** Runs a query and yields its rows chunk by chunk, in the order of the table. */
  stream(sql: string, values?: Record<string, DuckDBValue>): AsyncGenerator<DuckDBDataChunk> {
    return this.#file.stream(sql, values);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#appenders = undefined;
    await this.#file[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** @returns how many rows of the input are left out; whoever else they name stays known */
  async #leaveOut(forgotten: Forgotten): Promise<number> {
    const found: string[] = [];
    for await (const chunk of this.stream(statement('sql/staging/user-ids.sql')))
      for (const id of chunk.getColumnValues(0) as number[]) if (forgotten.has(id)) found.push(String(id));
    if (found.length === 0) return 0;
    const ids = { ids: listValue(found) };
    const [[staged, rows] = []] = await this.run(statement('sql/staging/count-forgotten.sql'), ids);
    await this.run(statement('sql/staging/keep-others.sql'), ids);
    await this.run(statement('sql/staging/leave-out-activities.sql'), ids);
    await this.run(statement('sql/staging/leave-out-users.sql'), ids);
    if (this.#userIds === 'text') await this.run(statement('sql/staging/leave-out-names.sql'), ids);
    this.#staged -= Number(staged);
    return Number(rows);
  }

  async #begin(): Promise<void> {
    // In one transaction, full row groups go straight to the file, and nothing to a log.
    await this.run('BEGIN');
    const id = isWide(this.#userIds) ? BIGINT : INTEGER;
    await this.run(
      `CREATE TABLE staged_activity (type UTINYINT, user_id ${id}, engaged_id ${id}, message_id BIGINT, instant DOUBLE)`,
    );
    await this.run(`CREATE TABLE staged_user (user_id ${id}, suspended UTINYINT, is_row UTINYINT)`);
    if (this.#userIds === 'text') await this.run('CREATE TABLE staged_name (user_id BIGINT, id VARCHAR)');
    const activityColumns = [UTINYINT, id, id, BIGINT, DOUBLE];
    this.#appenders = {
      activities: await BulkAppender.open<ActivityVectors>(this.#file.connection, 'staged_activity', activityColumns),
      users: await BulkAppender.open<UserVectors>(this.#file.connection, 'staged_user', [id, UTINYINT, UTINYINT]),
      names:
        this.#userIds === 'text'
          ? await BulkAppender.open<NameVectors>(this.#file.connection, 'staged_name', [BIGINT, VARCHAR])
          : undefined,
    };
  }

  #add(append: (appenders: Appenders) => void): void {
    const appenders = this.#appenders;
    if (!appenders) throw new Error('Rows are added after finish().');
    this.#file.guard(() => append(appenders));
  }
}
