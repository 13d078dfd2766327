import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { projectRoot } from '../../src/config/project.ts';
import { homeOf, passwordOf } from '../../src/engines/home.ts';
import { serviceFileOf } from '../../src/engines/postgres-service.ts';
import { down, up } from '../../src/engines/stack.ts';
import { publishedTables } from '../../src/export/published-tables.ts';
import { openJobStore } from '../../src/jobs/worker/job-store.ts';
import { Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { fillIn } from '../../src/postgres/variables.ts';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';
import { runsIn, StagedRows } from './staged-rows.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

/** A connection of a role, to a database. */
async function connectAs(role: string, password: string, database = 'kith'): Promise<pg.Client & AsyncDisposable> {
  const url = new URL(network.stack.postgres.url);
  [url.username, url.password, url.pathname] = [role, password, database];
  const client = new pg.Client({ connectionString: url.href });
  client.on('error', () => undefined);
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** Drops a database once its last connection has ended, which takes a moment. */
async function dropDatabase(name: string): Promise<void> {
  await until(`nobody in ${name}`, () =>
    network.pool.query(`DROP DATABASE ${name}`).then(
      () => true,
      () => false,
    ),
  );
}

function smallDay(): string {
  const input = network.folder('20240601');
  mkdirSync(input);
  const lines = ['1,2', '2,3', '3,1', '2,4', '4,1'].map((pair) => `${pair},2024-05-30 12:00:00\n`);
  writeFileSync(join(input, 'follow.csv'), lines.join(''));
  return input;
}

test("the composed Postgres' script makes Kith's role no superuser, with a database and readers of its own", async () => {
  const script = readFileSync(join(projectRoot, 'compose', 'postgres', '10-kith.sql'), 'utf8')
    // The lines for psql name the variable's source.
    .replace(/^(\\|--).*$/gm, '')
    .replace(/\bkith\b/g, 'kith_composed');
  try {
    for (const each of fillIn(script, { kith_password: 'of-the-test' }).split(';'))
      if (each.trim()) await network.asSuperuser(each);
    await using kith = await connectAs('kith_composed', 'of-the-test', 'kith_composed');
    await kith.query("CREATE SCHEMA graph_recs; CREATE ROLE its_reader LOGIN PASSWORD 'of-the-test'");
    const rights = `
      SELECT rolsuper, rolcreaterole, rolcreatedb, pg_has_role('its_reader', 'USAGE') AS of_reader,
        pg_has_role('pg_use_reserved_connections', 'USAGE') AS reserved
      FROM pg_roles WHERE rolname = current_user`;
    expect((await kith.query(rights)).rows).toEqual([
      { rolsuper: false, rolcreaterole: true, rolcreatedb: false, of_reader: true, reserved: true },
    ]);
    await expect(kith.query("COPY (SELECT 1) TO PROGRAM 'cat'")).rejects.toThrow(/permission denied/);
  } finally {
    await network.asSuperuser('DROP DATABASE IF EXISTS kith_composed WITH (FORCE)');
    await network.asSuperuser('DROP ROLE IF EXISTS its_reader');
    await network.asSuperuser('DROP ROLE IF EXISTS kith_composed');
  }
});

describe("Kith's own role", () => {
  test.each([
    "COPY public.grabbed FROM PROGRAM 'id'",
    "COPY public.grabbed TO PROGRAM 'cat'",
    "COPY public.grabbed FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    'ALTER ROLE kith SUPERUSER',
    'CREATE ROLE mighty SUPERUSER',
    'CREATE ROLE mighty REPLICATION',
    'CREATE ROLE mighty BYPASSRLS',
    "ALTER ROLE kith_admin PASSWORD 'mine'",
    'GRANT kith_admin TO kith',
    'SET ROLE kith_admin',
    "ALTER SYSTEM SET archive_command = 'id'",
    ...['execute_server_program', 'read_server_files', 'write_server_files', 'signal_backend', 'read_all_data'].map(
      (right) => `GRANT pg_${right} TO kith`,
    ),
  ])('may not: %s', async (statement) => {
    await network.pool.query('CREATE TABLE IF NOT EXISTS public.grabbed (line text)');
    try {
      await expect(network.pool.query(statement)).rejects.toThrow(/permission denied/);
    } finally {
      await network.pool.query('DROP TABLE public.grabbed');
    }
  });

  test('is the one of the URL that `kith status` prints, and the superuser has another password', async () => {
    const { passwords } = homeOf(network.settings);
    const { username, password } = new URL(network.stack.postgres.url);
    expect([username, password]).toEqual(['kith', passwordOf(passwords.postgres)]);
    expect(passwordOf(passwords.postgresAdmin)).not.toBe(password);
    expect(statSync(passwords.postgresAdmin).mode & 0o777).toBe(0o600);
    const { rows } = await network.pool.query('SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
    expect(rows).toEqual([{ rolsuper: false }]);
    await expect(connectAs('kith_admin', password)).rejects.toThrow(/password authentication failed/);
  });

  test('may make roles, schemas, databases, and end what its own roles do', async () => {
    await network.pool.query(`
      CREATE ROLE an_analyst LOGIN PASSWORD 'of-the-test';
      CREATE SCHEMA analysis AUTHORIZATION an_analyst;
      GRANT USAGE ON SCHEMA graph_recs TO an_analyst; GRANT SELECT ON ALL TABLES IN SCHEMA graph_recs TO an_analyst`);
    try {
      await using analyst = await connectAs('an_analyst', 'of-the-test');
      await analyst.query('CREATE TABLE analysis.mine AS SELECT count(*) FROM graph_recs.recommendations');
      await network.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'an_analyst'");
      await expect(analyst.query('SELECT 1')).rejects.toThrow();
    } finally {
      await network.pool.query('DROP OWNED BY an_analyst; DROP ROLE an_analyst');
    }
  });
});

describe('the service file', () => {
  const fields = () => {
    const lines = readFileSync(serviceFileOf(homeOf(network.settings)), 'utf8').split('\n');
    return Object.fromEntries(lines.filter((line) => line.includes('=')).map((line) => line.split(/=(.*)/)));
  };

  test('is for its owner only, and has what a client needs', async () => {
    expect(statSync(serviceFileOf(homeOf(network.settings))).mode & 0o777).toBe(0o600);
    const { host, port, dbname: database, user, password } = fields();
    const client = new pg.Client({ host, port: Number(port), database, user, password });
    await client.connect();
    expect((await client.query('SELECT current_user::text AS role')).rows).toEqual([{ role: 'kith' }]);
    await client.end();
  });

  const hasPsql = spawnSync('psql', ['--version']).status === 0;
  (hasPsql ? test : test.skip)('lets psql in without a password on the command line', () => {
    const env = { PATH: process.env.PATH, PGSERVICEFILE: serviceFileOf(homeOf(network.settings)) };
    const args = ['service=kith', '-XAtc', 'SELECT current_user, current_database()'];
    const { stdout, stderr } = spawnSync('psql', args, { env, encoding: 'utf8' });
    expect([stdout.trim(), stderr]).toEqual(['kith|kith', '']);
  });

  test('names the new port when that has changed', async () => {
    const before = fields().port;
    await down(network.settings, { only: 'postgres' });
    const home = homeOf(network.settings);
    const { postgres: _, ...others } = JSON.parse(readFileSync(home.ports, 'utf8'));
    rmSync(home.ports);
    writeFileSync(home.ports, JSON.stringify(others));
    const taken = createServer().listen(Number(before), '127.0.0.1');
    const { postgres } = await up(network.settings).finally(() => taken.close());
    expect(fields().port).toBe(new URL(postgres.url).port);
    expect(fields().port).not.toBe(before);
    await network[Symbol.asyncDispose]();
    network = await TestNetwork.open();
  });
});

describe('a role that may only read', () => {
  beforeEach(() =>
    network.pool.query(`
      CREATE ROLE a_reader LOGIN PASSWORD 'of-the-test';
      GRANT USAGE ON SCHEMA graph_recs TO a_reader; GRANT SELECT ON ALL TABLES IN SCHEMA graph_recs TO a_reader`),
  );
  afterEach(() => network.pool.query('DROP OWNED BY a_reader; DROP ROLE a_reader'));

  test('can lock nothing that a run needs: with every lock that it can take held, a run starts and is published', async () => {
    await network.reset();
    const input = smallDay();
    await network.run({ input, reputation: false });
    await using reader = await connectAs('a_reader', 'of-the-test');
    // The keys that earlier versions locked, that of node-pg-migrate, and thousands more, in both ways.
    await reader.query(`
      SELECT pg_advisory_lock(key) FROM unnest(ARRAY[1802071144, 1802071145, 1802071146, 1802071147, 7241865325823964]) AS key;
      SELECT pg_advisory_lock_shared(key) FROM generate_series(0, 2000) AS key;
      SELECT pg_advisory_lock(1802071144, key) FROM generate_series(0, 100) AS key`);
    for (const statement of [
      'LOCK TABLE kith.network_lock IN ROW SHARE MODE',
      'LOCK TABLE kith.queue_lock',
      'SELECT FROM kith.network_lock',
      'SELECT FROM kith.runs FOR SHARE',
      ...publishedTables.flatMap((table) => [
        `LOCK TABLE graph_recs.${table} IN ROW SHARE MODE`,
        `LOCK TABLE graph_recs.${table} IN SHARE MODE`,
        `LOCK TABLE graph_recs.${table}`,
        `SELECT FROM graph_recs.${table} FOR UPDATE`,
        `SELECT FROM graph_recs.${table} FOR KEY SHARE`,
      ]),
      'LOCK TABLE pg_class IN ROW SHARE MODE',
      'LOCK TABLE pg_namespace',
    ])
      await expect(
        reader.query(`BEGIN; ${statement}; ROLLBACK`).finally(() => reader.query('ROLLBACK')),
      ).rejects.toThrow(/permission denied/);
    // Idle in a transaction, with every table of the catalogs open and a snapshot from before.
    await reader.query('BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM pg_class');
    const { rows: catalogs } = await reader.query<{ name: string }>(
      `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace AND has_table_privilege(oid, 'SELECT')`,
    );
    await reader.query(`LOCK TABLE ${catalogs.map(({ name }) => name).join(', ')} IN ACCESS SHARE MODE`);

    const { run } = await network.run({ input: smallDay(), asOf: '2024-06-02', reputation: false });
    for (const table of publishedTables) expect(await runsIn(network.pool, table)).toEqual([run.startedAt]);
    await reader.query('COMMIT');
    expect(await runsIn(reader, 'rec_reasons')).toEqual([run.startedAt]);
  });
});

test('readers who use up all connections leave some to Kith', async () => {
  await network.pool.query("CREATE ROLE a_crowd LOGIN PASSWORD 'of-the-test'");
  const crowd: AsyncDisposable[] = [];
  try {
    const refused = await until('a refused connection', async () => {
      const some = await Promise.allSettled(Array.from({ length: 10 }, () => connectAs('a_crowd', 'of-the-test')));
      for (const one of some) if (one.status === 'fulfilled') crowd.push(one.value);
      return some.find((one) => one.status === 'rejected');
    });
    expect(String(refused.reason)).toContain('remaining connection slots are reserved');
    await using database = await Database.connect(network.stack.postgres.url);
    await migrate(database, 30, () => undefined);
  } finally {
    for (const one of crowd) await one[Symbol.asyncDispose]();
    await network.pool.query('DROP ROLE a_crowd');
  }
});

test('a server of your own needs a role that may create schemas in its database, and nothing else', async () => {
  await network.pool.query("CREATE ROLE plain LOGIN PASSWORD 'of-the-test'");
  await network.pool.query('CREATE DATABASE plain_database');
  await network.pool.query('GRANT CREATE ON DATABASE plain_database TO plain');
  const url = new URL(network.stack.postgres.url);
  [url.username, url.password, url.pathname] = ['plain', 'of-the-test', 'plain_database'];
  try {
    await using database = await Database.connect(url.href);
    const migrating = Array.from({ length: 4 }, () => migrate(database, 30, () => undefined));
    await Promise.all(migrating);
    await migrate(database, 30, () => undefined);
    const pool = new pg.Pool({ connectionString: url.href });
    const there = { stack: { ...network.stack, postgres: { url: url.href } }, pool };
    await using store = await openJobStore(url.href, { lockLifetime: 4_000, onTrouble: () => undefined });
    await using rows = await StagedRows.open(there);
    for (const weight of [1, 2]) {
      await rows.stage(50, weight);
      const { startedAt } = await rows.publish();
      expect(await runsIn(pool, 'rec_reasons')).toEqual([startedAt]);
    }
    expect((await store.agenda.queryJobs({ name: 'none' })).total).toBe(0);
    await pool.end();
  } finally {
    await dropDatabase('plain_database');
    await network.pool.query('DROP ROLE plain');
  }
});

/** Makes the home as an earlier version made it: the superuser is called kith, and owns everything. */
async function makeOld(): Promise<void> {
  const password = passwordOf(homeOf(network.settings).passwords.postgres) ?? '';
  await network.asSuperuser(`
    CREATE ROLE for_a_moment SUPERUSER;
    SET SESSION AUTHORIZATION for_a_moment;
    ALTER ROLE kith RENAME TO gone;
    ALTER ROLE kith_admin RENAME TO kith;
    ALTER ROLE kith PASSWORD '${password}';
    RESET SESSION AUTHORIZATION;
    DROP ROLE for_a_moment`);
  await using kith = await connectAs('kith', password);
  const { rows } = await kith.query<{ name: string }>('SELECT datname AS name FROM pg_database WHERE datallowconn');
  for (const { name } of rows) {
    await using there = await connectAs('kith', password, name);
    await there.query('REASSIGN OWNED BY gone TO kith; DROP OWNED BY gone');
  }
  await kith.query('DROP ROLE gone');
}

test('in a home of an earlier version, the role that was a superuser keeps all it has, and is none any more', async () => {
  await network.reset();
  const { run } = await network.run({ input: smallDay(), reputation: false });
  await network.pool.query('CREATE DATABASE of_the_app');
  await makeOld();
  const password = passwordOf(homeOf(network.settings).passwords.postgres) ?? '';
  const inApp = () => connectAs('kith', password, 'of_the_app');
  {
    await using old = await connectAs('kith', password);
    await old.query(`
      CREATE ROLE its_member LOGIN PASSWORD 'of-the-test' IN ROLE kith;
      CREATE VIEW public.best AS SELECT user_id, rec_id FROM graph_recs.recommendations;
      CREATE TYPE public.mood AS ENUM ('good'); CREATE DOMAIN public.id AS integer; CREATE TYPE public.pair AS (a integer, b integer);
      CREATE FUNCTION public.one() RETURNS integer LANGUAGE sql AS 'SELECT 1'`);
    await using app = await inApp();
    await app.query(`
      CREATE TABLE public.notes (id serial PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY);
      CREATE SEQUENCE public.tickets`);
  }
  // Whatever is written while it happens goes on.
  const said: string[] = [];
  await up(network.settings, { onProgress: (text) => said.push(text) });
  expect(said).toEqual(["taking the superuser's rights from Kith's role in Postgres"]);
  expect(await up(network.settings)).toEqual(network.stack);

  {
    await using kith = await connectAs('kith', password);
    await using app = await inApp();
    const roles = "SELECT rolname::text AS role, rolsuper AS super FROM pg_roles WHERE rolname ~ '^kith' ORDER BY 1";
    expect((await kith.query(roles)).rows).toEqual([
      { role: 'kith', super: false },
      { role: 'kith_admin', super: true },
    ]);
    const notIts = `
      SELECT oid::regclass::text AS name FROM pg_class WHERE oid >= 16384 AND relowner <> 'kith'::regrole
      UNION ALL SELECT oid::regprocedure::text FROM pg_proc WHERE oid >= 16384 AND proowner <> 'kith'::regrole
      UNION ALL SELECT oid::regtype::text FROM pg_type WHERE oid >= 16384 AND typowner <> 'kith'::regrole
      UNION ALL SELECT nspname FROM pg_namespace WHERE oid >= 16384 AND nspowner <> 'kith'::regrole AND nspname !~ '^pg_'
      UNION ALL SELECT datname FROM pg_database WHERE datname IN ('kith', 'of_the_app') AND datdba <> 'kith'::regrole`;
    for (const client of [kith, app]) expect((await client.query(notIts)).rows).toEqual([]);
    await using member = await connectAs('its_member', 'of-the-test');
    await member.query('SELECT count(*) FROM public.best');
    await expect(member.query('SET ROLE kith_admin')).rejects.toThrow(/permission denied/);
    expect(await runsIn(kith, 'rec_reasons')).toEqual([run.startedAt]);
    const next = await network.run({ input: smallDay(), asOf: '2024-06-02', reputation: false });
    expect(await runsIn(kith, 'rec_reasons')).toEqual([next.run.startedAt]);
    await kith.query(`
      DROP VIEW public.best; DROP TYPE public.mood, public.pair; DROP DOMAIN public.id; DROP FUNCTION public.one()`);
    // It is a member of Kith's role, which so can't be a member of it, as it is of all other roles.
    await network.asSuperuser('DROP OWNED BY its_member; DROP ROLE its_member');
  }
  // Its connections are still those of the superuser.
  await network[Symbol.asyncDispose]();
  network = await TestNetwork.open();
  await dropDatabase('of_the_app');
});
