import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import pg from 'pg';
import { readSettings } from '../../src/config/settings.ts';
import { down, status } from '../../src/engines/stack.ts';
import { generate } from '../../src/generate/generate.ts';
import type { ListedRun } from '../../src/jobs/list-runs.ts';
import { Random } from '../../src/random.ts';
import { kith, RunningCommand } from '../harness/command-line.ts';
import { MongoServer } from '../harness/mongo-server.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { networkOfFolder } from '../oracle/read-folder.ts';

// Minutes on an idle machine: engines and workers are killed and started again.
jest.setTimeout(1_200_000);

let root: string;
let mongo: MongoServer;
let workers: RunningCommand[] = [];
beforeAll(async () => {
  mongo = await MongoServer.start();
  root = mkdtempSync(join(tmpdir(), 'kith-workers-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(root, 0o711);
});
afterAll(async () => {
  await mongo?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

/** A home of its own with a day of 20,000 activities, and what its tables should be. */
async function newNetwork(name: string, more: Record<string, string>) {
  const input = join(root, name, '20240601');
  const { asOf } = await generate({ users: 700, activities: 20_000, messages: 0, seed: 11, out: input });
  const env: Record<string, string> = {
    KITH_HOME: join(root, name, 'home'),
    KITH_NEO4J_HEAP: '512m',
    KITH_NEO4J_PAGE_CACHE: '128m',
    KITH_LOADER: 'merge',
    KITH_LOCK_LIFETIME: '10s',
    KITH_RETRY_DELAY: '1s',
    ...more,
  };
  chmodSync(join(root, name), 0o711);
  const { ranking } = readSettings(env);
  const expected = expectedTables(networkOfFolder(input), {
    ...ranking,
    asOf: asOf.getTime() / 1000,
    reputation: undefined,
  });
  return { env, input, expected };
}

function startWorker(env: Record<string, string>): RunningCommand {
  const worker = new RunningCommand(['worker'], env);
  workers.push(worker);
  return worker;
}

async function lastRun(env: Record<string, string>): Promise<ListedRun | undefined> {
  const { stdout } = await kith(['runs', '--json', '--last', '1'], env);
  return stdout === '' ? undefined : (JSON.parse(stdout) as ListedRun[])[0];
}

/** Waits until the run is published or failed. */
async function untilOver(env: Record<string, string>): Promise<ListedRun> {
  for (;;) {
    const run = await lastRun(env);
    if (run && (run.status === 'published' || run.status === 'failed')) return run;
    await sleep(2_000);
  }
}

async function tables(env: Record<string, string>) {
  const { postgres } = await status(readSettings(env));
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const lines = async (columns: string, table: string) => {
      const { rows } = await client.query<{ line: string }>(
        `SELECT concat_ws(',', ${columns}) AS line FROM graph_recs.${table}`,
      );
      return rows.map(({ line }) => line).sort();
    };
    const { rows } = await client.query<{ count: string }>("SELECT count(*) FROM kith.runs WHERE status = 'published'");
    return {
      published: Number(rows[0]?.count),
      closest: await lines('user_id, closest_connection, weight', 'closest_connections'),
      recommendations: await lines('user_id, rec_id', 'recommendations'),
      reasons: await lines('user_id, rec_id, reason_id, weight', 'rec_reasons'),
    };
  } finally {
    await client.end();
  }
}

const stores = [
  ['Postgres', () => ({})],
  ['MongoDB', () => ({ KITH_JOBS_URL: `${mongo.url}-${Date.now()}` })],
] as const;

describe.each(stores)('two workers with their jobs in %s', (store, jobs) => {
  let env: Record<string, string>;
  afterEach(async () => {
    for (const worker of workers) worker.process.kill('SIGKILL');
    await Promise.all(workers.map(({ ended }) => ended));
    workers = [];
    await down(readSettings(env));
  });

  test('publish one run, as if nothing had happened, though whichever works is killed four times', async () => {
    const network = await newNetwork(`${store}-workers`, jobs());
    env = network.env;
    const random = new Random(1, store);
    let alive = [startWorker(env), startWorker(env)];
    for (const worker of alive) await worker.says('worker ready');
    expect((await kith(['enqueue', '--input', network.input], env)).stdout).toMatch(/^queued 20240601-/);
    for (let kills = 0; kills < 4; ) {
      await sleep(500 + random.fraction() * 2_500);
      const run = await lastRun(env);
      if (run?.status === 'published') break;
      const busy = run?.steps.find(({ status }) => status === 'running')?.worker;
      const victim = alive.find(({ process }) => busy?.endsWith(`:${process.pid}`));
      if (!victim) continue;
      await victim.end('SIGKILL');
      kills++;
      alive = [...alive.filter((worker) => worker !== victim), startWorker(env)];
    }
    const run = await untilOver(env);
    expect(run).toMatchObject({ status: 'published', error: null });
    expect(run.steps.map(({ name, status }) => [name, status])).toEqual(
      ['ingest', 'closest', 'reputation', 'recommend', 'publish'].map((name) => [name, 'done']),
    );
    const { dropped: _, ...expected } = network.expected;
    expect(await tables(env)).toEqual({ published: 1, ...expected });
  });

  test('go on after Neo4j and Postgres were killed', async () => {
    const network = await newNetwork(`${store}-engines`, jobs());
    env = network.env;
    for (const worker of [startWorker(env), startWorker(env)]) await worker.says('worker ready');
    await kith(['enqueue', '--input', network.input], env);
    for (const engine of ['neo4j', 'postgres'] as const) {
      await sleep(4_000);
      const { [engine]: running } = await status(readSettings(env));
      if (running.pid !== undefined) process.kill(running.pid, 'SIGKILL');
    }
    const run = await untilOver(env);
    expect(run).toMatchObject({ status: 'published', error: null });
    const { dropped: _, ...expected } = network.expected;
    expect(await tables(env)).toEqual({ published: 1, ...expected });
  });
});
