import { isoWeekName } from '../../messages/iso-week.ts';
import { type WriteOptions, writeWhole } from '../../storage/write-whole.ts';
import type { UserId } from '../../user-id.ts';
import { million } from './millionths.ts';
import type { ReputationList } from './reputation-list.ts';

/** Writes `reputation_score.csv`, by user, completely or not at all; to disk or S3. */
export async function writeReputationList(
  location: string,
  list: ReputationList,
  options: WriteOptions,
): Promise<void> {
  await writeWhole(location, linesOf(list), options);
}

function* linesOf(list: ReputationList): Generator<string> {
  yield 'user_id,pred\n';
  for (const [userId, pred] of list) yield `${userId},${pred}\n`;
}

/** Writes `user_id,week,probability`, with the week's ISO 8601 name (2015-W53) and 6 decimals. */
export async function writeWeekScores(
  location: string,
  weeks: AsyncIterable<{ userId: UserId; week: number; probability: number }>,
  options: WriteOptions,
): Promise<void> {
  await writeWhole(location, weekLinesOf(weeks), options);
}

async function* weekLinesOf(
  weeks: AsyncIterable<{ userId: UserId; week: number; probability: number }>,
): AsyncGenerator<string> {
  yield 'user_id,week,probability\n';
  for await (const { userId, week, probability } of weeks)
    yield `${userId},${isoWeekName(week)},${(probability / million).toFixed(6)}\n`;
}
