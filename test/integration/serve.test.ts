import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type {
  ClosestConnection,
  PublishedRun,
  Recommendation,
  RecommendationWithReasons,
  RecReason,
} from '../../src/client/tables.ts';
import { projectRoot } from '../../src/config/project.ts';
import { readSettings } from '../../src/config/settings.ts';
import { status } from '../../src/engines/stack.ts';
import { GoneError, ReaderPools, WrongTokenError } from '../../src/serve/readers-pools.ts';
import { type Address, addressesFor } from '../../src/serve/schemas.ts';
import { RunningCommand } from '../harness/command-line.ts';
import { until } from '../harness/until.ts';
import { CommandLineNetwork, dense, expected } from './dense-day.ts';

let scene: CommandLineNetwork;
let input: string;
let server: RunningCommand;
let url: string;
let token: string;

beforeAll(async () => {
  scene = await CommandLineNetwork.open();
  input = scene.written(dense);
  expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
  token = await reader('api_app');
  server = new RunningCommand(['serve', '--port', '0'], scene.env);
  await server.says('Readers come with');
  url = await until('the address', () => /^http:\S+$/m.exec(server.printed)?.[0]);
});
afterAll(async () => {
  await server?.end('SIGTERM');
  for (const name of ['api_app', 'api_gone']) await scene?.kith('readers', 'remove', name);
  await scene?.[Symbol.asyncDispose]();
});

/** Makes a reader; gives its token. */
async function reader(name: string, ...options: string[]): Promise<string> {
  const { code, stdout } = await scene.kith('readers', 'add', name, ...options);
  expect(code).toBe(0);
  return `${name}.${decodeURIComponent(new URL(stdout.trim()).password)}`;
}

