import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RankingName } from '../../src/config/settings.ts';
import { Graph } from '../../src/graph/graph.ts';
import { runPart } from '../../src/jobs/by-hand.ts';
import { planRun } from '../../src/jobs/run-options.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { explain } from '../../src/show/explain.ts';
import { obstacleText } from '../../src/show/obstacle.ts';
import { previewUser } from '../../src/show/preview.ts';
import { showPublished } from '../../src/show/show-published.ts';
import { shownRun } from '../../src/show/shown-run.ts';
import { TestNetwork } from '../harness/network.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

/** 1 is close to 2 and 3, who are close to 4 to 9. */
const follows = ['1,2', '1,3', ...[4, 5, 6, 7, 8, 9].flatMap((id) => [`2,${id}`, `3,${id}`])].map(
  (pair) => `${pair},2024-05-30 07:00:00`,
);

function written(date: string, files: Record<string, string[]>): string {
  const input = network.folder(date);
  mkdirSync(input);
  for (const [name, lines] of Object.entries(files))
    writeFileSync(join(input, name), lines.map((line) => `${line}\n`).join(''));
  return input;
}

async function run(
  date: string,
  files: Record<string, string[]>,
  settings: Parameters<TestNetwork['run']>[0]['settings'] = {},
): Promise<string[]> {
  const input = written(date, files);
  await network.run({ input, reputation: false, allow: 'stale,shrink,earlier', settings });
  const { recommendations } = await network.tables();
  return recommendations.filter((line) => line.startsWith('1,')).map((line) => line.slice(2));
}

async function why(rec: number): Promise<string[]> {
  const { run: shown } = await shownRun(network.settings);
  await using graph = new Graph(network.stack.neo4j);
  const { obstacles, notes = [] } = await explain(graph, shown, 1, rec);
  return [...obstacles.map((obstacle) => obstacleText(obstacle, 1, rec)), ...notes];
}

test('words forbid and end from their instant on, each is told with its date, and a run as of before them is as it was', async () => {
  await network.reset();
  expect(await run('20240601', { 'follow.csv': follows })).toEqual(['4', '5', '6', '7', '8', '9']);
  const words = {
    'follow.csv': ['1,9,2024-06-01 12:00:00', '1,10,2024-06-01 12:00:00'],
    'block.csv': ['5,1,2024-06-01 10:00:00'],
    'mute.csv': ['1,6,2024-06-01 11:00:00,2024-06-10'],
    'dismiss.csv': ['1,7,2024-06-01 12:00:00'],
    'user.csv': ['user_id,suspended,discoverable', '8,0,0'],
    'unfollow.csv': ['1,9,2024-06-01 13:00:00', '1,2,2020-01-01'],
  };
  expect(await run('20240602', words)).toEqual(['4', '9']);
  expect(await why(5)).toEqual(['5 has blocked 1 since 2024-06-01 10:00:00 UTC.']);
  expect(await why(6)).toEqual(['1 has muted 6 since 2024-06-01 11:00:00 UTC.']);
  expect(await why(7)).toEqual(['1 dismissed 7 at 2024-06-01 12:00:00 UTC (KITH_DISMISS_DAYS).']);
  expect(await why(8)).toEqual(['8 is not discoverable: nobody is recommended 8.']);
  expect(await why(9)).toEqual(['1 unfollowed 9 at 2024-06-01 13:00:00 UTC: follows up to then do not count.']);
  // The flag is the latest that is known; everything else is as of the run.
  expect(await run('20240601', { 'follow.csv': follows })).toEqual(['4', '5', '6', '7', '9']);
  // A mute has ended, a dismissal is over, and an unblocking came.
  const ended = { 'follow.csv': [], 'unblock.csv': ['5,1,2024-06-03'] };
  expect(await run('20240610', ended, { dismissDays: 7 })).toEqual(['4', '5', '6', '7', '9']);
});

test('words count from their second on, a mute until the one before its end, and a dismissal for exactly so many days', async () => {
  await network.reset();
  const words = {
    'follow.csv': follows,
    'mute.csv': ['1,4,2024-05-31,2024-06-01 00:00:00', '1,5,2024-05-31,2024-06-01 00:00:01'],
    'block.csv': ['6,1,2024-06-01 00:00:00', '7,1,2024-06-01 00:00:01'],
    'dismiss.csv': ['1,8,2024-05-25 00:00:00', '1,9,2024-05-25 00:00:01'],
  };
  expect(await run('20240601', words, { dismissDays: 7 })).toEqual(['4', '7', '8']);
  expect(await run('20240601', words)).toEqual(['4', '7']);
});

test('of two contrary words of one second the one that forbids counts, else the newer one', async () => {
  await network.reset();
  const words = {
    'follow.csv': [...follows, '1,4,2024-05-20', '1,5,2024-05-20 00:00:01'],
    'unfollow.csv': ['1,4,2024-05-20', '1,5,2024-05-20'],
    'mute.csv': ['1,6,2024-05-20', '1,7,2024-05-20'],
    'unmute.csv': ['1,6,2024-05-20', '1,7,2024-05-20 00:00:01'],
    'block.csv': ['8,1,2024-05-20', '1,9,2024-05-20'],
    // Whoever has blocked can end it, and nobody else.
    'unblock.csv': ['8,1,2024-05-20', '1,9,2024-05-20 00:00:01', '1,8,2024-05-21'],
  };
  expect(await run('20240601', words)).toEqual(['4', '7', '9']);
});

