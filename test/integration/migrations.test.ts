import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { projectRoot } from '../../src/config/project.ts';
import { EngineError } from '../../src/errors.ts';
import { publishedTables } from '../../src/export/published-tables.ts';
import { Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { TestNetwork } from '../harness/network.ts';
import { ring, StagedRows } from './staged-rows.ts';

const users = 20_000;
let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

/** What runs had left beside the tables in version 5: one that was published, and one that is half way. */
const runsOfVersion5 = `
    INSERT INTO kith.runs (id, as_of, settings, status, started_at) VALUES ('half', '2024-05-30', '{}', 'running', now()),
      ('whole', '2024-05-29', '{"ranking": {"windowSeconds": 7776000}, "reputation": "none"}', 'published', now() - interval '1 day');
    INSERT INTO kith.run_steps (run_id, step, status, token, started_at)
      SELECT 'half', step, 'done', 1, now() FROM unnest(ARRAY['ingest', 'closest', 'recommend']) AS step;
    UPDATE kith.progress SET closest_run = 'half', recommended_run = 'half';
    INSERT INTO kith_staging.recommendations VALUES (1, 2, 0.5, 1);
    CREATE TABLE kith_next.rec_reasons (LIKE graph_recs.rec_reasons);
    CREATE TABLE kith_old.rec_reasons (LIKE graph_recs.rec_reasons);`;

/**
 * A database of its own as a version of the schemas leaves it, the first being 1, with rows that are shown, and what
 * applications have made on top.
 */
async function ofVersion(version: 1 | 5, name: string): Promise<{ url: string; pool: pg.Pool & AsyncDisposable }> {
  await network.pool.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await network.pool.query(`CREATE DATABASE ${name}`);
  const url = new URL(network.stack.postgres.url);
  url.pathname = name;
  await runner({
    databaseUrl: url.href,
    dir: join(projectRoot, 'sql', 'migrations'),
    direction: 'up',
    count: version,
    migrationsTable: 'migrations',
    migrationsSchema: 'kith',
    createMigrationsSchema: true,
    log: () => undefined,
  });
  const pool = new pg.Pool({ connectionString: url.href });
  pool.on('error', () => undefined);
  await pool.query(`${version === 5 ? runsOfVersion5 : ''}
    CREATE TEMP TABLE ring AS SELECT u, u % ${users} + 1 AS v1, (u + 1) % ${users} + 1 AS v2, (u + 2) % ${users} + 1 AS w,
      timestamptz '2024-05-01 07:00:00.25Z' + u % 3 * interval '1 day' AS created, timestamptz '2024-05-30 07:00Z' AS updated
      FROM generate_series(1, ${users}) AS u;
    INSERT INTO graph_recs.closest_connections SELECT u, v1, 1, created, updated, 1 FROM ring UNION ALL SELECT u, v2, 1, created, updated, 2 FROM ring;
    INSERT INTO graph_recs.recommendations SELECT u, w, created, updated, 1, 2 FROM ring;
    INSERT INTO graph_recs.rec_reasons SELECT u, w, v1, 1, created, updated FROM ring UNION ALL SELECT u, w, v2, 1, created, updated FROM ring;

    CREATE VIEW public.best AS SELECT user_id, rec_id FROM graph_recs.recommendations WHERE rank <= 5;
    CREATE INDEX by_rec ON graph_recs.recommendations (rec_id);
    COMMENT ON TABLE graph_recs.recommendations IS 'Ours';
    GRANT USAGE ON SCHEMA graph_recs TO pg_monitor;
    GRANT SELECT ON graph_recs.recommendations TO pg_monitor`);
  return { url: url.href, pool: Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() }) };
}

