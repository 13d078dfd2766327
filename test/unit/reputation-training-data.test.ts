import fc from 'fast-check';
import { BadInputError } from '../../src/errors.ts';
import { largestSum } from '../../src/scoring/reputation/exact-sums.ts';
import { weekWeights } from '../../src/scoring/reputation/training/class-weights.ts';
import { exactWeights } from '../../src/scoring/reputation/training/exact-weights.ts';
import { splitUsers } from '../../src/scoring/reputation/training/split-users.ts';
import { Texts } from '../../src/scoring/reputation/training/texts.ts';
import { padding, specialRows, unknownWord, Vocabulary, WordCounter } from '../../src/scoring/reputation/vocabulary.ts';

describe('the vocabulary', () => {
  const counter = new WordCounter();
  for (const [userId, text] of [
    [1, 'up up up down own'],
    [1, 'own down'],
    [2, 'down up'],
    [3, 'down side'],
    [4, 'side http'],
  ] as const)
    counter.add(userId, text);

  test('is refused by name if there are more different words than can be counted', () => {
    const few = new WordCounter(3);
    few.add(1, 'a b c');
    few.add(2, 'c b a');
    expect(() => few.add(3, 'd')).toThrow(/more than 3 different words/);
  });

  test('has the words of most users first, then by alphabet, and none of a single user', () => {
    expect(counter.vocabulary(10).words).toEqual(['down', 'side', 'up']);
  });

  test('has a largest size', () => {
    expect(counter.vocabulary(2).words).toEqual(['down', 'side']);
  });

  test('encodes a text up to a length, unknown words included', () => {
    const vocabulary = new Vocabulary(['down', 'side']);
    expect([...vocabulary.encode('side own down side', 3)]).toEqual([specialRows + 1, unknownWord, specialRows]);
    expect([...vocabulary.encode('', 3)]).toEqual([]);
  });
});

describe('splitting users', () => {
  const labels = new Map(Array.from({ length: 1000 }, (_, i) => [i * 7, i % 50 === 0]));

  test('gives each part its share of the good ones and of the others', () => {
    const parts = splitUsers(labels, 1);
    const count = (part: string, isGood: boolean) =>
      [...parts].filter(([userId, of]) => of === part && labels.get(Number(userId)) === isGood).length;
    expect([count('test', true), count('validation', true), count('training', true)]).toEqual([4, 2, 14]);
    expect([count('test', false), count('validation', false), count('training', false)]).toEqual([196, 118, 666]);
    expect(parts.size).toBe(1000);
  });

  test('depends on the seed and on nothing else', () => {
    const shuffled = new Map([...labels].toReversed());
    expect(new Map([...splitUsers(shuffled, 1)].sort(([a], [b]) => Number(a) - Number(b)))).toEqual(
      new Map([...splitUsers(labels, 1)].sort(([a], [b]) => Number(a) - Number(b))),
    );
    expect([...splitUsers(labels, 2)]).not.toEqual([...splitUsers(labels, 1)]);
  });

  test('needs five of each kind', () => {
    const few = new Map(Array.from({ length: 20 }, (_, i) => [i, i < 4]));
    expect(() => splitUsers(few, 1)).toThrow(BadInputError);
    expect(() => splitUsers(few, 1)).toThrow('there are 4 good ones');
    expect(() => splitUsers(new Map(), 1)).toThrow('there are 0 good ones');
    const enough = splitUsers(new Map(Array.from({ length: 10 }, (_, i) => [i, i < 5])), 1);
    expect(new Set(enough.values())).toEqual(new Set(['training', 'validation', 'test']));
  });
});

test('weeks weigh as much of good users as of others, and of a user as the root of their number', () => {
  const texts = new Texts(new Vocabulary([]), 10);
  const add = (userId: number, isGood: boolean, times: number) => {
    for (let i = 0; i < times; i++) texts.add({ userId, isGood, week: i, text: 'a' });
  };
  add(1, true, 4);
  add(2, false, 9);
  add(3, false, 1);
  const weights = weekWeights(texts);
  const sum = (from: number, to: number) => weights.slice(from, to).reduce((a, b) => a + b, 0);
  expect(sum(0, 4)).toBeCloseTo(7, 5);
  expect(sum(4, 14)).toBeCloseTo(7, 5);
  expect(sum(4, 13) / sum(13, 14)).toBeCloseTo(3, 5);
});

describe('exact weights', () => {
  const [dimension, filters, words] = [4, 3, 6];
  const numbers = (length: number, largest: number) =>
    fc
      .array(fc.double({ min: -largest, max: largest, noNaN: true }), { minLength: length, maxLength: length })
      .map((values) => Float32Array.from(values));
  const arbitrary = fc.integer({ min: -8, max: 8 }).chain((size) =>
    fc.record({
      embedding: numbers((words + specialRows) * dimension, 2 ** size),
      filters: fc.tuple(
        ...[1, 3].map((width) =>
          fc.record({
            width: fc.constant(width),
            kernel: numbers(width * dimension * filters, 1),
            bias: numbers(filters, 1),
          }),
        ),
      ),
      output: numbers(2 * filters, 3),
      outputBias: numbers(1, 3),
    }),
  );

  test('are whole numbers whose sums stay exact in 32 bits, as fine as that allows', () => {
    fc.assert(
      fc.property(arbitrary, (weights) => {
        const { weights: exact, unit } = exactWeights(weights, dimension);
        for (const values of [exact.embedding, ...exact.filters.flatMap(({ kernel, bias }) => [kernel, bias])])
          expect(values.every(Number.isInteger)).toBe(true);
        expect(largestSum(exact.embedding, exact.filters, dimension)).toBeLessThan(2 ** 24);
        expect(Math.log2(unit)).toBe(Math.round(Math.log2(unit)));
        expect([...exact.embedding.slice(padding, dimension)].every((value) => value === 0)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('differ from the trained ones by no more than rounding', () => {
    const weights = {
      embedding: Float32Array.from({ length: (words + specialRows) * dimension }, (_, i) => Math.sin(i)),
      filters: [
        {
          width: 1,
          kernel: Float32Array.from({ length: 12 }, (_, i) => Math.cos(i)),
          bias: new Float32Array([0, 1, -1]),
        },
      ],
      output: new Float32Array([1, 2, 3]),
      outputBias: new Float32Array([0.5]),
    };
    const { weights: exact, unit } = exactWeights(weights, dimension);
    expect(unit).toBeLessThan(1e-6);
    for (let filter = 0; filter < filters; filter++) {
      let [trained, rounded] = [weights.filters[0]?.bias[filter] as number, exact.filters[0]?.bias[filter] as number];
      for (let d = 0; d < dimension; d++) {
        const at = (specialRows + 1) * dimension + d;
        trained += (weights.embedding[at] as number) * (weights.filters[0]?.kernel[d * filters + filter] as number);
        rounded += (exact.embedding[at] as number) * (exact.filters[0]?.kernel[d * filters + filter] as number);
      }
      expect(rounded * unit).toBeCloseTo(trained, 2);
    }
  });
});
