import { isToCome } from '../../src/jobs/judge-as-of.ts';

const date = Date.UTC(2024, 5, 2) / 1000;

test.each([
  ['a date that begins nowhere yet', date, date - 14 * 3600 - 1, true],
  ['a date that has just begun on Kiritimati', date, date - 14 * 3600, false],
  ['a date that has begun in Greenwich', date, date, false],
])("a folder's date: %s", (_name, at, now, isExpected) => {
  expect(isToCome(at, now, true)).toBe(isExpected);
});

test.each([
  ['an instant that has not come', date + 60, date + 59, true],
  ['this instant', date + 60, date + 60, false],
  ['midnight in a second', date, date - 1, true],
])('an as-of that was given: %s', (_name, at, now, isExpected) => {
  expect(isToCome(at, now, false)).toBe(isExpected);
});