test.each([1, 5] as const)(
  'a database of version %i keeps its rows, views, grants and indexes, and the next run their created_at',
  async (version) => {
    const { url, pool: opened } = await ofVersion(version, `kith_version_${version}`);
    await using pool = opened;
    const everything = async () => {
      const { rows } = await pool.query(
        publishedTables
          .map(
            (table) =>
              `SELECT '${table}' AS name, md5(string_agg(t, ',' ORDER BY t)) AS rows FROM (SELECT (to_jsonb(rows) - 'source')::text AS t FROM graph_recs.${table} AS rows) AS texts`,
          )
          .join(' UNION ALL ')
          .concat(' ORDER BY 1'),
      );
      return rows;
    };
    const onTop = async () => {
      const { rows } = await pool.query(`
      SELECT (SELECT count(*)::integer FROM public.best) AS viewed,
        has_table_privilege('pg_monitor', 'graph_recs.recommendations', 'SELECT') AS granted,
        obj_description('graph_recs.recommendations'::regclass) AS comment,
        (SELECT count(*)::integer FROM pg_indexes
            WHERE schemaname = 'kith_shown' AND tablename LIKE 'recommendations%' AND indexdef LIKE '%(rec_id)') AS indexed`);
      return rows[0];
    };
    const before = await everything();
    await using database = await Database.connect(url);
    await migrate(database, 30, () => undefined);
    expect(await everything()).toEqual(before);
    // The application's, on the table or its partition, and since version 13 one of Kith's own.
    expect(await onTop()).toEqual({ viewed: users, granted: true, comment: 'Ours', indexed: 2 });
    const { rows: left } = await pool.query(`
    SELECT (SELECT array_agg(nspname::text ORDER BY nspname) FROM pg_namespace WHERE nspname LIKE 'kith%') AS schemas,
      (SELECT count(*)::integer FROM pg_class WHERE relnamespace = 'kith_next'::regnamespace) AS next,
      (SELECT coalesce(array_agg(step), '{}') FROM kith.run_steps) AS done`);
    // A run that was half way computes its rows again.
    const done = version === 5 ? ['ingest'] : [];
    expect(left[0]).toEqual({ schemas: ['kith', 'kith_next', 'kith_shown'], next: 0, done });

    const { rows: kept } = await pool.query("SELECT settings FROM kith.runs WHERE id = 'whole'");
    const settings = {
      weighting: { windowSeconds: 7776000 },
      reputation: 'none',
      ranking: 'second-degree',
      recommendEngaged: true,
    };
    expect(kept).toEqual(version === 5 ? [{ settings }] : []);
    const { rows: sources } = await pool.query('SELECT DISTINCT source FROM graph_recs.rec_reasons');
    expect(sources).toEqual([{ source: 'second-degree' }]);

    await using rows = await StagedRows.open({ stack: { ...network.stack, postgres: { url } }, pool });
    await rows.stage(users, 2);
    if (version === 1) {
      // It was made on what is a partition now.
      await expect(rows.publish()).rejects.toThrow(/impossible with the view public\.best, .*let it depend on/);
      await pool.query(
        'CREATE OR REPLACE VIEW public.best AS SELECT user_id, rec_id FROM graph_recs.recommendations WHERE rank <= 5',
      );
    }
    const { startedAt } = await rows.publish();
    expect(await onTop()).toEqual({ viewed: users, granted: true, comment: 'Ours', indexed: 2 });
    const { rows: times } = await pool.query<{ created: Date; updated: Date; rows: number }>(`
    SELECT created_at AS created, updated_at AS updated, count(*)::integer AS rows FROM graph_recs.rec_reasons GROUP BY 1, 2 ORDER BY 1`);
    expect(times.map(({ created, updated }) => [created.toISOString(), updated.toISOString()])).toEqual(
      [1, 2, 3].map((day) => [`2024-05-0${day}T07:00:00.250Z`, startedAt]),
    );
    expect(times.reduce((sum, one) => sum + one.rows, 0)).toBe(ring(users, 2).rec_reasons.length);
  },
);

test('a migration waits for whoever has the tables open, keeps nobody else waiting, and names them in the end', async () => {
  const { url, pool: opened } = await ofVersion(5, 'kith_version_5_in_use');
  await using pool = opened;
  await using database = await Database.connect(url);
  const dump = await pool.connect();
  await dump.query(
    "SET application_name = 'pg_dump'; BEGIN; LOCK TABLE kith_staging.recommendations, graph_recs.recommendations IN ACCESS SHARE MODE",
  );
  const migrating = migrate(database, 1, () => undefined);
  await expect(migrating).rejects.toThrow(EngineError);
  await expect(migrating).rejects.toThrow(
    /^The tables in Postgres were not migrated, because pg_dump of kith \(process \d+/,
  );
  const patient = migrate(database, 600, () => undefined);
  const others: number[] = [];
  for (let i = 0; i < 20; i++) {
    const begun = performance.now();
    await pool.query('SELECT count(*) FROM graph_recs.rec_reasons WHERE user_id = 5');
    others.push(performance.now() - begun);
    await sleep(50);
  }
  // Whoever waited for the migration would wait for its whole patience.
  expect(Math.max(...others)).toBeLessThan(60_000);
  await dump.query('COMMIT');
  dump.release();
  await patient;
  expect((await pool.query("SELECT to_regnamespace('kith_staging') AS staging")).rows).toEqual([{ staging: null }]);
});
