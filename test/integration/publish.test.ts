import type pg from 'pg';
import { BusyError, ChecksFailedError, EngineError } from '../../src/errors.ts';
import { type CheckContext, type CheckOutcome, checkTables } from '../../src/export/checks.ts';
import { populationOf } from '../../src/export/population.ts';
import type { PublishedTable } from '../../src/export/published-tables.ts';
import { Graph } from '../../src/graph/graph.ts';
import { secondDegree } from '../../src/scoring/ranking/second-degree.ts';
import { TestNetwork } from '../harness/network.ts';
import { until as untilSo } from '../harness/until.ts';
import { writeFolder } from '../oracle/arbitrary-network.ts';
import type { Activity } from '../oracle/network.ts';
import { ring as ringRows, runsIn, StagedRows } from './staged-rows.ts';

const tables = ['closest_connections', 'recommendations', 'rec_reasons'];
const asOf = Date.UTC(2024, 5, 1) / 1000;
const day = 86_400;

let network: TestNetwork;
let rows: StagedRows;
beforeAll(async () => {
  network = await TestNetwork.open();
  rows = await StagedRows.open(network);
});
afterAll(async () => {
  await rows?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

const like = (user: number, engaged: number, age: number): Activity => ({
  type: 'like',
  user,
  engaged,
  message: BigInt(user * 1000 + engaged),
  at: asOf - age,
});

/** Users 1…n in a ring, each likes the next two. */
function ring(users: number): Activity[] {
  return Array.from({ length: users }, (_, i) =>
    [1, 2].map((step) => like(i + 1, ((i + step) % users) + 1, day * step)),
  ).flat();
}

/** The folder of a day of June 2024, of these activities and flags of suspension. */
function folderOf(activities: Activity[], flags: [number, boolean][] = [], dayOfJune = 1): string {
  const folder = network.folder(`202406${String(dayOfJune).padStart(2, '0')}`);
  writeFolder({ activities, suspended: new Map(flags) }, folder);
  return folder;
}

const asOfDay = (days: number) => new Date((asOf + days * day) * 1000).toISOString();

async function everything(): Promise<unknown[]> {
  const all = await Promise.all(
    tables.map((table) => network.pool.query(`SELECT t::text AS line FROM graph_recs.${table} AS t ORDER BY 1`)),
  );
  return all.map((result) => result.rows);
}

test('the planner knows how many rows are checked, even if the tables were analyzed while they were empty', async () => {
  await network.reset();
  // What autovacuum does on its own a minute after a reset.
  for (const table of tables) await network.pool.query(`VACUUM ANALYZE graph_recs.${table}`);
  const { summary } = await network.run({ input: folderOf(ring(60)), asOf: asOfDay(0) });
  const { rows } = await network.pool.query<{ relname: string; reltuples: number }>(
    "SELECT relname, reltuples FROM pg_class WHERE relnamespace = 'graph_recs'::regnamespace AND relkind = 'p'",
  );
  const { closest, recommendations, reasons } = summary.rows ?? {};
  expect(Object.fromEntries(rows.map(({ relname, reltuples }) => [relname, reltuples]))).toMatchObject({
    closest_connections: closest,
    recommendations,
    rec_reasons: reasons,
  });
});

describe('created_at and updated_at', () => {
  test('updated_at is the start of the run in all three tables; created_at is kept while a row is published, and is new after a gap', async () => {
    await network.reset();
    const input = folderOf([...ring(12), like(1, 7, 60)]);
    const created = async () => {
      const { rows } = await network.pool.query<{ key: string; created_at: Date }>(`
        SELECT format('%s→%s', user_id, closest_connection) AS key, created_at FROM graph_recs.closest_connections
        UNION ALL SELECT format('%s→%s rec', user_id, rec_id), created_at FROM graph_recs.recommendations
        UNION ALL SELECT format('%s→%s by %s', user_id, rec_id, reason_id), created_at FROM graph_recs.rec_reasons`);
      return new Map(rows.map(({ key, created_at }) => [key, created_at.toISOString()]));
    };
    const first = await network.run({ input, asOf: asOfDay(0) });
    const atFirst = await created();
    expect(atFirst.get('1→7')).toBe(first.run.startedAt);
    expect(atFirst.get('1→8 rec')).toBe(first.run.startedAt);
    expect(new Set(atFirst.values())).toEqual(new Set([first.run.startedAt]));

    // User 7 is suspended for one run: the rows that name it go, and so do those whom it alone recommends.
    const second = await network.run({ input: folderOf([], [[7, true]], 2), asOf: asOfDay(1) });
    const atSecond = await created();
    expect([...atSecond.keys()].filter((key) => /(^|\D)7(\D|$)/.test(key))).toEqual([]);
    expect(atSecond.has('1→8 rec')).toBe(false);
    expect(atSecond.get('1→2')).toBe(first.run.startedAt);
    expect(new Set(atSecond.values())).toEqual(new Set([first.run.startedAt]));
    for (const table of tables) expect(await runsIn(network.pool, table)).toEqual([second.run.startedAt]);

    const third = await network.run({ input: folderOf([], [[7, false]], 3), asOf: asOfDay(2) });
    const atThird = await created();
    expect(atThird.get('1→7')).toBe(third.run.startedAt);
    expect(atThird.get('1→8 rec')).toBe(third.run.startedAt);
    expect(atThird.get('1→2')).toBe(first.run.startedAt);
    expect([...atThird.keys()].sort()).toEqual([...atFirst.keys()].sort());
    for (const table of tables) expect(await runsIn(network.pool, table)).toEqual([third.run.startedAt]);
  });
});

describe('a check that fails is named', () => {
  beforeAll(async () => {
    await network.reset();
    // 1 follows 5, and 99 is suspended.
    await network.run({
      input: folderOf(
        [...ring(12), { type: 'follow', user: 1, engaged: 5, message: null, at: asOf - 95 * day }],
        [[99, true]],
      ),
      asOf: asOfDay(0),
    });
  });

  /** What the checks say once `change` was made, in a transaction that is rolled back. */
  async function checksAfter(change: string, startedAt: string): Promise<CheckOutcome[]> {
    const client = await network.pool.connect();
    await using graph = new Graph(network.stack.neo4j);
    try {
      await client.query('BEGIN');
      await client.query(change.replaceAll('$run', `'${startedAt}'`));
      const run = {
        id: 'none',
        startedAt,
        asOf,
        ranking: secondDegree,
        settings: {},
        maxRowChangePercent: 50,
        mayShrink: false,
      };
      const population = populationOf(graph, asOf);
      const connect: CheckContext['connect'] = (work) => work(client);
      const context = { population, run, of: 'shown', sessions: 1, connect } satisfies CheckContext;
      return (await checkTables(context)).checks;
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  const closest =
    'INSERT INTO graph_recs.closest_connections (user_id, closest_connection, weight, created_at, updated_at, rank)';
  const recommendations =
    'INSERT INTO graph_recs.recommendations (user_id, rec_id, created_at, updated_at, rank, score)';
  const reasons = 'INSERT INTO graph_recs.rec_reasons (user_id, rec_id, reason_id, weight, created_at, updated_at)';
  test.each([
    ['none, when nothing is wrong', '', ''],
    ['whole keys', 'a rank may be null', 'ALTER TABLE graph_recs.recommendations ALTER rank DROP NOT NULL'],
    [
      'one run',
      'a row of another run',
      "UPDATE graph_recs.rec_reasons SET updated_at = updated_at - interval '1 ms' WHERE user_id = 3",
    ],
    [
      'one run',
      'a row created after the run',
      "UPDATE graph_recs.recommendations SET created_at = updated_at + interval '1 ms' WHERE user_id = 3",
    ],
    ['no self', 'close to themself', `${closest} VALUES (700, 700, 0.5, $run, $run, 1)`],
    ['no self', 'recommended to themself', `${recommendations} VALUES (700, 700, $run, $run, 1, 0.5)`],
    ['no self', 'a reason for themself', `${reasons} VALUES (700, 701, 700, 0.5, $run, $run)`],
    ['no followed', 'one followed before the window', `${recommendations} VALUES (1, 5, $run, $run, 9, 0.5)`],
    ['no suspended', 'a user', `${closest} VALUES (99, 700, 0.5, $run, $run, 1)`],
    ['no suspended', 'one recommended', `${recommendations} VALUES (700, 99, $run, $run, 1, 0.5)`],
    ['no suspended', 'a reason', `${reasons} VALUES (700, 701, 99, 0.5, $run, $run)`],
    [
      'short lists',
      '51 closest',
      `${closest} SELECT 700, 700 + i, 0.5, $run, $run, i FROM generate_series(1, 51) AS i`,
    ],
    [
      'short lists',
      '21 recommendations',
      `${recommendations} SELECT 700, 700 + i, $run, $run, i, 0.5 FROM generate_series(1, 21) AS i`,
    ],
    [
      'short lists',
      'a rank twice',
      `${closest} SELECT 700, 700 + i, 0.5, $run, $run, 1 FROM generate_series(1, 2) AS i`,
    ],
    [
      'sums',
      'a score that is off by 2e-9',
      'UPDATE graph_recs.recommendations SET score = score + 0.000000002 WHERE user_id = 3',
    ],
    ['sums', 'no reason', `${recommendations} VALUES (700, 701, $run, $run, 1, 0.5)`],
    ['sources', 'a reason of another ranking', "UPDATE graph_recs.rec_reasons SET source = 'circle' WHERE user_id = 3"],
    ['sources', 'a recommendation from nowhere', "UPDATE graph_recs.recommendations SET source = '' WHERE user_id = 3"],
    ['reasons', 'who is no closest connection', `${reasons} VALUES (700, 701, 702, 0.5, $run, $run)`],
    [
      'reasons',
      'with another weight',
      'UPDATE graph_recs.closest_connections SET weight = weight + 0.000000000001 WHERE user_id = 3',
    ],
  ])('%s: %s', async (name, _, change) => {
    const [startedAt] = await runsIn(network.pool, 'recommendations');
    const outcomes = await checksAfter(change || 'SELECT 1', startedAt as string);
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed');
    if (!change) expect(failed).toEqual([]);
    else {
      expect(failed.map((check) => check.name)).toContain(name);
      expect(failed.find((check) => check.name === name)?.detail).toMatch(/^\d+ rows? breaks? it, for example \S/);
    }
  });

  test('the example names the row', async () => {
    const [startedAt] = await runsIn(network.pool, 'recommendations');
    const outcomes = await checksAfter(`${recommendations} VALUES (1, 5, $run, $run, 9, 0.5)`, startedAt as string);
    expect(outcomes.find(({ name }) => name === 'no followed')?.detail).toBe(
      '1 row breaks it, for example user 1, recommended 5',
    );
  });

  test('and the tables stay as they were', async () => {
    const before = await everything();
    const otherWeight = ringRows(30, 1);
    otherWeight.rec_reasons = otherWeight.rec_reasons.map(([key, weight]) => [
      key,
      key[0] === 3 && key[2] === 4 ? 5 : (weight as number),
    ]);
    await rows.write(otherWeight);
    await expect(rows.publish()).rejects.toThrow(
      '2 checks failed, so the tables stay as they were: sums (Reasons sum to the score of their recommendation within 1e-9. ' +
        'But 1 row breaks it, for example user 3, recommended 6.); reasons (',
    );
    const selfish = ringRows(30, 1);
    selfish.closest_connections.splice(12, 0, [[7, 7], 1, 3]);
    await rows.write(selfish);
    await expect(rows.publish()).rejects.toThrow(ChecksFailedError);
    expect(await everything()).toEqual(before);
  });

  test('a row added or removed after its step is noticed', async () => {
    const before = await everything();
    const { token } = await rows.stage(30, 1);
    await network.pool.query(`DELETE FROM kith_next.closest_connections_${token} WHERE user_id = 30`);
    await expect(rows.publish()).rejects.toThrow(/complete \(.* closest_connections has 58 rows instead of 60/);
    expect(await everything()).toEqual(before);
  });

  test.each<[string, PublishedTable, number[], (number | string)[]]>([
    ['a null weight', 'rec_reasons', [1, 2, 3], ['\\N']],
    ['a null rank', 'closest_connections', [1, 2], [0.5, '\\N']],
  ])('%s is not even written', async (_, table, key, measures) => {
    const writing = rows.writeTable(table, await rows.begin(), [[key, ...(measures as number[])]]);
    await expect(writing).rejects.toThrow('violates not-null constraint');
  });

  test('a row without a key is not even written', async () => {
    const writing = rows.writeTable('recommendations', await rows.begin(), [[[1, '\\N' as unknown as number], 0.5, 1]]);
    await expect(writing).rejects.toThrow('not in the expected form');
  });

  test('a duplicate row is refused', async () => {
    const writing = rows.writeTable('closest_connections', await rows.begin(), [
      [[1, 2], 1, 1],
      [[1, 2], 1, 2],
    ]);
    await expect(writing).rejects.toThrow('could not create unique index');
  });

  test('checks that need the graph are skipped once the graph has changed, with the reason', async () => {
    await using graph = new Graph(network.stack.neo4j);
    const [startedAt] = await runsIn(network.pool, 'recommendations');
    const run = {
      id: 'none',
      startedAt: startedAt as string,
      asOf,
      ranking: secondDegree,
      settings: {},
      maxRowChangePercent: 50,
      mayShrink: false,
    };
    const graphChangedBy = 'a later ingest has changed the graph';
    const { checks } = await checkTables({
      population: populationOf(graph, asOf),
      run,
      of: 'shown',
      sessions: 1,
      graphChangedBy,
      connect: (work) => rows.database.transaction(work),
    });
    const skipped = checks.filter(({ detail }) => detail === graphChangedBy);
    expect(skipped.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['no followed', 'skipped'],
      ['no suspended', 'skipped'],
    ]);
    expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });
});

describe('row counts against the run published before', () => {
  const rowCounts = (checks: CheckOutcome[] | undefined) => checks?.find(({ name }) => name === 'row counts');

  test('are skipped without one, pass if near, and fail if far, which changes nothing', async () => {
    await network.reset();
    const first = await network.run({ input: folderOf(ring(12)), asOf: asOfDay(0) });
    expect(rowCounts(first.summary.checks)).toMatchObject({
      outcome: 'skipped',
      detail: 'nothing was published before',
    });
    const second = await network.run({ input: folderOf([like(1, 6, 60)]), asOf: asOfDay(1) });
    expect(rowCounts(second.summary.checks)).toMatchObject({
      outcome: 'passed',
      detail: `compared with run ${first.run.id}`,
    });

    const before = await everything();
    const grown = folderOf(Array.from({ length: 60 }, (_, i) => like(100 + i, 1 + (i % 12), 60)));
    const failing = network.run({ input: grown, asOf: asOfDay(2) });
    await expect(failing).rejects.toThrow(ChecksFailedError);
    await expect(failing).rejects.toThrow(
      /row counts .*closest_connections has 85 rows instead of 25.*KITH_MAX_ROW_CHANGE_PERCENT/,
    );
    expect(await everything()).toEqual(before);
    const { rows: runs } = await network.pool.query('SELECT status, error FROM kith.runs ORDER BY started_at');
    expect(runs.map(({ status }) => status)).toEqual(['published', 'published', 'failed']);
    expect(runs[2].error).toContain('row counts');

    // A setting says what is far, and runs of other settings are not compared.
    const allowed = await network.run({ input: grown, asOf: asOfDay(2), settings: { maxRowChangePercent: 1000 } });
    expect(rowCounts(allowed.summary.checks)).toMatchObject({
      outcome: 'passed',
      detail: `compared with run ${second.run.id}`,
    });
    // What comes late makes tables grow, too, so growth is told then, and not judged.
    const late = folderOf(Array.from({ length: 80 }, (_, i) => like(200 + i, 1 + (i % 12), 60)));
    const again = await network.run({ input: late, asOf: asOfDay(2) });
    expect(rowCounts(again.summary.checks)).toMatchObject({
      outcome: 'passed',
      detail: expect.stringMatching(
        /^compared with run .*; closest_connections has 165 rows instead of 85.* is not judged$/,
      ),
    });
    const weighting = { ...network.settings.weighting, windowSeconds: 30 * day };
    const other = await network.run({ input: grown, asOf: asOfDay(3), settings: { weighting } });
    expect(rowCounts(other.summary.checks)).toMatchObject({
      outcome: 'skipped',
      detail: expect.stringContaining(`run ${again.run.id}, published before, had other settings`),
    });
  });
});

describe('what applications rely on', () => {
  test('columns, types, NOT NULLs and keys are those of the contract, in the same order', async () => {
    const { rows: columns } = await network.pool.query(`
      SELECT table_name || '.' || column_name AS name, data_type, is_nullable FROM information_schema.columns
      JOIN information_schema.tables USING (table_schema, table_name)
      WHERE table_schema = 'graph_recs' AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position`);
    const of = (table: string, ...types: string[]) =>
      types.map((type) => {
        const [name, kind] = type.split(' ');
        return {
          name: `${table}.${name}`,
          data_type: { int: 'integer', dec: 'numeric', text: 'text', at: 'timestamp with time zone' }[kind as 'int'],
          is_nullable: 'NO',
        };
      });
    expect(columns).toEqual([
      ...of(
        'closest_connections',
        'user_id int',
        'closest_connection int',
        'weight dec',
        'created_at at',
        'updated_at at',
        'rank int',
      ),
      ...of(
        'rec_reasons',
        'user_id int',
        'rec_id int',
        'reason_id int',
        'weight dec',
        'created_at at',
        'updated_at at',
        'source text',
      ),
      ...of(
        'recommendations',
        'user_id int',
        'rec_id int',
        'created_at at',
        'updated_at at',
        'rank int',
        'score dec',
        'source text',
      ),
    ]);
    const { rows: keys } = await network.pool.query(`
      SELECT conrelid::regclass::text AS name, pg_get_constraintdef(oid) AS key FROM pg_constraint
      WHERE connamespace = 'graph_recs'::regnamespace AND contype = 'p' ORDER BY 1`);
    expect(keys).toEqual([
      { name: 'graph_recs.closest_connections', key: 'PRIMARY KEY (user_id, closest_connection)' },
      { name: 'graph_recs.rec_reasons', key: 'PRIMARY KEY (user_id, rec_id, reason_id)' },
      { name: 'graph_recs.recommendations', key: 'PRIMARY KEY (user_id, rec_id)' },
    ]);
  });

  test("a role's grants, a view on the tables, and the tables themselves survive runs", async () => {
    await network.reset();
    await network.pool.query(`
      CREATE ROLE kith_test_reader;
      GRANT USAGE ON SCHEMA graph_recs TO kith_test_reader;
      GRANT SELECT ON graph_recs.recommendations TO kith_test_reader;
      CREATE VIEW public.kith_test_view AS SELECT user_id, rec_id, rank FROM graph_recs.recommendations WHERE rank <= 5;`);
    const oids = () =>
      network.pool.query(
        `SELECT oid, relname FROM pg_class WHERE relnamespace = 'graph_recs'::regnamespace ORDER BY oid`,
      );
    try {
      const before = await oids();
      for (const days of [0, 1, 2]) await network.run({ input: folderOf(ring(12 + days)), asOf: asOfDay(days) });
      expect((await oids()).rows).toEqual(before.rows);
      const { rows: found } = await network.pool.query(`
        SELECT (SELECT count(*) FROM public.kith_test_view) = (SELECT count(*) FROM graph_recs.recommendations WHERE rank <= 5) AS viewed,
          has_table_privilege('kith_test_reader', 'graph_recs.recommendations', 'SELECT') AS granted,
          has_table_privilege('kith_test_reader', 'graph_recs.rec_reasons', 'SELECT') AS not_granted`);
      expect(found[0]).toEqual({ viewed: true, granted: true, not_granted: false });
    } finally {
      await network.pool.query(`
        DROP VIEW IF EXISTS public.kith_test_view; DROP OWNED BY kith_test_reader; DROP ROLE IF EXISTS kith_test_reader;`);
    }
  });

  test('ten publishes of equally many rows leave tables and indexes less than four times as large as one publish', async () => {
    await network.reset();
    const size = async () => {
      const { rows: found } = await network.pool.query(`
        SELECT sum(pg_total_relation_size(oid))::integer AS bytes FROM pg_class
        WHERE relnamespace IN ('kith_shown'::regnamespace, 'kith_next'::regnamespace) AND relkind = 'r'`);
      return found[0].bytes as number;
    };
    for (const table of tables) await network.pool.query(`VACUUM FULL graph_recs.${table}`);
    await rows.stage(5000, 1);
    await rows.publish();
    const once = await size();
    for (let weight = 2; weight <= 10; weight++) {
      await rows.stage(5000, weight);
      await rows.publish();
    }
    expect((await size()) / once).toBeLessThan(4);
  });
});

describe('two at once, and connections that break', () => {
  /** Waits until `condition` gives a row, and returns it. */
  async function until<Row extends pg.QueryResultRow>(condition: string): Promise<Row> {
    return untilSo(condition, async () => (await network.pool.query<Row>(condition)).rows[0]);
  }

  test('a second run is refused while one is in progress', async () => {
    await network.reset();
    const input = folderOf(ring(12));
    const holder = await network.pool.connect();
    try {
      // The first can't publish, and so not end, before both others were refused.
      await holder.query('BEGIN; LOCK TABLE graph_recs.rec_reasons IN SHARE MODE');
      const first = network.run({ input, asOf: asOfDay(0) });
      await until("SELECT 1 FROM kith.runs WHERE status = 'running'");
      await expect(network.run({ input, asOf: asOfDay(0) })).rejects.toThrow(BusyError);
      await expect(network.reset()).rejects.toThrow(BusyError);
      await holder.query('COMMIT');
      await first;
    } finally {
      holder.release(true);
    }
    expect((await network.pool.query('SELECT status FROM kith.runs')).rows).toEqual([{ status: 'published' }]);
  });

  const publisher = "application_name LIKE '% publish' AND query LIKE '%UPDATE kith.run%'";
  test.each([
    ['its lock', "query LIKE '%LOCK TABLE kith.network_lock%' AND state = 'idle in transaction'"],
    ['its publishing transaction', `${publisher} LIMIT 1`],
    [
      'the connection that watches for an instant',
      "query LIKE '%The transactions that have one of these tables%' AND pid <> pg_backend_pid()",
    ],
  ])('a run that loses %s ends with an EngineError, the tables stay, and the next run works', async (_, lost) => {
    await network.reset();
    const input = folderOf(ring(12));
    await network.run({ input, asOf: asOfDay(0) });
    const before = await everything();
    await using reader = await rows.reader();
    // Somebody has the tables open, so that the run stays where it is until it is ended.
    await reader.query('BEGIN');
    await runsIn(reader, 'recommendations');
    const running = network.run({ input, asOf: asOfDay(1) });
    running.catch(() => undefined);
    await until(`SELECT 1 FROM pg_stat_activity WHERE ${publisher}`);

    let isOver = false;
    const end = () => {
      isOver = true;
    };
    running.then(end, end);
    // A connection keeps its last statement's text when it has gone back to the pool, where nobody misses it.
    const ending = async () => {
      await network.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${lost}`);
      return isOver;
    };
    await untilSo('the run to end', ending, { pauseMs: 100 });
    await expect(running).rejects.toThrow(EngineError);
    await reader.query('COMMIT');
    expect(await everything()).toEqual(before);
    const { rows: runs } = await network.pool.query('SELECT status, error FROM kith.runs ORDER BY started_at');
    expect(runs.map(({ status }) => status)).toEqual(['published', 'failed']);
    expect(runs[1].error).toMatch(/Postgres/);
    const next = await network.run({ input, asOf: asOfDay(1) });
    for (const table of tables) expect(await runsIn(reader, table)).toEqual([next.run.startedAt]);
  });
});
