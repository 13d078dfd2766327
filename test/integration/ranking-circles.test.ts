import fc from 'fast-check';
import type { RankingName } from '../../src/config/settings.ts';
import { computeClosest } from '../../src/graph/closest.ts';
import { Graph } from '../../src/graph/graph.ts';
import { userRanges } from '../../src/graph/user-ranges.ts';
import { type Part, runPart } from '../../src/jobs/by-hand.ts';
import { checkShown } from '../../src/jobs/check-shown.ts';
import type { FinishedRun } from '../../src/jobs/conduct-run.ts';
import { planRun, type RunOptions } from '../../src/jobs/run-options.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { circles } from '../../src/scoring/ranking/circles.ts';
import { recommendAll, recommendTo } from '../../src/scoring/ranking/recommend.ts';
import { explain } from '../../src/show/explain.ts';
import { showPublished } from '../../src/show/show-published.ts';
import { shownRun } from '../../src/show/shown-run.ts';
import { TestNetwork } from '../harness/network.ts';
import {
  arbitraryCase,
  denseNetwork,
  mutesOfAll,
  withRandomWords,
  writeFolder,
  writeReputation,
} from '../oracle/arbitrary-network.ts';
import { type CirclesOptions, expectedCircles } from '../oracle/circles.ts';
import { type Case, expectedTables, type Network } from '../oracle/oracle.ts';
import { seededRandom, shuffled } from '../oracle/seeded-random.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

type Compiled = 'auto' | 'off';

interface CirclesCase {
  network: Network;
  options: CirclesOptions;
  compiled: Compiled;
}

/** Runs a day of a case on top of what is there. */
async function runDay(
  given: Network,
  options: CirclesOptions,
  settings: Parameters<TestNetwork['run']>[0]['settings'] = {},
): Promise<FinishedRun> {
  const input = network.folder('20240601');
  await writeFolder(given, input);
  let reputation: string | false = false;
  if (options.reputation) {
    reputation = `${input}.csv`;
    await writeReputation(options.reputation, reputation);
  }
  const { asOf, reputation: _, popularAtMost, strangersAtMost, dropEngaged, ...others } = options;
  const { dismissDays, activeDays, excludeLaterFollows, ...weighting } = others;
  return network.run({
    input,
    reputation,
    asOf: new Date(asOf * 1000).toISOString(),
    allow: 'stale,shrink',
    settings: {
      ranking: 'circles',
      weighting,
      popularAtMost,
      strangersAtMost,
      dismissDays,
      activeDays,
      excludeLaterFollows,
      recommendEngaged: !dropEngaged,
      ...settings,
    },
  });
}

/** The published tables, all columns but created_at and updated_at. */
async function published(): Promise<{ closest: string[]; recommendations: string[]; reasons: string[] }> {
  const { closest } = await network.tables();
  const lines = async (columns: string, table: string) => {
    const { rows } = await network.pool.query<{ line: string }>(
      `SELECT concat_ws(',', ${columns}) AS line FROM graph_recs.${table}`,
    );
    return rows.map(({ line }) => line).sort();
  };
  return {
    closest,
    recommendations: await lines('user_id, rec_id, score, rank, source', 'recommendations'),
    reasons: await lines('user_id, rec_id, reason_id, weight, source', 'rec_reasons'),
  };
}

async function expectOracle(
  { network: given, options, compiled }: CirclesCase,
  loader: 'bulk' | 'merge',
): Promise<void> {
  await network.reset();
  const { dropped, ...expected } = expectedCircles(given, options);
  const { summary } = await runDay(given, options, { loader, compiled });
  expect(summary.loader).toBe(loader);
  // Nothing compiled drops whom the user has engaged with.
  const isCompiled = compiled === 'auto' && !options.dropEngaged;
  expect(summary.computing?.by).toBe(isCompiled ? 'compiled' : 'cypher');
  expect(await published()).toEqual(expected);
  expect(summary.dropped).toEqual(dropped);
}

