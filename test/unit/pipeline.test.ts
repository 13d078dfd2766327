import type { StepState } from '../../src/jobs/attempt.ts';
import { readySteps } from '../../src/jobs/pipeline.ts';
import { type StepName, wholeRun } from '../../src/jobs/step-name.ts';

const states = (...done: StepName[]) => done.map((name) => ({ name, status: 'done' as StepState['status'] }));
const ready = (steps: readonly StepName[], ...args: Parameters<typeof states>) =>
  readySteps(steps, states(...args)).map(({ name }) => name);

describe('the steps of a whole run', () => {
  test.each<[StepName[], StepName[]]>([
    [[], ['ingest']],
    [['ingest'], ['closest', 'reputation']],
    [['ingest', 'closest'], ['reputation']],
    [['ingest', 'closest', 'reputation'], ['recommend']],
    [['ingest', 'closest', 'reputation', 'recommend'], ['publish']],
    [[...wholeRun], []],
  ])('once %j are done, %j may begin', (done, expected) => {
    expect(ready(wholeRun, ...done)).toEqual(expected);
  });

  test.each(['running', 'waiting', 'failed'] as const)(
    'one that is %s may begin, but nothing that needs it',
    (status) => {
      const begun = [...states('ingest', 'closest'), { name: 'reputation' as const, status }];
      expect(readySteps(wholeRun, begun).map(({ name }) => name)).toEqual(['reputation']);
    },
  );
});

test('what a run does not consist of is taken as done', () => {
  expect(ready(['closest'])).toEqual(['closest']);
  expect(ready(['closest', 'reputation', 'recommend'], 'closest')).toEqual(['reputation']);
  expect(ready(['closest', 'reputation', 'recommend', 'publish'], 'closest', 'reputation', 'recommend')).toEqual([
    'publish',
  ]);
});
