import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Settings } from '../../src/config/settings.ts';
import { generate } from '../../src/generate/generate.ts';
import { Accepted } from '../../src/ingest/accepted.ts';
import { beginAttempt } from '../../src/jobs/attempt.ts';
import { type Part, runPart } from '../../src/jobs/by-hand.ts';
import { checkShown } from '../../src/jobs/check-shown.ts';
import type { FinishedRun } from '../../src/jobs/conduct-run.ts';
import { rebuildGraph } from '../../src/jobs/rebuild.ts';
import { resetNetwork } from '../../src/jobs/reset.ts';
import { planRun, type RunOptions } from '../../src/jobs/run-options.ts';
import { everyWriter } from '../../src/jobs/step-name.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { withDatabase } from '../../src/jobs/with-database.ts';
import { Database } from '../../src/postgres/database.ts';
import { asSeen } from '../../src/show/as-seen.ts';
import { showPublished } from '../../src/show/show-published.ts';
import { listObjects } from '../../src/storage/s3-objects.ts';
import { numberOfText } from '../../src/user-id.ts';
import { RunningCommand } from '../harness/command-line.ts';
import { heldNextTable } from '../harness/held-locks.ts';
import { TestNetwork, testSettings } from '../harness/network.ts';
import { expectOracle, textNames } from '../harness/renamed-network.ts';
import { S3Server } from '../harness/s3-server.ts';
import { processesOf, quickConf, SparkCluster, whyNoSpark } from '../harness/spark.ts';
import { until } from '../harness/until.ts';
import { WorkerNetwork } from '../harness/worker-network.ts';
import { drawnConnections } from '../integration/drawn-connections.ts';
import { writeFolder, writeReputation } from '../oracle/arbitrary-network.ts';
import { type CirclesOptions, expectedCircles } from '../oracle/circles.ts';
import { type Case, expectedTables, type Network } from '../oracle/oracle.ts';
import { seededRandom } from '../oracle/seeded-random.ts';
import { unionOfNetworks } from '../oracle/union.ts';

const missing = whyNoSpark();
if (missing !== undefined) console.warn(`These tests are skipped: Spark can't be fetched here (${missing}).`);
const describeSpark = missing === undefined ? describe : describe.skip;
const missingOnS3 = missing ?? whyNoSpark('--s3');
if (missingOnS3 !== undefined)
  console.warn(`Spark on S3 is not tested: its jars can't be fetched here (${missingOnS3}).`);
const testOnS3 = missingOnS3 === undefined ? test : test.skip;

const memory = '900m';
const spark: Settings['spark'] = { master: 'local[2]', memory, conf: quickConf, graph: 'none' };

