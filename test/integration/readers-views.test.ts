import pg from 'pg';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';
import { denseNetwork } from '../oracle/arbitrary-network.ts';
import { writeFolder } from '../oracle/write-folder.ts';

const { network: given, options } = denseNetwork(2);

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

/** A run as of some days later. */
async function run(days: number) {
  const input = network.folder('20240601');
  await writeFolder(given, input);
  const { asOf, reputation: _, ...weighting } = options;
  const at = new Date((asOf + days * 86_400) * 1000).toISOString();
  return { at, ...(await network.run({ input, asOf: at, allow: 'stale', settings: { weighting } })) };
}

async function rows<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  return (await network.pool.query<Row>(sql)).rows;
}

test('published_run names the run that the tables are of, in every snapshot; each publish is told by NOTIFY', async () => {
  expect(await rows('SELECT * FROM graph_recs.published_run')).toEqual([]);
  const first = await run(0);
  const told: string[] = [];
  const listener = new pg.Client({ connectionString: network.stack.postgres.url });
  await listener.connect();
  const old = await network.pool.connect();
  try {
    listener.on('notification', ({ channel, payload }) => told.push(`${channel} ${payload}`));
    await listener.query('LISTEN kith_published');
    // Its snapshot is of before the second run, and it has none of the tables open.
    await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    expect((await old.query('SELECT count(*)::int AS runs FROM kith.runs')).rows).toEqual([{ runs: 1 }]);
    const second = await run(1);
    expect(second.run.id).not.toBe(first.run.id);
    const question = `
      SELECT run_id, as_of, filtered, model, recommendation_rows = (SELECT count(*) FROM graph_recs.recommendations) AS counted,
        (SELECT array_agg(DISTINCT recommendations.updated_at) FROM graph_recs.recommendations) = ARRAY[updated_at] AS of_it,
        settings -> 'weighting' -> 'windowSeconds' AS window
      FROM graph_recs.published_run`;
    for (const reader of [old, network.pool])
      expect((await reader.query(question)).rows).toEqual([
        {
          run_id: second.run.id,
          as_of: new Date(second.at),
          filtered: false,
          model: null,
          counted: true,
          of_it: true,
          window: options.windowSeconds,
        },
      ]);
    await until('the notification', () => told.length > 0);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^kith_published /);
    expect(JSON.parse(told[0]?.slice('kith_published '.length) ?? '')).toMatchObject({
      run: second.run.id,
      rows: { recommendations: second.summary.rows?.recommendations },
    });
  } finally {
    await old.query('ROLLBACK');
    old.release();
    await listener.end();
  }
});

test('recommendations_with_reasons has every recommendation with its reasons, which sum to the score', async () => {
  const [found] = await rows(`
    SELECT count(*) AS rows, count(*) FILTER (WHERE abs(score - (SELECT sum((reason ->> 'weight')::numeric) FROM jsonb_array_elements(reasons) AS reason)) < 1e-9) AS right
    FROM graph_recs.recommendations_with_reasons`);
  const [all] = await rows('SELECT count(*) AS rows FROM graph_recs.recommendations');
  expect(Number(all?.rows)).toBeGreaterThan(1000);
  expect(found).toEqual({ rows: all?.rows, right: all?.rows });
});

test('everything in graph_recs has a comment', async () => {
  const without = await rows(`
    SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'graph_recs'::regnamespace AND relkind IN ('v', 'p') AND attnum > 0 AND NOT attisdropped
      AND (col_description(attrelid, attnum) IS NULL OR obj_description(attrelid, 'pg_class') IS NULL)`);
  expect(without).toEqual([]);
});

test('an index answers to whom somebody is recommended, after a publish, too', async () => {
  const plan = await rows('EXPLAIN SELECT user_id FROM graph_recs.recommendations WHERE rec_id = 5 LIMIT 3');
  expect(JSON.stringify(plan)).toMatch(/rec_id_idx/);
});

test('a reset leaves no run', async () => {
  await network.reset();
  expect(await rows('SELECT * FROM graph_recs.published_run')).toEqual([]);
});
