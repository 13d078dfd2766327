import { isoWeekName } from '../../messages/iso-week.ts';
import { type WriteOptions, writeWhole } from '../../storage/write-whole.ts';
import type { UserId } from '../../user-id.ts';
import { million } from './millionths.ts';
import type { ReputationList } from './reputation-list.ts';

/** Users' ids as texts; undefined where ids are numbers. */
type UserTexts = ReadonlyMap<UserId, string> | undefined;

/** Writes `reputation_score.csv`, by user, completely or not at all; to disk or S3. */
export async function writeReputationList(
  location: string,
  list: ReputationList,
  options: WriteOptions & { texts: UserTexts },
): Promise<void> {
  await writeWhole(location, linesOf(list, options.texts), options);
}

function* linesOf(list: ReputationList, texts: UserTexts): Generator<string> {
  yield 'user_id,pred\n';
  for (const [userId, pred] of list) yield `${fieldOf(userId, texts)},${pred}\n`;
}

/** Writes `user_id,week,probability`, with the week's ISO 8601 name (2015-W53) and 6 decimals. */
export async function writeWeekScores(
  location: string,
  weeks: AsyncIterable<{ userId: UserId; week: number; probability: number }>,
  options: WriteOptions & { texts: UserTexts },
): Promise<void> {
  await writeWhole(location, weekLinesOf(weeks, options.texts), options);
}

async function* weekLinesOf(
  weeks: AsyncIterable<{ userId: UserId; week: number; probability: number }>,
  texts: UserTexts,
): AsyncGenerator<string> {
  yield 'user_id,week,probability\n';
  for await (const { userId, week, probability } of weeks)
    yield `${fieldOf(userId, texts)},${isoWeekName(week)},${(probability / million).toFixed(6)}\n`;
}

/** An id as a field of a CSV file. */
export function fieldOf(userId: UserId, texts: UserTexts): string {
  const text = texts?.get(userId) ?? String(userId);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
