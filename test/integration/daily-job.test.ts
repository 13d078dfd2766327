import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { readSettings } from '../../src/config/settings.ts';
import { status } from '../../src/engines/stack.ts';
import { openJobStore } from '../../src/jobs/worker/job-store.ts';
import { writeModel } from '../../src/scoring/reputation/model-folder.ts';
import { kith, RunningCommand } from '../harness/command-line.ts';
import { freePort } from '../harness/free-port.ts';
import { bullishModel } from '../harness/hand-made-model.ts';
import { heldNextTable } from '../harness/held-locks.ts';
import { S3Server } from '../harness/s3-server.ts';
import { until } from '../harness/until.ts';
import { WorkerNetwork } from '../harness/worker-network.ts';

const bucket = 'kith';
const root = `s3://${bucket}/graph_data`;

let home: string;
let model: string;
let s3: S3Server;
let client: S3Client;
let hook: Server;
/** What the hook was told. */
const told: { run: string; status: string; error: string }[] = [];
/** What the hook of published runs was told. */
const published: { run: string; asOf: string; rows: object }[] = [];
let network: WorkerNetwork;
let metricsPort: number;
/** No worker is killed here, and one that is held up shall not be taken for dead: attempts are counted. */
const patient = { KITH_LOCK_LIFETIME: '10m' };

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'kith-daily-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(home, 0o711);
  model = join(home, 'model');
  await writeModel(model, bullishModel(), 1, {});
  s3 = await S3Server.start();
  const { endpoint = '', region, keys = { accessKey: '', secretKey: '' } } = s3.settings;
  const credentials = { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey };
  client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  hook = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    (request.url === '/failed' ? told : published).push(JSON.parse(Buffer.concat(chunks).toString()));
    response.end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  metricsPort = await freePort();
  network = new WorkerNetwork(join(home, 'network'), {
    ...patient,
    KITH_S3_ENDPOINT: endpoint,
    KITH_S3_ACCESS_KEY: keys.accessKey,
    KITH_S3_SECRET_KEY: keys.secretKey,
    KITH_MODEL: model,
    KITH_METRICS_PORT: String(metricsPort),
    KITH_ON_FAILURE: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/failed`,
    KITH_ON_PUBLISHED: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/published`,
  });
  await network.startWorker();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
  client?.destroy();
  hook?.close();
  await s3?.[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

async function put(name: string, text: string): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: `graph_data/${name}`, Body: text }));
}

/**
 * A day's folder on S3, YYYYMMDD: user 10 is close to 20, who is close to 1, 2 and 3, of whom 1 writes what the model
 * finds good.
 */
async function putDay(date: string): Promise<string> {
  await putMessages(date);
  await putActivities(date);
  return `${root}/${date}`;
}

async function putMessages(date: string): Promise<void> {
  const at = dashed(date);
  const written = ['bullish', 'bear', 'the'].map((body, i) =>
    JSON.stringify({ id: Number(`${date}${i}`), user_id: i + 1, body, created_at: `${at}T00:00:00Z` }),
  );
  await put(`${date}/messages.jsonl`, `${written.join('\n')}\n`);
}

/** The last: a folder is there once it holds activities. */
async function putActivities(date: string): Promise<void> {
  const at = dashed(date);
  const likes = ['10,20', '20,1', '20,2', '20,3'].map((pair, i) => `${pair},${date}${i},${at} 00:00:00,like\n`);
  await put(`${date}/like.csv`, likes.join(''));
}

