import { readSettings } from '../../src/config/settings.ts';
import { savedQueries } from '../../src/dashboard/explore-page.ts';
import { runSettings } from '../../src/jobs/run-options.ts';

const settings = runSettings(readSettings({ KITH_WINDOW_DAYS: '30', KITH_MIN_REPUTATION: '0.7' }), undefined);

test.each([
  ['list', '0.7'],
  ['none', 'null'],
] as const)('a saved query asks what a run with reputation %s asked', (reputation, minReputation) => {
  const run = { asOf: 1_717_200_000, settings: { ...settings, reputation } };
  const query = savedQueries({ userId: '42', run }).find(({ name }) => name === 'candidates');
  expect(query?.text).toContain(`${minReputation} IS NOT NULL`);
  expect(query?.text).toContain('f.at <= 1717200000');
  expect(query?.text).toContain('30 * 86400');
  expect(query?.text).toContain('{userId: 42}');
});
