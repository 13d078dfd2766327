import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { readSettings } from '../../src/config/settings.ts';
import { status } from '../../src/engines/stack.ts';
import { listRuns } from '../../src/jobs/list-runs.ts';
import { openJobStore } from '../../src/jobs/worker/job-store.ts';
import { Database } from '../../src/postgres/database.ts';
import { kith, RunningCommand } from '../harness/command-line.ts';
import { heldInPostgres, heldNextTable } from '../harness/held-locks.ts';
import { until } from '../harness/until.ts';
import { WorkerNetwork } from '../harness/worker-network.ts';

let folder: string;
let network: WorkerNetwork;
let day: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kith-stopping-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(folder, 0o711);
  network = new WorkerNetwork(join(folder, 'network'));
  day = join(folder, '20240601');
  const size = ['--users', '300', '--activities', '6000', '--messages', '0', '--seed', '4'];
  expect(await kith(['generate', ...size, '--out', day], {})).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('a worker that gets a signal', () => {
  test('before it is ready ends well', async () => {
    const worker = network.beginWorker();
    await until('its home', () => existsSync(network.env.KITH_HOME as string));
    expect(await network.endWorker(worker, 'SIGTERM')).toMatchObject({ code: 0 });
  });

  test('without work ends well at once, whichever signal it is', async () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const worker = await network.startWorker();
      const { code } = await network.endWorker(worker, signal);
      expect({ signal, code }).toEqual({ signal, code: 0 });
    }
  });

  /** What holds a step up in its middle; an import takes long enough by itself. */
  const holdUps = {
    ingest: async () => undefined,
    closest: () => heldNextTable(network.stack, 'closest_connections'),
    recommend: () => heldNextTable(network.stack, 'recommendations'),
    publish: () => heldInPostgres(network.stack, 'SELECT FROM graph_recs.closest_connections LIMIT 1'),
  };
  test.each(Object.entries(holdUps))('in the middle of %s finishes it, and ends well', async (step, holdUp) => {
    // Where this process stood still, a worker before had done it before it was told to end.
    const isDone = (await network.lastRun())?.steps.some(({ name, status }) => name === step && status === 'done');
    if (step !== 'ingest' && isDone) return;
    const held = await holdUp();
    if (step === 'ingest') await network.kith('enqueue', '--input', day);
    const worker = await network.startWorker();
    await worker.says(`"step":"${step}","msg":"step begins"`);
    worker.process.kill('SIGTERM');
    await worker.says('draining');
    await held?.[Symbol.asyncDispose]();
    const { code, stderr } = await worker.ended;
    const last = await network.lastRun();
    expect({ code, steps: last?.steps.filter(({ name }) => name === step) }).toEqual({
      code: 0,
      steps: [expect.objectContaining({ status: 'done', attempts: 1 })],
    });
    // No step is begun any more once it was told to end.
    expect(stderr.split('draining')[1] ?? '').not.toMatch(/step begins/);
  });

  test('twice is over at once with 130, and another worker goes on', async () => {
    const held = await heldNextTable(network.stack, 'recommendations');
    await network.kith('enqueue', '--input', day, '--as-of', '2024-06-02');
    const worker = await network.startWorker();
    await worker.says('"step":"recommend","msg":"step begins"');
    worker.process.kill('SIGTERM');
    await worker.says('draining');
    expect(await network.endWorker(worker, 'SIGTERM')).toMatchObject({ code: 130 });
    await held[Symbol.asyncDispose]();
    const other = await network.startWorker();
    expect(await network.untilOver()).toMatchObject({ status: 'published' });
    expect(await network.endWorker(other, 'SIGTERM')).toMatchObject({ code: 0 });
  });

  test('ends, though Postgres is gone', async () => {
    const worker = await network.startWorker();
    await network.killEngine('postgres');
    expect(await network.endWorker(worker, 'SIGTERM')).toMatchObject({ code: 0 });
  });
});

const endedBy: string[] = [];