/** The date of a folder as files have it. */
const dashed = (date: string) => `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;

/** A folder on disk with a few likes as of 2024-06-01. */
function plainDay(name: string): string {
  const folder = join(home, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'like.csv'), '10,20,1,2024-05-31 00:00:00,like\n20,30,2,2024-05-31 00:00:00,like\n');
  return folder;
}

/** A date as its folder is named, days after the first of March. */
const dateOf = (days: number) => folderOf(Date.UTC(2024, 2, 1 + days));

/** An instant's date, milliseconds, as its folder is named. */
const folderOf = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');

test('the daily job turns objects on S3 into tables at its time, and writes its scores to S3', async () => {
  // The minute that comes may be the first of tomorrow.
  const dates = [0, 86_400_000].map((ms) => folderOf(Date.now() + ms));
  for (const date of dates) await putMessages(date);
  expect(await network.kith('schedule')).toMatch(/^no daily run is scheduled/);
  expect(await network.kith('schedule', '--input-root', root, '--at', '* * * * *')).toMatch(
    /^\* \* \* \* \* in UTC, on s3:\/\/kith\/graph_data\/YYYYMMDD\nnext 20/,
  );
  await network.until('a run', () => true);
  expect(await network.kith('schedule', '--off')).toMatch(/^no daily run is scheduled/);
  // Only now, so that the run is not over before another minute begins.
  for (const date of dates) await putActivities(date);
  const run = await network.untilOver();
  const today = folderOf(Date.parse(run.queuedAt ?? ''));
  const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(run).toMatchObject({
    asOf: `${dashed(today)}T00:00:00Z`,
    status: 'published',
    // People read the tables after their as-of.
    settings: { KITH_EXCLUDE_LATER_FOLLOWS: 'yes' },
    steps: [
      { name: 'ingest', rows: 7 },
      { name: 'closest', rows: 5 },
      { name: 'reputation', rows: 3 },
      { name: 'recommend' },
      { name: 'publish' },
    ].map((step) => ({
      ...step,
      status: 'done',
      attempts: 1,
      worker: expect.any(String),
      startedAt: iso,
      finishedAt: iso,
    })),
  });
  expect((await network.tables()).recommendations).toEqual(['10,1']);
  await network.waitFor('the hook to be told', () => published[0], 100);
  const rows = { closest: expect.any(Number), recommendations: 1, reasons: 1 };
  expect(published).toEqual([{ run: run.id, status: 'published', asOf: run.asOf, rows }]);
  const { Body } = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: `graph_data/${today}/reputation_score.csv` }),
  );
  expect(await Body?.transformToString()).toBe('user_id,pred\n1,1\n2,0\n3,0\n');
});

test('a range of days is done in order, and a run that is queued already is not queued again', async () => {
  // These days are long before the one just published. What comes after a publish may hold the network's lock for a moment.
  await network.workers[0]?.says('after the publish');
  await network.kith('reset', '--yes');
  for (const days of [0, 1, 2]) await putDay(dateOf(days));
  const range = ['enqueue', '--input', root, '--from', '2024-03-01', '--to', '2024-03-03'];
  expect(await network.kith(...range)).toMatch(/^queued 20240301-.*\nqueued 20240302-.*\nqueued 20240303-.*\n$/);
  expect(await network.kith('enqueue', '--input', `${root}/20240303`)).toBe(
    '1 already queued or running with the same input and as-of\n',
  );
  await network.until(
    'the third of March',
    ({ asOf, status }) => asOf.startsWith('2024-03-03') && status === 'published',
  );
  const runs = JSON.parse(await network.kith('runs', '--json', '--last', '3')) as {
    asOf: string;
    startedAt: string;
    settings: Record<string, string>;
  }[];
  // Days of the past can be repeated.
  for (const { settings } of runs) expect(settings).not.toHaveProperty('KITH_EXCLUDE_LATER_FOLLOWS');
  expect(runs.map(({ asOf }) => asOf.slice(0, 10))).toEqual(['2024-03-03', '2024-03-02', '2024-03-01']);
  const starts = runs.map(({ startedAt }) => startedAt);
  expect(starts).toEqual(starts.toSorted().reverse());
});

test('the run waits for a missing folder, and runs by hand are refused meanwhile', async () => {
  const date = dateOf(3);
  const { code, stderr } = await kith(['enqueue', '--input', `${root}/${date}`], network.env);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/does not exist.* The run will wait for it/),
  });
  const waiting = await network.until('a step that waits', ({ steps }) =>
    steps.some(({ status }) => status === 'waiting'),
  );
  expect(waiting.steps[0]).toMatchObject({
    name: 'ingest',
    attempts: 0,
    error: expect.stringMatching(/does not exist/),
  });
  expect(waiting.steps[4]).toEqual(expect.objectContaining({ name: 'publish', status: 'queued', attempts: 0 }));
  for (const command of [
    ['run', '--input', `${root}/${dateOf(2)}`],
    ['closest', '--as-of', '2024-03-03'],
    ['reset', '--yes'],
  ])
    expect(await kith(command, network.env)).toMatchObject({ code: 5, stderr: expect.stringMatching(/--give-up/) });
  await putDay(date);
  expect(await network.untilOver()).toMatchObject({ status: 'published' });
});

test('the engines are not stopped under a worker', async () => {
  const { code, stderr } = await kith(['down'], network.env);
  expect({ code, stderr }).toEqual({
    code: 5,
    stderr: expect.stringMatching(/^kith: 1 worker is running \(.+:\d+\) and would start the engines again: .*--force/),
  });
  await until('Postgres to answer in time', async () => (await status(readSettings(network.env))).postgres.running);
});

test('a waiting run can be cancelled', async () => {
  await network.kith('enqueue', '--input', `${root}/${dateOf(40)}`);
  const { id } = await network.until('a step that waits', ({ steps }) =>
    steps.some(({ status }) => status === 'waiting'),
  );
  expect(await network.kith('runs', '--give-up', id, '--last', '1')).toMatch(/failed.*: Given up by hand\./);
  expect(await kith(['runs', '--give-up', id], network.env)).toMatchObject({ code: 2 });
});

test('bad input fails the run at once, leaves the tables as they were, and calls the hook once', async () => {
  const before = await network.tables();
  const date = dateOf(4);
  await put(`${date}/like.csv`, '10,20,1,2024-03-05 00:00:00,like\nso,what\n');
  await network.kith('enqueue', '--input', `${root}/${date}`);
  const run = await network.untilOver();
  expect(run).toMatchObject({ status: 'failed', error: expect.stringMatching(/1 bad row in 2 lines/) });
  expect(run.steps.map(({ name, attempts }) => [name, attempts])).toEqual([['ingest', 1]]);
  await network.waitFor('the hook to be told', () => told[0], 100);
  // The queue is looked after every half minute.
  await sleep(32_000);
  expect(told).toEqual([{ run: run.id, status: 'failed', error: run.error }]);
  expect(await network.tables()).toEqual(before);
});

test('what a killed run by hand left behind does not stop the queue', async () => {
  const input = await putDay(dateOf(5));
  {
    await using held = await heldNextTable(network.stack, 'closest_connections');
    const byHand = new RunningCommand(['run', '--input', input], network.env);
    await held.awaited();
    await byHand.end('SIGKILL');
  }
  await network.kith('enqueue', '--input', input);
  expect(await network.untilOver()).toMatchObject({ status: 'published' });
  const [, killed] = JSON.parse(await network.kith('runs', '--json', '--last', '2')) as {
    status: string;
    error: string;
  }[];
  expect(killed).toMatchObject({ status: 'failed', error: 'The run was interrupted.' });
});

test('a wrong option is reported before anything is queued', async () => {
  for (const [args, why] of [
    [['enqueue'], /--input/],
    [['enqueue', '--input', 'somewhere'], /--as-of/],
    [['enqueue', '--input', root, '--from', '2024-03-05', '--to', '2024-03-01'], /--from/],
    [['enqueue', '--input', `${root}/20240301`, '--reputation', `s3://${bucket}/none.csv`], /no such file of scores/],
    [['enqueue', '--input', 's3://no-such-bucket/20240301'], /no such bucket/],
    [['schedule', '--at', '0 25 * * *'], /KITH_SCHEDULE/],
    [['schedule', '--time-zone', 'Mars/Olympus'], /KITH_TIME_ZONE/],
    [['schedule', '--off', '--at', '0 7 * * *'], /--off/],
    [['runs', '--last', '0'], /--last/],
  ] as const)
    expect(await kith([...args], network.env)).toMatchObject({ code: 2, stderr: expect.stringMatching(why) });
});

