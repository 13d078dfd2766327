import { describeRun } from '../../src/cli/summary.ts';
import type { Settings } from '../../src/config/settings.ts';
import { renderOverview } from '../../src/dashboard/overview-page.ts';
import { StaleAttemptError } from '../../src/errors.ts';
import { keep } from '../../src/jobs/afterwards/keep.ts';
import type { FinishedRun } from '../../src/jobs/conduct-run.ts';
import { listRuns } from '../../src/jobs/list-runs.ts';
import { latestBegun } from '../../src/jobs/runs-with-steps.ts';
import { Database } from '../../src/postgres/database.ts';
import { TestNetwork } from '../harness/network.ts';
import type { Activity, ActivityType } from '../oracle/network.ts';
import { writeFolder } from '../oracle/write-folder.ts';

const day = 86_400;
const firstDay = Date.UTC(2024, 5, 1) / 1000;
/** 00:00 UTC of a day, by its number. */
const asOfDay = (number: number) => firstDay + number * day;
const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '');

let network: TestNetwork;
let database: Database;
beforeAll(async () => {
  // A network so small grows by more than half.
  network = await TestNetwork.open({ KITH_MAX_ROW_CHANGE_PERCENT: '1000000' });
  database = await Database.connect(network.stack.postgres.url);
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

const does = (type: ActivityType) => (user: number, engaged: number, at: number) =>
  ({ type, user, engaged, message: type === 'follow' ? null : BigInt(user * 1000 + engaged), at }) satisfies Activity;
const like = does('like');
const follow = does('follow');

/** The popular: two people like each of the twenty. */
const popular = Array.from({ length: 20 }, (_, i) => 101 + i);
const long = asOfDay(-60);
/** Nobody who is not popular is liked as much, on any of the days below. */
const before: Activity[] = [
  ...popular.flatMap((id) => [like(201, id, asOfDay(0) - 5), like(202, id, asOfDay(0) - 5)]),
  ...[like(1, 2, long), like(2, 3, long), like(4, 2, long), like(5, 6, long), like(6, 7, long), like(8, 9, long)],
  // Out of the window, but whom one follows is nobody new.
  follow(6, 103, asOfDay(-100)),
];
// So 3 is recommended to 1 and 4, and 7 to 5.
const firstSince: Activity[] = [
  // At the as-of of the list, and arrived later.
  like(5, 7, asOfDay(0)),
  // Somebody recommended, a second later.
  like(1, 3, asOfDay(0) + 1),
  // One of the popular.
  like(4, 101, asOfDay(0) + 5),
  // Neither; nobody is recommended to 8.
  follow(8, 10, asOfDay(0) + 100),
  // Nobody new: engaged with before, followed before, suspended.
  ...[like(5, 6, asOfDay(0) + 10), like(6, 103, asOfDay(0) + 50), like(6, 400, asOfDay(0) + 60)],
  // Somebody new to the network.
  like(300, 101, asOfDay(0) + 70),
  // After the as-of of the run: one of the popular.
  like(2, 102, asOfDay(1) + 1),
];
// So 7 and 103 are recommended to 5.
const secondSince: Activity[] = [
  // At the as-of of the run: somebody recommended.
  like(4, 3, asOfDay(2)),
  // Recommended and popular.
  follow(5, 103, asOfDay(1) + 20),
  // Neither; 300 is known by now.
  like(300, 301, asOfDay(1) + 30),
  like(1, 3, asOfDay(1) + 40),
];
const lastSince = [like(8, 2, asOfDay(7) - 10)];

function run(number: number, activities: Activity[], settings: Partial<Settings> = {}): Promise<FinishedRun> {
  const input = network.folder(iso(asOfDay(number)).slice(0, 10).replaceAll('-', ''));
  writeFolder({ activities, suspended: new Map([[400, true]]) }, input);
  return network.run({ input, settings });
}

async function listDays(): Promise<number[]> {
  const { rows } = await network.pool.query<{ as_of: Date }>(
    'SELECT as_of FROM kith.past_lists WHERE id IN (SELECT list_id FROM kith.past_recommendations) ORDER BY as_of',
  );
  return rows.map(({ as_of }) => (as_of.getTime() / 1000 - firstDay) / day);
}

const lists = { yesterday: { asOf: iso(asOfDay(2)), users: 1, recommended: 0, popular: 0 } };
const ofTheFirst = { asOf: iso(asOfDay(0)), users: 5, recommended: 2, popular: 3 };

describe('what was recommended', () => {
  test('is judged by whom users have turned to since, the day after and the week after', async () => {
    const { summary: first } = await run(0, before);
    expect(first).toMatchObject({ rows: { recommendations: 3 } });
    expect([first.pastLists, first.leftUndone]).toEqual([undefined, undefined]);
    const { rows } = await network.pool.query('SELECT run_id, popular FROM kith.past_lists');
    expect(rows).toEqual([{ run_id: expect.any(String), popular }]);

    const second = await run(1, firstSince);
    const yesterday = { asOf: iso(asOfDay(0)), users: 3, recommended: 1, popular: 1 };
    expect(second.summary.pastLists).toEqual({ yesterday });
    expect(describeRun(second)).toContainEqual(
      '  came to   the list of 2024-06-01: of 3 users with new partners 33.3 % turned to somebody in it, 33.3 % to one of the popular',
    );

    const { summary: third } = await run(2, secondSince);
    expect(third.pastLists).toEqual({
      yesterday: { asOf: iso(asOfDay(1)), users: 4, recommended: 2, popular: 2 },
    });

    const { summary: last } = await run(7, lastSince);
    expect(last.pastLists).toEqual({ ...lists, lastWeek: ofTheFirst });
    expect(last.leftUndone).toBeUndefined();
  });

  test('comes to the same if the run is done again, and is in the list of runs and the dashboard', async () => {
    const { summary } = await run(7, lastSince);
    expect(summary.pastLists).toEqual({ ...lists, lastWeek: ofTheFirst });
    expect(await listRuns(database, 1)).toEqual([expect.objectContaining({ pastLists: summary.pastLists })]);
    expect(await listDays()).toEqual([0, 1, 2, 7]);
    const runs = await latestBegun(database, 20);
    const queue = { waiting: 0, next: [] };
    const page = renderOverview({ runs, queue, next: 'none', now: Date.now(), timeZone: 'UTC' });
    expect(page).toContain('What past recommendations came to');
    expect(page).toContain(
      'as of 1 June 2024 and 5 users who turned to somebody new since, 2 turned to somebody recommended',
    );
  });

  test('is not judged where the window of the run begins later', async () => {
    const weighting = { ...network.settings.weighting, windowSeconds: 7 * day };
    const { summary } = await run(7, lastSince, { weighting });
    expect(summary.pastLists).toEqual(lists);
  });

  test('is not kept of a run whose tables are no longer shown', async () => {
    const { run: earlier, summary } = await run(7, lastSince);
    await run(8, []);
    await network.pool.query('DELETE FROM kith.past_lists WHERE run_id = $1', [earlier.id]);
    const { settings } = network;
    const late = keep({ database, run: earlier, settings, summary, signal: new AbortController().signal });
    await expect(late).rejects.toBeInstanceOf(StaleAttemptError);
    expect(await listDays()).toEqual([0, 1, 2, 8]);
  });

  test('need not be kept for the run to be published', async () => {
    await network.pool.query('ALTER TABLE kith.past_lists ADD CONSTRAINT broken CHECK (false) NOT VALID');
    try {
      const { isPublished, summary } = await run(9, []);
      expect(isPublished).toBe(true);
      expect(summary.leftUndone).toEqual({ keep: expect.stringContaining('broken') });
      expect(summary.pastLists?.lastWeek?.asOf).toBe(iso(asOfDay(2)));
    } finally {
      await network.pool.query('ALTER TABLE kith.past_lists DROP CONSTRAINT broken');
    }
    expect(await listDays()).not.toContain(9);
  });

  test('is kept for KITH_HISTORY_DAYS, and not at all if that is 0', async () => {
    expect(await listDays()).toEqual([0, 1, 2, 8]);
    await run(10, [], { historyDays: 8 });
    expect(await listDays()).toEqual([2, 8, 10]);
    const { summary } = await run(11, [], { historyDays: 0 });
    expect(summary.pastLists).toBeUndefined();
    expect(await listDays()).toEqual([]);
  });

  test('is forgotten by a reset', async () => {
    await run(12, []);
    expect(await listDays()).toEqual([12]);
    await network.reset();
    const { rows } = await network.pool.query(
      'SELECT id FROM kith.past_lists UNION SELECT list_id FROM kith.past_recommendations',
    );
    expect(rows).toEqual([]);
  });
});
