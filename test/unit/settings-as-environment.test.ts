import { readSettings } from '../../src/config/settings.ts';
import type { RunSettings } from '../../src/jobs/run.ts';
import { runSettings } from '../../src/jobs/run-options.ts';
import { settingsAsEnvironment } from '../../src/jobs/settings-as-environment.ts';

/** None of it is the default. */
const all: Required<RunSettings> = {
  weighting: {
    windowSeconds: 30 * 86_400,
    decay: { kind: 'exponential', halfLifeSeconds: 12 * 86_400 },
    bases: { follow: 2000, reply: 3500, like: 0, mention: 1 },
    minReputation: 0.7,
  },
  ranking: 'circles',
  recommendEngaged: false,
  popularAtMost: 3,
  strangersAtMost: 300,
  dismissDays: 7,
  activeDays: 60,
  excludeLaterFollows: true,
  reputation: 'none',
};

test.each([
  ['every setting', all],
  ['the defaults', runSettings(readSettings({}), undefined)],
])("a run's settings as variables give the same settings again: %s", (_, settings) => {
  expect(runSettings(readSettings(settingsAsEnvironment(settings)), undefined)).toEqual(settings);
});
