import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../src/config/project.ts';
import { homeOf, passwordOf } from '../../src/engines/home.ts';
import { EngineError, InterruptedError } from '../../src/errors.ts';
import { generate } from '../../src/generate/generate.ts';
import { TestNetwork } from '../harness/network.ts';
import { findPgbouncer, Pgbouncer, pgbouncerIsMissing } from '../harness/pgbouncer.ts';
import { until } from '../harness/until.ts';
import type { Polls } from './polling-readers.ts';
import type { PooledReads } from './pooled-readers.ts';
import { runsIn, StagedRows } from './staged-rows.ts';

const tables = ['closest_connections', 'recommendations', 'rec_reasons'];

let network: TestNetwork;
let rows: StagedRows;
beforeAll(async () => {
  network = await TestNetwork.open();
  rows = await StagedRows.open(network);
  await network.pool.query(`
    CREATE SCHEMA IF NOT EXISTS readers_app;
    CREATE OR REPLACE VIEW readers_app.closest_connections AS SELECT * FROM graph_recs.closest_connections;
    CREATE OR REPLACE VIEW readers_app.recommendations AS SELECT user_id, rec_id, updated_at FROM graph_recs.recommendations;
    CREATE OR REPLACE VIEW readers_app.rec_reasons AS
      SELECT why.* FROM graph_recs.rec_reasons AS why JOIN graph_recs.recommendations USING (user_id, rec_id);
    CREATE OR REPLACE FUNCTION readers_app.read_slowly() RETURNS TABLE (place text, updated_at timestamptz) LANGUAGE plpgsql AS $$
      BEGIN
        RETURN QUERY SELECT 'recommendations', r.updated_at FROM graph_recs.recommendations AS r GROUP BY 2;
        PERFORM pg_sleep(0.003);
        RETURN QUERY SELECT 'rec_reasons', r.updated_at FROM graph_recs.rec_reasons AS r GROUP BY 2;
        PERFORM pg_sleep(0.003);
        RETURN QUERY SELECT 'closest_connections', c.updated_at FROM graph_recs.closest_connections AS c GROUP BY 2;
      END $$;
  `);
});
afterAll(async () => {
  await network?.pool.query('DROP SCHEMA IF EXISTS readers_app CASCADE');
  await rows?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

/**
 * Readers of every kind, in a process of their own, while `work` goes on, which may wait until all of them have seen so
 * many runs; returns what they have seen.
 */
async function whileReadersPoll(
  work: (allHaveSeen: (runs: number) => Promise<unknown>) => Promise<void>,
): Promise<Record<string, Polls>> {
  return whileItReads('polling-readers.ts', { KITH_TEST_POSTGRES: rows.url }, work);
}

/** Runs a program beside this file while `work` goes on, and returns what it has seen. */
async function whileItReads<Seen>(
  program: string,
  env: NodeJS.ProcessEnv,
  work: (allHaveSeen: (runs: number) => Promise<unknown>) => Promise<void>,
): Promise<Seen> {
  const child: ChildProcess = fork(join(projectRoot, 'test', 'integration', program), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
    cwd: projectRoot,
  });
  try {
    let isReading = false;
    let fewestRuns = 0;
    const told = new Promise<Seen>((resolve) => {
      child.on('message', (message) => {
        if (message === 'reading') isReading = true;
        else if (typeof message === 'number') fewestRuns = message;
        else resolve(message as Seen);
      });
    });
    await until('it to read', () => isReading);
    await work((runs) => until(`${runs} runs to be seen by all`, () => fewestRuns >= runs));
    child.send('stop');
    return await told;
  } finally {
    child.kill();
  }
}

function expectOneRunEach(seen: Record<string, Polls>): void {
  if (process.env.KITH_TEST_SHOW)
    console.table(
      Object.values(seen).map((polls, i) => ({ way: Object.keys(seen)[i], ...polls, mixed: polls.mixed.length })),
    );
  for (const [way, { mixed, empty, errors, longestMs }] of Object.entries(seen)) {
    expect({ way, mixed, empty, errors }).toEqual({ way, mixed: [], empty: 0, errors: [] });
    // Who waited as long as a publish is patient would have waited for two minutes.
    expect(longestMs).toBeLessThan(30_000);
  }
}

describe('readers that poll in every way, each in its isolation level', () => {
  test('see one run at a time through 6 publishes, and none of them waits for long', async () => {
    await rows.stage(150, 1);
    await rows.publish();
    const seen = await whileReadersPoll(async (allHaveSeen) => {
      for (let weight = 2; weight <= 7; weight++) {
        await allHaveSeen(weight - 1);
        await rows.stage(100 + weight * 7, weight);
        await rows.publish({ patienceSeconds: 120 });
      }
      await allHaveSeen(7);
    });
    expectOneRunEach(seen);
  });

  test('see one run at a time through whole runs as of four days', async () => {
    await network.reset();
    const input = network.folder('20240601');
    const { asOf } = await generate({ users: 300, activities: 6000, messages: 0, seed: 3, out: input });
    const run = async (day: number) =>
      network.run({ input, reputation: false, asOf: new Date(asOf.getTime() + day * 86_400_000).toISOString() });
    await run(0);
    const seen = await whileReadersPoll(async (allHaveSeen) => {
      for (const day of [1, 2, 3, 4]) {
        await allHaveSeen(day);
        await run(day);
      }
      await allHaveSeen(5);
    });
    expectOneRunEach(seen);
  });
});

const pgbouncer = findPgbouncer();
if (!pgbouncer) process.stderr.write(`Readers through a pool are not tested: ${pgbouncerIsMissing}\n`);

(pgbouncer ? describe : describe.skip)('PgBouncer', () => {
  const roles = ['one_app', 'another_app'];
  let pool: Pgbouncer;
  beforeAll(async () => {
    // The rows are made up: no graph may contradict them.
    await network.reset();
    for (const role of roles)
      await network.pool.query(`
        CREATE ROLE ${role} LOGIN PASSWORD 'of-the-${role}';
        GRANT USAGE ON SCHEMA graph_recs TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA graph_recs TO ${role}`);
    pool = await Pgbouncer.start(network, pgbouncer ?? '');
  });
  afterAll(async () => {
    await pool?.[Symbol.asyncDispose]();
    await network?.pool.query(`DROP OWNED BY ${roles}; DROP ROLE ${roles}`);
  });
  const urls = () => roles.map((role) => pool.urlOf(role, `of-the-${role}`));

  test("lets readers in by their own roles, and nobody as Kith's role or as a superuser", async () => {
    await using reader = await rows.reader(urls()[0]);
    expect((await reader.query('SELECT current_user::text AS role')).rows).toEqual([{ role: 'one_app' }]);
    await expect(reader.query('DELETE FROM graph_recs.recommendations')).rejects.toThrow(/permission denied/);
    await expect(reader.query("SELECT pgbouncer.reader('another_app')")).rejects.toThrow(/permission denied/);
    await expect(rows.reader(pool.urlOf('one_app', 'wrong'))).rejects.toThrow(/authentication failed/);
    const { passwords } = homeOf(network.settings);
    for (const [role, file] of [
      ['kith', passwords.postgres],
      ['kith_admin', passwords.postgresAdmin],
    ] as const)
      await expect(rows.reader(pool.urlOf(role, passwordOf(file) ?? ''))).rejects.toThrow(
        /no such user|authentication failed/,
      );
  });

  test('500 clients see one run at a time while three are published: no error, none mixed, none empty', async () => {
    await rows.stage(150, 1);
    await rows.publish();
    const publishes: [begun: number, ended: number][] = [];
    const env = { KITH_TEST_POOL: urls().join(' '), KITH_TEST_CLIENTS: '500' };
    const { reads, mixed, empty, errors } = await whileItReads<PooledReads>('pooled-readers.ts', env, async () => {
      await sleep(4_000);
      for (const weight of [2, 3, 4]) {
        await rows.stage(150 + weight, weight);
        const begun = Date.now();
        await rows.publish({ patienceSeconds: 120 });
        publishes.push([begun, Date.now()]);
        await sleep(1_500);
      }
    });
    expect({ mixed, empty, errors }).toEqual({ mixed: [], empty: 0, errors: [] });
    const [during, otherwise]: [number[], number[]] = [[], []];
    for (const [begun, ms] of reads)
      (publishes.some(([from, to]) => begun < to && begun + ms > from) ? during : otherwise).push(ms);
    // Otherwise nothing was tested.
    expect(Math.min(during.length, otherwise.length)).toBeGreaterThan(20);
    const p99 = (of: number[]) => of.sort((a, b) => a - b)[Math.floor(of.length * 0.99)] ?? 0;
    if (process.env.KITH_TEST_SHOW)
      console.table({
        'with a publish': { reads: during.length, p99: p99(during), longest: Math.max(...during) },
        without: { reads: otherwise.length, p99: p99(otherwise), longest: Math.max(...otherwise) },
      });
    // Readers wait for a moment at most, on a busy machine too.
    expect(p99(during)).toBeLessThan(p99(otherwise) + 3_000);
  });
});

describe('a transaction that stays open', () => {
  beforeEach(async () => {
    await network.reset();
    await rows.stage(50, 1);
    await rows.publish();
  });

  /**
   * What a reader of single statements has to wait while `work` goes on: at most, beyond what one waits who reads none
   * of the tables, and as a share of the time.
   */
  async function waitsDuring(work: Promise<unknown>): Promise<{ longestMs: number; share: number }> {
    await using reader = await rows.reader();
    await using other = await rows.reader();
    const begun = performance.now();
    let [done, longestMs, waitedMs, otherMs] = [false, 0, 0, 0];
    const end = () => {
      done = true;
    };
    work.then(end, end);
    while (!done) {
      const started = performance.now();
      await other.query('SELECT');
      otherMs = Math.max(otherMs, performance.now() - started);
      const asked = performance.now();
      await runsIn(reader, 'closest_connections');
      const ms = performance.now() - asked;
      longestMs = Math.max(longestMs, ms);
      // Tables are closed for 100 ms at least: shorter ones are reading, or another program has the processor.
      if (ms > 90) waitedMs += ms;
      await sleep(2);
    }
    return { longestMs: longestMs - otherMs, share: waitedMs / (performance.now() - begun) };
  }

  test.each([
    ['one table', ['recommendations']],
    ['all tables', ['recommendations', 'rec_reasons', 'closest_connections']],
  ])(
    'READ COMMITTED that has read %s: nothing is published, the error names it, others go on; once it has ended, it is published',
    async (_, read) => {
      await using reader = await rows.reader();
      await reader.query('BEGIN');
      const before = await runsIn(reader, read[0] as string);
      for (const table of read) expect(await runsIn(reader, table)).toEqual(before);
      await rows.stage(50, 2);
      const publishing = rows.publish({ patienceSeconds: 4 });
      const [waits, error] = await Promise.all([waitsDuring(publishing), publishing.catch((thrown) => thrown)]);
      expect(error).toBeInstanceOf(EngineError);
      const { rows: pids } = await reader.query('SELECT pg_backend_pid() AS pid');
      expect(error.message).toMatch(
        new RegExp(
          `^Nothing was published, because a report of kith \\(process ${pids[0].pid}, since .*KITH_PUBLISH_PATIENCE_SECONDS`,
          's',
        ),
      );
      expect(waits.longestMs).toBeLessThan(1500);
      // The tables are closed for at most 400 of 900 ms, see atAnInstant.
      expect(waits.share).toBeLessThan(0.45);
      for (const table of ['closest_connections', 'rec_reasons']) expect(await runsIn(reader, table)).toEqual(before);
      await reader.query('COMMIT');
      const { startedAt } = await rows.publish();
      expect(await runsIn(reader, 'recommendations')).toEqual([startedAt]);
    },
  );

  test('READ COMMITTED that ends in time sees the previous run, and then the next one is published', async () => {
    await using reader = await rows.reader();
    await reader.query('BEGIN');
    const before = await runsIn(reader, 'closest_connections');
    await rows.stage(50, 2);
    const said: string[] = [];
    const publishing = rows.publish({ onProgress: (text) => said.push(text) });
    await until('the publish to wait', () => said.join().includes('waiting for a report of kith'));
    expect(await runsIn(reader, 'rec_reasons')).toEqual(before);
    await reader.query('COMMIT');
    const { startedAt } = await publishing;
    expect(await runsIn(reader, 'rec_reasons')).toEqual([startedAt]);
  });

  test('READ COMMITTED with an open cursor, which holds a snapshot too, is waited for', async () => {
    await using reader = await rows.reader();
    await reader.query('BEGIN');
    const before = await runsIn(reader, 'closest_connections');
    await reader.query('DECLARE slow CURSOR FOR SELECT * FROM graph_recs.closest_connections');
    await reader.query('FETCH 10 FROM slow');
    await rows.stage(50, 2);
    const publishing = rows.publish({ patienceSeconds: 3 });
    await expect(publishing).rejects.toThrow(EngineError);
    expect(await runsIn(reader, 'rec_reasons')).toEqual(before);
    await reader.query('COMMIT');
  });

  test.each(['REPEATABLE READ', 'SERIALIZABLE'])(
    '%s that has read a table is waited for, and sees the previous run until it ends',
    async (level) => {
      await using reader = await rows.reader();
      await reader.query(`BEGIN ISOLATION LEVEL ${level}`);
      const before = await runsIn(reader, 'recommendations');
      await rows.stage(70, 2);
      const said: string[] = [];
      const publishing = rows.publish({ onProgress: (text) => said.push(text) });
      await until('the publish to wait', () => said.join().includes('waiting for a report of kith'));
      for (const table of tables) expect(await runsIn(reader, table)).toEqual(before);
      await reader.query('COMMIT');
      const { startedAt } = await publishing;
      expect(await runsIn(reader, 'rec_reasons')).toEqual([startedAt]);
    },
  );

  test.each(['REPEATABLE READ', 'SERIALIZABLE'])(
    '%s with a much older snapshot, next to a writing transaction, is not waited for, and sees all new rows',
    async (level) => {
      await using reader = await rows.reader();
      await using writer = await rows.reader();
      await reader.query(`BEGIN ISOLATION LEVEL ${level}`);
      await reader.query('SELECT 1');
      await writer.query('CREATE TEMP TABLE written AS SELECT 1 AS one');
      await writer.query('BEGIN; INSERT INTO written VALUES (2)');
      const users = 20_000;
      await rows.stage(users, 2);
      const { startedAt } = await rows.publish({ patienceSeconds: 5 });
      const count = async (table: string) =>
        Number((await reader.query(`SELECT count(*) FROM graph_recs.${table}`)).rows[0].count);
      for (const [scan, index] of [
        ['on', 'off'],
        ['off', 'on'],
      ]) {
        await reader.query(`SET LOCAL enable_seqscan = ${scan}; SET LOCAL enable_indexscan = ${index};
          SET LOCAL enable_indexonlyscan = ${index}; SET LOCAL enable_bitmapscan = off`);
        expect([
          await count('closest_connections'),
          await count('recommendations'),
          await count('rec_reasons'),
        ]).toEqual([2 * users, users, 2 * users]);
      }
      for (const table of tables) expect(await runsIn(reader, table)).toEqual([startedAt]);
      const one = 'SELECT rec_id FROM graph_recs.recommendations WHERE user_id = 12345';
      expect((await reader.query(one)).rows).toEqual([{ rec_id: 12348 }]);
      await reader.query('COMMIT');
      await writer.query('ROLLBACK');
    },
  );

  test('Ctrl-C ends the wait at once and leaves no reader locked out', async () => {
    await using reader = await rows.reader();
    await reader.query('BEGIN');
    const before = await runsIn(reader, 'closest_connections');
    await rows.stage(50, 2);
    const stop = new AbortController();
    const publishing = rows.publish({ patienceSeconds: 60, signal: stop.signal });
    publishing.catch(() => undefined);
    await sleep(1000);
    const stopped = performance.now();
    stop.abort();
    await expect(publishing).rejects.toThrow(InterruptedError);
    // It was ready to wait for a minute.
    expect(performance.now() - stopped).toBeLessThan(30_000);
    expect(await runsIn(reader, 'rec_reasons')).toEqual(before);
    await reader.query('COMMIT');
    const { startedAt } = await rows.publish();
    expect(await runsIn(reader, 'rec_reasons')).toEqual([startedAt]);
  });
});
