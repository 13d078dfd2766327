import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  BIGINT,
  type DuckDBBigIntVector,
  type DuckDBIntegerVector,
  type DuckDBUBigIntVector,
  type DuckDBUTinyIntVector,
  type DuckDBValue,
  type DuckDBVarCharVector,
  type DuckDBVector,
  INTEGER,
  UBIGINT,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import { statement } from '../config/project.ts';
import { BadInputError } from '../errors.ts';
import { BulkAppender } from '../storage/bulk-appender.ts';
import { DuckDbFile } from '../storage/duckdb-file.ts';
import { duckDbPath } from '../storage/duckdb-path.ts';
import { collisionOf, isWide, type UserId, type UserIdKind, userIdOf } from '../user-id.ts';
import { cleaningVersion } from './clean.ts';
import type { Message } from './message.ts';
import { textsIn } from './user-weeks.ts';

/** Of INTEGER or BIGINT, which takes BigInts only. */
type IdVector = DuckDBVector & { setItem(index: number, id: UserId): void };
type MessageVectors = readonly [
  DuckDBBigIntVector,
  IdVector,
  DuckDBBigIntVector,
  DuckDBVarCharVector,
  DuckDBUTinyIntVector,
];
type TextVectors = readonly [IdVector, DuckDBVarCharVector];
type ScoreVectors = readonly [
  IdVector,
  DuckDBIntegerVector,
  DuckDBUBigIntVector,
  DuckDBVarCharVector,
  DuckDBIntegerVector,
];

/** What a user wrote in one ISO week. */
export interface UserWeek {
  userId: UserId;
  /** A week number from isoWeek. */
  week: number;
  /** The words of its messages, by created_at, then id, separated by single spaces. */
  text: string;
}

export interface LabelledWeek extends UserWeek {
  isGood: boolean;
}

/** A user-week and its key in the cache of scores. */
export interface UnscoredWeek extends UserWeek {
  content: bigint;
}

/** A user-week's probability, in millionths. */
export interface WeekScore {
  userId: UserId;
  week: number;
  content: bigint;
  probability: number;
}

/** How many messages are sorted at once. Sorting 10 million at once needs more than the 512 MB that DuckDB may use. */
const messagesAtOnce = 500_000;

/** All messages of the network, and the model's score for each user-week; memory use doesn't depend on their number. */
export class MessageStore implements AsyncDisposable {
  readonly #file: DuckDbFile;
  readonly #atOnce: number;
  readonly #userIds: UserIdKind;
  #staging: BulkAppender<MessageVectors> | undefined;
  #texts: BulkAppender<TextVectors> | undefined;

  private constructor(file: DuckDbFile, atOnce: number, userIds: UserIdKind) {
    this.#file = file;
    this.#atOnce = atOnce;
    this.#userIds = userIds;
  }

  /**
   * Opens the store in a file, which is created if necessary.
   *
   * @param atOnce about how many messages are sorted at once
   * @throws BadInputError if its messages were cleaned by another version of Kith
   * @throws EngineError if the file can't be created or is in use
   */
  static async open(
    path: string,
    signal?: AbortSignal,
    atOnce = messagesAtOnce,
    userIds: UserIdKind = 'int',
  ): Promise<MessageStore> {
    const file = await DuckDbFile.open(path, signal);
    try {
      await file.run(statement('sql/messages/create-message.sql'));
      await file.run(statement('sql/messages/create-week-score.sql'));
      if (isWide(userIds))
        for (const table of ['message', 'week-score'] as const)
          await file.run(statement(`sql/messages/widen-${table}.sql`));
      if (userIds === 'text') await file.run(statement('sql/messages/create-user-text.sql'));
      await file.run(statement('sql/messages/create-model-use.sql'));
      await file.run(statement('sql/messages/create-iso-week.sql'));
      await file.run('CREATE TABLE IF NOT EXISTS cleaning (version INTEGER NOT NULL)');
      const [[version] = []] = await file.run('SELECT version FROM cleaning');
      if (version === undefined) await file.run('INSERT INTO cleaning VALUES ($version)', { version: cleaningVersion });
      else if (version !== cleaningVersion)
        throw new BadInputError(
          `The messages in ${path} were cleaned by another version of Kith: remove the file and ingest them again.`,
        );
      return new MessageStore(file, atOnce, userIds);
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** How many messages and scores of a user there are, and texts that name them. */
  async countOf(userId: UserId): Promise<number> {
    const [[messages, scores] = []] = await this.#file.run(statement('sql/messages/count-of-user.sql'), {
      id: String(userId),
    });
    const counted = statement('sql/messages/count-text.sql');
    const [[texts] = []] = this.#userIds === 'text' ? await this.#file.run(counted, { id: String(userId) }) : [[0]];
    return Number(messages) + Number(scores) + Number(texts);
  }

