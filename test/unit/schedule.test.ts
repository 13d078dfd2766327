import { Agenda, Job } from 'agenda';
import { dayOf, latestDue } from '../../src/jobs/worker/schedule.ts';

/** When Agenda runs a job next that ran last at this instant; its jobs are kept nowhere here. */
function nextAfter(instant: string, cron: string, timezone: string): string {
  const backend = { name: 'none', repository: {}, connect: async () => undefined, disconnect: async () => undefined };
  const agenda = new Agenda({ backend: backend as never });
  const job = new Job(agenda, { name: 'x', type: 'normal' } as never);
  job.attrs.lastRunAt = new Date(instant);
  job.attrs.repeatInterval = cron;
  job.attrs.repeatTimezone = timezone;
  const { attrs } = (job as unknown as { computeNextRunAt(): Job }).computeNextRunAt();
  return (attrs.nextRunAt as Date).toISOString();
}

describe('seven in the morning in New York', () => {
  test.each([
    ['the day before the clock goes forward', '2026-03-07T12:00:00Z', '2026-03-08T11:00:00.000Z'],
    ['the day on which it goes forward', '2026-03-08T11:00:00Z', '2026-03-09T11:00:00.000Z'],
    ['the day before the clock goes back', '2026-10-31T11:00:00Z', '2026-11-01T12:00:00.000Z'],
    ['the day on which it goes back', '2026-11-01T12:00:00Z', '2026-11-02T12:00:00.000Z'],
    ['after a night that was slept over', '2026-06-01T11:00:00Z', '2026-06-02T11:00:00.000Z'],
  ])('comes right after %s', (_, last, next) => {
    expect(nextAfter(last, '0 7 * * *', 'America/New_York')).toBe(next);
  });
});

test.each([
  ['UTC', '2026-11-23T23:59:59Z', '20261123'],
  ['Asia/Tokyo', '2026-11-23T22:00:00Z', '20261124'],
  ['America/New_York', '2026-11-24T03:00:00Z', '20261123'],
])('the folder of a day is that of the date in %s', (timeZone, instant, date) => {
  const schedule = { cron: '0 7 * * *', timeZone, inputRoot: 's3://bucket/graph_data/' };
  expect(dayOf(schedule, new Date(instant))).toEqual({
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
  expect(latestDue({ cron: '0 7 * * *', timeZone: 'America/New_York' }, new Date(instant)).toISOString()).toBe(due);
});
