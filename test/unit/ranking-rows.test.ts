import { combinations, type UserRecommendations } from '../../src/scoring/ranking/ranking.ts';
import { rankings } from '../../src/scoring/ranking/rankings.ts';
import { exactDecimal, rowsWithSources } from '../../src/scoring/ranking/rows-with-sources.ts';

const { circles } = rankings;

/** Terms as [recommended, reason, units, source]. */
function user(terms: [bigint, bigint, bigint, bigint][], scores: [bigint, bigint][]): UserRecommendations {
  return {
    userId: 7n,
    recommended: scores.map(([rec]) => rec),
    scores: scores.map(([, score]) => score),
    reasonOf: terms.map(([rec]) => rec),
    reasons: terms.map(([, via]) => via),
    reasonWeights: terms.map(([, , units]) => units),
    reasonSources: terms.map(([, , , source]) => source),
  };
}

test('terms of one reason are one row, whose sources are joined in the order of the ranking', () => {
  const terms: [bigint, bigint, bigint, bigint][] = [
    [30n, 30n, 4n, 2n],
    [30n, 30n, 1n, 1n],
    [30n, 12n, 10n, 0n],
    [30n, 30n, 2n, 0n],
  ];
  expect(rowsWithSources(user(terms, [[30n, 17n]]), circles)).toEqual({
    recommendations: '7\t30\t0.0000017\t1\tcircle\n',
    reasons: '7\t30\t12\t0.0000010\tcircle\n7\t30\t30\t0.0000007\tcircle + popular + engages-with-you\n',
  });
});

test('the source is the one with the largest share, of equal ones the first; rows are in the order of ids', () => {
  const terms: [bigint, bigint, bigint, bigint][] = [
    [9n, 9n, 5n, 2n],
    [9n, 9n, 5n, 1n],
    [8n, 1n, 2n, 0n],
    [8n, 2n, 2n, 0n],
    [8n, 8n, 3n, 1n],
    [10n, 10n, 30_000_000n, 2n],
  ];
  const { recommendations } = rowsWithSources(
    user(terms, [
      [10n, 30_000_000n],
      [9n, 10n],
      [8n, 7n],
    ]),
    circles,
  );
  expect(recommendations).toBe(
    '7\t8\t0.0000007\t3\tcircle\n7\t9\t0.0000010\t2\tpopular\n7\t10\t3.0000000\t1\tengages-with-you\n',
  );
});

test('a decimal is exact beyond what a JavaScript number holds', () => {
  expect(exactDecimal(2n ** 63n - 1n, 7)).toBe('922337203685.4775807');
  expect(exactDecimal(0n, 7)).toBe('0.0000000');
});

test('a reason may name any of the sources, in their order', () => {
  expect(combinations(['a', 'b', 'c']).sort()).toEqual(['a', 'a + b', 'a + b + c', 'a + c', 'b', 'b + c', 'c']);
  expect(combinations(['second-degree'])).toEqual(['second-degree']);
});

test('every ranking is known by its own name', () => {
  expect(Object.entries(rankings).filter(([name, ranking]) => name !== ranking.name)).toEqual([]);
});
