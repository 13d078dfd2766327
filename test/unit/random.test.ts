import { AliasTable } from '../../src/generate/alias-table.ts';
import { PhraseBook } from '../../src/generate/phrase-book.ts';
import { Random } from '../../src/random.ts';

const take = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

describe('random numbers', () => {
  test('come again for the same seed and name, and differ for another', () => {
    expect(take(new Random(1, 'a'), 8)).toEqual(take(new Random(1, 'a'), 8));
    expect(take(new Random(1, 'a'), 8)).not.toEqual(take(new Random(1, 'b'), 8));
    expect(take(new Random(1, 'a'), 8)).not.toEqual(take(new Random(2, 'a'), 8));
    expect(take(new Random(1, 'a'), 8)).not.toEqual(take(new Random(1 + 2 ** 32, 'a'), 8));
  });

  test('are spread evenly', () => {
    const random = new Random(3);
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const bucket = random.below(10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 2000)).toBeLessThan(250);
  });

  test('make permutations that hold every number once', () => {
    const order = new Random(4).permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(order[0] === 0 && order[1] === 1 && order[2] === 2).toBe(false);
  });
});

describe('an alias table', () => {
  test('draws in proportion to the weights, and never what weighs nothing', () => {
    const weights = [5, 0, 1, 3, 1];
    const table = new AliasTable(Int32Array.of(0, 1, 2, 3, 4), (value) => weights[value] ?? 0);
    const random = new Random(6);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 50_000; i++) {
      const value = table.draw(random);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    expect(table.size).toBe(4);
    expect(counts[1]).toBe(0);
    for (const [value, weight] of weights.entries())
      expect(Math.abs((counts[value] ?? 0) - weight * 5000)).toBeLessThan(600);
  });

  test('gives -1 when there is nothing to draw', () => {
    expect(new AliasTable(Int32Array.of(7), () => 0).draw(new Random(1))).toBe(-1);
  });
});

describe('a phrase book', () => {
  test('fills slots and other rules', () => {
    const book = new PhraseBook<string>({ hello: ['hi {who}!'], who: ['dear {name}'] }, { name: (_, name) => name });
    expect(book.say('hello', new Random(1), 'Ada')).toBe('hi dear Ada!');
  });

  test('refuses a rule with a slot that nobody fills', () => {
    expect(() => new PhraseBook({ hello: ['hi {who}'] }, {})).toThrow(/\{who\}/);
  });
});
