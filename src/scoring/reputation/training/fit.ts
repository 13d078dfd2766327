import type { Variable } from '@tensorflow/tfjs-node';
import { InterruptedError } from '../../../errors.ts';
import { Random } from '../../../random.ts';
import { type Architecture, listWeights, mapWeights, type Weights } from '../model.ts';
import { byLength, cutIntoBatches } from './batches.ts';
import { weekWeights } from './class-weights.ts';
import { endlessBatches } from './endless-batches.ts';
import { initialWeights } from './initial-weights.ts';
import { areaUnderRoc, byUser, type Judged } from './metrics.ts';
import { batchOf, features, logits } from './network.ts';
import { type Tensor, type Tensor1D, tf } from './tensorflow.ts';
import type { Texts } from './texts.ts';

/** How a model is trained; docs/decisions/0008 says what was compared. */
export interface FitSettings {
  /** All randomness comes from it: the same data and seed give the same weights. */
  seed: number;
  /** Weeks per batch, if there are at least eight times as many. */
  batch: number;
  /** Batches between two validations: half a pass over the weeks, within these limits. */
  roundBatches: readonly [least: number, most: number];
  maxRounds: number;
  /** Training ends after this many rounds without a lower loss on the validation users. */
  patience: number;
  learningRate: number;
  /** Share of features that are dropped at random. */
  dropout: number;
  /** Weight decay of the embedding: what its sum of squares adds to the loss. */
  embeddingDecay: number;
  /** How slowly the averaged weights, which are the ones kept, follow the training weights. */
  averaging: number;
}

export const fitDefaults: FitSettings = {
  seed: 1,
  batch: 128,
  roundBatches: [25, 200],
  maxRounds: 40,
  patience: 4,
  learningRate: 1e-3,
  dropout: 0.5,
  embeddingDecay: 1e-4,
  averaging: 0.998,
};

/** The state of training after a round; losses are cross-entropies in nats, with classes weighted 50:50. */
export interface Round {
  round: number;
  /** Passes over the training weeks so far. */
  epochs: number;
  trainingLoss: number;
  validationLoss: number;
  /** Area under the ROC curve, by validation users: mean probability over a user's weeks. */
  validationAuc: number;
  /** Whether these weights are the best so far. */
  isBest: boolean;
}

export interface FitOptions {
  signal?: AbortSignal;
  onProgress?: (batches: number, epochs: number) => void;
  onRound?: (round: Round) => void;
}

/**
 * Finds a network's weights: Adam on batches of texts of similar length, dropout before the last layer, an exponential
 * average of the weights, and the average with the lowest loss on the validation weeks.
 *
 * @throws InterruptedError once the signal aborts
 */
export async function fit(
  training: Texts,
  validation: Texts,
  words: number,
  architecture: Architecture,
  settings: FitSettings,
  options: FitOptions = {},
): Promise<{ weights: Weights<Float32Array>; rounds: Round[] }> {
  const trained = initialWeights(architecture, words, settings.seed);
  const averaged = mapWeights(trained, (value) => tf.variable(value.clone()));
  const optimizer = tf.train.adam(settings.learningRate);
  const dropout = new Random(settings.seed, 'dropout');
  const weights = weekWeights(training);
  const batchSize = Math.max(8, Math.min(settings.batch, Math.floor(training.size / 8)));
  const [least, most] = settings.roundBatches;
  const roundBatches = Math.round(Math.min(most, Math.max(least, training.size / batchSize / 2)));
  const rounds: Round[] = [];
  let best: { loss: number; round: number; weights: Weights<Float32Array> } | undefined;
  let [step, loss, inRound] = [0, 0, 0];
  try {
    for await (const { weeks, epochs } of endlessBatches(training, batchSize, settings.seed)) {
      if (options.signal?.aborted) throw new InterruptedError('Training was stopped; no model was written.');
      loss += learn(trained, training, weeks, weights, batchSize, architecture, settings, optimizer, dropout);
      step++;
      // At first the average follows faster, so that it doesn't remember the random start.
      average(averaged, trained, Math.min(settings.averaging, (1 + step) / (10 + step)));
      options.onProgress?.(step, epochs);
      if (++inRound < roundBatches) continue;
      const judged = judge(averaged, validation, architecture);
      const round: Round = {
        round: rounds.length + 1,
        epochs,
        trainingLoss: loss / inRound,
        validationLoss: crossEntropy(judged, weekWeights(validation)),
        validationAuc: areaUnderRoc(byUser(judged, validation.users)),
        isBest: false,
      };
      round.isBest = round.validationLoss < (best?.loss ?? Number.POSITIVE_INFINITY);
      rounds.push(round);
      options.onRound?.(round);
      if (round.isBest)
        best = {
          loss: round.validationLoss,
          round: round.round,
          weights: mapWeights(averaged, (value) => value.dataSync().slice() as Float32Array),
        };
      if (round.round - (best?.round ?? 0) >= settings.patience || round.round >= settings.maxRounds) break;
      [loss, inRound] = [0, 0];
    }
  } finally {
    for (const [, variable] of [...listWeights(trained), ...listWeights(averaged)]) variable.dispose();
    optimizer.dispose();
  }
  if (!best) throw new Error('training found no weights with a finite loss');
  return { weights: best.weights, rounds };
}