const windows = [4, 8, 16, 86_400, 4 * 86_400, 90 * 86_400];
const cases: fc.Arbitrary<CirclesCase> = fc
  .record({
    // Half of them with words that end or forbid.
    example: fc.oneof(arbitraryCase(windows), arbitraryCase(windows).chain(withRandomWords)),
    popularAtMost: fc.option(fc.constantFrom(0, 1, 3), { nil: undefined, freq: 2 }),
    strangersAtMost: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
    dropEngaged: fc.boolean(),
    compiled: fc.constantFrom<Compiled>('auto', 'off'),
  })
  .map(({ example: { network, options }, compiled, ...others }) => ({
    network,
    compiled,
    options: { ...options, ...others },
  }));

/** A dense network in which everybody, up to 25 ties, one-sided edges and somebody who did nothing are found. */
function dense(seed: number, more: Partial<CirclesOptions> = {}): Omit<CirclesCase, 'compiled'> {
  const { network: given, options }: Case = denseNetwork(seed);
  const random = seededRandom(seed);
  // A tenth of the edges are left, so that there are users with 0 to 25 ties.
  const activities = given.activities.filter(() => random(8) === 0);
  given.suspended.set(1_000_000, false);
  return { network: { ...given, activities }, options: { ...options, ...more } };
}

describe('the tables of circles are those of the definition', () => {
  test('for random small networks, loaded by MERGE', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (example) => {
        await expectOracle(example, 'merge');
      }),
      { numRuns: 14, endOnFailure: true },
    );
  });

  test('for random small networks, loaded by the bulk importer', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (example) => {
        await expectOracle(example, 'bulk');
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });

  describe.each(['auto', 'off'] as const)('with KITH_COMPILED=%s', (compiled) => {
    test('for networks with more than 50 closest, 20 ties and 100 popular, with linear decay', async () => {
      await expectOracle({ ...denseNetwork(2), compiled }, 'merge');
      await expectOracle({ ...dense(3, { popularAtMost: 10, strangersAtMost: 15 }), compiled }, 'merge');
    });

    test('for a network with exponential decay and good users', async () => {
      const reputation = new Map(dense(4).network.activities.map(({ user }) => [user, (user % 10) / 10]));
      const decay = { kind: 'exponential', halfLifeSeconds: 20 * 86_400 } as const;
      await expectOracle({ ...dense(4, { reputation, decay }), compiled }, 'merge');
    });

    test('for somebody who mutes everybody, through whom others are recommended people nonetheless', async () => {
      const { network: given, options } = dense(9);
      const muting = given.activities[0]?.engaged as number;
      const ids = new Set(given.activities.flatMap(({ user, engaged }) => [user, engaged]));
      const words = mutesOfAll([...ids], muting, options.asOf - 1);
      const { reasons } = expectedCircles({ ...given, words }, options);
      const because = reasons.filter((row) => row.split(',')[2] === String(muting) && row.endsWith(',circle'));
      expect(because.length).toBeGreaterThan(10);
      await expectOracle({ network: { ...given, words }, options, compiled }, 'merge');
    });
  });

  test('where nobody is recommended with whom the user has engaged', async () => {
    await expectOracle({ ...dense(7, { dropEngaged: true }), compiled: 'auto' }, 'merge');
  });
});

test('lists of an earlier run, of activities in another order, and of another ranking change nothing', async () => {
  await network.reset();
  const { network: given, options } = dense(5);
  const activities = shuffled(given.activities, 5);
  const half = { ...given, activities: activities.slice(0, activities.length / 2) };
  await runDay({ ...half, suspended: new Map() }, options);
  const { summary } = await runDay(half, options, { ranking: 'second-degree' });
  const { rows } = await network.pool.query('SELECT DISTINCT source FROM graph_recs.rec_reasons');
  expect(rows).toEqual([{ source: 'second-degree' }]);
  expect(summary.checks?.find(({ name }) => name === 'row counts')?.outcome).toBe('skipped');
  const { dropped, ...secondDegree } = expectedTables(half, options);
  expect(await network.tables()).toEqual(secondDegree);
  expect(await listsLeft()).toBe(0);
  await runDay({ ...given, activities: activities.slice(activities.length / 2) }, options);
  const { dropped: _, ...expected } = expectedCircles(given, options);
  expect(await published()).toEqual(expected);
});