async function get(path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) {
  const response = await fetch(url + path, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const busiest = Number(expected.recommendations[0]?.split(',')[0]);
const of = (lines: string[], user = busiest) => lines.filter((line) => line.startsWith(`${user},`));

test('gives a user what the tables have, in the order of ranks, ids and decimals as texts', async () => {
  const { status, body, headers } = await get(`/v1/users/${busiest}/recommendations`);
  expect(status).toBe(200);
  const users = body.recommendations.map(({ user }: { user: string }) => `${busiest},${user}`);
  expect(users.toSorted()).toEqual(of(expected.recommendations).toSorted());
  expect(body.recommendations.map(({ rank }: { rank: number }) => rank)).toEqual(
    users.map((_: string, i: number) => i + 1),
  );
  expect(headers.get('etag')).toBe(`"${body.run}"`);
  expect(headers.get('cache-control')).toMatch(/^private, max-age=[1-9]\d*$/);
  const closest = await get(`/v1/users/${busiest}/closest`);
  const rows = closest.body.closest.map(
    ({ user, weight }: { user: string; weight: string }) => `${busiest},${user},${weight}`,
  );
  expect(rows.toSorted()).toEqual(of(expected.closest).toSorted());
  const [{ user: rec }] = body.recommendations;
  const because = await get(`/v1/users/${busiest}/recommendations/${rec}/reasons`);
  const reasons = because.body.reasons.map(
    ({ user, weight }: { user: string; weight: string }) => `${busiest},${rec},${user},${weight}`,
  );
  expect(reasons.toSorted()).toEqual(
    expected.reasons.filter((line) => line.startsWith(`${busiest},${rec},`)).toSorted(),
  );
  const limited = await get(`/v1/users/${busiest}/recommendations?limit=2`);
  expect(limited.body.recommendations).toEqual(body.recommendations.slice(0, 2));
  expect((await get('/v1/users/2000000000/closest')).body.closest).toEqual([]);
});

test('answers are as openapi.json says, which needs no token, nor does the health check', async () => {
  const { body: document } = await get('/openapi.json', {});
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual(Object.keys(addressesFor('int')));
  const [, rec] = (expected.recommendations[0] ?? '').split(',');
  for (const [address, { get: operation }] of Object.entries<{ get: { parameters: { name: string; in: string }[] } }>(
    document.paths,
  )) {
    const { status, body } = await get(address.replace('{id}', String(busiest)).replace('{rec}', String(rec)));
    expect([address, status]).toEqual([address, 200]);
    expect(addressesFor('int')[address as Address].answer.strict().parse(body)).toEqual(body);
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
    expect(inPath).toEqual(address.match(/\{\w+\}/g) ?? []);
  }
  expect(await get('/healthz', {})).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('says what is wrong by RFC 9457', async () => {
  const wrong: [string, Record<string, string> | undefined, number, RegExp][] = [
    ['/v1/users/x/closest', undefined, 400, /^id should be a user id/],
    ['/v1/users/9223372036854775808/closest', undefined, 400, /below 2\^63/],
    [`/v1/users/${busiest}/closest?limit=0`, undefined, 400, /^limit should be a whole number from 1 to 50/],
    [`/v1/users/${busiest}/recommendations/${busiest}/reasons`, undefined, 404, /does not recommend/],
    ['/v2', undefined, 404, /nothing at \/v2/],
    ['/v1/run', {}, 401, /Authorization: Bearer NAME\.PASSWORD/],
    ['/v1/run', { authorization: 'Bearer api_app.wrong' }, 401, /no such reader/],
    ...['nonsense', '.x', 'api_app.', '.', 'kith.x', 'postgres.x'].map(
      (wrongToken): [string, Record<string, string>, number, RegExp] => [
        ...(['/v1/run', { authorization: `Bearer ${wrongToken}` }, 401, /no such reader/] as const),
      ],
    ),
  ];
  for (const [path, headers, status, detail] of wrong) {
    const answer = await get(path, headers);
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
      path,
      status,
      expect.stringMatching(/^application\/problem\+json/),
    ]);
    expect(answer.body).toMatchObject({ status, detail: expect.stringMatching(detail) });
  }
  expect((await get('/v1/run', {})).headers.get('www-authenticate')).toMatch(/^Bearer/);
});

test("takes no user or password of Kith's own for a reader's, wherever the URL of Postgres has them", async () => {
  const url = new URL((await status(readSettings(scene.env))).postgres.url ?? '');
  for (const name of ['user', 'password'] as const)
    url.searchParams.set(name, name === 'user' ? url.username : decodeURIComponent(url.password));
  await using pools = new ReaderPools(url.href);
  const ask = (given: string) =>
    pools.query(given, { text: 'SELECT current_user AS name', values: [] }, (enter) => enter());
  await expect(ask('nobody.x')).rejects.toBeInstanceOf(WrongTokenError);
  expect(await ask(token)).toEqual([{ name: 'api_app' }]);
});

test('many first requests at once share one login, and wait for the connections that the reader may have', async () => {
  const few = await reader('api_few', '--limit', '2');
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => get(`/v1/users/${busiest}/closest`, { authorization: `Bearer ${few}` })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await scene.kith('readers', 'remove', 'api_few');
});

test('however many wrong tokens are being tried, a reader keeps its connections and the queries that wait for one', async () => {
  const busy = await reader('api_busy', '--limit', '1');
  await using pools = new ReaderPools((await status(readSettings(scene.env))).postgres.url ?? '');
  const sleep = () =>
    pools.query(busy, { text: 'SELECT pg_sleep(0.5), pg_backend_pid() AS pid', values: [] }, (enter) => enter());
  const [{ pid } = { pid: 0 }] = await sleep();
  const queries = [sleep(), sleep()];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wrong = Array.from({ length: 60 }, (_, i) =>
    pools
      .query(`nobody.${i}`, { text: 'SELECT 1', values: [] }, async (enter) => {
        await gate;
        return enter();
      })
      .catch((error) => error),
  );
  expect((await Promise.all(queries)).map(([row]) => row?.pid)).toEqual([pid, pid]);
  let areTried = false;
  const trying = Promise.all(wrong).finally(() => {
    areTried = true;
  });
  open();
  // A connection that nobody uses for ten seconds is closed.
  while (!areTried) await sleep();
  // Of so many logins at once, one may take longer than a connection may.
  const others = (await trying).filter((error) => !(error instanceof WrongTokenError));
  expect(others.filter(({ message }) => !/timeout/.test(message))).toEqual([]);
  expect((await sleep())[0]?.pid).toBe(pid);
  await scene.kith('readers', 'remove', 'api_busy');
});

test.each([1, 2])(
  'of %d connections that are ended while they wait for queries all are replaced, and whoever is removed meanwhile is out',
  async (limit) => {
    const place = (await status(readSettings(scene.env))).postgres.url ?? '';
    await using pools = new ReaderPools(place);
    const brief = await reader('api_brief', '--limit', String(limit));
    const query = { text: 'SELECT pg_backend_pid() AS pid', values: [] };
    const ask = async () => Number((await pools.query(brief, query, (enter) => enter()))[0]?.pid);
    /** Asks more often than there are connections while they are being ended, which they can't tell yet. */
    const askInTheMeantime = async (pids: Set<number>) => {
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      try {
        for (const pid of pids) await scene.network.asSuperuser(`SELECT pg_terminate_backend(${pid})`);
        const asked = Promise.allSettled(Array.from({ length: 3 * limit }, ask));
        await scene.network.pool.query('SELECT 1');
        return { asked };
      } finally {
        for (const pid of pids) process.kill(pid, 'SIGCONT');
      }
    };

    const first = new Set(await Promise.all(Array.from({ length: limit }, ask)));
    expect(first.size).toBe(limit);
    const answers = await (await askInTheMeantime(first)).asked;
    const second = new Set(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason)));
    expect([...second].filter((pid) => typeof pid !== 'number' || first.has(pid))).toEqual([]);
    await scene.network.asSuperuser('REVOKE kith_readers FROM api_brief; DROP ROLE api_brief');
    const refused = await (await askInTheMeantime(second)).asked;
    expect(refused).toEqual(refused.map(() => ({ status: 'rejected', reason: expect.any(WrongTokenError) })));
  },
);

