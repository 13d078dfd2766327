import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { dashboard } from '../../src/dashboard/dashboard.ts';
import { forget } from '../../src/jobs/forget/forget.ts';
import { withDatabase } from '../../src/jobs/with-database.ts';
import { openJobStore } from '../../src/jobs/worker/job-store.ts';
import { Database } from '../../src/postgres/database.ts';
import { addReader, removeReader } from '../../src/postgres/readers.ts';
import { api } from '../../src/serve/api.ts';
import { ReaderPools } from '../../src/serve/readers-pools.ts';
import { readUserId } from '../../src/show/user-id.ts';
import { duckDbPath } from '../../src/storage/duckdb-path.ts';
import { exportRun } from '../../src/table-files/export-run.ts';
import { idInPath, numberOfText } from '../../src/user-id.ts';
import { webPassword } from '../../src/web/guard.ts';
import { serve } from '../../src/web/serve.ts';
import { kith, RunningCommand } from '../harness/command-line.ts';
import { heldInGraph, heldInPostgres, networkLockGone } from '../harness/held-locks.ts';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';

let network: TestNetwork;
let env: Record<string, string>;
beforeAll(async () => {
  network = await TestNetwork.open({ KITH_USER_IDS: 'text' });
  env = { KITH_HOME: network.settings.home, KITH_USER_IDS: 'text' };
});
beforeEach(() => network.reset());
afterAll(async () => {
  if (!network) return;
  await network.reset();
  // Other tests share the home.
  await withDatabase({ ...network.settings, userIds: 'int' }, undefined, async () => undefined);
  await network[Symbol.asyncDispose]();
});

const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

const odd = [
  '.',
  '..',
  '.~',
  'a/b?c#d%20e',
  ' blanks ',
  `O'Neil "x"`,
  'in\ntwo lines',
  'שלום',
  'a\u202eb',
  '👩‍👩‍👧',
  '%2E',
  '-v',
];

