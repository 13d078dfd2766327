import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { type EngineHome, homeOf, passwordOf, prepareHome } from '../../src/engines/home.ts';
import { withLock } from '../../src/engines/lock.ts';
import { memorySizes, neo4jConf } from '../../src/engines/neo4j-conf.ts';
import { choosePorts } from '../../src/engines/ports.ts';
import { endProcesses, findEngine, findProcesses } from '../../src/engines/processes.ts';
import { pause } from '../../src/engines/waiting.ts';
import { BadInputError, BusyError, EngineError, InterruptedError } from '../../src/errors.ts';
import { until } from '../harness/until.ts';

let folder: string;
const settingsOf = (more: Record<string, string> = {}) => readSettings({ KITH_HOME: join(folder, 'home'), ...more });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the home', () => {
  test('has long, different passwords that only the owner can read, and keeps them', () => {
    const { passwords } = prepareHome(settingsOf());
    const first = [passwordOf(passwords.neo4j), passwordOf(passwords.postgres)];
    prepareHome(settingsOf());
    expect([passwordOf(passwords.neo4j), passwordOf(passwords.postgres)]).toEqual(first);
    expect(first[0]).toMatch(/^[0-9a-f]{48}$/);
    expect(first[0]).not.toBe(first[1]);
    for (const file of Object.values(passwords)) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'home')).mode & 0o066).toBe(0);
  });

  test('is the same home through any link', () => {
    const { root } = prepareHome(settingsOf());
    symlinkSync(root, join(folder, 'link'));
    expect(homeOf(settingsOf({ KITH_HOME: join(folder, 'link') }))).toEqual(homeOf(settingsOf()));
  });

  test.each<[string, (folder: string) => string, string]>([
    ['a file', (at) => join(at, 'file'), 'it is not a folder'],
    ['below a file', (at) => join(at, 'file', 'home'), 'part of its path is not a folder'],
    ['a device', () => '/dev/null', 'it is not a folder'],
    ['a link to nothing', (at) => join(at, 'to-nothing'), 'it is a link to something that does not exist'],
    ['a link to itself', (at) => join(at, 'to-itself'), 'ELOOP'],
    ['the top folder', () => '/', 'it holds the whole system'],
    ['a name that is too long', (at) => join(at, 'x'.repeat(300)), 'ENAMETOOLONG'],
    ['a path that is too long', (at) => join(at, ...Array(10).fill('x'.repeat(90))), 'longer than 900 bytes'],
    ['where no folder can be made', () => '/proc/kith/home', 'no folder can be made there'],
  ])('that is %s is refused with a hint', (_, homeIn, why) => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync(join(folder, 'nothing'), join(folder, 'to-nothing'));
    symlinkSync('to-itself', join(folder, 'to-itself'));
    const prepare = () => prepareHome(settingsOf({ KITH_HOME: homeIn(folder) }));
    expect(prepare).toThrow(why);
    expect(prepare).toThrow(/^The home .* can't be used \(.*\): set KITH_HOME to a folder of your own\.$/);
    expect(prepare).toThrow(BadInputError);
  });

  test('has a path of one line, which a terminal can show', () => {
    for (const odd of ['new\nline', 'color\x1b[31m', 'tab\t'])
      expect(() => settingsOf({ KITH_HOME: join(folder, odd) })).toThrow('KITH_HOME should be a path without control');
    for (const fine of ['with space', "o'clock", 'größe', '$x', 'a,b', 'a:b', '-d', '@x'])
      expect(statSync(prepareHome(settingsOf({ KITH_HOME: join(folder, fine) })).passwords.web).mode & 0o777).toBe(
        0o600,
      );
  });

  test('that was open to others is closed to them, but for what is not of Kith', () => {
    const { root } = prepareHome(settingsOf());
    const files = [
      'runs/one/rejects.csv',
      'spark/one-1/edge/part-0.parquet',
      'messages.duckdb',
      'messages.duckdb.wal',
      'reputation/host-1/rejects.csv',
    ];
    for (const file of [...files, 'mine/notes']) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), '');
    }
    spawnSync('chmod', ['-R', '0777', root]);
    prepareHome(settingsOf());
    const modeOf = (path: string) => statSync(join(root, path)).mode & 0o777;
    const closed = [
      'passwords',
      'passwords/web',
      'runs',
      'runs/one',
      'spark',
      'spark/one-1/edge',
      'reputation',
      'reputation/host-1',
      ...files,
    ];
    expect(closed.filter((path) => (modeOf(path) & 0o077) !== 0)).toEqual([]);
    // As root, engines' users go through.
    expect([modeOf('') & 0o022, modeOf('postgres') & 0o066, modeOf('neo4j') & 0o027]).toEqual([0, 0, 0]);
    expect(modeOf('mine/notes')).toBe(0o777);
    rmSync(join(root, 'mine'), { recursive: true });
    prepareHome(settingsOf());
    expect(modeOf('') & 0o066).toBe(0);
  });

  test('in folders that do not exist yet lets engines through, whatever the umask', () => {
    const umask = process.umask(0o077);
    try {
      prepareHome(settingsOf({ KITH_HOME: join(folder, 'one', 'two', 'home') }));
    } finally {
      process.umask(umask);
    }
    const wanted = process.getuid?.() === 0 ? 0o711 : 0o700;
    for (const path of ['one', 'one/two', 'one/two/home'])
      expect(statSync(join(folder, path)).mode & 0o777).toBe(wanted);
  });

  test('in a folder of others only takes from them the right to put something there', () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    writeFileSync(join(home, 'notes'), '');
    chmodSync(home, 0o777);
    for (const _ of ['first start', 'next start']) {
      prepareHome(settingsOf());
      expect(statSync(home).mode & 0o777).toBe(0o755);
    }
    const shared = join(folder, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    prepareHome(settingsOf({ KITH_HOME: shared }));
    expect(statSync(shared).mode & 0o7777).toBe(0o1777);
  });
});