let network: TestNetwork;
let scratch: string;
beforeAll(async () => {
  if (missing !== undefined) return;
  scratch = mkdtempSync(join(tmpdir(), 'kith-spark-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(scratch, 0o711);
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

type RunOfDay = RunOptions & { settings: Settings };

/** Writes a day of a network; how it is to be run. */
function writeDay(given: Network, options: CirclesOptions, settings: Partial<Settings>, folder = '20240601'): RunOfDay {
  const input = network.folder(folder);
  writeFolder(given, input, { repeatRows: true, gzip: true });
  let reputation: string | false = false;
  if (options.reputation) {
    reputation = `${input}.csv`;
    writeReputation(options.reputation, reputation);
  }
  const { asOf, reputation: _, popularAtMost, strangersAtMost, dropEngaged, ...others } = options;
  const { dismissDays, activeDays, excludeLaterFollows, ...weighting } = others;
  return {
    input,
    reputation,
    asOf: new Date(asOf * 1000).toISOString(),
    allow: 'stale,shrink,future,earlier',
    settings: {
      ...network.settings,
      weighting,
      popularAtMost,
      strangersAtMost,
      recommendEngaged: !dropEngaged,
      dismissDays,
      activeDays,
      excludeLaterFollows: excludeLaterFollows ?? false,
      maxRowChangePercent: 1_000_000,
      ...settings,
    },
  };
}

/** Runs a day of a network on top of what is there. */
async function runDay(...day: Parameters<typeof writeDay>): Promise<FinishedRun> {
  return network.run(writeDay(...day));
}

async function publishedCircles(): Promise<{ closest: string[]; recommendations: string[]; reasons: string[] }> {
  const lines = async (columns: string, table: string) => {
    const { rows } = await network.pool.query<{ line: string }>(
      `SELECT concat_ws(',', ${columns}) AS line FROM graph_recs.${table}`,
    );
    return rows.map(({ line }) => line).sort();
  };
  return {
    closest: (await network.tables()).closest,
    recommendations: await lines('user_id, rec_id, score, rank, source', 'recommendations'),
    reasons: await lines('user_id, rec_id, reason_id, weight, source', 'rec_reasons'),
  };
}

async function expectSecondDegree({ network: given, options }: Case, { summary }: FinishedRun): Promise<void> {
  const { dropped, ...expected } = expectedTables(given, options);
  expect(expected.reasons.length).toBeGreaterThan(1_000);
  expect(await network.tables()).toEqual(expected);
  expect(summary.dropped).toEqual(dropped);
}

/** Half of the activities, and half of the flags, as they were a day before. */
function firstDay({ activities, suspended }: Network): Network {
  const random = seededRandom(7);
  return {
    activities: activities.filter(() => random(2) === 0),
    suspended: new Map([...suspended].filter(() => random(2) === 0).map(([id, flag]) => [id, !flag])),
  };
}

/** Neighbours among them are one number as doubles, and the largest possible id is there. In the same order. */
function largeId(id: number): number {
  // The oracle's types know numbers only; files are written from whatever ids there are.
  return (2n ** 63n - 2n ** 31n + BigInt(id)) as unknown as number;
}

function withLargeIds<T>(of: Map<number, T>): Map<number, T> {
  return new Map([...of].map(([id, value]) => [largeId(id), value]));
}

function largeIds({ activities, suspended, words, discoverable }: Network): Network {
  return {
    activities: activities.map((one) => ({ ...one, user: largeId(one.user), engaged: largeId(one.engaged) })),
    suspended: withLargeIds(suspended),
    words: words?.map((one) => ({ ...one, user: largeId(one.user), other: largeId(one.other) })),
    discoverable: discoverable && withLargeIds(discoverable),
  };
}

/** The first columns are ids. */
function withSmallIds(lines: readonly string[], ids: number): string[] {
  return lines
    .map((line) => line.split(',').map((field, i) => (i < ids ? BigInt(field) - BigInt(largeId(0)) : field)))
    .map((fields) => fields.join(','))
    .sort();
}

/** Of every third user whole lists of follows, which lack some of them. */
function wholeLists({ activities }: Network, at: number): Network['snapshots'] {
  const random = seededRandom(8);
  const follows = activities.filter(
    ({ type, user, engaged }) => type === 'follow' && user !== engaged && user % 3 === 0,
  );
  const listed = follows.filter(() => random(2) === 0);
  return listed.map(({ user, engaged }) => ({ user, other: engaged, at }));
}

/** Everybody's closest connections as the graph has them. */
async function listsInGraph(): Promise<string[]> {
  const users = JSON.parse(await network.userProperties()) as Record<string, unknown>[];
  const lists = users.filter(({ closest }) => closest !== undefined);
  return lists.map(({ userId, closest, closestWeights }) => JSON.stringify([userId, closest, closestWeights]));
}

/** Empties the network, and makes its ids again what other tests, which share the home, have. */
async function resetIds(): Promise<void> {
  await network.reset();
  await withDatabase(network.settings, undefined, async () => undefined);
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** How many rows tasks have read, by their applications' event logs. (Bytes aren't counted in all reads from S3.) */
function recordsRead(folder: string): number {
  const logs = filesIn(folder).filter((file) => !file.endsWith('.crc'));
  const lines = logs.flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean));
  const events = lines.map((line) => JSON.parse(line) as TaskEnd);
  return events.reduce((sum, event) => sum + (event['Task Metrics']?.['Input Metrics']['Records Read'] ?? 0), 0);
}

interface TaskEnd {
  'Task Metrics'?: { 'Input Metrics': { 'Records Read': number } };
}

const midnight = Date.parse('2020-06-15T00:00:00Z') / 1000;

// One contract, and one suite that every engine passes.
describeSpark.each(['neo4j', 'spark'] as const)('on the engine %s', (engine) => {
  const of = (more: Record<string, string>): Partial<Settings> => ({
    engine,
    spark: { ...spark, conf: { ...quickConf, ...more }, graph: 'closest' },
    // Nothing is kept that no run counts.
    retention: { seconds: 90 * 86_400, isSet: true },
    maxExpiredPercent: 100,
  });

  test('the tables of second-degree are those of the definition, on a first day and on the next one, when some has expired', async () => {
    await network.reset();
    const { network: all, options } = unionOfNetworks(
      1,
      25,
      ({ asOf, decay, reputation }) => asOf === midnight && decay.kind === 'linear' && reputation !== undefined,
      true,
    );
    all.snapshots = wholeLists(all, options.asOf);
    const before = { network: firstDay(all), options: { ...options, asOf: options.asOf - 86_400 } };
    const first = await runDay(
      before.network,
      before.options,
      of({ 'spark.sql.shuffle.partitions': '1', 'spark.sql.adaptive.enabled': 'false' }),
      '20200615',
    );
    await expectSecondDegree(before, first);
    expect(first.summary.removed).toBe(8);
    // As after a publish, once many rows repeat.
    if (engine === 'spark') await new Accepted(network.settings).shrink(0n, 'test', join(scratch, 'shrink'));
    // The next folder repeats activities. It has no date, and replaces flags of the same date, as one that came later.
    const next = await runDay(all, options, of({ 'spark.sql.shuffle.partitions': '200' }), 'export');
    const known = new Map([...before.network.suspended, ...all.suspended]);
    await expectSecondDegree({ network: { ...all, suspended: known }, options }, next);
    await expect(runDay(before.network, before.options, of({}), '20200615')).rejects.toThrow('have expired');
    if (engine !== 'spark') return;
    const left = filesIn(join(network.settings.home, 'spark'));
    expect(left.length).toBeGreaterThan(20);
    expect(left.filter((path) => (statSync(path).mode & 0o077) !== 0)).toEqual([]);
    const drawn = await listsInGraph();
    expect((await drawnConnections(network.stack.neo4j)).length).toBe(next.summary.closest);
    await rebuildGraph(network.settings, new AbortController().signal, () => undefined);
    const inGraph = await runDay(all, options, { engine: 'neo4j' }, 'export');
    await expectSecondDegree({ network: { ...all, suspended: known }, options }, inGraph);
    expect(await listsInGraph()).toEqual(drawn);
  });

  test('the tables of circles are those of the definition, with exponential decay and every filter', async () => {
    await network.reset();
    const { network: all, options } = unionOfNetworks(
      2,
      40,
      ({ decay, reputation }) =>
        decay.kind === 'exponential' && decay.halfLifeSeconds > 86_400 && reputation !== undefined,
      true,
    );
    const asked: CirclesOptions = {
      ...options,
      popularAtMost: 3,
      strangersAtMost: 4,
      dropEngaged: true,
      activeDays: 30,
      dismissDays: 60,
      excludeLaterFollows: true,
    };
    const withoutLists = expectedCircles(all, asked).dropped.followedSince ?? 0;
    // The day's date is after the as-of.
    all.snapshots = wholeLists(all, Date.parse('2024-06-01T00:00:00Z') / 1000);
    const { dropped, ...expected } = expectedCircles(all, asked);
    expect(expected.reasons.length).toBeGreaterThan(1_000);
    expect(dropped.followedSince).toBeLessThan(withoutLists);
    // Every filter catches somebody.
    expect(Object.keys(dropped)).toHaveLength(11);
    const { summary } = await runDay(all, asked, {
      ...of({ 'spark.sql.shuffle.partitions': '7' }),
      ranking: 'circles',
    });
    expect(await publishedCircles()).toEqual(expected);
    expect(summary.dropped).toEqual(dropped);
  });
});

describeSpark('Spark', () => {
  const case3 = () => unionOfNetworks(3, 10, ({ decay, reputation }) => decay.kind === 'linear' && !reputation);

  test('on a cluster loses an executor in the middle, with ids that are texts, and the tables are right', async () => {
    const texts = await TestNetwork.open({ KITH_USER_IDS: 'text' });
    await using _texts = texts;
    const { network: all, options } = case3();
    await using cluster = await SparkCluster.start(join(scratch, 'cluster'));
    let killed = 0;
    const killOne = async () => {
      const [first] = await until('two executors', () => {
        const there = cluster.executors();
        return there.length === 2 && there;
      });
      // Both have begun to work then: they are there once the first statements run.
      process.kill(first as number, 'SIGKILL');
      killed++;
    };
    try {
      const [{ recommendations, reasons }] = await Promise.all([
        expectOracle(texts, { network: all, options }, textNames, {
          engine: 'spark',
          spark: {
            ...spark,
            master: cluster.url,
            conf: { ...quickConf, 'spark.sql.shuffle.partitions': '3', 'spark.sql.adaptive.enabled': 'false' },
          },
        }),
        killOne(),
      ]);
      expect(killed).toBe(1);
      expect(reasons.length).toBeGreaterThan(1_000);
      const [number = ''] = recommendations[0]?.split(',') ?? [];
      const { signal } = new AbortController();
      const view = await asSeen(texts.settings, await showPublished(texts.settings, BigInt(number), signal));
      expect(view?.fromTables).toBe('Spark computed the run');
      expect(view?.recommendations.map(({ userId }) => `${number},${numberOfText(String(userId))}`).sort()).toEqual(
        recommendations.filter((row) => row.startsWith(`${number},`)),
      );
      const next = writeDay(all, options, { engine: 'neo4j', userIds: 'text' });
      await expect(texts.run(next)).rejects.toThrow('The graph lacks what was ingested for Spark');
    } finally {
      await resetIds();
    }
  });

  testOnS3('reads of what it has kept the window only, in a lake on S3, and tells nobody the keys', async () => {
    await network.reset();
    await using server = await S3Server.start();
    const { endpoint, region, keys } = server.settings;
    const client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId: keys?.accessKey ?? '', secretAccessKey: keys?.secretKey ?? '' },
    });
    await client.send(new CreateBucketCommand({ Bucket: 'lake' }));
    const lake = { s3: server.settings, lakeUrl: 's3://lake/networks' };
    // A history of some megabytes that no run counts any more.
    const old = network.folder('20190101');
    mkdirSync(old, { recursive: true });
    const random = seededRandom(9);
    const likes = Array.from(
      { length: 150_000 },
      (_, i) => `${i % 300},${i % 299},${random(2 ** 31)},2018-12-31,like\n`,
    );
    writeFileSync(join(old, 'like.csv'), likes.join(''));
    const settings: Partial<Settings> = { ...lake, engine: 'spark' };
    const planned = await planRun({ ...network.settings, ...settings }, { input: old, reputation: false });
    await runPart('ingest', planned, silent, new AbortController().signal);
    const { network: all, options } = unionOfNetworks(
      5,
      10,
      ({ decay, reputation }) => decay.kind === 'exponential' && reputation !== undefined,
    );
    const events = join(scratch, 'events');
    mkdirSync(events);
    const secret = keys?.secretKey as string;
    let seen = 0;
    const watching = setInterval(() => {
      seen += processesOf(secret).length;
    }, 200);
    const day = writeDay(all, options, settings);
    const perform = async (part: Part, graph: Settings['spark']['graph']) => {
      const conf = {
        ...quickConf,
        'spark.eventLog.enabled': 'true',
        'spark.eventLog.dir': events,
        'spark.eventLog.compress': 'false',
      };
      const planned = await planRun({ ...day.settings, spark: { ...spark, conf, graph } }, day);
      return runPart(part, planned, silent, new AbortController().signal);
    };
    try {
      await perform('ingest', 'none');
      // As if by several workers: what the one says that has computed closest connections holds for the run.
      await perform('closest', 'closest');
      await perform('recommend', 'none');
      const run = await perform('publish', 'none');
      await expectSecondDegree({ network: all, options }, run);
      expect((await drawnConnections(network.stack.neo4j)).length).toBe(run.summary.closest);
    } finally {
      clearInterval(watching);
    }
    expect(recordsRead(events)).toBeLessThan(likes.length);
    const told = [network.settings.home, events].flatMap((folder) =>
      filesIn(folder).filter((path) => /spark/.test(path)),
    );
    expect(told.length).toBeGreaterThan(4);
    expect(told.filter((path) => readFileSync(path, 'latin1').includes(secret))).toEqual([]);
    expect(seen).toBe(0);
    const checked = await checkShown({ ...network.settings, ...lake }, new AbortController().signal);
    expect(checked.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect((await listObjects(lake.lakeUrl, server.settings)).size).toBeGreaterThan(0);
    await resetNetwork({ ...network.settings, ...lake }, new AbortController().signal);
    expect((await listObjects(lake.lakeUrl, server.settings)).size).toBe(0);
  });

  test('on a cluster of its own processes holds user ids up to 2^63 − 1 exactly', async () => {
    const settings: Partial<Settings> = {
      engine: 'spark',
      userIds: 'bigint',
      ranking: 'circles',
      spark: { ...spark, master: 'local-cluster[2,1,1024]' },
    };
    try {
      await network.reset();
      const { network: all, options } = unionOfNetworks(4, 10, ({ reputation }) => reputation !== undefined, true);
      const { dropped, ...expected } = expectedCircles(all, options);
      const renamed = { ...options, reputation: withLargeIds(options.reputation as Map<number, number>) };
      const { summary } = await runDay(largeIds(all), renamed, settings);
      const { closest, recommendations, reasons } = await publishedCircles();
      expect({
        closest: withSmallIds(closest, 2),
        recommendations: withSmallIds(recommendations, 2),
        reasons: withSmallIds(reasons, 3),
      }).toEqual(expected);
      expect(summary.dropped).toEqual(dropped);
    } finally {
      await resetIds();
    }
  });

  test('ends its application when the run is stopped, Kith is killed, or a later attempt begins; and says why it failed', async () => {
    await network.reset();
    const input = network.folder('20240601');
    writeFolder(case3().network, input);
    const { home } = testSettings();
    const env = {
      KITH_HOME: home,
      KITH_ENGINE: 'spark',
      KITH_SPARK_MASTER: 'local[1]',
      KITH_SPARK_MEMORY: memory,
      KITH_NEO4J_HEAP: '768m',
      KITH_NEO4J_PAGE_CACHE: '256m',
    };
    const args = ['run', '--input', input, '--as-of', '2020-06-15', '--allow', 'stale,shrink'];
    const applications = () => processesOf('SparkSubmit', home);
    const begin = async () => {
      const run = new RunningCommand(args, env);
      const early = run.ended.then(({ stderr }) => Promise.reject(new Error(`it ended too early: ${stderr}`)));
      early.catch(() => undefined);
      await Promise.race([early, until('an application', () => applications().length > 0)]);
      return run;
    };
    const stopped = await begin();
    stopped.process.kill('SIGINT');
    expect((await stopped.ended).code).toBe(130);
    // It has waited for it.
    expect(applications()).toEqual([]);
    const killed = await begin();
    killed.process.kill('SIGKILL');
    await until('the end of the application', () => applications().length === 0);
    const held = await heldNextTable(network.stack, 'closest_connections');
    const late = await begin();
    const { rows } = await network.pool.query<{ id: string }>(
      'SELECT id FROM kith.runs ORDER BY started_at DESC LIMIT 1',
    );
    await using database = await Database.connect(network.stack.postgres.url);
    await beginAttempt(database, rows[0]?.id as string, 'closest', everyWriter);
    await held[Symbol.asyncDispose]();
    expect((await late.ended).code).toBe(5);
    expect(applications()).toEqual([]);
    const { code, stderr } = await new RunningCommand(args, { ...env, KITH_SPARK_MEMORY: '64m' }).ended;
    expect(stderr).toMatch(/kith: Spark failed at its start: .*memory.*; see its log, .*spark-closest-\d+\.log\./i);
    expect(code).toBe(4);
  });

  test('computes a run that was queued for it, by a worker that would take Neo4j, and again after it was killed', async () => {
    const input = join(scratch, 'queued', '20240601');
    await generate({ users: 300, activities: 5_000, messages: 0, seed: 5, out: input });
    await network.reset();
    await network.run({ input, reputation: false });
    const expected = await network.tables();
    await using queue = new WorkerNetwork(join(scratch, 'queue'), {
      // No worker is killed, and one that is held up shall not be taken for dead: attempts are counted.
      KITH_LOCK_LIFETIME: '10m',
      KITH_SPARK_MASTER: 'local[1]',
      KITH_SPARK_MEMORY: memory,
      KITH_SPARK_CONF: Object.entries(quickConf)
        .map((pair) => pair.join('='))
        .join(';'),
    });
    await queue.kith('enqueue', '--input', input, '--engine', 'spark');
    await queue.startWorker();
    const [application] = await until('an application', () => {
      const found = processesOf('SparkSubmit', queue.env.KITH_HOME as string);
      return found.length > 0 && found;
    });
    process.kill(application as number, 'SIGKILL');
    const run = await queue.untilOver();
    expect(run).toMatchObject({ status: 'published', engine: 'spark', error: null });
    expect(run.steps.map(({ name, attempts }) => [name, attempts])).toEqual([
      ['ingest', 1],
      ['closest', 2],
      ['reputation', 1],
      ['recommend', 1],
      ['publish', 1],
    ]);
    expect(await queue.tables()).toEqual({ ...expected, published: 1 });
  });
});