test('a query waits for a connection that another program of the reader has', async () => {
  const place = (await status(readSettings(scene.env))).postgres.url ?? '';
  await using pools = new ReaderPools(place);
  const shared = await reader('api_shared', '--limit', '1');
  const url = new URL(place);
  [url.username, url.password] = ['api_shared', shared.slice('api_shared.'.length)];
  const other = new pg.Client({ connectionString: url.href });
  await other.connect();
  const asked = pools.query(shared, { text: 'SELECT 1 AS one', values: [] }, (enter) => enter());
  asked.catch(() => undefined);
  await expect(new pg.Client({ connectionString: url.href }).connect()).rejects.toMatchObject({ code: '53300' });
  await other.end();
  expect(await asked).toEqual([{ one: 1 }]);
  await scene.kith('readers', 'remove', 'api_shared');
});

test('if the client whose login others wait for goes away, the next of them logs in', async () => {
  await using pools = new ReaderPools((await status(readSettings(scene.env))).postgres.url ?? '');
  const ask = (mayEnter: boolean) =>
    pools.query(token, { text: 'SELECT current_user AS name', values: [] }, async (enter) => {
      if (!mayEnter) throw new GoneError();
      return enter();
    });
  const [gone, ...others] = await Promise.allSettled([ask(false), ask(true), ask(true)]);
  expect(gone).toMatchObject({ status: 'rejected', reason: expect.any(GoneError) });
  expect(others.map((other) => other.status === 'fulfilled' && other.value)).toEqual([
    [{ name: 'api_app' }],
    [{ name: 'api_app' }],
  ]);
});

test('guessing is slowed down, who goes away leaves the line, and the right token is let in', async () => {
  const other = new RunningCommand(['serve', '--port', '0'], scene.env);
  await other.says('Readers come with');
  const place = await until('the address', () => /^http:\S+$/m.exec(other.printed)?.[0]);
  const guess = (given: string, signal?: AbortSignal) =>
    fetch(`${place}/v1/run`, { headers: { authorization: `Bearer ${given}`, connection: 'close' }, signal });
  const wrong = await Promise.all(Array.from({ length: 10 }, (_, i) => guess(`nobody.${i}`)));
  expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([401]));
  for (let i = 0; i < 400; i++) await guess(`nobody.gone${i}`, AbortSignal.timeout(2)).catch(() => undefined);
  const started = performance.now();
  expect((await guess(token)).status).toBe(200);
  // Four hundred that stayed in the line would take 80 s.
  expect(performance.now() - started).toBeLessThan(60_000);
  await other.end('SIGTERM');
});

/** The example of docs/reading.md in this language that contains a word, for the busiest user. */
function example(language: string, word: string): string {
  const page = readFileSync(join(projectRoot, 'docs', 'reading.md'), 'utf8');
  const all = [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, code = '']) => code);
  const [found] = all.filter((code) => code.includes(word));
  if (found === undefined) throw new Error(`docs/reading.md has no example of ${word}`);
  return found.replace('[42]', `[${busiest}]`).replace('/42/', `/${busiest}/`);
}