/** A day in which everybody likes the next two. */
function writeRing(ids: readonly string[], name: string): string {
  const folder = network.folder(name);
  mkdirSync(folder, { recursive: true });
  const at = `${name.slice(0, 4)}-${name.slice(4, 6)}-${name.slice(6)}T00:00:00Z`;
  const rows = ids.flatMap((user_id, i) =>
    [1, 2].map((far) => ({ user_id, engaged_with_user_id: ids[(i + far) % ids.length], message_id: i, timestamp: at })),
  );
  writeFileSync(join(folder, 'like.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return folder;
}

/** The next but one, and those after. */
const after = (id: string, far: number) => odd[(odd.indexOf(id) + far) % odd.length] as string;

test('pages link to everybody, the API answers for everybody, previews tell of everybody, and kith show takes every id', async () => {
  await network.run({ input: writeRing(odd, '20240601'), reputation: false });
  const { url } = network.stack.postgres;
  await using database = await Database.connect(url);
  await using store = await openJobStore(url, { lockLifetime: 60_000, onTrouble: () => undefined });
  await using pages = await serve(dashboard(network.settings, database, store.agenda), '127.0.0.1', 0);
  const credentials = Buffer.from(`kith:${webPassword(network.settings)}`).toString('base64');
  const page = async (path: string) => {
    const response = await fetch(new URL(path, pages.url), { headers: { authorization: `Basic ${credentials}` } });
    return { status: response.status, text: await response.text() };
  };
  const entities: Record<string, string> = { '&amp;': '&', '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>' };
  const plain = (text: string) => text.replace(/&[#\w]+;/g, (one) => entities[one] ?? one);
  const linksIn = (text: string) => [...text.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => plain(href));
  const titleOf = (text: string) => plain(/<h1>(.*?)<\/h1>/s.exec(text)?.[1] ?? '');
  const shownAs = (id: string) => id.replace('\n', '\\n').replace('\u202e', '\\u202e');

  // Whoever follows the links comes around.
  const seen = new Map([[`/users/${idInPath('.')}`, '']]);
  for (const path of seen.keys()) {
    const { status, text } = await page(path);
    expect([path, status]).toEqual([path, 200]);
    seen.set(path, titleOf(text));
    for (const link of linksIn(text)) if (/^\/users\/[^?]+$/.test(link) && !seen.has(link)) seen.set(link, '');
  }
  expect([...seen.values()].sort()).toEqual(odd.map(shownAs).sort());
  for (const id of odd) {
    const path = `/users/${idInPath(id)}`;
    const why = linksIn((await page(path)).text).filter((link) => link.includes('?why='));
    expect(why.length).toBeGreaterThan(0);
    const { status, text } = await page(why[0] as string);
    expect(status).toBe(200);
    expect(plain(text)).toContain(`is recommended to ${shownAs(id)}: rank 1,`);
    const preview = await page(`${path}/preview?window-days=30`);
    expect([preview.status, titleOf(preview.text)]).toEqual([200, `User ${shownAs(id)} under other settings`]);
    expect(preview.text).toContain('0 new, 0 at another rank, 0 out');
  }

  const ofReader = await addReader(database, 'odd_app', { connections: 5, timeout: '30s' });
  try {
    await using pools = new ReaderPools(url);
    const app = api({ userIds: 'text', pools, freshFor: async () => 30, check: async () => undefined });
    await using server = await serve(app, '127.0.0.1', 0);
    const get = async (path: string) => {
      const authorization = `Bearer odd_app.${ofReader}`;
      return (await (await fetch(server.url + path, { headers: { authorization } })).json()) as Record<string, unknown>;
    };
    for (const id of odd) {
      const at = `/v1/users/${idInPath(id)}`;
      const { user, closest } = (await get(`${at}/closest`)) as { user: string; closest: { user: string }[] };
      expect([user, ...closest.map((one) => one.user).sort()]).toEqual([id, ...[after(id, 1), after(id, 2)].sort()]);
      const rec = after(id, 3);
      expect(await get(`${at}/recommendations/${idInPath(rec)}/reasons`)).toMatchObject({ user: id, recommended: rec });
    }

    // As a reader's own program sees them.
    const client = new pg.Client({
      connectionString: `postgres://odd_app:${ofReader}@${new URL(url).host}${new URL(url).pathname}`,
    });
    await client.connect();
    try {
      const { rows } = await client.query(
        `SELECT users.id, jsonb_agg(reason ->> 'id') AS because FROM graph_recs.recommendations_with_reasons
         JOIN graph_recs.users USING (user_id), jsonb_array_elements(reasons) AS reason GROUP BY users.id`,
      );
      expect(rows.map(({ id }) => id).sort()).toEqual([...odd].sort());
      for (const { id, because } of rows) expect([after(id, 1), after(id, 2)]).toEqual(expect.arrayContaining(because));
      await expect(client.query('SELECT FROM kith.user_ids')).rejects.toThrow('permission denied');
    } finally {
      await client.end();
    }
  } finally {
    await removeReader(database, 'odd_app');
  }

  const shown = await kith(['show', '..', '--why', after('..', 3), '--json'], env);
  expect(JSON.parse(shown.stdout)).toMatchObject({ userId: '..', recId: after('..', 3), recommended: true });
  const lines = (await kith(['show', 'in\ntwo lines'], env)).stdout.split('\n');
  expect(lines[0]).toContain('User in\\ntwo lines as of');
  expect(lines.at(-2)).toContain(" show $'in\\x0atwo lines' --why ");
});

test('exported tables give every id back, as CSV and as Parquet', async () => {
  await network.run({ input: writeRing(odd, '20240601'), reputation: false });
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  for (const format of ['csv', 'parquet'] as const) {
    // DuckDB would take the brackets for a pattern, which the other folder fits.
    const out = join(network.folder('export'), '..', `[${format}]`);
    const other = join(out, '..', `${format[0]}.partial`);
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'users.csv'), 'user_id,id\n1,other\n');
    await exportRun(network.settings, { out, format, ...quiet });
    const from = (table: string) =>
      format === 'csv'
        ? `read_csv('${duckDbPath(join(out, `${table}.csv`))}', header = true, delim = ',', quote = '"', escape = '"')`
        : `read_parquet('${duckDbPath(join(out, `${table}.parquet`))}')`;
    const reader = await db.runAndReadAll(
      `SELECT one.id, list(other.id) FROM ${from('closest_connections')} AS closest
       JOIN ${from('users')} AS one ON one.user_id = closest.user_id
       JOIN ${from('users')} AS other ON other.user_id = closest_connection GROUP BY ALL`,
    );
    const found = reader.getRowsJson() as [string, string[]][];
    expect(found.map(([id]) => id).sort()).toEqual([...odd].sort());
    for (const [id, others] of found) expect(others.sort()).toEqual([after(id, 1), after(id, 2)].sort());
  }
  db.disconnectSync();
  instance.closeSync();
});

test('whoever is called like a word of messages goes from what is told of runs, and nothing else does', async () => {
  const ids = ['error', 'rows', '1', 'detail', 'ann', 'joanna', 'ann-marie', 'x"ann"'];
  const { run } = await network.run({ input: writeRing(ids, '20240601'), reputation: false });
  const quote = (id: string) => JSON.stringify(id);
  const told = (name: (id: string) => string, number: (id: string) => unknown) =>
    `The run failed: error 1, 1 rows: ${ids.map((id) => `${name(id)} is user ${number(id)}`).join(', ')}.`;
  const before = told(quote, numberOfText);
  const checks = JSON.stringify({ checks: [{ name: 'rows', sentence: '1 run', outcome: 'failed', detail: before }] });
  for (const table of ['runs', 'run_steps'])
    await network.pool.query(`UPDATE kith.${table} SET error = $1, summary = summary || $2::jsonb`, [before, checks]);
  await network.pool.query(`UPDATE kith.runs SET summary = summary || $1::jsonb`, [{ leftUndone: { error: before } }]);
  const folder = join(network.settings.home, 'runs', run.id);
  const line = { level: 'error', run: run.id, rows: 1, why: before, error: { message: before }, msg: 'run failed' };
  writeFileSync(join(folder, 'log.jsonl'), `${JSON.stringify(line)}\n`);
  const states = async () =>
    (
      await network.pool.query(
        `SELECT '' AS step, error, summary FROM kith.runs UNION ALL SELECT step, error, summary FROM kith.run_steps ORDER BY step`,
      )
    ).rows;
  const expected = (rows: unknown, gone: readonly string[]) => {
    const now = told(
      (id) => (gone.includes(id) ? '"***"' : quote(id)),
      (id) => (gone.includes(id) ? '***' : numberOfText(id)),
    );
    const text = (value: string) => JSON.stringify(value).slice(1, -1);
    return JSON.parse(JSON.stringify(rows).replaceAll(text(before), () => text(now)));
  };
  const all = await states();
  const gone: string[] = [];
  for (const id of ['error', 'rows', '1', 'detail', 'ann']) {
    const userId = readUserId(id, network.settings);
    const { found } = await forget(network.settings, userId, {
      isDry: gone.length > 0 && id !== 'ann',
      ...quiet,
      seen: id,
    });
    expect(found.find(({ place }) => place === 'kith.runs and run_steps')?.count).toBe(all.length);
    if (gone.length === 0 || id === 'ann') gone.push(id);
    expect(await states()).toEqual(expected(all, gone));
    expect(JSON.parse(readFileSync(join(folder, 'log.jsonl'), 'utf8'))).toEqual(expected(line, gone));
  }
  rmSync(join(network.settings.home, 'forgotten'));
});

test('a run that is killed while it keeps texts, or loads, is made up for by the next', async () => {
  const days = [writeRing(odd, '20240601'), writeRing([...odd.slice(3), 'erin', 'frank'], '20240602')];
  const run = (input: string | undefined) => network.run({ input: input as string, reputation: false });
  const state = async () => ({
    tables: await network.tables(),
    graph: await network.userProperties(),
    texts: (await network.pool.query('SELECT * FROM kith.user_ids ORDER BY user_id')).rows,
    users: (await network.pool.query('SELECT * FROM graph_recs.users ORDER BY user_id')).rows,
  });
  for (const day of days) await run(day);
  const undisturbed = await state();
  expect(undisturbed.texts).toHaveLength(odd.length + 2);

  await network.reset();
  await run(days[0]);
  const knows = async () => (await network.pool.query(`SELECT FROM kith.user_ids WHERE id = 'erin'`)).rowCount === 1;
  const waits = async () => (await network.pool.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount !== 0;
  const holdUps = [
    {
      holdUp: () => heldInPostgres(network.stack, 'LOCK TABLE kith.user_ids IN SHARE MODE'),
      isThere: waits,
      isKept: false,
    },
    { holdUp: () => heldInGraph(network.stack, 'MATCH (u:User) SET u.held = true'), isThere: knows, isKept: true },
  ];
  for (const { holdUp, isThere, isKept } of holdUps) {
    await using _held = await holdUp();
    const command = new RunningCommand(['run', '--input', days[1] as string, '--no-reputation'], env);
    await command.says('ingest: begins');
    await until('the run to be held up', isThere);
    await command.end('SIGKILL');
    await networkLockGone(network.pool);
    expect(await knows()).toBe(isKept);
  }
  await run(days[1]);
  expect(await state()).toEqual(undisturbed);
});

test('a model is trained from users with texts as from those with numbers in the same order, and scores them', async () => {
  const texts = Array.from({ length: 40 }, (_, i) => odd[i] ?? `user ${i}`).sort((a, b) =>
    numberOfText(a) < numberOfText(b) ? -1 : 1,
  );
  const words = [
    ['bullish', 'breakout', 'rally'],
    ['spam', 'click', 'free'],
  ];
  const folder = network.folder('20240601');
  const inputs = { int: join(folder, 'int', '20240601'), text: join(folder, 'text', '20240601') };
  for (const [kind, input] of Object.entries(inputs)) {
    mkdirSync(input, { recursive: true });
    const lines = texts.flatMap((text, user) =>
      [0, 1, 2].map((n) => {
        const second = String(user).padStart(2, '0');
        const body = [...(words[user % 2] as string[]), `${(words[user % 2] as string[])[n]} again`].join(' ');
        const created_at = `2024-05-${10 + 7 * n}T00:00:${second}Z`;
        const id = `${user}-${n}`;
        return {
          body,
          created_at,
          recommended: user % 2,
          ...(kind === 'int' ? { id: user * 3 + n, user_id: user } : { id, user_id: text }),
        };
      }),
    );
    writeFileSync(join(input, 'messages.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  const home = join(folder, 'home');
  const filesOf = async (kind: 'int' | 'text') => {
    const own = { KITH_HOME: `${home}-${kind}`, KITH_USER_IDS: kind, KITH_TEXT_LENGTH: '40' };
    const model = join(folder, `model-${kind}`);
    const trained = await kith(['reputation', 'train', '--input', inputs[kind], '--model', model], own);
    expect([trained.stderr, trained.code]).toEqual([expect.stringContaining('test '), 0]);
    const [out, weeks] = [join(folder, `${kind}.csv`), join(folder, `${kind}-weeks.csv`)];
    const given = ['--input', inputs[kind], '--model', model, '--out', out, '--weeks', weeks];
    expect(await kith(['reputation', 'score', ...given], own)).toMatchObject({ code: 0 });
    const names = readdirSync(model).filter((name) => name !== 'model-card.md');
    return { model: names.map((name) => [name, readFileSync(join(model, name), 'base64')]), out };
  };
  const [ofNumbers, ofTexts] = [await filesOf('int'), await filesOf('text')];
  expect(ofTexts.model).toEqual(ofNumbers.model);
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  const scores = async (path: string) => {
    const reader = await db.runAndReadAll(
      `SELECT user_id, pred FROM read_csv('${path}', header = true, delim = ',', quote = '"', escape = '"', types = {'user_id': 'VARCHAR'})`,
    );
    return new Map(reader.getRowsJson() as [string, number][]);
  };
  const [numbers, named] = [await scores(ofNumbers.out), await scores(ofTexts.out)];
  db.disconnectSync();
  instance.closeSync();
  expect(named).toEqual(new Map(texts.map((text, user) => [text, numbers.get(String(user))])));
  expect(named.size).toBe(texts.length);
});
