import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';
import { readSettings } from '../../src/config/settings.ts';
import { type EngineHome, homeOf } from '../../src/engines/home.ts';
import { findNeo4j } from '../../src/engines/neo4j.ts';
import { down, type Stack, up } from '../../src/engines/stack.ts';
import { generate } from '../../src/generate/generate.ts';
import { Graph } from '../../src/graph/graph.ts';
import { type EndedCommand, kith } from '../harness/command-line.ts';
import { heldInGraph } from '../harness/held-locks.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-security-'));
const input = join(folder, '20240601');
const env = {
  KITH_HOME: join(folder, 'home'),
  KITH_NEO4J_HEAP: '512m',
  KITH_NEO4J_PAGE_CACHE: '128m',
  KITH_BULK_MIN_ACTIVITIES: '0',
  KITH_NEO4J_QUERY_LIMIT: '2s',
};
const settings = readSettings(env);
let ended: EndedCommand;
let home: EngineHome;
let stack: Stack;
let kiths: Driver;
let analysts: Driver;

/** A home that everybody may write to, and a run by somebody whose files everybody may write to. */
beforeAll(async () => {
  chmodSync(folder, 0o711);
  mkdirSync(env.KITH_HOME);
  chmodSync(env.KITH_HOME, 0o777);
  await generate({ users: 300, activities: 6_000, messages: 300, seed: 1, out: input });
  appendFileSync(join(input, 'like.csv'), 'not,a,like,at all\n');
  const umask = process.umask(0);
  try {
    ended = await kith(['run', '--input', input, '--no-reputation'], env);
  } finally {
    process.umask(umask);
  }
  home = homeOf(settings);
  stack = await up(settings);
  const { uri, username, password } = stack.neo4j;
  kiths = neo4j.driver(uri, neo4j.auth.basic(username, password));
  analysts = neo4j.driver(uri, neo4j.auth.basic('analyst', readFileSync(home.passwords.analyst, 'utf8')));
});

afterAll(async () => {
  await kiths?.close();
  await analysts?.close();
  await down(settings);
  rmSync(folder, { recursive: true, force: true });
});

/** Every path below a folder, but for those below the ones left out. */
function pathsIn(root: string, leftOut: string[] = []): string[] {
  // What an engine writes may be gone again.
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    const path = join(root, entry.name);
    if (leftOut.includes(path)) return [];
    return entry.isDirectory() ? [path, ...pathsIn(path, leftOut)] : [path];
  });
}

test('a bulk import, a run and its messages work in a home that was open to everybody', () => {
  expect(ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/messages\s+300 new[\s\S]* by bulk\)/),
  });
});

test('all that a run leaves in the home is private, whatever the umask and the mode of the home', () => {
  const own = pathsIn(home.root, [home.neo4j, home.postgres]);
  const names = own.map((path) => relative(home.root, path));
  expect(names).toEqual(
    expect.arrayContaining(['messages.duckdb', 'passwords/neo4j', expect.stringMatching(/rejects\.csv$/)]),
  );
  expect(own.filter((path) => (lstatSync(path).mode & 0o077) !== 0)).toEqual([]);
  // As root, engines' users go through the home, and can't list it.
  expect(lstatSync(home.root).mode & 0o066).toBe(0);
  expect(lstatSync(home.neo4j).mode & 0o027).toBe(0);
});

const testAsRoot = process.getuid?.() === 0 ? test : test.skip;