test('a malformed job, or one of a run that is not there, is told and removed, and the worker goes on', async () => {
  const { postgres } = await status(readSettings(network.env));
  const url = postgres.url ?? '';
  await using store = await openJobStore(url, { lockLifetime: 60_000, onTrouble: () => undefined });
  store.agenda.define('kith step', async () => undefined, { removeOnComplete: true });
  const [worker] = network.workers;
  const told = () => worker?.said.match(/a job that is malformed or names no known run/g)?.length ?? 0;
  const strange: object[] = [
    {},
    { runId: 5, step: 'ingest' },
    { runId: 'x', step: 'nothing' },
    { runId: 'none', step: 'ingest' },
  ];
  for (const data of strange) await store.agenda.create('kith step', data).schedule(new Date()).save();
  await network.waitFor('a line for each', () => (told() === strange.length ? true : undefined), 100);
  await network.waitFor(
    'no such job',
    async () => ((await store.agenda.queryJobs({ name: 'kith step' })).total === 0 ? true : undefined),
    100,
  );
});

test('the worker reports what it did to Prometheus, and its log is JSON lines without secrets', async () => {
  const password = readFileSync(join(network.env.KITH_HOME as string, 'passwords', 'web'), 'utf8');
  const url = `http://127.0.0.1:${metricsPort}/metrics`;
  expect((await fetch(url)).status).toBe(401);
  const authorization = `Basic ${Buffer.from(`kith:${password}`).toString('base64')}`;
  const text = await (await fetch(url, { headers: { authorization } })).text();
  expect(text).toMatch(/^kith_runs_total{status="published"} [1-9]/m);
  expect(text).toMatch(/^kith_runs_total{status="failed"} 1$/m);
  expect(text).toMatch(/^kith_steps_total{step="publish",outcome="done"} [1-9]/m);
  expect(text).toMatch(/^kith_step_seconds_count{step="ingest",outcome="later"} [1-9]/m);
  const { id } = (await network.lastRun()) ?? {};
  const [worker] = network.workers;
  if (!worker) throw new Error('the worker is gone');
  const { code, stderr } = await network.endWorker(worker, 'SIGTERM');
  expect(code).toBe(0);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { run?: string; msg: string });
  expect(lines.filter(({ run }) => run === id).map(({ msg }) => msg)).toContain('run published');
  const { neo4j, postgres } = await status(readSettings(network.env));
  for (const secret of [neo4j.password, new URL(postgres.url ?? '').password, password, s3.settings.keys?.secretKey])
    expect(stderr).not.toContain(secret);
});