describe('ports', () => {
  test('stay the same while they are free, and move when another program has taken one', async () => {
    const home = prepareHome(settingsOf());
    const first = await choosePorts(home, settingsOf(), ['bolt', 'http', 'postgres']);
    expect(await choosePorts(home, settingsOf(), ['bolt', 'http', 'postgres'])).toEqual(first);
    const server = createServer().listen(first.bolt, '127.0.0.1');
    await once(server, 'listening');
    try {
      const second = await choosePorts(home, settingsOf(), ['bolt', 'http', 'postgres']);
      expect(second.bolt).not.toBe(first.bolt);
      expect([second.http, second.postgres]).toEqual([first.http, first.postgres]);
      const fixed = settingsOf({ KITH_BOLT_PORT: String(first.bolt) });
      await expect(choosePorts(home, fixed, ['bolt'])).rejects.toThrow(
        `Port ${first.bolt} of KITH_BOLT_PORT is used by another program: set KITH_BOLT_PORT to a free port, or to 0 for any.`,
      );
    } finally {
      server.close();
    }
  });

  test('chosen for two engines in parallel are all remembered', async () => {
    const home = prepareHome(settingsOf());
    await Promise.all([
      choosePorts(home, settingsOf(), ['bolt', 'http']),
      choosePorts(home, settingsOf(), ['postgres']),
    ]);
    const kept = JSON.parse(readFileSync(home.ports, 'utf8'));
    expect(Object.keys(kept).sort()).toEqual(['bolt', 'http', 'postgres']);
  });
});

describe('the lock of a home', () => {
  test('lets one worker in at a time', async () => {
    const home = prepareHome(settingsOf());
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen.push(`${name} out`);
    };
    await Promise.all([withLock(home, 'engines', work('a')), withLock(home, 'engines', work('b'))]);
    expect(seen.map((text) => text.slice(2))).toEqual(['in', 'out', 'in', 'out']);
  });

  test('is released when the work fails, and waiting for it ends by a limit or by the signal', async () => {
    const home = prepareHome(settingsOf());
    const fails = withLock(home, 'engines', () => Promise.reject(new EngineError('no')));
    await expect(fails).rejects.toThrow('no');
    await withLock(home, 'engines', async () => {
      const none = async () => undefined;
      await expect(withLock(home, 'engines', none, { patience: 0.1 })).rejects.toBeInstanceOf(BusyError);
      const signal = AbortSignal.timeout(50);
      await expect(withLock(home, 'engines', none, { signal })).rejects.toBeInstanceOf(InterruptedError);
    });
  });
});