test('with KITH_RECOMMEND_ACTIVE_DAYS only those are recommended who have done something within them', async () => {
  await network.reset();
  const like = (user: number, time: string) => `${user},2,${user},${time},like`;
  const day = {
    'follow.csv': follows,
    'like.csv': [
      like(4, '2024-05-30 00:00:00'),
      like(5, '2024-05-30 00:00:01'),
      like(6, '2024-06-01 00:00:00'),
      like(7, '2024-06-01 00:00:01'),
    ],
  };
  expect(await run('20240601', day, { activeDays: 2 })).toEqual(['5', '6']);
  expect(await why(4)).toEqual(['4 has done nothing for 2 days (KITH_RECOMMEND_ACTIVE_DAYS).']);
  expect(await run('20240601', day, { activeDays: 3 })).toEqual(['4', '5', '6']);
});

test('a whole list of follows ends those that it lacks, in any order of arrival', async () => {
  for (const order of [
    ['20240601', '20240602'],
    ['20240602', '20240601'],
  ]) {
    await network.reset();
    const days: Record<string, Record<string, string[]>> = {
      '20240601': { 'follow.csv': [...follows, '1,4,2024-05-01', '1,5,2024-05-01'] },
      '20240602': { 'like.csv': [], 'follows-snapshot.csv': ['1,2', '1,3', '1,5'] },
    };
    for (const date of order) await run(date, days[date] as Record<string, string[]>);
    const input = { 'like.csv': [] };
    expect(await run('20240602', input)).toEqual(['4', '6', '7', '8', '9']);
    expect(await why(4)).toEqual([
      'The whole list of whom 1 follows as of 2024-06-02 00:00:00 UTC lacks 4: follows up to then do not count.',
    ]);
    expect(await why(5)).toEqual(['1 has followed 5 since 2024-05-01 00:00:00 UTC.']);
    expect(await run('20240601', input)).toEqual(['6', '7', '8', '9']);
  }
});

test('follows since the as-of are told, and exclude where a setting says so', async () => {
  await network.reset();
  const later = { 'follow.csv': [...follows, '1,8,2024-06-01 06:00:00'] };
  expect(await run('20240601', later)).toContain('8');
  expect(await why(8)).toEqual(['1 follows 8 since 2024-06-01 06:00:00 UTC, after the as-of.']);
  expect(await run('20240601', later, { excludeLaterFollows: true })).not.toContain('8');
  expect(await why(8)).toEqual([
    '1 follows 8 since 2024-06-01 06:00:00 UTC, after the as-of (KITH_EXCLUDE_LATER_FOLLOWS).',
  ]);
  // Until a word or a whole list says that they have ended.
  const ended = { 'like.csv': [], 'unfollow.csv': ['1,8,2024-06-01 07:00:00'] };
  expect(await run('20240601', ended, { excludeLaterFollows: true })).toContain('8');
  const again = { 'follow.csv': ['1,8,2024-06-01 08:00:00', '1,9,2024-06-01 08:00:00'] };
  expect(await run('20240601', again, { excludeLaterFollows: true })).toEqual(['4', '5', '6', '7']);
  await run('20240602', { 'like.csv': [], 'follows-snapshot.csv': ['1,2', '1,3', '1,9'] });
  expect(await run('20240601', later, { excludeLaterFollows: true })).toEqual(['4', '5', '6', '7', '8']);
});

test.each<RankingName>(['second-degree', 'circles'])(
  'a folder that comes after a run by %s changes neither what is shown of it nor a preview, although words have to be applied again',
  async (ranking) => {
    await network.reset();
    const { signal } = new AbortController();
    const ended = {
      'follow.csv': [...follows, '1,4,2024-05-30', '6,1,2024-05-30'],
      'like.csv': ['1,5,7,2024-05-30,like'],
      // 4 is recommended again, and what 1 does counts for 5 no more.
      'unfollow.csv': ['1,4,2024-05-31'],
      'mute.csv': ['1,5,2024-05-31'],
    };
    const recommended = await run('20240601', ended, { ranking });
    expect(recommended).toContain('4');
    const tables = await network.tables();
    const shownTo = (user: number, view: Awaited<ReturnType<typeof showPublished>>) =>
      view?.recommendations.map(({ userId }) => `${user},${userId}`).sort();
    const publishedTo = (user: number) => tables.recommendations.filter((line) => line.startsWith(`${user},`));
    expect(await showPublished(network.settings, 1, signal)).toBeUndefined();

    const input = written('20240602', { 'like.csv': ['8,9,8,2024-06-01 12:00:00,like'] });
    const planned = await planRun({ ...network.settings, loader: 'merge' }, { input, reputation: false });
    const { run: later } = await runPart('ingest', planned, silent, signal);
    for (const user of [1, 2, 5, 6]) {
      const view = await showPublished(network.settings, user, signal);
      expect(view?.fromTables).toBe(`run ${later.id} has ingested a folder since`);
      expect(shownTo(user, view)).toEqual(publishedTo(user));
      const preview = await previewUser(network.settings, user, (of) => of, { onProgress: () => undefined });
      expect(shownTo(user, preview.user)).toEqual(publishedTo(user));
      expect(preview.recommendations.every(({ was, rank }) => was === rank)).toBe(true);
    }
  },
);

test('a block or mute that has ended before 1970 is over, and one without an end is not', async () => {
  await network.reset();
  const words = {
    'follow.csv': follows,
    'block.csv': ['1,4,2024-01-01,1960-01-01', '5,1,2024-01-01,1969-12-31 23:59:59'],
    'mute.csv': ['1,6,2024-01-01,1970-01-01', '1,7,2024-01-01,', '1,8,1950-01-01,1960-01-01'],
  };
  expect(await run('20240601', words)).toEqual(['4', '5', '6', '8', '9']);
});
