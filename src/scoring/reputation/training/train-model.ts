import { BadInputError } from '../../../errors.ts';
import type { MessageStore } from '../../../messages/message-store.ts';
import type { UserId } from '../../../user-id.ts';
import { Classifier } from '../classifier.ts';
import { goodFrom, million } from '../millionths.ts';
import type { Architecture, Model } from '../model.ts';
import { WordCounter } from '../vocabulary.ts';
import { exactWeights } from './exact-weights.ts';
import { type FitOptions, type FitSettings, fit, type Round } from './fit.ts';
import { byUser, type Judged } from './metrics.ts';
import { type Part, splitUsers } from './split-users.ts';
import { Texts } from './texts.ts';

export interface TrainingSettings {
  architecture: Architecture;
  /** The most words in the vocabulary. */
  vocabularySize: number;
  /** How many words of a user-week are read. */
  length: number;
  fit: FitSettings;
}

/** The number of labelled users and user-weeks in each part. */
export type PartCounts = Record<Part, { users: number; good: number; weeks: number }>;

/** Results on users that the model has not seen. */
export interface Evaluation {
  /** The test users' weeks. */
  weeks: Judged[];
  /** The test users, with the mean probability of their weeks. */
  users: Judged[];
  /** The test users, with the share of their weeks found good: `pred`. */
  preds: Judged[];
}

export interface Training {
  model: Model;
  counts: PartCounts;
  rounds: Round[];
  evaluation: Evaluation;
}

export const architecture: Architecture = { dimension: 64, widths: [1, 2, 3], filters: 64 };

/**
 * Trains on the labelled users among the messages at or before `asOf` (epoch seconds): splits the users, takes the
 * vocabulary from the training users, fits, rounds the weights to exact ones, and scores the test users with them.
 *
 * @throws BadInputError if there are too few labelled users; InterruptedError once the signal aborts
 */
export async function trainModel(
  store: MessageStore,
  asOf: number,
  settings: TrainingSettings,
  options: FitOptions & { onCounts?: (counts: PartCounts, words: number) => void } = {},
): Promise<Training> {
  const labels = new Map<UserId, boolean>();
  for await (const { userId, isGood } of store.labelledWeeks(asOf)) {
    // A Map holds no more; the messages of so many would not fit into memory either.
    if (labels.size === 2 ** 24 && !labels.has(userId))
      throw new BadInputError('More than 16,777,216 users are labelled: train on fewer of them.');
    labels.set(userId, isGood);
  }
  const parts = splitUsers(labels, settings.fit.seed);

  const counter = new WordCounter();
  for await (const { userId, text } of store.labelledWeeks(asOf))
    if (parts.get(userId) === 'training') counter.add(userId, text);
  const vocabulary = counter.vocabulary(settings.vocabularySize);

  const empty = () => new Texts(vocabulary, settings.length);
  const texts: Record<Part, Texts> = { training: empty(), validation: empty(), test: empty() };
  for await (const week of store.labelledWeeks(asOf)) {
    texts[parts.get(week.userId) as Part].add(week);
  }
  const counts = countParts(parts, labels, texts);
  options.onCounts?.(counts, vocabulary.words.length);

  const words = vocabulary.words.length;
  const { architecture } = settings;
  const { weights, rounds } = await fit(texts.training, texts.validation, words, architecture, settings.fit, options);
  const model: Model = {
    architecture,
    vocabulary,
    length: settings.length,
    ...exactWeights(weights, architecture.dimension),
  };
  return { model, counts, rounds, evaluation: evaluate(model, texts.test) };
}

function countParts(
  parts: ReadonlyMap<UserId, Part>,
  labels: ReadonlyMap<UserId, boolean>,
  texts: Record<Part, Texts>,
): PartCounts {
  const none = (part: Part) => ({ users: 0, good: 0, weeks: texts[part].size });
  const counts = { training: none('training'), validation: none('validation'), test: none('test') };
  for (const [userId, part] of parts) {
    counts[part].users++;
    if (labels.get(userId)) counts[part].good++;
  }
  return counts;
}

function evaluate(model: Model, texts: Texts): Evaluation {
  const classifier = new Classifier(model);
  const { users, isGood } = texts;
  const probabilities = isGood.map((_, i) => classifier.probability(texts.rows(i)));
  const judged = (of: (probability: number) => number) =>
    isGood.map((good, i) => ({ probability: of(probabilities[i] as number), isGood: good }));
  const weeks = judged((probability) => probability / million);
  const found = judged((probability) => Number(probability >= goodFrom));
  return { weeks, users: byUser(weeks, users), preds: byUser(found, users) };
}
