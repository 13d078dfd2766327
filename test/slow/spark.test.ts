import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Settings } from '../../src/config/settings.ts';
import { beginAttempt } from '../../src/jobs/attempt.ts';
import type { FinishedRun } from '../../src/jobs/conduct-run.ts';
import { everyWriter } from '../../src/jobs/step-name.ts';
import { Database } from '../../src/postgres/database.ts';
import { RunningCommand } from '../harness/command-line.ts';
import { TestNetwork, testSettings } from '../harness/network.ts';
import { processesOf, quickConf, SparkCluster, whyNoSpark } from '../harness/spark.ts';
import { until } from '../harness/until.ts';
import { writeFolder, writeReputation } from '../oracle/arbitrary-network.ts';
import { type CirclesOptions, expectedCircles } from '../oracle/circles.ts';
import { type Case, expectedTables, type Network } from '../oracle/oracle.ts';
import { seededRandom } from '../oracle/seeded-random.ts';
import { unionOfNetworks } from '../oracle/union.ts';

// An application takes half a minute on a busy machine, most of it to start.
jest.setTimeout(600_000);

const missing = whyNoSpark();
if (missing !== undefined) console.warn(`These tests are skipped: Spark can't be fetched here (${missing}).`);
const describeSpark = missing === undefined ? describe : describe.skip;

const memory = '900m';
const spark = { master: 'local[2]', memory, conf: quickConf };

let network: TestNetwork;
let scratch: string;
beforeAll(async () => {
  if (missing !== undefined) return;
  scratch = mkdtempSync(join(tmpdir(), 'kith-spark-'));
  network = await TestNetwork.open();
}, 120_000);
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

/** Runs a day of a network on top of what is there. */
async function runDay(
  given: Network,
  options: CirclesOptions,
  settings: Partial<Settings>,
  folder = '20240601',
): Promise<FinishedRun> {
  const input = network.folder(folder);
  writeFolder(given, input, { repeatRows: true, gzip: true });
  let reputation: string | false = false;
  if (options.reputation) {
    reputation = `${input}.csv`;
    writeReputation(options.reputation, reputation);
  }
  const { asOf, reputation: _, popularAtMost, strangersAtMost, dropEngaged, ...weighting } = options;
  return network.run({
    ...{ input, reputation, asOf: new Date(asOf * 1000).toISOString(), allow: 'stale,shrink,future' },
    settings: { weighting, popularAtMost, strangersAtMost, recommendEngaged: !dropEngaged, ...settings },
  });
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

// One contract, and one suite that every engine passes.
describeSpark.each(['neo4j', 'spark'] as const)('on the engine %s', (engine) => {
  const of = (more: Record<string, string>): Partial<Settings> => ({
    engine,
    spark: { ...spark, conf: { ...quickConf, ...more } },
  });

  test('the tables of second-degree are those of the definition, on a first day and on the next one', async () => {
    await network.reset();
    const { network: all, options } = unionOfNetworks(
      1,
      25,
      ({ decay, reputation }) => decay.kind === 'linear' && reputation !== undefined,
    );
    const before = { network: firstDay(all), options: { ...options, asOf: options.asOf - 86_400 } };
    const first = await runDay(
      before.network,
      before.options,
      of({ 'spark.sql.shuffle.partitions': '1', 'spark.sql.adaptive.enabled': 'false' }),
      '20240531',
    );
    await expectSecondDegree(before, first);
    // The new flags replace the ones of the day before, the next folder repeats its activities.
    const next = await runDay(all, options, of({ 'spark.sql.shuffle.partitions': '200' }));
    const known = new Map([...before.network.suspended, ...all.suspended]);
    await expectSecondDegree({ network: { ...all, suspended: known }, options }, next);
  });

  test('the tables of circles are those of the definition, with exponential decay and every filter', async () => {
    await network.reset();
    const { network: all, options } = unionOfNetworks(
      2,
      25,
      ({ decay, reputation }) =>
        decay.kind === 'exponential' && decay.halfLifeSeconds > 86_400 && reputation !== undefined,
    );
    const asked: CirclesOptions = { ...options, popularAtMost: 3, strangersAtMost: 4, dropEngaged: true };
    const { dropped, ...expected } = expectedCircles(all, asked);
    expect(expected.reasons.length).toBeGreaterThan(1_000);
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

  test('on a cluster loses an executor in the middle, and the tables are right', async () => {
    await network.reset();
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
    const [run] = await Promise.all([
      runDay(all, options, {
        engine: 'spark',
        spark: {
          ...{ master: cluster.url, memory },
          conf: { ...quickConf, 'spark.sql.shuffle.partitions': '3', 'spark.sql.adaptive.enabled': 'false' },
        },
      }),
      killOne(),
    ]);
    expect(killed).toBe(1);
    await expectSecondDegree({ network: all, options }, run);
  });

  test('ends its application when the run is stopped, Kith is killed, or a later attempt begins; and says why it failed', async () => {
    await network.reset();
    const input = network.folder('20240601');
    writeFolder(case3().network, input);
    const { home } = testSettings();
    const env = {
      ...{ KITH_HOME: home, KITH_ENGINE: 'spark', KITH_SPARK_MASTER: 'local[1]' },
      ...{ KITH_SPARK_MEMORY: memory, KITH_NEO4J_HEAP: '768m', KITH_NEO4J_PAGE_CACHE: '256m' },
    };
    const args = ['run', '--input', input, '--as-of', '2020-06-15', '--allow', 'stale,shrink'];
    const applications = () => processesOf('SparkSubmit', home);
    const begin = async () => {
      const run = new RunningCommand(args, env);
      const early = run.ended.then(({ stderr }) => Promise.reject(new Error(`it ended too early: ${stderr}`)));
      early.catch(() => undefined);
      await Promise.race([early, until('an application', () => applications().length > 0, { seconds: 120 })]);
      return run;
    };
    const stopped = await begin();
    stopped.process.kill('SIGINT');
    expect((await stopped.ended).code).toBe(130);
    // It has waited for it.
    expect(applications()).toEqual([]);
    const killed = await begin();
    killed.process.kill('SIGKILL');
    await until('the end of the application', () => applications().length === 0, { seconds: 120 });
    const late = await begin();
    const { rows } = await network.pool.query<{ id: string }>(
      'SELECT id FROM kith.runs ORDER BY started_at DESC LIMIT 1',
    );
    await using database = await Database.connect(network.stack.postgres.url);
    await beginAttempt(database, rows[0]?.id as string, 'closest', everyWriter);
    expect((await late.ended).code).toBe(5);
    expect(applications()).toEqual([]);
    const { code, stderr } = await new RunningCommand(args, { ...env, KITH_SPARK_MEMORY: '64m' }).ended;
    expect(stderr).toMatch(/kith: Spark failed at its start: .*memory.*; see its log, .*spark-closest-\d+\.log\./i);
    expect(code).toBe(4);
  });
});
