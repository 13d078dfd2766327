import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from '../../src/generate/generate.ts';
import type { ListedRun } from '../../src/jobs/list-runs.ts';
import type { RunningCommand } from '../harness/command-line.ts';
import { type Held, heldNextTable } from '../harness/held-locks.ts';
import { MongoServer } from '../harness/mongo-server.ts';
import { WorkerNetwork } from '../harness/worker-network.ts';

// Minutes on an idle machine: engines and workers are killed and started again.
let root: string;
let input: string;
let mongo: MongoServer;
let undisturbed: Awaited<ReturnType<WorkerNetwork['tables']>>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'kith-workers-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(root, 0o711);
  input = join(root, '20240601');
  await generate({ users: 700, activities: 20_000, messages: 0, seed: 11, out: input });
  mongo = await MongoServer.start();
  await using network = new WorkerNetwork(join(root, 'undisturbed'), { KITH_LOADER: 'merge' });
  await network.kith('run', '--input', input);
  undisturbed = await network.tables();
});
afterAll(async () => {
  await mongo?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const jobsInMongo = () => ({ KITH_JOBS_URL: `${mongo.url}-${Date.now()}` });

/** A network whose two workers wait for jobs. */
async function twoWorkers(name: string, env: Record<string, string>): Promise<WorkerNetwork> {
  const network = new WorkerNetwork(join(root, name), { KITH_LOADER: 'merge', ...env });
  try {
    await Promise.all([network.startWorker(), network.startWorker()]);
    return network;
  } catch (error) {
    await network[Symbol.asyncDispose]();
    throw error;
  }
}

/** The worker that waits in this step for what is held, once no other step is done. */
async function heldUpIn(network: WorkerNetwork, step: string, held: Held): Promise<RunningCommand> {
  await held.awaited();
  await network.until(`only ${step} to be running`, ({ steps }) => {
    const running = steps.filter(({ status }) => status === 'running');
    return running.length === 1 && running[0]?.name === step;
  });
  return network.untilBusy();
}

const isOver = (run: ListedRun | undefined) => run?.status === 'published' || run?.status === 'failed';

async function expectOnePublish(network: WorkerNetwork): Promise<ListedRun> {
  const run = await network.untilOver();
  expect(run).toMatchObject({ status: 'published', error: null });
  expect(run.steps.map(({ name, status }) => [name, status])).toEqual(
    ['ingest', 'closest', 'reputation', 'recommend', 'publish'].map((name) => [name, 'done']),
  );
  expect(await network.tables()).toEqual(undisturbed);
  return run;
}

describe.each([
  ['Postgres', () => ({})],
  ['MongoDB', jobsInMongo],
])('two workers with their jobs in %s publish one run, as if nothing had happened,', (store, jobs) => {
  test('though whichever works is killed twice', async () => {
    await using network = await twoWorkers(`${store}-workers`, jobs());
    const holdUps = {
      closest: await heldNextTable(network.stack, 'closest_connections'),
      recommend: await heldNextTable(network.stack, 'recommendations'),
    };
    await network.kith('enqueue', '--input', input);
    for (const [step, held] of Object.entries(holdUps)) {
      await network.endWorker(await heldUpIn(network, step, held), 'SIGKILL');
      await held[Symbol.asyncDispose]();
      await network.startWorker();
    }
    const { steps } = await expectOnePublish(network);
    // More, where a beat was late on a busy machine.
    for (const { name, attempts } of steps.filter(({ name }) => name in holdUps))
      expect({ name, isAgain: attempts >= 2 }).toEqual({ name, isAgain: true });
  });

  test('though Neo4j is killed, and then Postgres', async () => {
    await using network = await twoWorkers(`${store}-engines`, jobs());
    await network.kith('enqueue', '--input', input);
    for (const engine of ['neo4j', 'postgres'] as const) {
      const isAtWork = (run: ListedRun) => isOver(run) || run.steps.some(({ status }) => status === 'running');
      await network.until('a step to be running', isAtWork);
      // It may not be up again after the last kill.
      await network.untilEngineKilled(engine);
      await sleep(2_000);
    }
    await expectOnePublish(network);
  });
});

test('a worker that was paused and wakes up after its step was done elsewhere changes nothing', async () => {
  await using network = await twoWorkers('paused', {});
  const held = await heldNextTable(network.stack, 'closest_connections');
  await network.kith('enqueue', '--input', input);
  const paused = await heldUpIn(network, 'closest', held);
  paused.process.kill('SIGSTOP');
  await held[Symbol.asyncDispose]();
  await expectOnePublish(network);
  paused.process.kill('SIGCONT');
  // Long enough for whatever it was about to write.
  await sleep(5_000);
  await expectOnePublish(network);
});

test('a bulk import whose worker or importer is killed is begun again from nothing', async () => {
  await using network = await twoWorkers('import', { KITH_LOADER: 'bulk' });
  await network.kith('enqueue', '--input', input);
  const first = await network.untilImporter();
  if (!first.worker) throw new Error('nobody imports');
  await network.endWorker(first.worker, 'SIGKILL');
  const second = await network.untilImporter(first.pid);
  try {
    process.kill(second.pid, 'SIGKILL');
  } catch {
    // It was quicker: its worker's end is what was tested.
  }
  await expectOnePublish(network);
});

test('SIGTERM lets a worker end what it does, and another one goes on', async () => {
  // A beat may be late on a busy machine, and then another worker rightly takes the step: here none may be.
  await using network = await twoWorkers('drained', { KITH_LOCK_LIFETIME: '10m' });
  await network.kith('enqueue', '--input', input);
  const busy = await network.untilBusy();
  expect(await network.endWorker(busy, 'SIGTERM')).toMatchObject({ code: 0 });
  const run = await expectOnePublish(network);
  // Nothing had to be done twice.
  expect(run.steps.filter(({ attempts }) => attempts !== 1)).toEqual([]);
});

test('a second SIGTERM stops a worker at once, and another one goes on', async () => {
  await using network = await twoWorkers('stopped', {});
  await network.kith('enqueue', '--input', input);
  const busy = await network.untilBusy();
  busy.process.kill('SIGTERM');
  await busy.says('draining');
  expect(await network.endWorker(busy, 'SIGTERM')).toMatchObject({ code: 130 });
  await expectOnePublish(network);
});