test.each([
  ['postgres', 'ingest'],
  ['neo4j', 'closest'],
  ['postgres', 'recommend'],
  ['postgres', 'publish'],
] as const)('%s, killed at the beginning of %s, ends a run with 4 and one sentence', async (engine, step) => {
  const run = new RunningCommand(['run', '--input', day, '--as-of', '2024-06-02'], network.env);
  await run.says(`${step}: begins`);
  await network.killEngine(engine);
  const { code, stderr } = await run.ended;
  const said = stderr.split('\n').filter((line) => line !== '' && !/^\d{4}-/.test(line));
  // Neo4j is started again by a step that begins just then; a step that is quicker than the kill is done.
  if (code === 0) return;
  expect({ code, said }).toEqual({ code: 4, said: [expect.stringMatching(/^kith: .*\.$/)] });
  endedBy.push(engine);
});

test('at least one of them came in time', () => {
  expect(endedBy.length).toBeGreaterThan(0);
});

test('a schedule, a job and a run that can not be judged stop nothing else in the worker', async () => {
  const url = (await status(readSettings(network.env))).postgres.url as string;
  await network.kith('enqueue', '--input', day, '--as-of', '2024-06-04');
  await using database = await Database.connect(url);
  await database.transaction((client) => client.query("UPDATE kith.runs SET steps = '{tea}' WHERE status = 'queued'"));
  {
    await using store = await openJobStore(url, { lockLifetime: 10_000, onTrouble: () => undefined });
    for (const name of ['kith step', 'kith morning']) store.agenda.define(name, async () => undefined);
    await store.agenda.create('kith step', { runId: 7, step: 'tea' }).save();
    await store.agenda.every('0 7 * * *', 'kith morning', { inputRoot: 7 });
  }
  await network.kith('enqueue', '--input', day, '--as-of', '2024-06-05');
  const worker = await network.startWorker();
  expect(await network.untilOver()).toMatchObject({ asOf: '2024-06-05T00:00:00Z', status: 'published' });
  await worker.says('a job that is malformed or names no known run was removed');
  await worker.says('is no schedule any more');
  await network.endWorker(worker, 'SIGTERM');
  const [, unknown] = await listRuns(database, 2);
  expect(unknown).toMatchObject({ status: 'failed', error: expect.stringMatching(/None of its steps can begin/) });
  expect(await network.kith('schedule', '--input-root', folder, '--at', '0 7 * * *')).toMatch(/^0 7 \* \* \* in UTC/);
});

describe('whoever reads what is printed and goes away', () => {
  /** `kith …` as a shell does it; gives its exit code, and what it said on standard error. */
  function inShell(args: string, redirected: string): { code: number; stderr: string } {
    const command = `${process.execPath} ${join(projectRoot, 'bin', 'kith.mjs')} ${args} ${redirected}`;
    const { status, stderr } = spawnSync('bash', ['--norc', '-c', `${command}; exit \${PIPESTATUS[0]}`], {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, ...network.env },
      encoding: 'utf8',
    });
    // What takes 10 s says how far it is.
    const said = stderr.split('\n').filter((line) => !/^\d{4}-\d\d-\d\dT/.test(line));
    return { code: status ?? -1, stderr: said.join('\n') };
  }
  const showing = ['runs', 'runs --json', 'status', 'status --json', 'show 1', 'schedule', '--help', 'check'];

  test.each(showing)('is no error: kith %s', (args) => {
    expect(inShell(args, '| true')).toEqual({ code: 0, stderr: '' });
  });

  test('does not end a run, not even one that nobody hears', () => {
    expect(inShell(`run --input ${day} --as-of 2024-06-06`, '2>&1 | true')).toMatchObject({ code: 0 });
  });

  test.each(['runs', 'status', 'show 1', '--help'])('is told from a full disk: kith %s', (args) => {
    expect(inShell(args, '> /dev/full')).toEqual({
      code: 4,
      stderr: expect.stringMatching(/^kith: The standard output can't be written \(.*\n$/),
    });
    expect(inShell(args, '> /dev/full 2> /dev/full')).toMatchObject({ code: 4 });
  });
});