testAsRoot('Neo4j runs as a user who can read its own files, and nothing else in the home', () => {
  const [, uid = '', gid = ''] =
    /^Uid:\t(\d+)[\s\S]*^Gid:\t(\d+)/m.exec(readFileSync(`/proc/${findNeo4j(home)?.pid}/status`, 'utf8')) ?? [];
  expect(Number(uid)).toBeGreaterThan(0);
  const script = 'what=$1; shift; for path; do if test "$what" "$path"; then echo "$path"; fi; done';
  const can = (what: '-r' | '-w', paths: string[]) => {
    const asNeo4j = { uid: Number(uid), gid: Number(gid), cwd: '/', encoding: 'utf8' } as const;
    const { stdout, status } = spawnSync('sh', ['-c', script, 'sh', what, ...paths], asNeo4j);
    expect(status).toBe(0);
    return stdout.split('\n').filter((path) => path !== '');
  };
  const conf = join(home.neo4j, 'conf', 'neo4j.conf');
  expect(can('-r', [conf])).toEqual([conf]);
  const others = pathsIn(home.root, [home.neo4j]).filter((path) =>
    lstatSync(path, { throwIfNoEntry: false })?.isFile(),
  );
  expect(others).toContain(home.passwords.neo4j);
  expect(can('-r', others)).toEqual([]);
  // Where root writes, who breaks into Neo4j could put links.
  const folders = [home.root, ...pathsIn(home.root)].filter((path) =>
    lstatSync(path, { throwIfNoEntry: false })?.isDirectory(),
  );
  const data = [join(home.neo4j, 'data'), join(home.neo4j, 'logs', 'neo4j')];
  const isData = (path: string) => data.some((own) => path === own || path.startsWith(`${own}/`));
  expect(can('-w', folders).filter((path) => !isData(path))).toEqual([]);
});

test('LOAD CSV reads no file, and no address of this or another machine', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.end('1,2\n');
  }).listen(0);
  const { port } = server.address() as AddressInfo;
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0', '2130706433'];
  const urls = [
    'file:///etc/passwd',
    `file://${home.passwords.postgres}`,
    'FILE:/etc/passwd',
    '/etc/passwd',
    'passwd',
    ...hosts.flatMap((host) => [`http://${host}:${port}/`, `https://${host}:${port}/`, `ftp://${host}:${port}/`]),
    'http://192.0.2.1/',
    'jar:file:///etc/passwd!/x',
    's3://bucket/key',
  ];
  try {
    for (const driver of [kiths, analysts])
      for (const url of urls)
        await expect(
          // However long the machine stands still: an analyst's query has a limit.
          driver.executeQuery(
            'LOAD CSV FROM $url AS line RETURN line',
            { url },
            { transactionConfig: { timeout: 600_000 } },
          ),
        ).rejects.toMatchObject({ code: 'Neo.ClientError.Statement.ExternalResourceFailed' });
    expect(asked).toBe(0);
  } finally {
    server.close();
  }
});

test('Neo4j serves Browser, and no Cypher by HTTP', async () => {
  const browser = stack.neo4j.browser ?? '';
  expect((await fetch(browser)).status).toBe(200);
  const authorization = `Basic ${Buffer.from(`neo4j:${stack.neo4j.password}`).toString('base64')}`;
  for (const path of ['/db/neo4j/tx/commit', '/db/neo4j/query/v2']) {
    const body = JSON.stringify({ statements: [{ statement: 'RETURN 1' }], statement: 'RETURN 1' });
    const headers = { authorization, 'content-type': 'application/json' };
    expect((await fetch(new URL(path, browser), { method: 'POST', headers, body })).status).toBe(404);
  }
});

test("an analyst's query ends at the limit, and Kith's own do not", async () => {
  const step = 'security-test';
  const raise = 'MERGE (f:Fence {step: $step}) SET f.token = 0';
  await kiths.executeQuery(raise, { step }, { transactionConfig: { timeout: 600_000 } });
  const held = await heldInGraph(stack, `MATCH (f:Fence {step: '${step}'}) SET f.token = 0`);
  await using graph = new Graph(stack.neo4j, undefined, { step, token: 1n, closes: [step] });
  const kithsOwn = graph.raiseFence();
  try {
    // The second begins when the first has been ended: Kith's own, which waits for the same, is far beyond the limit.
    for (let times = 0; times < 2; times++)
      await expect(
        analysts.executeQuery('MATCH (f:Fence {step: $step}) SET f.token = 0', { step }),
      ).rejects.toMatchObject({ code: expect.stringMatching(/TransactionTimedOut|LockClientStopped/) });
  } finally {
    await held[Symbol.asyncDispose]();
    await kithsOwn;
  }
});

test.each([
  ['a file', () => join(input, 'like.csv'), /^kith: The home .* can't be used \(it is not a folder\).*\n$/],
  ['under /proc', () => '/proc/kith', /^kith: The home .* can't be used \(no folder can be made there\).*\n$/],
])('a home that is %s is one sentence and exit code 2', async (_, homeOfCase, sentence) => {
  const given = { ...env, KITH_HOME: homeOfCase() };
  expect(await kith(['up'], given)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(sentence) });
});