  /**
   * Writes the store anew without a user's messages and scores: DuckDB leaves the bytes of deleted rows where they were.
   * Interrupted anywhere, it can be repeated.
   *
   * @param workDir an empty folder
   * @returns how many rows were removed
   */
  static async erase(
    path: string,
    userId: UserId,
    workDir: string,
    { signal, userIds }: { signal?: AbortSignal; userIds?: UserIdKind },
  ): Promise<number> {
    const places = {
      message: { path: join(workDir, 'message.parquet') },
      score: { path: join(workDir, 'week-score.parquet') },
      use: { path: join(workDir, 'model-use.parquet') },
      text: { path: join(workDir, 'user-text.parquet') },
    };
    const read = ({ path }: { path: string }) => ({ path: duckDbPath(path) });
    const draft = join(workDir, 'messages.duckdb');
    let rows: number;
    {
      await using store = await MessageStore.open(path, signal, undefined, userIds);
      rows = await store.countOf(userId);
      if (rows === 0) return 0;
      const id = String(userId);
      await store.#file.run(statement('sql/messages/write-message-without.sql'), { ...places.message, id });
      await store.#file.run(statement('sql/messages/write-week-score-without.sql'), { ...places.score, id });
      await store.#file.run(statement('sql/messages/write-model-use.sql'), places.use);
      if (userIds === 'text')
        await store.#file.run(statement('sql/messages/write-user-text-without.sql'), { ...places.text, id });
      await store.#file.run('CHECKPOINT');
    }
    {
      await using store = await MessageStore.open(draft, signal, undefined, userIds);
      await store.#file.run(statement('sql/messages/read-message.sql'), read(places.message));
      await store.#file.run(statement('sql/messages/read-week-score.sql'), read(places.score));
      await store.#file.run(statement('sql/messages/read-model-use.sql'), read(places.use));
      if (userIds === 'text') await store.#file.run(statement('sql/messages/read-user-text.sql'), read(places.text));
      await store.#file.run('CHECKPOINT');
    }
    // What it held was written to the file by now.
    rmSync(`${path}.wal`, { force: true });
    renameSync(draft, path);
    return rows;
  }

  #stored(id: UserId): UserId {
    return isWide(this.#userIds) ? BigInt(id) : id;
  }

