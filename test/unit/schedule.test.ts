import { type Due, dayOf, duesAfter, latestDue, nextDue, type Schedule } from '../../src/jobs/worker/schedule.ts';
import { WallClock } from '../../src/jobs/worker/wall-clock.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** YYYY-MM-DD or YYYY-MM-DDTHH:MM, in UTC. */
const instantOf = (text: string) => new Date(text.includes('T') ? `${text}Z` : text);

/** What is due after and before two instants, as lines "date instant". */
function duesBetween(rule: Pick<Schedule, 'cron' | 'timeZone'>, from: Date, to: Date): string[] {
  const dues = [];
  for (let due = nextDue(rule, from); due.at < to; due = nextDue(rule, due.at))
    dues.push(`${due.date} ${due.at.toISOString().slice(0, 16)}Z`);
  return dues;
}

test.each([
  ['UTC', '2026-11-23T23:59:59Z', '20261123'],
  ['Asia/Tokyo', '2026-11-23T22:00:00Z', '20261124'],
  ['America/New_York', '2026-11-24T03:00:00Z', '20261123'],
])('the folder of a day is that of the date in %s', (timeZone, instant, date) => {
  const schedule = { cron: '* * * * *', timeZone, inputRoot: 's3://bucket/graph_data/' };
  expect(dayOf(schedule, latestDue(schedule, new Date(instant)))).toEqual({
    input: `s3://bucket/graph_data/${date}`,
    asOf: Date.UTC(2026, 10, Number(date.slice(6))) / 1000,
  });
});

test.each([
  ['at the moment itself', '2026-11-23T12:00:00.000Z', '2026-11-23T12:00:00.000Z'],
  ['a little later', '2026-11-23T12:00:02.345Z', '2026-11-23T12:00:00.000Z'],
  ['in the night after it was slept over', '2026-11-24T06:30:00Z', '2026-11-23T12:00:00.000Z'],
  ['after three days of sleep', '2026-11-26T18:00:00Z', '2026-11-26T12:00:00.000Z'],
  ['on the day on which the clock goes forward', '2026-03-08T15:00:00Z', '2026-03-08T11:00:00.000Z'],
  ['on the day on which it goes back', '2026-11-01T15:00:00Z', '2026-11-01T12:00:00.000Z'],
])('the run that is due %s is that of the latest seven in the morning in New York', (_, instant, due) => {
  const { at } = latestDue({ cron: '0 7 * * *', timeZone: 'America/New_York' }, new Date(instant));
  expect(at.toISOString()).toBe(due);
});

describe('where the clock is changed', () => {
  test.each([
    [
      'a time that is skipped is due right after the gap',
      ['30 2 * * *', 'America/New_York', '2027-03-13', '2027-03-16'],
      ['2027-03-13 2027-03-13T07:30Z', '2027-03-14 2027-03-14T07:00Z', '2027-03-15 2027-03-15T06:30Z'],
    ],
    [
      'a time that comes twice is due the first time',
      ['30 1 * * *', 'America/New_York', '2026-10-31', '2026-11-03'],
      ['2026-10-31 2026-10-31T05:30Z', '2026-11-01 2026-11-01T05:30Z', '2026-11-02 2026-11-02T06:30Z'],
    ],
    [
      'a day without midnight begins later',
      ['0 0 * * *', 'Africa/Cairo', '2026-04-22T21:00', '2026-04-25T12:00'],
      ['2026-04-23 2026-04-22T22:00Z', '2026-04-24 2026-04-23T22:00Z', '2026-04-25 2026-04-24T21:00Z'],
    ],
    [
      'a day that loses its last hour is due at its end',
      ['30 23 * * *', 'America/Nuuk', '2026-03-28', '2026-03-30T12:00'],
      ['2026-03-27 2026-03-28T01:30Z', '2026-03-28 2026-03-29T01:00Z', '2026-03-29 2026-03-30T00:30Z'],
    ],
    [
      'a day that is skipped is not due',
      ['0 7 * * *', 'Pacific/Apia', '2011-12-29', '2012-01-01'],
      ['2011-12-29 2011-12-29T17:00Z', '2011-12-31 2011-12-30T17:00Z', '2012-01-01 2011-12-31T17:00Z'],
    ],
    [
      'twice a day stays twice a day',
      ['30 1,2 * * *', 'Australia/Lord_Howe', '2026-10-02T12:00', '2026-10-04T12:00'],
      [
        '2026-10-03 2026-10-02T15:00Z',
        '2026-10-03 2026-10-02T16:00Z',
        '2026-10-04 2026-10-03T15:00Z',
        '2026-10-04 2026-10-03T15:30Z',
      ],
    ],
    [
      'what is due every hour is due in both passes of one that comes twice',
      ['0,30 * * * *', 'America/New_York', '2026-11-01T04:45', '2026-11-01T07:15'],
      ['05:00', '05:30', '06:00', '06:30', '07:00'].map((time) => `2026-11-01 2026-11-01T${time}Z`),
    ],
    [
      'what is due every hour is due once after an hour that is skipped',
      ['0 * * * *', 'America/New_York', '2027-03-14T05:30', '2027-03-14T08:30'],
      ['06:00', '07:00', '08:00'].map((time) => `2027-03-14 2027-03-14T${time}Z`),
    ],
    [
      'an hour that comes twice across midnight belongs to the day before both times',
      ['0 * * * *', 'America/Santiago', '2026-04-05T01:30', '2026-04-05T05:30'],
      [
        '2026-04-04 2026-04-05T02:00Z',
        '2026-04-04 2026-04-05T03:00Z',
        '2026-04-05 2026-04-05T04:00Z',
        '2026-04-05 2026-04-05T05:00Z',
      ],
    ],
    [
      'what is due in named hours, be it all, is due the first time only',
      ['0 0-23 * * *', 'America/New_York', '2026-11-01T04:45', '2026-11-01T07:15'],
      ['05:00', '07:00'].map((time) => `2026-11-01 2026-11-01T${time}Z`),
    ],
    [
      'the weekday is that of the place',
      ['0 0 * * 0', 'America/Havana', '2026-03-02', '2026-03-16'],
      ['2026-03-08 2026-03-08T05:00Z', '2026-03-15 2026-03-15T04:00Z'],
    ],
  ] as [string, [string, string, string, string], string[]][])('%s', (_, [cron, timeZone, from, to], dues) => {
    expect(duesBetween({ cron, timeZone }, instantOf(from), instantOf(to))).toEqual(dues);
  });
});