/** A step of Adam on one batch. @returns its loss */
function learn(
  trained: Weights<Variable>,
  texts: Texts,
  weeks: readonly number[],
  weights: Float32Array,
  batchSize: number,
  architecture: Architecture,
  { dropout, embeddingDecay }: FitSettings,
  optimizer: { minimize(loss: () => Tensor, returnCost: true): Tensor | null },
  random: Random,
): number {
  const batch = batchOf(
    weeks.map((i) => texts.rows(i)),
    architecture,
  );
  const kept = new Float32Array(weeks.length * architecture.widths.length * architecture.filters);
  for (let i = 0; i < kept.length; i++) kept[i] = random.fraction() < dropout ? 0 : 1 / (1 - dropout);
  let crossEntropy = 0;
  const cost = optimizer.minimize(() => {
    const pooled = features(trained, batch);
    const logit = logits(trained, pooled.mul(tf.tensor(kept, pooled.shape)));
    const isGood = tf.tensor1d(weeks.map((i) => Number(texts.isGood[i])));
    const weight = tf.tensor1d(weeks.map((i) => weights[i] as number));
    const losses = tf
      .relu(logit)
      .sub(logit.mul(isGood))
      .add(tf.log1p(tf.exp(tf.neg(tf.abs(logit))))) as Tensor1D;
    // Divided by the size of a full batch, so that texts count equally in batches that long texts make smaller.
    const mean = losses.mul(weight).sum().div(batchSize);
    crossEntropy = mean.dataSync()[0] as number;
    return mean.add(tf.square(trained.embedding).sum().mul(embeddingDecay)) as never;
  }, true);
  cost?.dispose();
  return crossEntropy;
}

function average(averaged: Weights<Variable>, trained: Weights<Variable>, decay: number): void {
  const current = listWeights(trained);
  tf.tidy(() => {
    for (const [i, [, value]] of listWeights(averaged).entries())
      value.assign(value.mul(decay).add((current[i] as [string, Variable])[1].mul(1 - decay)));
  });
}

/** Each week's probability, by weights that are still being trained. */
function judge(weights: Weights<Tensor>, texts: Texts, architecture: Architecture): Judged[] {
  const judged: Judged[] = new Array(texts.size);
  const lengthOf = (place: number) => texts.lengthOf(place);
  for (const weeks of cutIntoBatches(byLength(texts.size, lengthOf), lengthOf, 256)) {
    const batch = batchOf(
      weeks.map((i) => texts.rows(i)),
      architecture,
    );
    const probabilities = tf.tidy(() => tf.sigmoid(logits(weights, features(weights, batch))).dataSync());
    for (const [k, i] of weeks.entries())
      judged[i] = { probability: probabilities[k] as number, isGood: texts.isGood[i] as boolean };
  }
  return judged;
}

function crossEntropy(judged: readonly Judged[], weights: Float32Array): number {
  const least = 1e-7;
  let [sum, total] = [0, 0];
  for (const [i, { probability, isGood }] of judged.entries()) {
    const weight = weights[i] as number;
    sum -= weight * Math.log(Math.max(least, isGood ? probability : 1 - probability));
    total += weight;
  }
  return sum / total;
}
