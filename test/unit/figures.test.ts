import { count, days, several, share } from '../../src/figures.ts';

test('figures are told as people write them', () => {
  expect([count(1_234_567), count(0)]).toEqual(['1,234,567', '0']);
  expect([several(1, 'row'), several(0, 'row'), several(2_000, 'row')]).toEqual(['1 row', '0 rows', '2,000 rows']);
  expect(several(2, 'activity', 'activities')).toBe('2 activities');
  expect([days(86_400), days(43_200), days(90 * 86_400)]).toEqual(['1 day', '0.5 days', '90 days']);
  expect([share(2 / 15), share(0.5), share(1)]).toEqual(['0.133333', '0.5', '1']);
});
