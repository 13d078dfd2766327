import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import pg from 'pg';
import { readSettings, type Settings } from '../../src/config/settings.ts';
import { importBeside, moveImportIntoPlace } from '../../src/engines/bulk-import.ts';
import { codeOf } from '../../src/engines/failure.ts';
import { homeOf } from '../../src/engines/home.ts';
import { acceptImport, importFolder } from '../../src/engines/import-folder.ts';
import { isFree } from '../../src/engines/ports.ts';
import { findProcesses, findWorkingIn, type Process } from '../../src/engines/processes.ts';
import { down, type Stack, status, up } from '../../src/engines/stack.ts';
import { EngineError, InterruptedError } from '../../src/errors.ts';
import { RunningCommand } from '../harness/command-line.ts';
import { heldLock } from '../harness/home-lock.ts';
import { until } from '../harness/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-engines-'));
// Postgres runs as another user when the tests run as root.
chmodSync(folder, 0o711);
const settings = settingsOf('home');
let stack: Stack;

function settingsOf(name: string, more: Record<string, string> = {}): Settings {
  const memory = { KITH_NEO4J_HEAP: '512m', KITH_NEO4J_PAGE_CACHE: '128m' };
  return readSettings({ KITH_HOME: join(folder, name), ...memory, ...more });
}

async function cypher(text: string, access = stack.neo4j): Promise<unknown[][]> {
  const driver = neo4j.driver(access.uri, neo4j.auth.basic(access.username, access.password), {
    disableLosslessIntegers: true,
  });
  try {
    const { records } = await driver.executeQuery(text);
    return records.map((record) => [...record.values()]);
  } finally {
    await driver.close();
  }
}

async function sql(text: string, url = stack.postgres.url): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Every process of the home: the launchers, and Postgres's children, which have no argument that names it. */
function ours(of = settings): Process[] {
  const home = homeOf(of);
  return [
    ...findProcesses('kith.Neo4jServer', home.neo4j),
    ...findProcesses('kith.Neo4jImport', importFolder(home)),
    ...findProcesses('-D', join(home.postgres, 'data')),
    ...findWorkingIn(join(home.postgres, 'data')),
  ].filter(({ pid }, index, all) => all.findIndex((other) => other.pid === pid) === index);
}

/** Users 0 … users−1, each of whom likes the next. */
function importFiles(users: number): { nodes: string[]; relationships: { LIKED: [string, string] } } {
  const write = (name: string, lines: string[]) => {
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
    return join(folder, name);
  };
  const ids = Array.from({ length: users }, (_, id) => id);
  return {
    nodes: [
      write('users-header.csv', [':ID,userId:long,suspended:boolean']),
      write(
        'users.csv',
        ids.map((id) => `${id},${id},false`),
      ),
    ],
    relationships: {
      LIKED: [
        write('likes-header.csv', [':START_ID,:END_ID,at:long']),
        write(
          'likes.csv',
          ids.map((id) => `${id},${(id + 1) % users},1700000000`),
        ),
      ],
    },
  };
}

const countUsers = async () => (await cypher('MATCH (u:User) RETURN count(u)'))[0]?.[0];

