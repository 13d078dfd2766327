import { isoWeek, isoWeekName } from '../../src/messages/iso-week.ts';

const nameOf = (instant: string) => isoWeekName(isoWeek(Date.parse(instant) / 1000));

describe('an ISO week', () => {
  test.each([
    ['2015-12-31T23:59:59Z', '2015-W53'],
    ['2016-01-03T23:59:59Z', '2015-W53'],
    ['2016-01-04T00:00:00Z', '2016-W01'],
    ['2008-12-28T23:59:59Z', '2008-W52'],
    ['2008-12-29T00:00:00Z', '2009-W01'],
    ['2010-01-03T12:00:00Z', '2009-W53'],
    ['2024-02-29T12:00:00Z', '2024-W09'],
    ['1970-01-01T00:00:00Z', '1970-W01'],
    ['1969-12-28T23:59:59Z', '1969-W52'],
    ['0001-01-01T00:00:00Z', '0001-W01'],
  ])('of %s is %s', (instant, name) => {
    expect(nameOf(instant)).toBe(name);
  });

  test('begins on Monday at 00:00 UTC and is seven days long', () => {
    const monday = Date.parse('2024-05-27T00:00:00Z') / 1000;
    expect(isoWeek(monday - 1)).toBe(isoWeek(monday) - 1);
    expect(isoWeek(monday + 7 * 86_400 - 1)).toBe(isoWeek(monday));
    expect(isoWeek(monday + 7 * 86_400)).toBe(isoWeek(monday) + 1);
  });
});
