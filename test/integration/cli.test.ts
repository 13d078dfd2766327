import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { projectRoot } from '../../src/config/project.ts';
import { type EndedCommand, kith as kithWith, RunningCommand } from '../harness/command-line.ts';
import { type Held, heldInGraph, heldInPostgres } from '../harness/held-locks.ts';
import { type PublishedTables, TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';
import { denseNetwork } from '../oracle/dense-network.ts';
import type { Activity, Network } from '../oracle/network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { writeFolder } from '../oracle/write-folder.ts';

// Some seconds on an idle machine.
jest.setTimeout(300_000);

let network: TestNetwork;
let env: Record<string, string>;
beforeAll(async () => {
  network = await TestNetwork.open();
  env = { KITH_HOME: network.settings.home };
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

const { network: dense, options } = denseNetwork(3);
const { dropped, ...expected } = expectedTables(dense, options);
const day = 86_400;
const asOfDate = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10).replaceAll('-', '');
const nothing: PublishedTables = { closest: [], recommendations: [], reasons: [] };

const kith = (...args: string[]) => kithWith(args, env);

/** Writes the day's folder of a network, named by the as-of. */
function written(given: Network, asOf = options.asOf): string {
  const input = network.folder(asOfDate(asOf));
  writeFolder(given, input, { repeatRows: true });
  return input;
}

/** What a person is told about a mistake: one line, no stack trace. */
function expectOneSentence({ stderr }: EndedCommand): void {
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/^kith: .+\.\n$/);
  expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
}

describe('kith run', () => {
  test('prints the rows, the rejected lines, what each filter dropped, the checks and the seconds, and logs plain lines', async () => {
    const input = written(dense);
    appendFileSync(join(input, 'like.csv'), '1,2,3,yesterday,like\n');
    const { code, stdout, stderr } = await kithWith(['run', '--input', input], {
      ...env,
      KITH_MAX_REJECTED_PERCENT: '100',
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(expected);
    for (const [table, rows] of [
      ['closest_connections', expected.closest],
      ['recommendations', expected.recommendations],
      ['rec_reasons', expected.reasons],
    ] as const)
      expect(stdout).toMatch(new RegExp(`${table} +${rows.length.toLocaleString('en')} rows`));
    const [, lines, parsed] = /like\.csv +([\d,]+) lines, ([\d,]+) parsed, 1 rejected/.exec(stdout) ?? [];
    expect(Number(lines?.replaceAll(',', '')) - 1).toBe(Number(parsed?.replaceAll(',', '')));
    const [, rejects] = /rejected lines: (.+)/.exec(stdout) ?? [];
    expect(existsSync(rejects ?? '')).toBe(true);
    const count = (value: number) => value.toLocaleString('en');
    expect(stdout).toContain(`suspended ${count(dropped.suspended)} activities`);
    expect(stdout).toContain(
      `self ${count(dropped.self)}, followed ${count(dropped.followed)}, reputation ${count(dropped.reputation)} candidates`,
    );
    expect(stdout).toContain('NOBODY WAS FILTERED BY REPUTATION');
    expect(stdout.match(/^ {4}passed /gm)?.length).toBeGreaterThanOrEqual(8);
    expect(stdout).toMatch(/skipped +row counts/);
    expect(stdout).toMatch(/seconds +ingest \d/);
    for (const step of ['ingest', 'closest', 'reputation', 'recommend', 'publish'])
      expect(stderr).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:]+Z ${step}: done in`, 'm'));
    expect(stdout + stderr).not.toContain('\u001b');
    expect(stderr).not.toMatch(/warning/i);
  });

  test('is refused while another run is in progress, and the other one succeeds', async () => {
    const input = written(dense);
    const reader = await heldInPostgres(network.stack, 'SELECT FROM graph_recs.closest_connections LIMIT 1');
    const first = new RunningCommand(['run', '--input', input], env);
    try {
      await first.says('publish: begins');
      for (const args of [['run', '--input', input], ['ingest', '--input', input], ['publish'], ['reset', '--yes']]) {
        const second = await kith(...args);
        expect(second).toMatchObject({ code: 5, stdout: '' });
        expectOneSentence(second);
      }
    } finally {
      await reader[Symbol.asyncDispose]();
    }
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(expected);
  });
});

describe('the steps one by one', () => {
  test('give the same result as one run, and are refused out of order', async () => {
    await network.reset();
    const input = written(dense);
    const early = await kith('recommend');
    expect(early).toMatchObject({ code: 2 });
    expectOneSentence(early);
    const unchecked = await kith('check');
    expect(unchecked).toMatchObject({ code: 2 });
    expectOneSentence(unchecked);

    expect(await kith('ingest', '--input', input)).toMatchObject({ code: 0 });
    expect(await kith('publish')).toMatchObject({ code: 2 });
    const asOf = new Date(options.asOf * 1000).toISOString();
    expect(await kith('closest', '--as-of', asOf)).toMatchObject({ code: 0 });
    const tooEarly = await kith('publish');
    expect(tooEarly).toMatchObject({ code: 2 });
    expectOneSentence(tooEarly);
    expect(tooEarly.stderr).toContain('kith recommend');
    expect(await kith('recommend', '--as-of', '2001-01-01')).toMatchObject({ code: 2 });
    expect(await kith('recommend', '--window-days', '7')).toMatchObject({ code: 2 });
    expect(await network.tables()).toEqual(nothing);
    expect(await kith('recommend')).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(nothing);
    expect(await kith('publish')).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(expected);
    const checked = await kith('check');
    expect(checked).toMatchObject({ code: 0 });
    expect(checked.stdout).not.toContain('failed');

    // Publishing it again changes nothing, and neither does publishing something else.
    expect(await kith('publish')).toMatchObject({ code: 0 });
    expect(await kith('publish', '--as-of', '2001-01-01')).toMatchObject({ code: 2 });
    expect(await kith('publish', '--min-reputation', '0.9')).toMatchObject({ code: 2 });
    expect(await network.tables()).toEqual(expected);

    // What is shown is a run that is over: recommending again from the same connections is a run of its own.
    const starts = 'SELECT DISTINCT updated_at FROM graph_recs.rec_reasons';
    const before = (await network.pool.query(starts)).rows[0].updated_at;
    expect(await kith('recommend')).toMatchObject({ code: 0 });
    expect(await kith('publish', '--as-of', asOf)).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(expected);
    expect((await network.pool.query(starts)).rows[0].updated_at.getTime()).toBeGreaterThan(before.getTime());
    const runs = JSON.parse((await kith('runs', '--json')).stdout) as { status: string; steps: { name: string }[] }[];
    const whole = ['closest', 'reputation', 'recommend', 'publish'];
    expect(runs.toReversed().map(({ status, steps }) => [status, steps.map(({ name }) => name)])).toEqual([
      ['done', ['ingest']],
      ['published', whole],
      ['published', whole],
    ]);
  });

  test('go on with a run that failed, and do no more than they say', async () => {
    await network.reset();
    const input = written(dense);
    expect(await kith('run', '--input', input)).toMatchObject({ code: 0 });
    const newcomer: Activity = { type: 'like', user: 7_000, engaged: 5, message: 7n, at: options.asOf + 5 };
    const more = written({ activities: [newcomer], suspended: new Map() }, options.asOf + day);
    const strict = { ...env, KITH_MAX_ROW_CHANGE_PERCENT: '0' };
    const failing = await kithWith(['run', '--input', more], strict);
    expect(failing).toMatchObject({ code: 3, stderr: expect.stringContaining('row counts') });
    const before = await network.tables();
    expect(await kithWith(['publish'], strict)).toMatchObject({ code: 3 });
    const recommended = await kithWith(['recommend'], strict);
    expect(recommended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Run .*: done$/m) });
    expect(recommended.stdout).not.toMatch(/ {2}(tables|checks)$/m);
    expect(await network.tables()).toEqual(before);
    expect(await kith('publish')).toMatchObject({ code: 0 });
    expect(await network.tables()).not.toEqual(before);
    const runs = JSON.parse((await kith('runs', '--json')).stdout) as { status: string }[];
    expect(runs.map(({ status }) => status)).toEqual(['published', 'published']);
  });

  test('kith check exits with 3 and names the check when a row is wrong', async () => {
    await network.pool.query('UPDATE graph_recs.recommendations SET score = score + 1 WHERE rank = 1');
    const checked = await kith('check');
    expect(checked).toMatchObject({ code: 3 });
    expect(checked.stdout).toMatch(/failed +sums/);
    expectOneSentence(checked);
  });
});

test("a run's times come from Postgres' clock, not from that of the process that began it", async () => {
  await network.reset();
  const input = written(dense);
  const ahead = `--import=${join(projectRoot, 'test', 'harness', 'ten-minutes-ahead.mjs')}`;
  // Without engines of its own it has nothing to do with the clock of files.
  const { neo4j, postgres } = JSON.parse((await kith('status', '--json')).stdout);
  const elsewhere = {
    KITH_HOME: join(mkdtempSync(join(network.settings.home, 'ahead-')), 'home'),
    KITH_NEO4J_URI: neo4j.uri,
    KITH_NEO4J_PASSWORD: neo4j.password,
    KITH_POSTGRES_URL: postgres.url,
    NODE_OPTIONS: ahead,
  };
  expect(await kithWith(['run', '--input', input], elsewhere)).toMatchObject({ code: 0 });
  expect(await kith('run', '--input', input)).toMatchObject({ code: 0 });
  expect(await kith('check')).toMatchObject({ code: 0 });
  const { rows } = await network.pool.query<{ started: number }>(
    'SELECT extract(epoch FROM now() - started_at)::integer AS started FROM kith.runs ORDER BY finished_at',
  );
  const [first, second] = rows.map(({ started }) => started);
  expect(first).toBeGreaterThanOrEqual(second as number);
  expect(second).toBeGreaterThanOrEqual(0);
});

test('kith check does not judge the published rows by flags and follows that were ingested later', async () => {
  await network.reset();
  const input = written(dense);
  expect(await kith('run', '--input', input)).toMatchObject({ code: 0 });
  expect((await kith('check')).stdout).not.toContain('skipped  no ');
  const [first] = expected.recommendations;
  const [user, rec] = (first ?? '').split(',');
  const later = network.folder('20240101');
  writeFolder(
    {
      activities: [{ type: 'follow', user: Number(user), engaged: Number(rec), message: null, at: options.asOf - day }],
      suspended: new Map([[Number(rec), true]]),
    },
    later,
  );
  expect(await kith('ingest', '--input', later, '--as-of', '2030-01-01')).toMatchObject({ code: 0 });
  const checked = await kith('check');
  expect(checked).toMatchObject({ code: 0 });
  for (const name of ['no followed', 'no suspended'])
    expect(checked.stdout).toMatch(new RegExp(`skipped +${name} .*can't be judged, since run \\d{8}-`));
  // The graph has it now, so the next run knows it, too.
  expect(await kith('run', '--input', input)).toMatchObject({ code: 0 });
  expect((await network.tables()).recommendations).not.toContain(first);
});

describe('kith stopped in the middle', () => {
  const later = options.asOf + day;
  const more: Activity = { type: 'like', user: 5, engaged: 22, message: 77n, at: options.asOf + 10 };
  const extended: Network = { ...dense, activities: [...dense.activities, more] };
  const { dropped: _, ...afterwards } = expectedTables(extended, { ...options, asOf: later });

  /** The step that makes this table waits to see whether another one has made it. */
  const nextTable = (name: string) => `INSERT INTO kith.next_tables VALUES ('${name}', 'held', 'held', 'held', 0)`;
  /** What holds a run up in its step. */
  const holdUps: Record<string, () => Promise<Held>> = {
    ingest: () => heldInGraph(network.stack, 'MATCH (u:User) SET u.held = true'),
    closest: () => heldInPostgres(network.stack, nextTable('closest_connections')),
    recommend: () => heldInPostgres(network.stack, nextTable('recommendations')),
    publish: () => heldInPostgres(network.stack, 'SELECT FROM graph_recs.closest_connections LIMIT 1'),
  };

  test.each(Object.keys(holdUps))(
    'in its step %s leaves the tables as they were, and the next run succeeds',
    async (step) => {
      await network.reset();
      await network.run({ input: written(dense) });
      expect(await network.tables()).toEqual(expected);
      const input = written(extended, later);
      for (const signal of ['SIGINT', 'SIGKILL'] as const) {
        const held = await holdUps[step]?.();
        try {
          const run = new RunningCommand(['run', '--input', input], env);
          await run.says(`${step}: begins`);
          await sleep(1_000);
          expect(run.process.exitCode).toBeNull();
          const { code, seconds, stderr } = await run.end(signal);
          expect({ code, stderr }).toMatchObject({ code: signal === 'SIGINT' ? 130 : null });
          expect(seconds).toBeLessThan(10);
          expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
          expect(await network.tables()).toEqual(expected);
        } finally {
          await held?.[Symbol.asyncDispose]();
        }
      }
      expect(await kith('run', '--input', input)).toMatchObject({ code: 0 });
      expect(await network.tables()).toEqual(afterwards);
      const runs = join(network.settings.home, 'runs');
      expect(readdirSync(runs).filter((run) => existsSync(join(runs, run, 'work')))).toEqual([]);
    },
  );

  const onTerminal = spawnSync('script', ['--version']).status === 0 ? test : test.skip;
  onTerminal('by Ctrl-C on a terminal ends as cleanly, with the cursor back', async () => {
    await network.reset();
    await network.run({ input: written(dense) });
    const held = await holdUps.publish?.();
    try {
      // What is on the terminal is script's output; standard output is not, so that it shows what goes there.
      const output = join(network.settings.home, 'stdout.txt');
      const program = join(projectRoot, 'bin', 'kith.mjs');
      const command = `exec ${process.execPath} ${program} run --input ${written(extended, later)} > ${output}`;
      const terminal = spawn('script', ['-qec', `stty cols 120 rows 40; ${command}`, '/dev/null'], {
        env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
      });
      let screen = '';
      terminal.stdout.on('data', (text: Buffer) => {
        screen += text;
      });
      const ended = new Promise<number | null>((resolve) => terminal.once('close', resolve));
      await until('the publish to wait for the reader', () => screen.includes('waiting for '));
      await sleep(500);
      terminal.stdin.write('\u0003');
      expect(await ended).toBe(130);
      expect(screen).toContain('kith: Stopped; ');
      expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.lastIndexOf('\u001b[?25l'));
      expect(readFileSync(output, 'utf8')).toBe('');
      expect(await network.tables()).toEqual(expected);
    } finally {
      await held?.[Symbol.asyncDispose]();
    }
  });

  test('by kill -9 at any moment leaves one complete run in the tables, and the next run succeeds', async () => {
    await network.reset();
    const input = written(extended, later);
    for (const milliseconds of [2_000, 2_700, 3_400]) {
      const run = new RunningCommand(['run', '--input', input], env);
      await sleep(milliseconds);
      await run.end('SIGKILL');
      const tables = await network.tables();
      expect([nothing, afterwards]).toContainEqual(tables);
    }
    expect(await kith('run', '--input', input)).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(afterwards);
  });
});

describe('servers of your own', () => {
  let home: string;
  beforeEach(() => {
    home = join(mkdtempSync(join(network.settings.home, 'elsewhere-')), 'home');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  test('are used if settings name them, and no engine is started', async () => {
    await network.reset();
    const { neo4j, postgres } = JSON.parse((await kith('status', '--json')).stdout);
    const given = {
      KITH_HOME: home,
      KITH_NEO4J_URI: neo4j.uri,
      KITH_NEO4J_USERNAME: neo4j.username,
      KITH_NEO4J_PASSWORD: neo4j.password,
      KITH_POSTGRES_URL: postgres.url,
    };
    const { code, stdout, stderr } = await kithWith(['run', '--input', written(dense)], given);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout + stderr).not.toContain(neo4j.password);
    expect(await network.tables()).toEqual(expected);
    expect(readdirSync(home)).toEqual(['accepted', 'runs']);
    const bulk = await kithWith(['run', '--input', written(dense)], { ...given, KITH_LOADER: 'bulk' });
    expect(bulk).toMatchObject({ code: 2 });
    expect(bulk.stderr).toContain('KITH_LOADER');
  });

  test("that can't be reached make the run exit with 4, and no password is shown", async () => {
    const port = await closedPort();
    const { neo4j, postgres } = JSON.parse((await kith('status', '--json')).stdout);
    const before = await network.tables();
    const input = written(dense);
    const noPostgres = await kithWith(['run', '--input', input], {
      KITH_HOME: home,
      KITH_NEO4J_URI: neo4j.uri,
      KITH_NEO4J_PASSWORD: neo4j.password,
      KITH_POSTGRES_URL: `postgres://someone:hush-hush@127.0.0.1:${port}/kith?password=hush-too`,
    });
    const noNeo4j = await kithWith(['run', '--input', input], {
      KITH_HOME: home,
      KITH_NEO4J_URI: `bolt://127.0.0.1:${port}`,
      KITH_NEO4J_PASSWORD: 'hush-hush',
      KITH_POSTGRES_URL: postgres.url,
    });
    const wrongPassword = await kithWith(['run', '--input', input], {
      KITH_HOME: home,
      KITH_NEO4J_URI: neo4j.uri,
      KITH_NEO4J_PASSWORD: neo4j.password,
      KITH_POSTGRES_URL: postgres.url.replace(/:\/\/([^:]+):[^@]+@/, '://$1:hush-hush@'),
    });
    for (const ended of [noPostgres, noNeo4j, wrongPassword]) {
      expect(ended).toMatchObject({ code: 4, stdout: '' });
      expect(ended.stderr).toMatch(/^kith: .*(Postgres|Neo4j).*\.$/m);
      expect(ended.stderr).not.toMatch(/hush| at .*:\d+:\d+/);
    }
    expect(await network.tables()).toEqual(before);
  });
});

describe('kith reset', () => {
  test('does nothing without --yes, and empties everything with it', async () => {
    await network.run({ input: written(dense) });
    const refused = await kith('reset');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expectOneSentence(refused);
    expect(await network.tables()).toEqual(expected);
    const { code, stdout } = await kith('reset', '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Emptied: 130 users and \d+ activities/);
    expect(await network.tables()).toEqual(nothing);
    expect(existsSync(join(network.settings.home, 'runs'))).toBe(false);
    expect((await kith('reset', '--yes')).stdout).toMatch(/^Emptied: 0 users and 0 activities/);
    expect(await kith('recommend')).toMatchObject({ code: 2 });
  });
});

describe('the command line', () => {
  // Nothing may be started by a mistake.
  const nowhere = { KITH_HOME: '/dev/null/kith' };

  test('shows an example for kith and for every command', async () => {
    const { code, stdout } = await kithWith(['--help'], nowhere);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +\$ kith /m);
    const commands = [...(stdout.split('Commands:')[1] ?? '').matchAll(/^ {2}([a-z-]+) /gm)].map(
      ([, name]) => name as string,
    );
    expect(commands).toEqual(
      expect.arrayContaining(['run', 'ingest', 'closest', 'recommend', 'publish', 'check', 'reset']),
    );
    const helped = commands.filter((name) => name !== 'help');
    const helps = await Promise.all(helped.map((command) => kithWith([command, '--help'], nowhere)));
    for (const [i, command] of helped.entries()) {
      expect({ command, ...helps[i] }).toMatchObject({ code: 0, stderr: '' });
      expect(helps[i]?.stdout).toMatch(new RegExp(`^ +\\$ .*kith ${command}`, 'm'));
    }
  });

  test('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
    expect(await kithWith(['--version'], nowhere)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    ['an unknown command', ['rum']],
    ['no command', []],
    ['an unknown option', ['run', '--inputs', 'x']],
    ['an option without its value', ['run', '--input']],
    ['an argument too many', ['run', 'graph_data/20240601']],
    ['no folder', ['run', '--as-of', '2024-06-01']],
    ['no folder for ingest', ['ingest']],
    ['a step without an as-of', ['closest']],
  ])('exits with 2 for %s', async (_, args) => {
    const { code, stdout, stderr } = await kithWith(args, nowhere);
    expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: '' });
    expect(stderr).not.toMatch(/ at .*:\d+:\d+|\bfault\b|a bug in Kith/);
    expect(stderr).not.toBe('');
  });
});

/** A port where nothing listens: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
