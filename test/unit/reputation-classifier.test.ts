import fc from 'fast-check';
import { Random } from '../../src/random.ts';
import { Classifier } from '../../src/scoring/reputation/classifier.ts';
import { million } from '../../src/scoring/reputation/millionths.ts';
import { type Architecture, type Model, mapWeights, shapes } from '../../src/scoring/reputation/model.ts';
import { exactWeights } from '../../src/scoring/reputation/training/exact-weights.ts';
import { batchOf, features } from '../../src/scoring/reputation/training/network.ts';
import { tf } from '../../src/scoring/reputation/training/tensorflow.ts';
import { Vocabulary } from '../../src/scoring/reputation/vocabulary.ts';
import { bullishModel } from '../harness/hand-made-model.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz';
const length = 12;

const architectures: fc.Arbitrary<Architecture> = fc.record({
  dimension: fc.integer({ min: 1, max: 5 }),
  widths: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  filters: fc.integer({ min: 1, max: 9 }),
});
const models: fc.Arbitrary<Model> = fc
  .record({ architecture: architectures, words: fc.integer({ min: 0, max: 8 }), seed: fc.nat() })
  .map(({ architecture, words, seed }) => {
    const random = new Random(seed, 'weights');
    const trained = mapWeights(shapes(architecture, words), (shape) =>
      Float32Array.from(
        { length: shape.reduce((product, each) => product * each, 1) },
        () => 2 * random.fraction() - 1,
      ),
    );
    const vocabulary = new Vocabulary([...letters.slice(0, words)]);
    return { architecture, vocabulary, length, ...exactWeights(trained, architecture.dimension) };
  });
/** Empty ones, ones shorter than filters or longer than what is read, and words that the model doesn't know. */
const texts = fc.array(
  fc.array(fc.constantFrom(...letters.slice(0, 10)), { maxLength: length + 2 }).map((words) => words.join(' ')),
  { minLength: 1, maxLength: 12 },
);

/** The probabilities that TensorFlow's convolution gives, all texts in one batch. */
function byTensorFlow({ architecture, vocabulary, weights, unit }: Model, all: readonly string[]): number[] {
  const batch = batchOf(
    all.map((text) => vocabulary.encode(text, length)),
    architecture,
  );
  const shape = shapes(architecture, vocabulary.words.length);
  const pooled = tf.tidy(() => {
    const tensors = {
      ...mapWeights(weights, () => tf.scalar(0)),
      embedding: tf.tensor(weights.embedding, shape.embedding),
      filters: weights.filters.map(({ width, kernel, bias }, i) => ({
        width,
        kernel: tf.tensor(kernel, shape.filters[i]?.kernel),
        bias: tf.tensor(bias, shape.filters[i]?.bias),
      })),
    };
    return features(tensors, batch).dataSync();
  });
  const count = weights.output.length;
  return all.map((_, i) => {
    let sum = 0;
    for (let f = 0; f < count; f++) sum += (pooled[i * count + f] as number) * (weights.output[f] as number);
    return Math.round(million / (1 + Math.exp(-(sum * unit + (weights.outputBias[0] as number)))));
  });
}

test("gives TensorFlow's probabilities to the last digit, however few products are kept", () => {
  const seen = new Set<number>();
  fc.assert(
    fc.property(models, texts, fc.constantFrom(undefined, 0, 500), (model, all, bytes) => {
      const classifier = new Classifier(model, bytes);
      const expected = byTensorFlow(model, all);
      expect([...classifier.probabilities(all)]).toEqual(expected);
      expect([...classifier.probabilities(all.toReversed())].toReversed()).toEqual(expected);
      for (const each of expected) seen.add(each);
    }),
    { numRuns: 300 },
  );
  expect(seen.size).toBeGreaterThan(500);
});

test('adds up the largest sums that are exact', () => {
  const [most, bias] = [2 ** 23 - 1, 2 ** 23];
  const model: Model = {
    ...bullishModel(),
    unit: 2 ** -24,
    weights: {
      embedding: Float32Array.of(0, 0, most, -most),
      filters: [{ width: 1, kernel: Float32Array.of(1), bias: Float32Array.of(bias) }],
      output: Float32Array.of(1),
      outputBias: Float32Array.of(0),
    },
  };
  const p = (sum: number) => Math.round(million / (1 + Math.exp(-sum / 2 ** 24)));
  expect([...new Classifier(model).probabilities(['bullish', 'the', 'the bullish', ''])]).toEqual([
    p(bias + most),
    p(1),
    p(bias + most),
    p(bias),
  ]);
});

test("reads no more than the model's length", () => {
  const all = ['the the the the bullish', 'the the the the the bullish', 'bear', ''];
  expect([...new Classifier(bullishModel()).probabilities(all)]).toEqual([993_307, 6693, 6693, 6693]);
});