test('users one by one, from both ends of their activities, get what all together get from a look at everybody', async () => {
  await network.reset();
  const { network: given, options } = dense(8);
  await runDay(given, options);
  const { reputation: _, asOf, ...weighting } = options;
  const wanted = {
    asOf,
    weighting,
    ranking: circles,
    recommendEngaged: true,
    filter: { filtered: false, minReputation: 0 },
  };
  const computing = { by: 'compiled' } as const;
  await using graph = new Graph(network.stack.neo4j);
  const together = { closest: '', rows: { recommendations: '', reasons: '' }, lists: await propertiesOfUsers() };
  const alone = { closest: '', rows: { recommendations: '', reasons: '' }, lists: together.lists };
  const everybody = { first: 0n, end: 2n ** 63n - 1n };
  together.closest = (await computeClosest(graph, everybody, asOf, weighting, circles.closest, computing)).join('');
  await recommendAll(graph, {
    ...wanted,
    computing,
    sessions: 1,
    onProgress: () => undefined,
    take: async ({ recommendations, reasons }) => {
      together.rows.recommendations += recommendations;
      together.rows.reasons += reasons;
    },
  });
  const users = await userRanges(graph, 1);
  expect(users.length).toBeGreaterThan(20);
  for (const user of users)
    alone.closest += (await computeClosest(graph, user, asOf, weighting, circles.closest, computing)).join('');
  alone.lists = await propertiesOfUsers();
  for (const { first } of users) {
    const { recommendations, reasons } = await recommendTo(graph, first, { ...wanted, computing });
    alone.rows.recommendations += recommendations;
    alone.rows.reasons += reasons;
  }
  expect(alone).toEqual(together);
  expect(together.rows.reasons).toContain('engages-with-you');
  expect(together.lists).toContainEqual(expect.objectContaining({ receivedLately: expect.any(Number) }));
});

test('a run keeps its ranking, and its steps alone go by the one that closest was computed for', async () => {
  await network.reset();
  const { network: given, options } = dense(7);
  const input = network.folder('20240601');
  await writeFolder(given, input);
  const { reputation: _, asOf, ...weighting } = options;
  const step = async (part: Part, more: Pick<RunOptions, 'input'> & { ranking?: RankingName } = {}) => {
    const { ranking = network.settings.ranking, ...where } = more;
    const settings = { ...network.settings, weighting, ranking };
    const given = more.ranking && { KITH_RANKING: more.ranking };
    const all = { asOf: new Date(asOf * 1000).toISOString(), allow: 'stale', given, ...where };
    return runPart(part, await planRun(settings, all), silent, new AbortController().signal);
  };
  await step('ingest', { input });
  await step('closest', { ranking: 'circles' });
  await expect(step('recommend', { ranking: 'second-degree' })).rejects.toThrow(
    'Closest connections were computed with KITH_RANKING circles: call `kith closest` with the one you want first.',
  );
  await step('recommend');
  const { run } = await step('publish');
  const { rows } = await network.pool.query(
    `SELECT settings ->> 'ranking' AS ranking, settings -> 'recommendEngaged' AS engaged FROM kith.runs WHERE id = '${run.id}'`,
  );
  expect(rows).toEqual([{ ranking: 'circles', engaged: true }]);
  const { dropped, ...expected } = expectedCircles(given, options);
  expect(await published()).toEqual(expected);
  const { checks } = await checkShown(network.settings, new AbortController().signal);
  expect(checks.filter(({ outcome }) => outcome !== 'passed').map(({ name }) => name)).toEqual(['row counts']);
  // What somebody has written over a row is found by `kith check`.
  const found = async (change: string) => {
    await network.pool.query(change);
    const after = await checkShown(network.settings, new AbortController().signal);
    return after.checks.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
  };
  const [row] = (await network.pool.query("SELECT * FROM graph_recs.rec_reasons WHERE source = 'circle' LIMIT 1")).rows;
  const ofRow = `WHERE user_id = ${row.user_id} AND rec_id = ${row.rec_id} AND reason_id = ${row.reason_id}`;
  expect(await found(`UPDATE graph_recs.rec_reasons SET source = 'popular' ${ofRow}`)).toEqual(['reasons']);
  expect(await found(`UPDATE graph_recs.rec_reasons SET source = 'nowhere' ${ofRow}`)).toEqual(['sources', 'reasons']);
  expect(await found(`UPDATE graph_recs.rec_reasons SET source = 'circle', reason_id = 1000000 ${ofRow}`)).toEqual([
    'reasons',
  ]);
  // Another run's lists say nothing about it: the tables do.
  const shown = () => showPublished(network.settings, row.user_id, new AbortController().signal);
  expect(await shown()).toBeUndefined();
  const other = await step('closest', { ranking: 'second-degree' });
  const view = await shown();
  expect(view).toMatchObject({ run: { id: run.id }, fromTables: `the graph has the lists of run ${other.run.id} now` });
  const recommended = `${row.user_id},${row.rec_id}`;
  expect(view?.recommendations.map(({ userId }) => `${view.userId},${userId}`)).toContain(recommended);
  const later = await checkShown(network.settings, new AbortController().signal);
  expect(later.checks.find(({ name }) => name === 'reasons')).toMatchObject({ outcome: 'skipped' });
});