/** Time zones, and a time of the day that some of their changes of the clock skip or repeat. */
const zones = [
  ['UTC', '0 7'],
  ['America/New_York', '30 2'],
  ['Europe/London', '30 1'],
  ['Europe/Berlin', '30 2'],
  ['Asia/Beirut', '0 0'],
  ['Asia/Gaza', '30 0'],
  ['Asia/Tehran', '15 0'],
  ['Asia/Pyongyang', '45 23'],
  ['Africa/Cairo', '0 0'],
  ['Africa/Casablanca', '30 2'],
  ['America/Havana', '0 0'],
  ['America/Santiago', '30 0'],
  ['America/Asuncion', '0 0'],
  ['America/Nuuk', '30 23'],
  ['America/Sao_Paulo', '0 0'],
  ['Antarctica/Troll', '30 1'],
  ['Australia/Lord_Howe', '15 2'],
  ['Pacific/Chatham', '45 2'],
  ['Pacific/Apia', '0 4'],
] as const;
/** Times of the day that are tried in every zone whenever its clock is changed. */
const times = ['0 0', '30 0', '0 1', '30 1', '30 2', '0 3', '30 23'];

describe.each(zones)('ten years in %s', (timeZone, critical) => {
  const clock = new WallClock(timeZone);
  const [begin, end] = [Date.UTC(2018, 0, 1), Date.UTC(2028, 0, 1)];

  test(`each day is due once, in order, at ${critical}`, () => {
    let day = begin;
    let before = 0;
    for (const due of duesAfter({ cron: `${critical} * * *`, timeZone }, begin - 1000)) {
      if (day === end) break;
      const { date, at } = due;
      if (date !== new Date(day).toISOString().slice(0, 10) || at.getTime() <= before)
        throw new Error(`${new Date(day).toISOString()}: ${date} at ${at.toISOString()}`);
      day += dayMs;
      before = at.getTime();
    }
    expect(day).toBe(end);
  });

  test('whenever the clock is changed, each day is due once at any time, and stays the latest until the next', () => {
    for (const change of changesOf(clock, begin, end))
      for (const time of times) {
        const rule = { cron: `${time} * * *`, timeZone };
        const dues: Due[] = [];
        for (const due of duesAfter(rule, clock.at(change - 2 * dayMs))) if (dues.push(due) === 5) break;
        const [first] = dues as [Due];
        const dates = dues.map((_, i) => new Date(Date.parse(first.date) + i * dayMs).toISOString().slice(0, 10));
        expect(dues.map(({ date }) => date)).toEqual(dates);
        const instants = dues.map(({ at }) => at.getTime());
        expect(instants).toEqual([...new Set(instants)].toSorted());
        if (time !== critical && time !== '0 0') continue;
        for (let hour = change - 2 * hourMs; hour <= change + 3 * hourMs; hour += hourMs / 2)
          expect([hour, latestDue(rule, new Date(hour))]).toEqual([
            hour,
            dues.findLast(({ at }) => at.getTime() <= hour),
          ]);
      }
  });
});

test.each(zones)(
  'every hour in %s is an hour after the other, whenever the clock is changed by whole hours',
  (timeZone) => {
    const clock = new WallClock(timeZone);
    const rule = { cron: '0 * * * *', timeZone };
    for (const change of changesOf(clock, Date.UTC(2018, 0, 1), Date.UTC(2028, 0, 1))) {
      const step = clock.at(change) - clock.at(change - 60_000) - 60_000;
      if (step % hourMs !== 0 || clock.at(change) % hourMs !== 0) continue;
      for (let hour = change - 3 * hourMs; hour <= change + 3 * hourMs; hour += hourMs) {
        expect(nextDue(rule, new Date(hour - 1000)).at.getTime()).toBe(hour);
        expect(latestDue(rule, new Date(hour + hourMs / 2)).at.getTime()).toBe(hour);
      }
    }
  },
);

/** The instants at which the clock is put forward or back. */
function changesOf(clock: WallClock, begin: number, end: number): number[] {
  const offset = (instant: number) => clock.at(instant) - instant;
  const changes = [];
  for (let day = begin; day < end; day += dayMs) {
    if (offset(day) === offset(day + dayMs)) continue;
    let [early, late] = [day, day + dayMs];
    while (late - early > 60_000) {
      const middle = early + Math.floor((late - early) / 120_000) * 60_000;
      if (offset(middle) === offset(day)) early = middle;
      else late = middle;
    }
    changes.push(late);
  }
  return changes;
}
