import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Settings } from '../../src/config/settings.ts';
import { dashboard } from '../../src/dashboard/dashboard.ts';
import { BadInputError } from '../../src/errors.ts';
import { checkShown } from '../../src/jobs/check-shown.ts';
import { forget } from '../../src/jobs/forget/forget.ts';
import { rebuildGraph } from '../../src/jobs/rebuild.ts';
import { withDatabase } from '../../src/jobs/with-database.ts';
import { openJobStore } from '../../src/jobs/worker/job-store.ts';
import { Database } from '../../src/postgres/database.ts';
import { addReader, removeReader } from '../../src/postgres/readers.ts';
import { api } from '../../src/serve/api.ts';
import { ReaderPools } from '../../src/serve/readers-pools.ts';
import { lookUp } from '../../src/show/look-up.ts';
import { readUserId } from '../../src/show/user-id.ts';
import { exportRun } from '../../src/table-files/export-run.ts';
import { numberOfText } from '../../src/user-id.ts';
import { webPassword } from '../../src/web/guard.ts';
import { serve } from '../../src/web/serve.ts';
import { TestNetwork } from '../harness/network.ts';
import { expectOracle, textNames } from '../harness/renamed-network.ts';
import { arbitraryCase, denseNetwork, withRandomWords } from '../oracle/arbitrary-network.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open({ KITH_USER_IDS: 'text' });
});
afterAll(async () => {
  if (!network) return;
  await network.reset();
  // Other tests share the home.
  await withDatabase({ ...network.settings, userIds: 'int' }, undefined, async () => undefined);
  await network[Symbol.asyncDispose]();
});

const never = new AbortController().signal;
const quiet = { signal: never, onProgress: () => undefined };

/** Whether `users` has everybody in the tables, and nobody else, with the text of their number. */
async function expectUsers(): Promise<void> {
  const { rows } = await network.pool.query<{ user_id: string; id: string }>('SELECT * FROM graph_recs.users');
  for (const { user_id, id } of rows) expect(String(numberOfText(id))).toBe(user_id);
  const { rows: named } = await network.pool.query<{ id: string }>(
    `SELECT user_id::text AS id FROM graph_recs.closest_connections UNION SELECT closest_connection::text FROM graph_recs.closest_connections
     UNION SELECT user_id::text FROM graph_recs.recommendations UNION SELECT rec_id::text FROM graph_recs.recommendations
     UNION SELECT reason_id::text FROM graph_recs.rec_reasons`,
  );
  expect(rows.map(({ user_id }) => user_id).sort()).toEqual(named.map(({ id }) => id).sort());
}

const windows = [4, 86_400, 90 * 86_400];
const cases = fc.oneof(arbitraryCase(windows), arbitraryCase(windows).chain(withRandomWords));

describe('with ids that are texts the three tables are those of the definition, and users gives the texts back', () => {
  test.each([
    ['merge', 'auto', 'second-degree', 5],
    ['merge', 'off', 'second-degree', 2],
    ['bulk', 'auto', 'second-degree', 1],
    ['merge', 'auto', 'circles', 4],
    ['bulk', 'auto', 'circles', 1],
  ] as const)('loaded by %s, KITH_COMPILED=%s, %s', async (loader, compiled, ranking, numRuns) => {
    await fc.assert(
      fc.asyncProperty(cases, async (example) => {
        await expectOracle(network, example, textNames, { loader, compiled, ranking });
        await expectUsers();
      }),
      { numRuns, endOnFailure: true },
    );
  });

  test('for a dense network with ties at the borders', async () => {
    await expectOracle(network, denseNetwork(1), textNames, { loader: 'merge', compiled: 'auto' });
    await expectUsers();
  });
});