describe('the examples in docs/reading.md work as they stand there', () => {
  /** Runs one as the reader; gives its lines. */
  async function said(program: string, args: string[], more: Record<string, string> = {}): Promise<string[]> {
    const reader = new URL((await status(readSettings(scene.env))).postgres.url ?? '');
    reader.username = 'api_app';
    reader.password = token.slice('api_app.'.length);
    const env = { PATH: process.env.PATH, KITH_READER_URL: reader.href, ...more };
    return execFileSync(program, args, { cwd: projectRoot, encoding: 'utf8', env }).trim().split('\n');
  }
  async function published(): Promise<[number, number, string][]> {
    const { rows } = await scene.network.pool.query<{ rank: number; rec_id: number; score: string }>(
      'SELECT rank, rec_id, score FROM graph_recs.recommendations WHERE user_id = $1 ORDER BY rank',
      [busiest],
    );
    expect(rows.length).toBeGreaterThan(5);
    return rows.map(({ rank, rec_id, score }) => [rank, rec_id, score]);
  }

  test('Node, with pg', async () => {
    const lines = await said(process.execPath, ['--input-type=module', '-e', example('js', 'pg')]);
    expect(lines).toEqual(
      (await published()).map(([rank, rec, score]) => `${rank} ${rec} ${Number(score).toFixed(2)}`),
    );
  });

  test('Python, with psycopg', async () => {
    const packages = mkdtempSync(join(tmpdir(), 'kith-psycopg-'));
    try {
      const pip = ['-m', 'pip', 'install', '--quiet', '--target', packages, 'psycopg[binary]==3.3.9'];
      const { status: code, stderr } = spawnSync('python3', pip, { encoding: 'utf8' });
      if (code !== 0) {
        process.stderr.write(`The example in Python is not tested: pip can't fetch psycopg.\n${stderr ?? ''}`);
        return;
      }
      const lines = await said('python3', ['-c', example('python', 'psycopg')], { PYTHONPATH: packages });
      expect(lines).toEqual((await published()).map((each) => each.join(' ')));
    } finally {
      rmSync(packages, { recursive: true, force: true });
    }
  });

  test('curl', async () => {
    const command = example('sh', 'curl').replace('app.PASSWORD', token).replace('http://127.0.0.1:3008', url);
    const [answer = ''] = await said('sh', ['-c', command.replace('curl', 'curl --silent --show-error --fail')]);
    const { recommendations } = JSON.parse(answer);
    expect(recommendations.map(({ rank, user, score }: Record<string, string>) => [rank, Number(user), score])).toEqual(
      (await published()).slice(0, 5),
    );
  });
});

test('says that nothing is new until another run is published, and who was removed is out at once', async () => {
  const before = await get('/v1/run');
  const again = await get(`/v1/users/${busiest}/closest`, {
    authorization: `Bearer ${token}`,
    'if-none-match': before.headers.get('etag') ?? '',
  });
  expect([again.status, again.body]).toEqual([304, undefined]);
  expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
  const after = await get(`/v1/users/${busiest}/closest`, {
    authorization: `Bearer ${token}`,
    'if-none-match': before.headers.get('etag') ?? '',
  });
  expect(after.status).toBe(200);
  expect(after.body.run).not.toBe(before.body.run);
  const gone = await reader('api_gone');
  expect((await get('/v1/run', { authorization: `Bearer ${gone}` })).status).toBe(200);
  expect(await scene.kith('readers', 'remove', 'api_gone')).toMatchObject({ code: 0 });
  expect((await get('/v1/run', { authorization: `Bearer ${gone}` })).status).toBe(401);
  expect(server.said).not.toContain(gone.split('.')[1]);
});

test('an answer may be kept until the next run is due, and only for a moment while one is queued', async () => {
  /** For how many seconds a server that starts now lets an answer be kept. */
  const maxAge = async (): Promise<number> => {
    const fresh = new RunningCommand(['serve', '--port', '0'], scene.env);
    await fresh.says('Readers come with');
    const place = await until('the address', () => /^http:\S+$/m.exec(fresh.printed)?.[0]);
    const { headers } = await fetch(`${place}/v1/run`, { headers: { authorization: `Bearer ${token}` } });
    expect((await fresh.end('SIGTERM')).code).toBe(0);
    return Number(/^private, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '')?.[1]);
  };
  const minute = new Date(Date.now() + 20 * 60_000).getUTCMinutes();
  const root = join(input, '..');
  expect(await scene.kith('schedule', '--input-root', root, '--at', `${minute} * * * *`)).toMatchObject({ code: 0 });
  try {
    const next = Date.parse(JSON.parse((await scene.kith('schedule', '--json')).stdout).next);
    const earliest = (next - Date.now()) / 1000;
    const age = await maxAge();
    expect(age).toBeLessThanOrEqual(earliest);
    expect(age).toBeGreaterThanOrEqual(Math.floor((next - Date.now()) / 1000));
    expect(await scene.kith('enqueue', '--input', input)).toMatchObject({ code: 0 });
    expect(await maxAge()).toBe(30);
  } finally {
    await scene.network.pool.query(
      "UPDATE kith.runs SET status = 'failed', finished_at = now() WHERE status = 'queued'",
    );
    await scene.kith('schedule', '--off');
  }
});

