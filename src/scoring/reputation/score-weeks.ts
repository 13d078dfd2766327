import { setImmediate } from 'node:timers/promises';
import { InterruptedError } from '../../errors.ts';
import type { MessageStore, UnscoredWeek } from '../../messages/message-store.ts';
import { Classifier } from './classifier.ts';
import { goodFrom } from './millionths.ts';
import type { StoredModel } from './model-folder.ts';
import type { ReputationList } from './reputation-list.ts';
import { UserScores } from './user-scores.ts';

/** How many weeks are sorted by length and stored together; an interrupted run loses no more than these. */
const window = 8192;

export interface ScoreOptions {
  signal?: AbortSignal;
  onProgress?: (scored: number, unscored: number) => void;
}

/**
 * Scores every user-week at or before `asOf` (epoch seconds); those that this model has scored before, and whose text
 * is unchanged, keep their score.
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
  using classifier = new Classifier(model);
  let scored = 0;
  for await (const part of partsOf(store.unscoredWeeks(asOf))) {
    const probabilities = new Int32Array(part.length);
    for (const { places, values } of classifier.batches(
      part.map(({ text }) => model.vocabulary.encode(text, model.length)),
    )) {
      for (const [k, place] of places.entries()) probabilities[place] = values[k] as number;
      // TensorFlow blocks this thread; let the parallel closest step and Ctrl-C through.
      await setImmediate();
      if (options.signal?.aborted) throw new InterruptedError('Scoring was stopped; the scores so far are kept.');
    }
    await store.addScores(
      id,
      part.map(({ userId, week, content }, i) => ({ userId, week, content, probability: probabilities[i] as number })),
    );
    scored += part.length;
    options.onProgress?.(scored, unscored);
  }
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

async function* partsOf(weeks: AsyncIterable<UnscoredWeek>): AsyncGenerator<UnscoredWeek[]> {
  let part: UnscoredWeek[] = [];
  for await (const week of weeks) {
    part.push(week);
    if (part.length < window) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