/** A day in which everybody likes the next one. */
function writeRing(ids: readonly string[], name: string, messages: readonly object[] = []): string {
  const folder = network.folder(name);
  mkdirSync(folder, { recursive: true });
  const day = `${name.slice(0, 4)}-${name.slice(4, 6)}-${name.slice(6)}`;
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = ids.map((id, i) => {
    const next = ids[(i + 1) % ids.length] as string;
    return `${quoted(id)},${quoted(next)},${i},${day} 00:00:00,like\n`;
  });
  writeFileSync(join(folder, 'like.csv'), rows.join(''));
  if (messages.length > 0)
    writeFileSync(join(folder, 'messages.jsonl'), messages.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return folder;
}

const markup = `<b>O'Neil & "co"</b>`;
const look = (id: string, why?: string, settings: Settings = network.settings) =>
  withDatabase(settings, undefined, (database) =>
    lookUp(
      settings,
      database,
      readUserId(id, settings),
      why === undefined ? undefined : readUserId(why, settings),
      why === undefined ? undefined : [id, why],
    ),
  );
const knownTexts = async () =>
  (await network.pool.query<{ id: string }>('SELECT id FROM kith.user_ids ORDER BY id COLLATE "C"')).rows.map(
    ({ id }) => id,
  );

test('users are told by their texts, whatever is in these', async () => {
  await network.reset();
  await network.run({ input: writeRing(['alice', markup, 'did:plc:a', '42'], '20240601'), reputation: false });
  const { view, steps, changes, explanation } = await look('alice', 'did:plc:a');
  expect(view).toMatchObject({
    userId: 'alice',
    closest: [{ userId: markup, rank: 1 }],
    recommendations: [{ userId: 'did:plc:a', reasons: [{ userId: markup }] }],
  });
  expect(steps).toMatchObject([{ from: 'alice', to: markup }]);
  expect(changes).toBeUndefined();
  expect(explanation).toMatchObject({ userId: 'alice', recId: 'did:plc:a', reasons: [{ userId: markup }] });
  expect((await look('alice', 'nobody')).explanation).toEqual(
    new BadInputError('The graph has no user nobody: no ingested file names this user; check the id.'),
  );
  const { rows } = await network.pool.query(
    `SELECT reasons -> 0 ->> 'id' AS because FROM graph_recs.recommendations_with_reasons JOIN graph_recs.users USING (user_id) WHERE id = 'alice'`,
  );
  expect(rows).toEqual([{ because: markup }]);
  const { checks } = await checkShown(network.settings, never);
  expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
});

test('an id whose number is that of another known one is refused by name, before anything reaches the graph', async () => {
  await network.reset();
  await network.run({ input: writeRing(['alice', 'bob', 'carol'], '20240601'), reputation: false });
  const before = await network.userProperties();
  await network.pool.query('INSERT INTO kith.user_ids VALUES ($1, $2)', [
    String(numberOfText('dave')),
    'somebody else',
  ]);
  for (const messages of [[], [{ id: 1, user_id: 'dave', body: 'a', created_at: '2024-06-01T00:00:00Z' }]]) {
    const ids = messages.length > 0 ? ['alice', 'erin'] : ['alice', 'dave'];
    const run = network.run({ input: writeRing(ids, '20240602', messages), reputation: false });
    await expect(run).rejects.toThrow(BadInputError);
    await expect(run).rejects.toThrow('The ids "somebody else" and "dave" have one number');
  }
  expect(await network.userProperties()).toBe(before);
  expect(await knownTexts()).toEqual(['alice', 'bob', 'carol', 'somebody else']);
});

test('a list of scores has texts, and so have the scores that are exported', async () => {
  await network.reset();
  const list = join(network.folder('scores'), '..', 'scores.csv');
  writeFileSync(list, `user_id,pred\n"${markup.replaceAll('"', '""')}",0.25\ncarol,0.75\nstranger,1\n`);
  await network.run({ input: writeRing(['alice', 'bob', 'carol', markup], '20240601'), reputation: list });
  expect((await look('alice')).view).toMatchObject({ recommendations: [{ userId: 'carol' }] });
  expect((await look('bob')).view.recommendations).toEqual([]);
  expect((await look(markup)).view).toMatchObject({ reputation: 0.25 });

  const out = join(network.folder('export'), '..', 'exported');
  const { files } = await exportRun(network.settings, { out, format: 'csv', ...quiet });
  expect(files).toContain('users.csv');
  const written = readFileSync(join(out, 'scores.csv'), 'utf8').trim().split('\n');
  expect(written[0]).toBe('user_id,pred');
  expect(written.slice(1).sort()).toEqual(['"<b>O\'Neil & ""co""</b>",0.25', 'carol,0.75']);
  expect(readFileSync(join(out, 'users.csv'), 'utf8').trim().split('\n')).toHaveLength(5);
});

test('a rebuilt graph shows the same, and whoever is forgotten leaves no text and does not come back', async () => {
  await network.reset();
  const ids = ['alice', 'bob', 'carol', 'dave', markup];
  const input = writeRing(ids, '20240601', [
    { id: 'm', user_id: 'bob', body: 'hello', created_at: '2024-05-01T00:00:00Z' },
    { id: 'n', user_id: 'writer', body: 'hello', created_at: '2024-05-01T00:00:00Z' },
  ]);
  await network.run({ input, reputation: false });
  const tables = await network.tables();
  await rebuildGraph(network.settings, never, () => undefined);
  await network.run({ input, reputation: false });
  expect(await network.tables()).toEqual(tables);

  const gone = (id: string) =>
    forget(network.settings, readUserId(id, network.settings), { isDry: false, ...quiet, seen: id });
  await gone('bob');
  await gone('writer');
  const left = ['alice', 'carol', 'dave', markup].sort();
  expect(await knownTexts()).toEqual(left);
  const shown = async () => (await network.pool.query('SELECT id FROM graph_recs.users')).rows.map(({ id }) => id);
  expect(await shown()).not.toContain('bob');
  await network.run({ input, reputation: false, allow: 'shrink' });
  expect(await knownTexts()).toEqual(left);
  expect((await shown()).sort()).toEqual(left);
  await expectUsers();
  rmSync(join(network.settings.home, 'forgotten'));
});

test('a home keeps the kind of its first run until it is reset, and tells texts from whole numbers', async () => {
  await network.reset();
  await network.run({ input: writeRing(['1', '2', '3'], '20240601'), reputation: false });
  for (const userIds of ['int', 'bigint'] as const) {
    const run = network.run({
      input: writeRing(['1', '2', '3'], '20240602'),
      reputation: false,
      settings: { userIds },
    });
    await expect(run).rejects.toThrow(BadInputError);
    await expect(run).rejects.toThrow(`This home's user ids are text, but KITH_USER_IDS is ${userIds}`);
  }
  await network.reset();
  const bigint = { userIds: 'bigint' } as const;
  await network.run({ input: writeRing(['1', '2', '3'], '20240602'), reputation: false, settings: bigint });
  const { rows } = await network.pool.query(`SELECT to_regclass('graph_recs.users') AS users`);
  expect(rows).toEqual([{ users: null }]);
  const run = network.run({ input: writeRing(['1', '2', '3'], '20240602'), reputation: false });
  await expect(run).rejects.toThrow("This home's user ids are bigint, but KITH_USER_IDS is text");
});

test('pages and the API take ids percent-encoded, show them escaped, and give them as texts', async () => {
  await network.reset();
  await network.run({ input: writeRing(['alice', markup, 'did:plc:a/b', 'zoë'], '20240601'), reputation: false });
  const { url } = network.stack.postgres;
  await using database = await Database.connect(url);
  await using store = await openJobStore(url, { lockLifetime: 60_000, onTrouble: () => undefined });
  await using pages = await serve(dashboard(network.settings, database, store.agenda), '127.0.0.1', 0);
  const password = webPassword(network.settings);
  const headers = { authorization: `Basic ${Buffer.from(`kith:${password}`).toString('base64')}` };
  const page = async (path: string) => {
    const response = await fetch(pages.url + path, { headers });
    return { status: response.status, text: await response.text() };
  };
  const escaped = '&lt;b&gt;O&#39;Neil &amp; &quot;co&quot;&lt;/b&gt;';
  const ofMarkup = await page(`/users/${encodeURIComponent(markup)}?why=zo%C3%AB`);
  expect(ofMarkup.status).toBe(200);
  expect(ofMarkup.text).toContain(`<h1>${escaped}</h1>`);
  expect(ofMarkup.text).not.toContain('<b>O');
  expect(ofMarkup.text).toContain('href="/users/did%3Aplc%3Aa%2Fb"');
  expect(ofMarkup.text).toContain('zoë is recommended to');
  expect((await page('/users/did%3Aplc%3Aa%2Fb')).text).toContain('<h1>did:plc:a/b</h1>');
  expect((await page('/users?id=alice')).text).toContain('<h1>alice</h1>');
  const unknown = await page('/users/%3Ci%3E');
  expect([unknown.status, unknown.text]).toEqual([404, expect.stringContaining('The graph has no user &lt;i&gt;:')]);
  const explore = await page('/explore?user=alice');
  expect(explore.text).toContain(`{userId: ${numberOfText('alice')}}`);
  expect(explore.text).toContain('value="alice"');

  const limits = { connections: 5, timeout: '30s' };
  const ofReader = await addReader(database, 'text_app', limits);
  try {
    await using pools = new ReaderPools(url);
    const app = api({ userIds: 'text', pools, freshFor: async () => 30, check: async () => undefined });
    await using server = await serve(app, '127.0.0.1', 0);
    const get = async (path: string) => {
      const authorization = `Bearer text_app.${ofReader}`;
      return (await (await fetch(server.url + path, { headers: { authorization } })).json()) as Record<string, unknown>;
    };
    const at = (id: string) => `/v1/users/${encodeURIComponent(id)}`;
    expect(await get(`${at('alice')}/closest`)).toMatchObject({ user: 'alice', closest: [{ user: markup, rank: 1 }] });
    expect(await get(`${at(markup)}/recommendations`)).toMatchObject({
      user: markup,
      recommendations: [{ user: 'zoë', rank: 1 }],
    });
    expect(await get(`${at(markup)}/recommendations/zo%C3%AB/reasons`)).toMatchObject({
      recommended: 'zoë',
      reasons: [{ user: 'did:plc:a/b' }],
    });
    expect(await get(`${at('nobody')}/closest`)).toMatchObject({ user: 'nobody', closest: [] });
    expect(await get(`${at('x'.repeat(256))}/closest`)).toMatchObject({ status: 400 });
  } finally {
    await removeReader(database, 'text_app');
  }
});

test('who reads an older snapshot sees the texts of the run that is shown', async () => {
  await network.reset();
  await network.run({ input: writeRing(['alice', 'bob', 'carol'], '20240601'), reputation: false });
  const reader = await network.pool.connect();
  try {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT 1');
    await network.run({ input: writeRing(['dave', 'erin'], '20240602'), reputation: false, allow: 'shrink' });
    const { rows } = await reader.query('SELECT id FROM graph_recs.users ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual(['alice', 'bob', 'carol', 'dave', 'erin']);
    await reader.query('COMMIT');
  } finally {
    reader.release();
  }
  const { rows } = await network.pool.query(
    `SELECT count(*) FROM pg_description WHERE objoid = 'graph_recs.users'::regclass`,
  );
  expect(rows).toEqual([{ count: '3' }]);
  await network.pool.query(`DELETE FROM kith.user_ids WHERE id = 'alice'`);
  const run = network.run({ input: writeRing(['dave', 'erin'], '20240603'), reputation: false });
  await expect(run).rejects.toThrow('named (Everybody in the tables has an id in users. But 1 have none.)');
});
