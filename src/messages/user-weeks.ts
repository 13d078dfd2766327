import { existsSync } from 'node:fs';
import { statement } from '../config/project.ts';
import { BusyError } from '../errors.ts';
import { DuckDbFile } from '../storage/duckdb-file.ts';
import { duckDbPath } from '../storage/duckdb-path.ts';
import { type UserId, userIdOf } from '../user-id.ts';
import { isoWeekName } from './iso-week.ts';

/** A user's week, as 2024-W22, and the probability (0…1) that a good user wrote what is in it. */
export interface ScoredWeek {
  week: string;
  probability: number;
}

/**
 * The weeks of a user that were scored last, the newest first.
 *
 * @param path of the message store
 * @param asOf epoch seconds
 * @returns undefined while a run uses the store
 */
export async function userWeeks(path: string, userId: UserId, asOf: number): Promise<ScoredWeek[] | undefined> {
  if (!existsSync(path)) return [];
  try {
    await using file = await DuckDbFile.open(path, undefined, { readOnly: true });
    const rows = await file.run(statement('sql/messages/read-user-weeks.sql'), { userId, asOf: BigInt(asOf) });
    return rows.map(([week, probability]) => ({
      week: isoWeekName(Number(week)),
      probability: Number(probability) / 1e6,
    }));
  } catch (error) {
    if (error instanceof BusyError) return undefined;
    throw error;
  }
}

/** A user-week with its probability in millionths. */
interface KeptWeek {
  userId: UserId;
  week: number;
  probability: number;
}

/**
 * Writes all user-weeks as `user_id,week,probability`, and tells whether the scores were computed from them.
 *
 * @param path of the message store
 * @param asOf epoch seconds
 * @param files `scores`: a file `user_id,pred`; `weeks`: what `write` makes
 * @param options.goodFrom from which probability on a week is good
 * @param options.hasTexts whether ids are texts, which `write` gets then
 * @returns whether the scores were made from them; otherwise messages or another model came since
 * @throws BusyError while a run uses the store
 */
export async function writeAllWeeks(
  path: string,
  asOf: number,
  files: { scores: string; weeks: string },
  { goodFrom, hasTexts, signal }: { goodFrom: number; hasTexts: boolean; signal: AbortSignal },
  write: (weeks: AsyncIterable<KeptWeek>, texts: ReadonlyMap<UserId, string> | undefined) => Promise<void>,
): Promise<boolean> {
  if (!existsSync(path)) return false;
  await using file = await DuckDbFile.open(path, signal, { readOnly: true });
  let isWhole = true;
  async function* weeks(): AsyncGenerator<KeptWeek> {
    for await (const chunk of file.stream(statement('sql/messages/read-all-weeks.sql'), { asOf: BigInt(asOf) }))
      for (const [userId, week, probability] of chunk.getRows()) {
        isWhole &&= probability !== null;
        yield { userId: userIdOf(userId as number | bigint), week: week as number, probability: Number(probability) };
      }
  }
  await write(weeks(), hasTexts ? await textsIn(file) : undefined);
  const [[unlike] = []] = await file.run(statement('sql/messages/count-unlike-scores.sql'), {
    scores: duckDbPath(files.scores),
    weeks: duckDbPath(files.weeks),
    threshold: goodFrom,
  });
  return isWhole && Number(unlike) === 0;
}

/** The ids of all who wrote, where ids are texts, by their numbers. */
export async function textsIn(file: DuckDbFile): Promise<ReadonlyMap<UserId, string>> {
  const rows = await file.run('SELECT user_id, id FROM user_text');
  return new Map(rows.map(([userId, id]) => [userIdOf(userId as bigint), id as string]));
}