test('the popular are not bounded unless a setting says so: the 21st is told their rank, and nothing of a bound', async () => {
  await network.reset();
  const asOf = Date.UTC(2024, 5, 1) / 1000;
  const follow = (user: number, engaged: number) => ({
    type: 'follow' as const,
    user,
    engaged,
    message: null,
    at: asOf - 86_400,
  });
  // 1 has one tie, through whom nobody comes; of the popular 100 has 30 followers, 101 has 29, and so on.
  const fans = Array.from({ length: 30 }, (_, i) =>
    Array.from({ length: 30 - i }, (_, popular) => follow(200 + i, 100 + popular)),
  );
  const given: Network = { activities: [follow(1, 2), ...fans.flat()], suspended: new Map() };
  const options: CirclesOptions = {
    asOf,
    windowSeconds: 90 * 86_400,
    decay: { kind: 'linear' },
    bases: { follow: 1_000, reply: 1_000, like: 1_000, mention: 1_000 },
    minReputation: 0.5,
    reputation: undefined,
  };
  await runDay(given, options);
  expect((await published()).recommendations).toEqual(expectedCircles(given, options).recommendations);
  const { run } = await shownRun(network.settings);
  await using graph = new Graph(network.stack.neo4j);
  for (const rank of [1, 20, 21, 29]) {
    const why = await explain(graph, run, 1, 99 + rank);
    expect(why).toMatchObject({ rank, recommended: rank <= 20, terms: [{ source: 'popular', rank }] });
    expect(why.obstacles).toMatchObject(rank <= 20 ? [] : [{ kind: 'not-among-best', rank }]);
  }
});

test('people with whom the user has engaged are left out of second-degree, too, where a setting says so', async () => {
  await network.reset();
  const { network: given, options } = dense(6);
  const { summary } = await runDay(given, options, { ranking: 'second-degree', recommendEngaged: false });
  const engaged = new Set((await network.tables()).closest.map((line) => line.split(',').slice(0, 2).join(',')));
  const { recommendations } = await network.tables();
  expect(recommendations.length).toBeGreaterThan(100);
  expect(recommendations.filter((line) => engaged.has(line))).toEqual([]);
  const before = expectedTables(given, options).recommendations;
  expect(before.filter((line) => engaged.has(line)).length).toBeGreaterThan(0);
  expect(summary.dropped?.engaged).toBeGreaterThan(0);
});

/** How many users have a list of circles. */
async function listsLeft(): Promise<number> {
  const [row] = await ask<{ users: number }>(
    'MATCH (u:User) WHERE u.ties IS NOT NULL OR u.alike IS NOT NULL OR u.closestVotes IS NOT NULL RETURN count(u) AS users',
  );
  return row?.users ?? Number.NaN;
}

/** What is known of users in the graph, with their lists. */
async function propertiesOfUsers(): Promise<unknown[]> {
  return (await ask<{ user: unknown }>('MATCH (u:User) RETURN properties(u) AS user ORDER BY u.userId')).map(
    ({ user }) => user,
  );
}

async function ask<Row extends Record<string, unknown>>(cypher: string): Promise<Row[]> {
  const { default: neo4j } = await import('neo4j-driver');
  const { uri, username, password } = network.stack.neo4j;
  const driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { disableLosslessIntegers: true });
  try {
    const { records } = await driver.executeQuery(cypher);
    return records.map((record) => record.toObject() as Row);
  } finally {
    await driver.close();
  }
}