/** What this gives; undefined if the process that it looks at, or kills, has ended since. */
function unlessEnded<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (codeOf(error) === 'ESRCH' || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function killAll(processes: Process[]): void {
  for (const { pid } of processes) unlessEnded(() => process.kill(pid, 'SIGKILL'));
}

afterAll(async () => {
  await down(settings);
  killAll(ours());
  rmSync(folder, { recursive: true, force: true });
});

test('a new home accepts a bulk import, and the first start shows it behind a password', async () => {
  const progress: string[] = [];
  await importBeside(settings, importFiles(1000), { onProgress: (text) => progress.push(text) });
  await moveImportIntoPlace(settings);
  stack = await up(settings);
  expect(await cypher('MATCH (u:User)-[r:LIKED]->() RETURN count(r), max(u.userId), max(r.at)')).toEqual([
    [1000, 999, 1_700_000_000],
  ]);
  expect(await sql('SELECT current_user, current_database()')).toEqual([
    { current_user: 'kith', current_database: 'kith' },
  ]);
  await expect(cypher('RETURN 1', { ...stack.neo4j, password: 'not this one' })).rejects.toThrow(/unauthorized/i);
  // Neo4j serves it a moment after it answers to Bolt.
  const browser = await until('Neo4j Browser', () => fetch(stack.neo4j.browser ?? '').catch(() => undefined));
  expect([browser.status, await browser.text()]).toEqual([200, expect.stringContaining('Neo4j Browser')]);
});

test('up while it is running, three times at once, gives the same stack', async () => {
  const before = ours()
    .map(({ pid }) => pid)
    .sort();
  const again = await Promise.all([up(settings), up(settings), up(settings)]);
  expect(again).toEqual([stack, stack, stack]);
  const now = await until('both to answer in time', async () => {
    const each = await status(settings);
    return each.neo4j.running && each.postgres.running && each;
  });
  expect(now.neo4j).toMatchObject({ running: true, ...stack.neo4j });
  expect(now.postgres).toMatchObject({ running: true, url: stack.postgres.url });
  expect(before).toEqual(expect.arrayContaining([now.neo4j.pid, now.postgres.pid]));
});

test('secrets are in files that only the owner can read, and in no command line or environment', () => {
  const { passwords } = homeOf(settings);
  for (const file of Object.values(passwords)) expect(statSync(file).mode & 0o777).toBe(0o600);
  const secrets = Object.values(passwords).map((file) => readFileSync(file, 'utf8'));
  const shown = ours().flatMap(({ pid, command }) => [
    command,
    unlessEnded(() => readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? '',
  ]);
  expect(shown.length).toBeGreaterThan(4);
  for (const secret of secrets) expect(shown.filter((text) => text.includes(secret))).toEqual([]);
});

test('everything listens on this machine only', () => {
  const inodes = new Set(
    ours()
      .flatMap(
        ({ pid }) => unlessEnded(() => readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`)) ?? [],
      )
      .map((path) => unlessEnded(() => readlinkSync(path))),
  );
  const listening = ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/net/${name}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && inodes.has(`socket:[${fields[9]}]`))
      .map((fields) => fields[1]?.split(':')[0]),
  );
  expect(listening).toHaveLength(3);
  // 127.0.0.1, plain and as an IPv6 address.
  const loopback = ['0100007F', '0000000000000000FFFF00000100007F'];
  expect(listening.filter((address) => !loopback.includes(address ?? ''))).toEqual([]);
});

/** Waits for an importer, and holds it up for good, so that it doesn't end first; SIGKILL ends it all the same. */
async function pausedImporter(): Promise<void> {
  const importers = () => findProcesses('kith.Neo4jImport', importFolder(homeOf(settings)));
  const { pid } = await until('the importer', () => importers()[0]);
  process.kill(pid, 'SIGSTOP');
}

test('an import next to the running server leaves it alone, and one that fails or is stopped leaves nothing', async () => {
  const files = importFiles(1000);
  writeFileSync(files.relationships.LIKED[1], '1,2,5\n3,nobody,5\n');
  await expect(importBeside(settings, files)).rejects.toThrow(
    /line 2 of \S+likes\.csv \(Not an integer: "nobody"\): see its report /,
  );
  const controller = new AbortController();
  const stopped = importBeside(settings, importFiles(1000), { signal: controller.signal });
  stopped.catch(() => undefined);
  await pausedImporter();
  controller.abort();
  await expect(stopped).rejects.toBeInstanceOf(InterruptedError);
  expect(findProcesses('kith.Neo4jImport', importFolder(homeOf(settings)))).toEqual([]);
  expect(existsSync(importFolder(homeOf(settings)))).toBe(false);
  expect(await countUsers()).toBe(1000);
});

test('after kill -9 of everything up starts again with the data, even while a backend of the dead server still works', async () => {
  await cypher('CREATE (:User {userId: 5000})');
  await cypher("ALTER USER analyst SET PASSWORD 'that of nobody'");
  await sql('CREATE TABLE kept AS SELECT 42 AS answer');
  const endless = sql('SELECT count(*) FROM generate_series(1, 1000000000000)').catch(() => undefined);
  const isBusy = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%generate_series%' AND pid <> pg_backend_pid()";
  const busy = await until('a busy backend', async () => (await sql(isBusy))[0]);
  const survivor = (busy as { pid: number }).pid;
  killAll(ours().filter(({ pid }) => pid !== survivor));
  // The threads of a JVM end one after another.
  for (const url of [stack.neo4j.uri, stack.neo4j.browser ?? '', stack.postgres.url])
    await until('its port to be free', () => isFree(Number(new URL(url).port)));
  const again = await up(settings);
  await endless;
  expect(ours().map(({ pid }) => pid)).not.toContain(survivor);
  expect(again).toEqual(stack);
  expect(await countUsers()).toBe(1001);
  // The password in its file is the one that analysts have, after every start.
  const analyst = { username: 'analyst', password: readFileSync(homeOf(settings).passwords.analyst, 'utf8') };
  expect(await cypher('RETURN 1', { ...stack.neo4j, ...analyst })).toEqual([[1]]);
  expect(await sql('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('a process that was killed while holding the lock does not block others for long', async () => {
  const script = `
    import lockfile from 'proper-lockfile';
    await lockfile.lock(process.argv[1] + '/engines', { realpath: false, stale: 6000, update: 1000 });
    console.log('locked');
    setInterval(() => 0, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, homeOf(settings).root]);
  await once(holder.stdout, 'data');
  holder.kill('SIGKILL');
  await up(settings);
});

test('up that loses the lock stops, and the next one goes on from there; so does an import beside', async () => {
  await down(settings);
  const steal = (name: string) => rmdirSync(join(homeOf(settings).root, `${name}.lock`));
  const onProgress = (text: string) => text === 'starting Neo4j' && steal('engines');
  await expect(up(settings, { onProgress })).rejects.toThrow(/^The lock .*engines\.lock was lost/);
  stack = await up(settings);
  expect(await cypher('RETURN 1')).toEqual([[1]]);
  const importers = () => findProcesses('kith.Neo4jImport', importFolder(homeOf(settings)));
  const importing = expect(importBeside(settings, importFiles(1000))).rejects.toThrow(
    /^The lock .*bulk-import\.lock was lost/,
  );
  await pausedImporter();
  steal('bulk-import');
  await importing;
  expect(importers()).toEqual([]);
  // Whoever holds the lock by now may be making it anew: the next import, or the next start, cleans up.
  expect(existsSync(importFolder(homeOf(settings)))).toBe(true);
  await importBeside(settings, importFiles(1000));
});

test('down leaves no process, and can be repeated', async () => {
  await down(settings);
  expect(ours()).toEqual([]);
  await down(settings);
  const now = await status(settings);
  expect([now.neo4j.running, now.postgres.running]).toEqual([false, false]);
});

test('a move that was killed half way is completed by the next up, at new ports where the old are taken', async () => {
  await importBeside(settings, importFiles(300));
  acceptImport(homeOf(settings), heldLock);
  // As a kill between the two renames leaves it.
  const from = join(importFolder(homeOf(settings)), 'data');
  const to = join(homeOf(settings).neo4j, 'data');
  rmSync(join(to, 'databases', 'neo4j'), { recursive: true });
  renameSync(join(from, 'databases', 'neo4j'), join(to, 'databases', 'neo4j'));
  const taken = createServer().listen(Number(new URL(stack.neo4j.uri).port), '127.0.0.1');
  await once(taken, 'listening');
  try {
    const moved = await up(settings);
    expect(moved.neo4j.uri).not.toBe(stack.neo4j.uri);
    expect(moved.neo4j.password).toBe(stack.neo4j.password);
    expect(moved.postgres).toEqual(stack.postgres);
    stack = moved;
    expect(await countUsers()).toBe(300);
    expect(existsSync(importFolder(homeOf(settings)))).toBe(false);
  } finally {
    taken.close();
  }
});

test('a configured port that is in use is named, and the other engine still starts', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address ? String(address.port) : '';
  const other = settingsOf('other', { KITH_BOLT_PORT: port });
  try {
    await expect(up(other, { only: 'neo4j' })).rejects.toThrow(
      `Port ${port} of KITH_BOLT_PORT is used by another program`,
    );
    await up({ ...other, embedded: { ...other.embedded, boltPort: 0 } }, { only: 'postgres' });
    const now = await until('Postgres to answer in time', async () => {
      const each = await status(other);
      return each.postgres.running && each;
    });
    expect(now.neo4j.running).toBe(false);
  } finally {
    await down(other);
    taken.close();
  }
  expect(ours(other)).toEqual([]);
});

test('an engine that dies while starting is explained in one sentence with its log', async () => {
  const broken = settingsOf('broken');
  mkdirSync(join(folder, 'broken', 'postgres', 'data'), { recursive: true });
  await expect(up(broken, { only: 'postgres' })).rejects.toThrow(
    /^Postgres ended while it was starting \(.+\): .+ \(.+postgres\.log\)\.$/,
  );
  // The folder is this user's and not Postgres', so that the process does not count as that of these data.
  await until('its end', () => ours(broken).length === 0);
});

test('an initdb that outlives a killed Kith is ended before another one begins', async () => {
  const first = settingsOf('first-postgres');
  const draft = join(first.home, 'postgres', 'data.new');
  const started = new RunningCommand(['up'], { KITH_HOME: first.home });
  const stop = ({ pid }: Process) => unlessEnded(() => process.kill(pid, 'SIGSTOP'));
  await until('a process of initdb', () => findWorkingIn(draft).some(stop), { pauseMs: 1 });
  await started.end('SIGKILL');
  try {
    const { postgres } = await up(first, { only: 'postgres' });
    expect(findProcesses('-D', draft)).toEqual([]);
    expect(await sql('SELECT 1 AS one', postgres.url)).toEqual([{ one: 1 }]);
  } finally {
    killAll([...findProcesses('-D', draft), ...findWorkingIn(draft)]);
    await down(first);
  }
});

const testAsRoot = process.getuid?.() === 0 ? test : test.skip;

testAsRoot('Postgres is not put where its user has no access, and the error names the folder', async () => {
  mkdirSync(join(folder, 'closed'), { mode: 0o700 });
  const closed = settingsOf('closed/home');
  await expect(up(closed, { only: 'postgres' })).rejects.toThrow(
    `can't enter ${join(folder, 'closed')}: run \`chmod o+x`,
  );
});

test.each(['system', 'neo4j'])(
  'a first start that is killed while Neo4j makes the database %s, of which it could never start again, is begun anew',
  async (name) => {
    const first = settingsOf(`first-${name}`);
    const started = up(first, { only: 'neo4j' });
    started.catch(() => undefined);
    const store = join(first.home, 'neo4j', 'data', 'databases', name, 'neostore');
    await until(`the store of ${name}`, () => existsSync(store), { pauseMs: 1 });
    killAll(ours(first));
    await expect(started).rejects.toBeInstanceOf(EngineError);
    const { neo4j } = await up(first, { only: 'neo4j' });
    expect(await cypher('RETURN 1', neo4j)).toEqual([[1]]);
    await down(first);
  },
);