test('serves without the job store, and answers may then be kept for half a minute', async () => {
  const jobs = 'mongodb://127.0.0.1:1/kith?serverSelectionTimeoutMS=300';
  const other = new RunningCommand(['serve', '--port', '0'], { ...scene.env, KITH_JOBS_URL: jobs });
  await other.says("can't be used");
  const place = await until('the address', () => /^http:\S+$/m.exec(other.printed)?.[0]);
  const { status, headers } = await fetch(`${place}/v1/run`, { headers: { authorization: `Bearer ${token}` } });
  expect([status, headers.get('cache-control')]).toEqual([200, 'private, max-age=30']);
  expect((await other.end('SIGTERM')).code).toBe(0);
});

test('SIGTERM lets open requests have their answer, takes no new ones, and ends with 0', async () => {
  const other = new RunningCommand(['serve', '--port', '0'], scene.env);
  await other.says('Readers come with');
  const place = await until('the address', () => /^http:\S+$/m.exec(other.printed)?.[0]);
  const headers = { authorization: `Bearer ${token}` };
  // The reader is known by then, so what follows is a query.
  expect((await fetch(`${place}/v1/run`, { headers })).status).toBe(200);
  const client = await scene.network.pool.connect();
  try {
    await client.query('BEGIN; LOCK TABLE graph_recs.closest_connections IN ACCESS EXCLUSIVE MODE');
    const open = fetch(`${place}/v1/users/${busiest}/closest`, { headers });
    await until('the request that waits', async () => {
      const { rows } = await scene.network.pool.query(
        "SELECT FROM pg_stat_activity WHERE usename = 'api_app' AND wait_event_type = 'Lock'",
      );
      return rows.length > 0 || undefined;
    });
    other.process.kill('SIGTERM');
    await until('no new requests', () =>
      fetch(`${place}/healthz`).then(
        () => undefined,
        () => true,
      ),
    );
    await client.query('COMMIT');
    const answer = await open;
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ user: String(busiest) })]);
    expect((await other.ended).code).toBe(0);
  } finally {
    client.release();
  }
});

test('rows are as src/client names them', async () => {
  const row = { user_id: 'number', created_at: 'Date', updated_at: 'Date', rank: 'number' };
  const recommendation = { ...row, rec_id: 'number', score: 'string', source: 'string' };
  const tables: Record<string, Record<string, string>> = {
    closest_connections: { ...row, closest_connection: 'number', weight: 'string' } satisfies Named<ClosestConnection>,
    recommendations: recommendation satisfies Named<Recommendation>,
    recommendations_with_reasons: { ...recommendation, reasons: 'Array' } satisfies Named<RecommendationWithReasons>,
    rec_reasons: {
      user_id: 'number',
      rec_id: 'number',
      reason_id: 'number',
      weight: 'string',
      source: 'string',
      created_at: 'Date',
      updated_at: 'Date',
    } satisfies Named<RecReason>,
    published_run: {
      run_id: 'string',
      as_of: 'Date',
      updated_at: 'Date',
      published_at: 'Date',
      settings: 'Object',
      filtered: 'boolean',
      model: 'null',
      closest_rows: 'string',
      recommendation_rows: 'string',
      reason_rows: 'string',
    } satisfies Named<PublishedRun>,
  };
  for (const [table, columns] of Object.entries(tables)) {
    const { rows } = await scene.network.pool.query(`SELECT * FROM graph_recs.${table} LIMIT 1`);
    const found = Object.entries(rows[0]).map(([name, value]) => [name, kindOf(value)]);
    expect([table, Object.fromEntries(found)]).toEqual([table, columns]);
  }
});

/** What each column of a row is. */
type Named<Row> = Record<keyof Row, string>;

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? value.constructor.name : typeof value;
}