describe('a lock that is lost', () => {
  const stolen = (home: EngineHome) => rmdirSync(join(home.root, 'engines.lock'));

  test('stops its holder before the next change, and lets another in who keeps it', async () => {
    const home = prepareHome(settingsOf());
    const changes: string[] = [];
    let goOn = () => {};
    const first = withLock(home, 'engines', async (lock) => {
      lock.check();
      changes.push('first');
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      lock.check();
      changes.push('first again');
    });
    await until('the first change', () => changes.length === 1);
    stolen(home);
    const second = withLock(home, 'engines', async (lock) => {
      goOn();
      await expect(first).rejects.toBeInstanceOf(BusyError);
      await expect(first).rejects.toThrow(/^The lock .*engines\.lock was lost .* it was removed, or/);
      lock.check();
      changes.push('second');
    });
    await second;
    expect(changes).toEqual(['first', 'second']);
  });

  test('ends the waiting of its holder within some seconds', async () => {
    const home = prepareHome(settingsOf());
    const waiting = withLock(home, 'engines', async ({ signal }) => {
      stolen(home);
      await pause(60_000, signal);
    });
    await expect(waiting).rejects.toBeInstanceOf(BusyError);
  });

  test("is not given back, since it is another's", async () => {
    const home = prepareHome(settingsOf());
    await withLock(home, 'engines', async () => {
      stolen(home);
      mkdirSync(join(home.root, 'engines.lock'));
    });
    expect(existsSync(join(home.root, 'engines.lock'))).toBe(true);
  });
});

test('a process is found by its arguments and ended; one with other arguments is left alone', async () => {
  const sleeper = (mark: string) =>
    spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)', 'kith-test', mark], { stdio: 'ignore' });
  const ours = sleeper(join(folder, 'a'));
  const stranger = sleeper(join(folder, 'ab'));
  try {
    const find = () => findProcesses('kith-test', join(folder, 'a'));
    expect(find().map(({ pid }) => pid)).toEqual([ours.pid]);
    expect(await endProcesses(find, [['SIGTERM', 5]])).toBe(true);
    expect(findProcesses('kith-test', join(folder, 'ab')).map(({ pid }) => pid)).toEqual([stranger.pid]);
  } finally {
    ours.kill('SIGKILL');
    stranger.kill('SIGKILL');
  }
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot("what another user runs is no engine, whatever its arguments, but what its data's owner runs is", async () => {
  const stranger = 54_321;
  const engine = join(folder, 'neo4j');
  mkdirSync(join(engine, 'data'), { recursive: true });
  // The stranger may not be able to run this Node, as where it lies in somebody's own folder.
  const running = spawn('/bin/sh', ['-c', 'echo 1; read end', 'kith-test', engine], { uid: stranger, cwd: '/' });
  try {
    await once(running.stdout, 'data');
    expect(findProcesses('kith-test', engine)).toHaveLength(1);
    expect(findEngine('kith-test', engine)).toEqual([]);
    chownSync(join(engine, 'data'), stranger, 0);
    expect(findEngine('kith-test', engine).map(({ pid }) => pid)).toEqual([running.pid]);
  } finally {
    running.kill('SIGKILL');
  }
});

describe("Neo4j's configuration", () => {
  test('takes a fifth and a sixth of the memory, within bounds, unless settings say otherwise', () => {
    const GiB = 1024 ** 3;
    expect(memorySizes({}, 10 * GiB)).toEqual({ heap: '2048m', pageCache: '1706m' });
    expect(memorySizes({}, GiB / 2)).toEqual({ heap: '512m', pageCache: '128m' });
    expect(memorySizes({}, 256 * GiB)).toEqual({ heap: '4096m', pageCache: '4096m' });
    expect(memorySizes({ neo4jHeap: '1g', neo4jPageCache: '64m' }, 10 * GiB)).toEqual({ heap: '1g', pageCache: '64m' });
  });

  test('listens on this machine only, asks for a password and reports to nobody', () => {
    const lines = neo4jConf({ bolt: 1, http: 2 }, { pageCache: '128m', queryLimit: 600_000 }).split('\n');
    const addresses = lines.filter((line) => line.includes('listen_address='));
    expect(addresses).toHaveLength(3);
    for (const line of addresses) expect(line).toMatch(/=127\.0\.0\.1(:\d+)?$/);
    expect(lines).toEqual(
      expect.arrayContaining([
        'dbms.security.auth_enabled=true',
        'dbms.usage_report.enabled=false',
        'server.https.enabled=false',
        'db.transaction.timeout=600000ms',
      ]),
    );
  });
});
