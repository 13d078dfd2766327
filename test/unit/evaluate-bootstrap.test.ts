import { estimates } from '../../src/evaluate/bootstrap.ts';

const values = Array.from({ length: 400 }, (_, i) => ((i * 37) % 101) / 100);

test('the mean is that of the values, and the same seed gives the same interval', () => {
  const [estimate] = estimates([values], 1);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(estimate?.mean).toBeCloseTo(mean, 12);
  expect(estimates([values], 1)).toEqual([estimate]);
  expect(estimates([values], 2)).not.toEqual([estimate]);
});

test('the interval is about as wide as the normal distribution says', () => {
  const [estimate] = estimates([values], 1);
  if (!estimate) throw new Error('no estimate');
  const variance = values.reduce((sum, value) => sum + (value - estimate.mean) ** 2, 0) / values.length;
  const expected = 2 * 1.96 * Math.sqrt(variance / values.length);
  expect((estimate.high - estimate.low) / expected).toBeGreaterThan(0.85);
  expect((estimate.high - estimate.low) / expected).toBeLessThan(1.15);
  expect(estimate.low).toBeLessThan(estimate.mean);
  expect(estimate.high).toBeGreaterThan(estimate.mean);
});

test('every series sees the same draws, so a constant difference has no width', () => {
  const [first, second] = estimates([values, values.map((value) => value + 0.25)], 1);
  expect((second?.low ?? 0) - (first?.low ?? 0)).toBeCloseTo(0.25, 12);
  expect((second?.high ?? 0) - (first?.high ?? 0)).toBeCloseTo(0.25, 12);
  expect(estimates([values.map(() => 0.25)], 1)[0]).toEqual({ mean: 0.25, low: 0.25, high: 0.25 });
});

test('without users there is nothing to estimate', () => {
  expect(estimates([[]], 1)).toEqual([{ mean: Number.NaN, low: Number.NaN, high: Number.NaN }]);
});