test('an engine that stays down fails the run after three retries', async () => {
  await using away = new WorkerNetwork(join(home, 'away'), {
    ...patient,
    KITH_NEO4J_URI: `bolt://127.0.0.1:${await freePort()}`,
    KITH_NEO4J_PASSWORD: 'none at all',
  });
  await away.startWorker();
  await away.kith('enqueue', '--input', plainDay('away-day'), '--as-of', '2024-06-01');
  const run = await away.untilOver();
  expect(run).toMatchObject({ status: 'failed', error: expect.stringMatching(/Neo4j/) });
  expect(run.steps).toEqual([expect.objectContaining({ name: 'ingest', status: 'failed', attempts: 4 })]);
});

test('a step that exceeds its time limit is ended and retried', async () => {
  // Takes connections, and never answers.
  const silent = createNetServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    await using slow = new WorkerNetwork(join(home, 'slow'), {
      ...patient,
      KITH_NEO4J_URI: `bolt://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      KITH_NEO4J_PASSWORD: 'none at all',
      KITH_STEP_LIMIT: '2s',
    });
    await slow.startWorker();
    await slow.kith('enqueue', '--input', plainDay('slow-day'), '--as-of', '2024-06-01');
    const run = await slow.untilOver();
    const error = 'ingest took longer than KITH_STEP_LIMIT.';
    expect(run).toMatchObject({ status: 'failed', error: expect.stringContaining(error) });
    expect(run.steps).toEqual([expect.objectContaining({ name: 'ingest', status: 'failed', attempts: 4, error })]);
  } finally {
    silent.close();
  }
});
