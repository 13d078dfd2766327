import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { BadInputError, ChecksFailedError, EngineError, KithError } from '../../src/errors.ts';
import { forgetEarlier } from '../../src/export/leftovers.ts';
import { publishedTables } from '../../src/export/published-tables.ts';
import { queryOn } from '../../src/postgres/database.ts';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';
import { ring, runsIn, StagedRows } from './staged-rows.ts';

let network: TestNetwork;
let rows: StagedRows;
beforeAll(async () => {
  network = await TestNetwork.open();
  rows = await StagedRows.open(network);
});
beforeEach(() => network.reset());
afterAll(async () => {
  await rows?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

/** What pg_dump does first: a snapshot, and a lock on every table of every schema that it sees. */
async function beginDump(): Promise<pg.Client & AsyncDisposable> {
  const dump = await rows.reader();
  await dump.query("SET application_name = 'pg_dump'; BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  const { rows: tables } = await dump.query<{ name: string }>(`
    SELECT pg_class.oid::regclass::text AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'`);
  await dump.query(`LOCK TABLE ${tables.map(({ name }) => name).join(', ')} IN ACCESS SHARE MODE`);
  return dump;
}

async function nextTables(): Promise<string[]> {
  const { rows: found } = await network.pool.query<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relnamespace = 'kith_next'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  return found.map(({ relname }) => relname);
}

describe('rows that a run writes', () => {
  test('keep created_at to the microsecond if they are published already, whichever value is the most frequent', async () => {
    await rows.stage(2000, 1);
    const first = await rows.publish();
    const odd = '2024-02-29 23:59:59.123456+00';
    const changed = await network.pool.query(
      `UPDATE graph_recs.rec_reasons SET created_at = '${odd}' WHERE user_id % 3 = 0`,
    );
    const grown = ring(2000, 2);
    for (const [table, key] of [
      ['closest_connections', [2000, 5000]],
      ['recommendations', [2000, 5000]],
      ['rec_reasons', [2000, 5000, 2]],
    ] as const)
      grown[table].push([[...key], 2, ...(table === 'rec_reasons' ? [] : [3])]);
    const { startedAt } = await rows.write(grown);
    // Not a ring any more, so that checks would fail: read where it is.
    const created = async (table: string) => {
      const [name] = (await nextTables()).filter((next) => next.startsWith(table));
      const { rows: found } = await network.pool.query<{ at: string; count: string }>(
        `SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, count(*) FROM kith_next.${name} GROUP BY 1`,
      );
      return Object.fromEntries(found.map(({ at, count }) => [at, Number(count)]));
    };
    const micro = (iso: string) => iso.replace('Z', '000Z');
    expect(await created('recommendations')).toEqual({ [micro(first.startedAt)]: 2000, [micro(startedAt)]: 1 });
    expect(await created('closest_connections')).toEqual({ [micro(first.startedAt)]: 4000, [micro(startedAt)]: 1 });
    expect(await created('rec_reasons')).toEqual({
      '2024-02-29T23:59:59.123456Z': changed.rowCount,
      [micro(first.startedAt)]: 4000 - Number(changed.rowCount),
      [micro(startedAt)]: 1,
    });
  });

  test('are made again, without computing anything, if another run was published in the meantime', async () => {
    const other = await rows.begin();
    await sleep(5);
    const early = await rows.stage(50, 1);
    const { rows: made } = await network.pool.query('SELECT * FROM kith.next_tables');
    // Another run overtakes it, while somebody keeps its tables from being removed.
    await using reader = await rows.reader();
    await reader.query(`BEGIN; LOCK TABLE ${made.map((one) => `kith_next.${one.next_table}`)} IN ACCESS SHARE MODE`);
    for (const table of publishedTables) await rows.writeTable(table, other, ring(40, 2)[table]);
    await rows.publish({ run: other });
    await reader.query('COMMIT');
    for (const one of made)
      await network.pool.query('INSERT INTO kith.next_tables SELECT ($1::kith.next_tables).*', [
        `(${one.name},${JSON.stringify(one.run_id)},${one.next_table},${one.shown_table},${one.rows},,)`,
      ]);
    const said: string[] = [];
    const { startedAt } = await rows.publish({
      run: { ...early, token: other.token + 1_000_000n },
      onProgress: (text) => said.push(text),
    });
    expect(startedAt).toBe(early.startedAt);
    expect(
      said.filter((text) => text.includes('again, because another run was published in the meantime')),
    ).toHaveLength(3);
    for (const table of publishedTables) expect(await runsIn(network.pool, table)).toEqual([early.startedAt]);
    const { rows: found } = await network.pool.query(
      'SELECT count(*)::integer AS rows FROM graph_recs.rec_reasons WHERE created_at = $1',
      [other.startedAt],
    );
    // The ring of 40 and that of 50 have the reasons of users 1 to 37 in common.
    expect(found[0].rows).toBe(74);
    expect(await nextTables()).toEqual([]);
  });

  test('are not published if one of the three tables is missing', async () => {
    const run = await rows.begin();
    await rows.writeTable('recommendations', run, ring(50, 1).recommendations);
    await rows.writeTable('rec_reasons', run, ring(50, 1).rec_reasons);
    await expect(rows.publish()).rejects.toThrow(BadInputError);
    await expect(rows.publish()).rejects.toThrow('has no rows of closest_connections to publish');
  });

  test("have the indexes that an application has created on a table, and the application's plans use them", async () => {
    await rows.stage(500, 1);
    await rows.publish();
    await network.pool.query(`
      CREATE INDEX by_rec ON graph_recs.recommendations (rec_id) INCLUDE (score) WHERE rank <= 5;
      CREATE UNIQUE INDEX by_rank ON graph_recs.closest_connections (user_id, rank)`);
    try {
      for (const weight of [2, 3]) {
        await rows.stage(500, weight);
        await rows.publish();
      }
      const { rows: found } = await network.pool.query(`
        SELECT pg_get_indexdef(indexrelid) LIKE '%(rec_id) INCLUDE (score) WHERE (rank <= 5)' AS partial, indisunique AS unique,
          (SELECT count(*)::integer FROM pg_index AS mine WHERE mine.indrelid = pg_index.indrelid) AS all
        FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid AND inhparent IN ('graph_recs.by_rec'::regclass, 'graph_recs.by_rank'::regclass)
        ORDER BY 1`);
      expect(found).toEqual([
        { partial: false, unique: true, all: 2 },
        { partial: true, unique: false, all: 3 },
      ]);
      const client = await network.pool.connect();
      await client.query('BEGIN; SET LOCAL enable_seqscan = off');
      const { rows: plan } = await client.query(
        'EXPLAIN SELECT score FROM graph_recs.recommendations WHERE rec_id = 7 AND rank <= 5',
      );
      await client.query('ROLLBACK');
      client.release();
      expect(JSON.stringify(plan)).toMatch(/Index.*rec_id/);
    } finally {
      await network.pool.query('DROP INDEX graph_recs.by_rec; DROP INDEX graph_recs.by_rank');
    }
  });
});

describe('what a swap would lose or break', () => {
  test.each([
    [
      'the foreign key dismissed_user_id_rec_id_fkey of app.dismissed to graph_recs.recommendations',
      'CREATE TABLE app.dismissed (user_id int, rec_id int, FOREIGN KEY (user_id, rec_id) REFERENCES graph_recs.recommendations)',
    ],
    [
      'the constraint mine of graph_recs.rec_reasons',
      'CREATE TABLE app.users (id int PRIMARY KEY); INSERT INTO app.users SELECT generate_series(1, 50);' +
        'ALTER TABLE graph_recs.rec_reasons ADD CONSTRAINT mine FOREIGN KEY (user_id) REFERENCES app.users',
      'ALTER TABLE graph_recs.rec_reasons DROP CONSTRAINT mine',
    ],
    [
      'the constraint mine of graph_recs.recommendations',
      'ALTER TABLE graph_recs.recommendations ADD CONSTRAINT mine UNIQUE (user_id, rank)',
      'ALTER TABLE graph_recs.recommendations DROP CONSTRAINT mine',
    ],
    [
      'the constraint mine of graph_recs.recommendations',
      'ALTER TABLE graph_recs.recommendations ADD CONSTRAINT mine CHECK (rank > 0)',
      'ALTER TABLE graph_recs.recommendations DROP CONSTRAINT mine',
    ],
    [
      'the trigger note on graph_recs.rec_reasons',
      `CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER note AFTER INSERT ON graph_recs.rec_reasons FOR EACH ROW EXECUTE FUNCTION app.note()`,
    ],
    [
      'the publication mine of graph_recs.closest_connections',
      'CREATE PUBLICATION mine FOR TABLE graph_recs.closest_connections WITH (publish_via_partition_root = true)',
      'DROP PUBLICATION mine',
    ],
    ['the publication mine of', 'CREATE PUBLICATION mine FOR ALL TABLES', 'DROP PUBLICATION mine'],
    [
      'the column note of graph_recs.closest_connections',
      'ALTER TABLE graph_recs.closest_connections ADD COLUMN note text',
      'ALTER TABLE graph_recs.closest_connections DROP COLUMN note',
    ],
    [
      'the rule quiet on graph_recs.recommendations',
      'CREATE RULE quiet AS ON DELETE TO graph_recs.recommendations DO INSTEAD NOTHING',
      'DROP RULE quiet ON graph_recs.recommendations',
    ],
    [
      'row-level security of graph_recs.rec_reasons that is forced on its owner',
      'ALTER TABLE graph_recs.rec_reasons ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
      'ALTER TABLE graph_recs.rec_reasons DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY',
    ],
    [
      'the partition app.far of graph_recs.recommendations',
      'CREATE TABLE app.far PARTITION OF graph_recs.recommendations FOR VALUES FROM (100000) TO (200000)',
    ],
    [
      'the view app.direct, which depends on kith_shown.rec_reasons_',
      "DO $$ BEGIN EXECUTE 'CREATE VIEW app.direct AS SELECT * FROM ' || (SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'graph_recs.rec_reasons'::regclass); END $$",
    ],
  ])('%s is named before anything is done, with what to do', async (name, make, remove = '') => {
    await rows.stage(50, 1);
    const { startedAt } = await rows.publish();
    const input = network.folder('20240601');
    mkdirSync(input);
    writeFileSync(join(input, 'follow.csv'), '1,2,2024-05-30 12:00:00\n');
    await network.pool.query('CREATE SCHEMA app');
    // Only a superuser may publish all tables.
    await network.asSuperuser(`SET ROLE ${/ALL TABLES/.test(make) ? 'NONE' : 'kith'}; ${make}`);
    try {
      const run = network.run({ input });
      await expect(run).rejects.toThrow(ChecksFailedError);
      await expect(run).rejects.toThrow(`impossible with ${name}`);
      await expect(run).rejects.toThrow(/ \((ALTER TABLE|ALTER PUBLICATION|DROP|make|let)/);
      const { rows: steps } = await network.pool.query('SELECT step, rows FROM kith.run_steps');
      expect(steps).toEqual([{ step: 'ingest', rows: null }]);
      await network.pool.query('DELETE FROM kith.runs');
      await rows.stage(50, 2);
      await expect(rows.publish()).rejects.toThrow(name);
      expect(await runsIn(network.pool, 'recommendations')).toEqual([startedAt]);
    } finally {
      await network.asSuperuser(`SET client_min_messages = error; ${remove}; DROP SCHEMA app CASCADE`);
    }
    expect((await rows.publish()).checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });
});

test('a table that somebody has renamed is named before a run and in a step, and nothing is lost', async () => {
  await rows.stage(50, 1);
  const { startedAt } = await rows.publish();
  await network.pool.query('ALTER TABLE graph_recs.rec_reasons RENAME TO renamed');
  const thrown = await Promise.all([rows.publish().catch((error) => error), rows.stage(50, 2).catch((error) => error)]);
  await network.pool.query('ALTER TABLE graph_recs.renamed RENAME TO rec_reasons');
  expect(thrown[0]).toBeInstanceOf(ChecksFailedError);
  expect(thrown[0].message).toContain('impossible with no table graph_recs.rec_reasons (restore it from a backup)');
  expect(thrown[1]).toBeInstanceOf(EngineError);
  expect(thrown[1].message).toMatch(/^Something of Kith's is missing in Postgres .*"graph_recs.rec_reasons" does not/);
  expect(await runsIn(network.pool, 'rec_reasons')).toEqual([startedAt]);
});

describe('what appears only just before the swap', () => {
  test.each([
    [
      'a foreign key',
      'CREATE TABLE app.seen (user_id int, rec_id int, FOREIGN KEY (user_id, rec_id) REFERENCES graph_recs.recommendations);' +
        'INSERT INTO app.seen SELECT user_id, rec_id FROM graph_recs.recommendations LIMIT 1',
      'impossible with the foreign key seen_user_id_rec_id_fkey of app.seen to graph_recs.recommendations',
    ],
    [
      'a trigger',
      `CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER note AFTER DELETE ON graph_recs.rec_reasons FOR EACH ROW EXECUTE FUNCTION app.note()`,
      'impossible with the trigger note on graph_recs.rec_reasons',
    ],
    [
      'a publication',
      'CREATE PUBLICATION mine FOR TABLE graph_recs.closest_connections',
      'impossible with the publication mine of',
      'DROP PUBLICATION mine',
    ],
    [
      'a column with a sequence',
      'ALTER TABLE graph_recs.recommendations ADD COLUMN number bigserial',
      'impossible with the column number of graph_recs.recommendations',
      'ALTER TABLE graph_recs.recommendations DROP COLUMN number',
    ],
    [
      'another type of a column',
      'ALTER TABLE graph_recs.closest_connections ALTER COLUMN rank TYPE bigint',
      'because Postgres refused to swap the tables (child table "closest_connections_',
      'ALTER TABLE graph_recs.closest_connections ALTER COLUMN rank TYPE integer',
    ],
    [
      'a view of the rows behind the table',
      "DO $$ BEGIN EXECUTE 'CREATE VIEW app.direct AS SELECT * FROM ' || (SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'graph_recs.rec_reasons'::regclass); END $$",
      'impossible with the view app.direct, which depends on kith_shown.rec_reasons',
    ],
    [
      'a column of their type',
      "DO $$ BEGIN EXECUTE 'CREATE TABLE app.kept (reason ' || (SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'graph_recs.rec_reasons'::regclass) || ')'; END $$",
      'impossible with table app.kept, which depends on kith_shown.rec_reasons',
    ],
    [
      'a rule',
      'CREATE RULE quiet AS ON DELETE TO graph_recs.recommendations DO INSTEAD NOTHING',
      'impossible with the rule quiet on graph_recs.recommendations',
      'DROP RULE quiet ON graph_recs.recommendations',
    ],
    [
      'another partition',
      'CREATE TABLE app.far PARTITION OF graph_recs.recommendations FOR VALUES FROM (100000) TO (200000)',
      'impossible with the partition app.far of graph_recs.recommendations',
    ],
    [
      'another name of a table',
      'ALTER TABLE graph_recs.rec_reasons RENAME TO old',
      'impossible with no table graph_recs.rec_reasons',
      'ALTER TABLE graph_recs.old RENAME TO rec_reasons',
    ],
    [
      'an index that the rows do not fit',
      'CREATE INDEX by_share ON graph_recs.recommendations ((1 / (score - 4)))',
      'because Postgres refused to swap the tables (division by zero)',
      'DROP INDEX graph_recs.by_share',
    ],
  ])('%s: ends the publish in a sentence, and the previous rows stay', async (_, make, message, remove = '') => {
    await rows.stage(50, 1);
    const { startedAt } = await rows.publish();
    await rows.stage(50, 2);
    await network.pool.query('CREATE SCHEMA app');
    let made: Promise<unknown> | undefined;
    // It is called again if somebody, such as autovacuum, was in the way of a first try.
    const record = async () => {
      made ??= network.pool.query(make);
      await made;
    };
    const publishing = rows.publish({ record, patienceSeconds: 10 });
    const error = await publishing.catch((thrown) => thrown);
    await network.pool.query(
      `SET client_min_messages = error; ${remove}; DROP SCHEMA app CASCADE; RESET client_min_messages`,
    );
    expect(error).toBeInstanceOf(KithError);
    expect([3, 4]).toContain(error.exitCode);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
    for (const table of publishedTables) expect(await runsIn(network.pool, table)).toEqual([startedAt]);
  });

  test('an index that the rows do not fit is named by the step that writes them', async () => {
    await rows.stage(50, 1);
    await rows.publish();
    await network.pool.query('CREATE INDEX by_share ON graph_recs.recommendations ((1 / (score - 4)))');
    const staging = rows.stage(50, 2);
    const error = await staging.catch((thrown) => thrown);
    await network.pool.query('DROP INDEX graph_recs.by_share');
    expect(error).toBeInstanceOf(ChecksFailedError);
    expect(error.message).toMatch(
      /^The run's rows don't fit an index on graph_recs.recommendations \(division by zero; CREATE INDEX /,
    );
  });
});

describe('what a crashed attempt has left behind', () => {
  test('is removed by the next attempt, and complete tables are reused when publish is retried', async () => {
    await rows.stage(50, 1);
    const { token } = await rows.stage(50, 2);
    expect(await nextTables()).toEqual([
      `closest_connections_${token}`,
      `rec_reasons_${token}`,
      `recommendations_${token}`,
    ]);
    await using reader = await rows.reader();
    await reader.query('BEGIN');
    await runsIn(reader, 'rec_reasons');
    await expect(rows.publish({ patienceSeconds: 1 })).rejects.toThrow(EngineError);
    await reader.query('COMMIT');
    const files = async () =>
      (
        await network.pool.query(
          `SELECT pg_relation_filenode(oid) AS file FROM pg_class WHERE relname LIKE '%\\_${token}' ORDER BY 1`,
        )
      ).rows;
    const before = await files();
    const { startedAt } = await rows.publish();
    expect(await files()).toEqual(before);
    expect(await runsIn(network.pool, 'rec_reasons')).toEqual([startedAt]);
    expect(await nextTables()).toEqual([]);
  });

  test('is kept if pg_dump has it open, which is named and not waited for, and is removed later', async () => {
    const { token } = await rows.stage(50, 1);
    await using dump = await beginDump();
    const said: string[] = [];
    const run = await rows.write(ring(50, 2), (text) => said.push(text));
    expect(said).toHaveLength(3);
    expect(said[0]).toMatch(
      /^kith_next\.closest_connections_\d+ is left for later: pg_dump of kith \(process \d+, since .*\) has it open$/,
    );
    expect((await dump.query(`SELECT count(*)::integer AS rows FROM kith_next.rec_reasons_${token}`)).rows).toEqual([
      { rows: 100 },
    ]);
    await dump.query('COMMIT');
    await rows.publish();
    expect(await nextTables()).toEqual([]);
    expect(await runsIn(network.pool, 'rec_reasons')).toEqual([run.startedAt]);
  });
});

describe('pg_dump', () => {
  test.each(['before the step', 'between the step and the publish'])(
    'that began %s is named and waited for until it ends',
    async (when) => {
      await rows.stage(50, 1);
      const { startedAt: before } = await rows.publish();
      let dump = when === 'before the step' ? await beginDump() : undefined;
      await rows.stage(60, 2);
      dump ??= await beginDump();
      await using _ = dump;
      const given = rows.publish({ patienceSeconds: 1 });
      await expect(given).rejects.toThrow(
        /^Nothing was published, because pg_dump of kith \(process \d+, since .*KITH_PUBLISH_PATIENCE_SECONDS/,
      );
      const said: string[] = [];
      const publishing = rows.publish({ onProgress: (text) => said.push(text) });
      await until('it to say whom it waits for', () => said.join().includes('waiting for pg_dump of kith'));
      for (const table of publishedTables) expect(await runsIn(dump, table)).toEqual([before]);
      await dump.query('COMMIT');
      const { startedAt } = await publishing;
      expect(await runsIn(network.pool, 'rec_reasons')).toEqual([startedAt]);
    },
  );

  test('that began while a table is being written neither waits for it nor blocks it', async () => {
    await rows.stage(50, 1);
    await rows.publish();
    const run = await rows.begin();
    const writer = await network.pool.connect();
    // A table that is being made, as the step has it for minutes.
    await writer.query('BEGIN; CREATE TABLE kith_next.being_made (user_id integer NOT NULL)');
    await using dump = await beginDump();
    for (const table of publishedTables) await rows.writeTable(table, run, ring(50, 2)[table]);
    await writer.query('ROLLBACK');
    writer.release();
    await dump.query('COMMIT');
    await rows.publish();
  });
});

describe('a member of kith_readers', () => {
  beforeEach(() =>
    network.pool.query(`
      CREATE ROLE kith_readers; CREATE ROLE an_app LOGIN PASSWORD 'of-the-test' IN ROLE kith_readers; CREATE ROLE another LOGIN PASSWORD 'of-the-test';
      GRANT USAGE ON SCHEMA graph_recs TO an_app, another; GRANT SELECT ON ALL TABLES IN SCHEMA graph_recs TO an_app, another`),
  );
  afterEach(() =>
    network.pool.query('DROP OWNED BY an_app, another, kith_readers; DROP ROLE an_app, another, kith_readers'),
  );

  /** A connection of a role that has read a table in a transaction. */
  async function readerOf(role: string): Promise<pg.Client & AsyncDisposable> {
    const url = new URL(rows.url);
    [url.username, url.password] = [role, 'of-the-test'];
    const reader = await rows.reader(url.href);
    await reader.query('BEGIN');
    await runsIn(reader, 'rec_reasons');
    return reader;
  }

  // Kith may be held up: the patience may be over before it looks, and even long before.
  test.each([2, 0, -10])(
    'is named and has its transaction ended if that outlasts a patience of %d s',
    async (patienceSeconds) => {
      await rows.stage(50, 1);
      await rows.publish();
      await rows.stage(50, 2);
      await using reader = await readerOf('an_app');
      const said: string[] = [];
      const { startedAt } = await rows.publish({ patienceSeconds, onProgress: (text) => said.push(text) });
      expect(said.at(-1)).toMatch(/^ended the transaction of a report of an_app \(process \d+, since /);
      expect(await runsIn(network.pool, 'rec_reasons')).toEqual([startedAt]);
      await expect(reader.query('SELECT 1')).rejects.toThrow();
    },
  );

  test("is not Kith's own role, which made that role", async () => {
    await rows.stage(50, 1);
    await rows.publish();
    await rows.stage(50, 2);
    await using own = await rows.reader();
    await own.query('BEGIN');
    await runsIn(own, 'rec_reasons');
    await expect(rows.publish({ patienceSeconds: 2 })).rejects.toThrow(
      /^Nothing was published, because a report of kith /,
    );
    expect((await own.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('keeps its transaction if somebody else is in the way as well, and so does everybody else', async () => {
    await rows.stage(50, 1);
    await rows.publish();
    await rows.stage(50, 2);
    await using reader = await readerOf('an_app');
    await using other = await readerOf('another');
    await expect(rows.publish({ patienceSeconds: 2 })).rejects.toThrow(
      /a report of an_app .* and a report of another /,
    );
    for (const still of [reader, other]) expect((await still.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

test('a lock timeout is reported as such, not as the patience of a publish', async () => {
  await using holder = await rows.reader();
  await holder.query('BEGIN; LOCK TABLE kith.next_tables');
  const waiting = rows.database.transaction(async (client) => {
    await client.query("SET LOCAL lock_timeout = '50ms'");
    await queryOn(client, 'sql/next/leftovers.sql');
  });
  await expect(waiting).rejects.toThrow(EngineError);
  await expect(waiting).rejects.toThrow(
    'In Postgres sql/next/leftovers.sql waited too long for a lock that another connection holds (canceling statement due to lock timeout); run again.',
  );
});

test("timeouts set on the role for its readers do not end Kith's own statements", async () => {
  const { rows: found } = await network.pool.query<{ name: string }>('SELECT current_user AS name');
  const role = found[0]?.name;
  await network.pool.query(
    `ALTER ROLE ${role} SET lock_timeout = '20ms'; ALTER ROLE ${role} SET default_transaction_isolation = 'serializable'`,
  );
  try {
    await using limited = await StagedRows.open(network);
    await forgetEarlier(limited.database, 'none', publishedTables, () => undefined);
    await limited.stage(200, 1);
    const { startedAt } = await limited.publish();
    expect(await runsIn(network.pool, 'rec_reasons')).toEqual([startedAt]);
  } finally {
    await network.pool.query(
      `ALTER ROLE ${role} RESET lock_timeout; ALTER ROLE ${role} RESET default_transaction_isolation`,
    );
  }
});
