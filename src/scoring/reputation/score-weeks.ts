import { readSideBySide } from '../../graph/side-by-side.ts';
import type { MessageStore, UnscoredWeek } from '../../messages/message-store.ts';
import { goodFrom } from './millionths.ts';
import type { StoredModel } from './model-folder.ts';
import type { ReputationList } from './reputation-list.ts';
import { UserScores } from './user-scores.ts';

/** How many weeks are scored and stored together; an interrupted run loses no more than these for each thread. */
const weeksAtOnce = 8192;

export interface ScoreOptions {
  signal?: AbortSignal;
  onProgress?: (scored: number, unscored: number) => void;
  /** The scores do not depend on these. */
  threads?: number;
  weeksAtOnce?: number;
}

/**
 * Scores every user-week at or before `asOf` (epoch seconds) in threads of their own; those that this model has scored
 * before, and whose text is unchanged, keep their score.
 *
 * @returns how many weeks there are, and how many of them were new or changed
 * @throws InterruptedError once the signal aborts; scores up to then are kept
 */
export async function scoreWeeks(
  store: MessageStore,
  { model, id }: StoredModel,
  asOf: number,
  options: ScoreOptions = {},
): Promise<{ weeks: number; scored: number }> {
  const { unscored, weeks } = await store.findUnscored(id, asOf);
  if (unscored === 0) return { weeks, scored: 0 };
  const { mostThreads, ScoringThreads } = await import('./scoring-threads.ts');
  const size = options.weeksAtOnce ?? weeksAtOnce;
  const count = Math.min(options.threads ?? mostThreads, Math.ceil(unscored / size));
  await using threads = new ScoringThreads(model, count, options.signal);
  let scored = 0;
  await readSideBySide(partsOf(store.unscoredWeeks(asOf), size), count, async (part) => {
    const probabilities = await threads.probabilities(part.map(({ text }) => text));
    return async () => {
      await store.addScores(
        id,
        part.map((week, i) => ({ ...week, probability: probabilities[i] as number })),
      );
      scored += part.length;
      options.onProgress?.(scored, unscored);
    };
  });
  return { weeks, scored };
}

/**
 * The `pred` of every user with messages, after {@link scoreWeeks}: the share of the user's weeks that the model finds
 * good.
 */
export async function readShares(store: MessageStore, { id }: StoredModel): Promise<ReputationList> {
  const list = new UserScores();
  for await (const { userId, good, weeks } of store.shares(id, goodFrom)) list.add(userId, good / weeks);
  return list;
}

async function* partsOf(weeks: AsyncIterable<UnscoredWeek>, size: number): AsyncGenerator<UnscoredWeek[]> {
  let part: UnscoredWeek[] = [];
  for await (const week of weeks) {
    part.push(week);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