  /** Adds messages that {@link commit} will store. They are invisible until then, and dropped if it isn't called. */
  async stage(): Promise<(messages: readonly Message[]) => void> {
    await this.#file.run('BEGIN');
    await this.#file.run('CREATE TABLE staged_message AS SELECT * FROM message LIMIT 0');
    const types = [BIGINT, isWide(this.#userIds) ? BIGINT : INTEGER, BIGINT, VARCHAR, UTINYINT];
    const staging = await BulkAppender.open<MessageVectors>(this.#file.connection, 'staged_message', types);
    this.#staging = staging;
    const texts = this.#userIds === 'text' ? await this.#stageTexts() : undefined;
    return (messages) =>
      this.#file.guard(() => {
        texts?.(messages);
        staging.append(messages.length, ([ids, users, instants, words, labels], to, from, count) => {
          for (let i = 0; i < count; i++) {
            const message = messages[from + i] as Message;
            ids.setItem(to + i, message.id);
            users.setItem(to + i, this.#stored(message.userId));
            instants.setItem(to + i, BigInt(message.at));
            words.setItem(to + i, message.words);
            labels.setItem(to + i, message.isGood === undefined ? null : Number(message.isGood));
          }
        });
      });
  }

  async #stageTexts(): Promise<(messages: readonly Message[]) => void> {
    await this.#file.run('CREATE TABLE staged_user_text AS SELECT * FROM user_text LIMIT 0');
    const types = [BIGINT, VARCHAR];
    const texts = await BulkAppender.open<TextVectors>(this.#file.connection, 'staged_user_text', types);
    this.#texts = texts;
    return (messages) =>
      texts.append(messages.length, ([users, ids], to, from, count) => {
        for (let i = 0; i < count; i++) {
          const { userId, userText = '' } = messages[from + i] as Message;
          users.setItem(to + i, BigInt(userId));
          ids.setItem(to + i, userText);
        }
      });
  }

  /** The ids of all who wrote, where ids are texts, by their numbers. */
  async texts(): Promise<ReadonlyMap<UserId, string> | undefined> {
    return this.#userIds === 'text' ? textsIn(this.#file) : undefined;
  }

  /**
   * Stores what was added; a message that is there already changes nothing. @returns how many messages are new or
   * changed
   * @throws BadInputError if the texts of two users have one number
   */
  async commit(): Promise<number> {
    this.#file.guard(() => this.#staging?.close());
    this.#staging = undefined;
    if (this.#texts) await this.#commitTexts(this.#texts);
    await this.#file.run(statement('sql/messages/find-changed.sql'));
    await this.#file.run(statement('sql/messages/delete-changed.sql'));
    await this.#file.run(statement('sql/messages/insert-changed.sql'));
    const [[changed] = []] = await this.#file.run('SELECT count(*) FROM changed');
    await this.#file.run('DROP TABLE changed');
    await this.#file.run('DROP TABLE staged_message');
    await this.#file.run('COMMIT');
    return Number(changed);
  }

  async #commitTexts(staged: BulkAppender<TextVectors>): Promise<void> {
    this.#file.guard(() => staged.close());
    this.#texts = undefined;
    await this.#file.run(statement('sql/messages/insert-user-texts.sql'));
    await this.#file.run('DROP TABLE staged_user_text');
    const [[number, one, other] = []] = await this.#file.run(statement('sql/messages/find-collision.sql'));
    if (number !== undefined) throw collisionOf(number as bigint, one as string, other as string);
  }

  /** The number of messages, and of those at or before `asOf` (epoch seconds). */
  async count(asOf: number): Promise<{ messages: number; upToAsOf: number }> {
    const values = { asOf: BigInt(Math.floor(asOf)) };
    const [[messages, upToAsOf] = []] = await this.#file.run(statement('sql/messages/count.sql'), values);
    return { messages: Number(messages), upToAsOf: Number(upToAsOf) };
  }

  /** The user-weeks of labelled users, by user and week, of messages at or before `asOf` (epoch seconds). */
  async *labelledWeeks(asOf: number): AsyncGenerator<LabelledWeek> {
    const columns = this.#columns('sql/messages/read-labelled.sql', asOf);
    for await (const { userId, week, value, text } of weeksOf(columns))
      yield { userId, week, text, isGood: value === 1 };
  }

  /**
   * Finds the user-weeks at or before `asOf`, and which of them have no score by the model; removes what is no longer
   * needed from the cache.
   */
  async findUnscored(model: string, asOf: number): Promise<{ unscored: number; weeks: number }> {
    await this.#file.run(statement('sql/messages/find-weeks.sql'), { asOf: BigInt(Math.floor(asOf)) });
    await this.#file.run(statement('sql/messages/find-unscored.sql'), { model });
    await this.#file.run(statement('sql/messages/use-model.sql'), { model });
    await this.#file.run(statement('sql/messages/forget-scores.sql'), { model });
    const [[unscored, weeks] = []] = await this.#file.run(statement('sql/messages/count-unscored.sql'));
    return { unscored: Number(unscored), weeks: Number(weeks) };
  }

  /** The user-weeks that {@link findUnscored} found without a score, by user and week. */
  async *unscoredWeeks(asOf: number): AsyncGenerator<UnscoredWeek> {
    const columns = this.#columns('sql/messages/read-unscored.sql', asOf);
    for await (const { userId, week, value, text } of weeksOf(columns))
      yield { userId, week, text, content: value as bigint };
  }

  /** Stores scores, all or none. */
  async addScores(model: string, scores: readonly WeekScore[]): Promise<void> {
    const types = [isWide(this.#userIds) ? BIGINT : INTEGER, INTEGER, UBIGINT, VARCHAR, INTEGER];
    await this.#file.run('BEGIN');
    const appender = await BulkAppender.open<ScoreVectors>(this.#file.connection, 'week_score', types);
    this.#file.guard(() => {
      appender.append(scores.length, ([users, weeks, contents, models, probabilities], to, from, count) => {
        for (let i = 0; i < count; i++) {
          const score = scores[from + i] as WeekScore;
          users.setItem(to + i, this.#stored(score.userId));
          weeks.setItem(to + i, score.week);
          contents.setItem(to + i, score.content);
          models.setItem(to + i, model);
          probabilities.setItem(to + i, score.probability);
        }
      });
      appender.close();
    });
    await this.#file.run('COMMIT');
  }

  /** The scores of the user-weeks that {@link findUnscored} found, by user and week; `probability` in millionths. */
  async *weekScores(model: string): AsyncGenerator<{ userId: UserId; week: number; probability: number }> {
    for await (const chunk of this.#file.stream(statement('sql/messages/read-weeks.sql'), { model })) {
      for (const [userId, week, probability] of chunk.getRows())
        yield { userId: userIdOf(userId as number | bigint), week: week as number, probability: probability as number };
    }
  }

  /** How many of each user's weeks have at least the threshold (in millionths), by user. */
  async *shares(model: string, threshold: number): AsyncGenerator<{ userId: UserId; good: number; weeks: number }> {
    for await (const chunk of this.#file.stream(statement('sql/messages/read-shares.sql'), { model, threshold })) {
      for (const [userId, good, weeks] of chunk.getRows())
        yield { userId: userIdOf(userId as number | bigint), good: Number(good), weeks: Number(weeks) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#staging = undefined;
    this.#texts = undefined;
    await this.#file[Symbol.asyncDispose]();
  }

  /** Columns of user, week, a value of the user or week, and words: chunk by chunk, one range of users after another. */
  async *#columns(file: `sql/messages/${string}.sql`, asOf: number): AsyncGenerator<MessageColumns> {
    const until = { asOf: BigInt(Math.floor(asOf)) };
    const ranges = await this.#file.run(statement('sql/messages/user-ranges.sql'), {
      ...until,
      size: BigInt(this.#atOnce),
    });
    for (const [first, last] of ranges as [DuckDBValue, DuckDBValue][])
      for await (const chunk of this.#file.stream(statement(file), { ...until, first, last }))
        yield chunk.getColumns() as MessageColumns;
  }
}

type MessageColumns = [users: (number | bigint)[], weeks: number[], values: (number | bigint)[], words: string[]];

/** Groups sorted messages by user and week. */
async function* weeksOf(
  chunks: AsyncIterable<MessageColumns>,
): AsyncGenerator<{ userId: UserId; week: number; value: number | bigint; text: string }> {
  let current: { userId: UserId; week: number; value: number | bigint; text: string } | undefined;
  // Chunk by chunk and not row by row: waiting for each of ten million messages takes longer than reading them.
  for await (const [users, weeks, values, texts] of chunks)
    for (const [i, user] of users.entries()) {
      const userId = userIdOf(user);
      const week = weeks[i] as number;
      const words = texts[i] as string;
      if (current && current.userId === userId && current.week === week) {
        if (words !== '') current.text = current.text === '' ? words : `${current.text} ${words}`;
        continue;
      }
      if (current) yield current;
      current = { userId, week, value: values[i] as number | bigint, text: words };
    }
  if (current) yield current;
}
