import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import neo4j from 'neo4j-driver';
import { statement } from '../../src/config/project.ts';
import { down, up } from '../../src/engines/stack.ts';
import { FolderChangedError, StaleAttemptError } from '../../src/errors.ts';
import { Graph } from '../../src/graph/graph.ts';
import { type Attempt, beginAttempt, finishAttempt } from '../../src/jobs/attempt.ts';
import { runWhole } from '../../src/jobs/by-hand.ts';
import { performStep, type StepEnd } from '../../src/jobs/perform-step.ts';
import type { Run } from '../../src/jobs/run.ts';
import { planRun, runSettings } from '../../src/jobs/run-options.ts';
import { enqueueRuns, giveUpRun, queuedRunUnderWay, readRun } from '../../src/jobs/runs.ts';
import type { StepName } from '../../src/jobs/step-name.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { Database } from '../../src/postgres/database.ts';
import { heldInGraph, heldInPostgres, isAwaited } from '../harness/held-locks.ts';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';

const asOf = Date.UTC(2024, 5, 1) / 1000;

let network: TestNetwork;
let database: Database;
beforeAll(async () => {
  network = await TestNetwork.open();
  database = await Database.connect(network.stack.postgres.url);
});
beforeEach(() => network.reset());
afterEach(async () => {
  // Nobody goes on with them, and a run of the queue that is under way keeps others out.
  await network.pool.query("UPDATE kith.runs SET status = 'failed' WHERE status IN ('queued', 'running')");
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

/** The folder of 2024-06-01 with two likes. */
function day(): string {
  const folder = network.folder('20240601');
  mkdirSync(folder);
  writeFileSync(join(folder, 'like.csv'), '10,20,1,2024-05-31 00:00:00,like\n20,30,2,2024-05-31 00:00:00,like\n');
  return folder;
}

const wanted = (input = day(), dueAt?: Date) => ({
  input,
  asOf,
  scores: undefined,
  settings: runSettings(network.settings, undefined),
  dueAt,
});

/** Queues a run, begins it, and gives its id. */
async function begin(input?: string): Promise<string> {
  await enqueueRuns(database, [wanted(input)]);
  return (await queuedRunUnderWay(database)) as string;
}

async function attemptAt(run: string, step: StepName, closes: StepName[] = [step]): Promise<Attempt> {
  return (await beginAttempt(database, run, step, closes)) as Attempt;
}

async function conduct(id: string, name: StepName): Promise<StepEnd> {
  const run = await readRun(database, id);
  if (!run) throw new Error(`no run ${id}`);
  const stop = new AbortController().signal;
  return performStep({ settings: network.settings, database, run, name, stop, report: () => undefined });
}

/** Writes to Postgres for an attempt, and is in the middle of it until it is let go. */
async function heldUp(attempt: Attempt): Promise<{ written: Promise<void>; letGo: () => void }> {
  let letGo = () => {};
  const isLetGo = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let written: Promise<void> = isLetGo;
  await new Promise<void>((resolve, reject) => {
    written = database.fenced(attempt).transaction(() => {
      resolve();
      return isLetGo;
    });
    written.catch(reject);
  });
  return { written, letGo };
}

describe('once a later attempt at a step has begun, an earlier one', () => {
  test('can no longer write to Postgres, not even that it is done', async () => {
    const run = await begin();
    const early = await attemptAt(run, 'closest');
    const write = (attempt: Attempt) => database.fenced(attempt).query('sql/runs/summarize.sql', [run, {}]);
    await write(early);
    const late = await attemptAt(run, 'closest');
    await expect(write(early)).rejects.toThrow(StaleAttemptError);
    await expect(finishAttempt(database, early, 1, {})).rejects.toThrow(StaleAttemptError);
    await write(late);
    await finishAttempt(database, late, 1, {});
    // A step that is done is not begun again.
    expect(await beginAttempt(database, run, 'closest', ['closest'])).toBeUndefined();
  });

  test('can no longer write to the graph', async () => {
    const run = await begin();
    const [early, late] = [await attemptAt(run, 'ingest'), await attemptAt(run, 'ingest')];
    await using before = new Graph(network.stack.neo4j, undefined, early);
    await using after = new Graph(network.stack.neo4j, undefined, late);
    const write = (graph: Graph) => graph.write('cypher/reputation/remove.cypher', { userIds: [] });
    await before.raiseFence();
    await write(before);
    await after.raiseFence();
    await expect(write(before)).rejects.toThrow(StaleAttemptError);
    await expect(before.raiseFence()).rejects.toThrow(StaleAttemptError);
    await write(after);
  });

  test('is rolled back if it is in the middle of writing to the graph and never ends', async () => {
    const run = await begin();
    const [early, late] = [await attemptAt(run, 'closest'), await attemptAt(run, 'closest')];
    const { uri, username, password } = network.stack.neo4j;
    const driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { useBigInt: true });
    try {
      await using before = new Graph(network.stack.neo4j, undefined, early);
      await before.raiseFence();
      // As Graph does it, in a process that is paused before it commits.
      const metadata = { kithStep: early.step, kithToken: early.token };
      const paused = driver.session().beginTransaction({ metadata });
      const { records: found } = await paused.run(statement('cypher/fence/token.cypher'), { step: early.step });
      expect(found[0]?.get('token')).toBe(early.token);
      await paused.run('CREATE (:Late)');
      await using graph = new Graph(network.stack.neo4j, undefined, late);
      await graph.raiseFence();
      await expect(paused.commit()).rejects.toThrow();
      const { records } = await driver.executeQuery('MATCH (l:Late) RETURN count(l) AS late');
      expect(records[0]?.get('late')).toBe(0n);
    } finally {
      await driver.close();
    }
  });

  test('commits nothing more, however many transactions it has open', async () => {
    const run = await begin();
    await using look = new Graph(network.stack.neo4j);
    const written = async () => {
      const { rows } = await look.read<{ users: bigint }>('cypher/state/count-graph.cypher');
      return rows[0]?.users ?? 0n;
    };
    for (let i = 0; i < 10; i++) {
      const [early, late] = [await attemptAt(run, 'ingest'), await attemptAt(run, 'ingest')];
      await using before = new Graph(network.stack.neo4j, undefined, early);
      await using after = new Graph(network.stack.neo4j, undefined, late);
      await before.raiseFence();
      const atFirst = await written();
      let user = i * 1_000_000;
      const write = async (): Promise<void> => {
        for (;;) {
          const users = [[BigInt(user++), null]];
          await before.write('cypher/ingest/merge-users.cypher', { users, flaggedAt: 0n, undated: false });
        }
      };
      const ends = Promise.allSettled(Array.from({ length: 6 }, write));
      await until('a write', async () => (await written()) > atFirst);
      await sleep(10 * i);
      await after.raiseFence();
      const atRaise = await written();
      for (const end of await ends) expect(end).toMatchObject({ reason: expect.any(StaleAttemptError) });
      expect(await written()).toBe(atRaise);
    }
  });

  test('is rolled back if it is in the middle of raising its fence and never ends', async () => {
    const run = await begin();
    const [early, late] = [await attemptAt(run, 'closest'), await attemptAt(run, 'closest')];
    await using before = new Graph(network.stack.neo4j, undefined, early);
    await using after = new Graph(network.stack.neo4j, undefined, late);
    await using look = new Graph(network.stack.neo4j);
    const underWay = async () => {
      const parameters = { steps: ['closest'], token: late.token };
      const { rows } = await look.read<{ ids: string[] }>('cypher/fence/earlier-writers.cypher', parameters);
      return rows[0]?.ids.length === 1;
    };
    let raised: Promise<void>;
    {
      await using _ = await heldInGraph(network.stack, "MERGE (f:Fence {step: 'closest'}) SET f.held = true");
      const ended = expect(before.raiseFence()).rejects.toThrow(/terminated/i);
      await until('the early fence to be raised', underWay);
      raised = after.raiseFence();
      await ended;
    }
    await raised;
  });

  test('of any step of an earlier run can no longer write to the graph, if the later one is at the first step', async () => {
    const run = await begin();
    await using late = new Graph(network.stack.neo4j, undefined, await attemptAt(run, 'closest'));
    await late.raiseFence();
    await using ingest = new Graph(
      network.stack.neo4j,
      undefined,
      await attemptAt(run, 'ingest', ['ingest', 'closest']),
    );
    await ingest.raiseFence();
    await expect(late.write('cypher/reputation/remove.cypher', { userIds: [] })).rejects.toThrow(StaleAttemptError);
  });

  test('makes it wait while it is committing', async () => {
    const run = await begin();
    const early = await attemptAt(run, 'publish');
    const order: string[] = [];
    let held = () => {};
    const isHeld = new Promise<void>((resolve) => {
      held = resolve;
    });
    const writing = database.fenced(early).transaction(async (client) => {
      held();
      await isAwaited(client);
      order.push('early');
    });
    await isHeld;
    const late = attemptAt(run, 'publish').then(() => order.push('late'));
    await Promise.all([writing, late]);
    expect(order).toEqual(['early', 'late']);
  });

  test('loses its connection if it keeps its transaction open for longer', async () => {
    const run = await begin();
    const { written, letGo } = await heldUp(await attemptAt(run, 'publish'));
    try {
      expect(await attemptAt(run, 'publish')).toMatchObject({ attempts: 2 });
    } finally {
      letGo();
    }
    await expect(written).rejects.toThrow(/Postgres/);
  });
});

describe('a folder that changes', () => {
  test('while it is read stops a run by hand before anything reaches the graph', async () => {
    const input = day();
    const planned = await planRun(network.settings, { input });
    appendFileSync(join(input, 'like.csv'), '30,40,3,2024-05-31 00:00:00,like\n');
    const running = runWhole(planned, silent, new AbortController().signal);
    await expect(running).rejects.toThrow(FolderChangedError);
  });

  test('after an attempt has loaded it fails a queued run', async () => {
    const input = day();
    const run = await begin(input);
    expect(await conduct(run, 'ingest')).toMatchObject({ kind: 'done', rows: 2 });
    // As if the worker had died just before it could say so.
    await network.pool.query("UPDATE kith.run_steps SET status = 'running'");
    appendFileSync(join(input, 'like.csv'), '30,40,3,2024-05-31 00:00:00,like\n');
    expect(await conduct(run, 'ingest')).toMatchObject({
      kind: 'failed',
      attempt: 2,
      error: expect.objectContaining({
        message: expect.stringMatching(/has changed since this run began to load it/),
      }),
    });
  });

  test('only in files that are not input changes nothing', async () => {
    const input = day();
    const run = await begin(input);
    await conduct(run, 'ingest');
    await network.pool.query("UPDATE kith.run_steps SET status = 'running'");
    writeFileSync(join(input, 'reputation_score.csv'), 'user_id,pred\n');
    expect(await conduct(run, 'ingest')).toMatchObject({ kind: 'done', rows: 2 });
  });
});

describe('a run that is cancelled', () => {
  test('while a step begins or runs is over: the step has no further effect', async () => {
    const run = await begin();
    const attempt = await attemptAt(run, 'ingest');
    expect(await giveUpRun(database, run)).toBe(true);
    await expect(database.fenced(attempt).query('sql/runs/summarize.sql', [run, {}])).rejects.toThrow(
      StaleAttemptError,
    );
    expect(await beginAttempt(database, run, 'ingest', ['ingest'])).toBeUndefined();
    expect(await giveUpRun(database, run)).toBe(false);
  });

  test('waits for a commit in progress, and ends a writer that takes too long', async () => {
    const run = await begin();
    const { written, letGo } = await heldUp(await attemptAt(run, 'ingest'));
    try {
      expect(await giveUpRun(database, run)).toBe(true);
    } finally {
      letGo();
    }
    await expect(written).rejects.toThrow(/Postgres/);
  });

  test('stays cancelled, however many attempts begin at the same time', async () => {
    for (let i = 0; i < 20; i++) {
      const run = await begin();
      const [, attempt] = await Promise.all([
        giveUpRun(database, run),
        beginAttempt(database, run, 'ingest', ['ingest']),
      ]);
      if (attempt)
        await expect(database.fenced(attempt).query('sql/runs/summarize.sql', [run, {}])).rejects.toThrow(
          StaleAttemptError,
        );
    }
  });
});

test('after Postgres was restored from an older backup, one run or reset fails and the next one works', async () => {
  const input = day();
  await network.run({ input });
  const backInTime = () => network.pool.query("SELECT setval('kith.step_token', 1000)");
  await backInTime();
  await expect(network.run({ input })).rejects.toThrow(/probably restored from a backup.*run again/);
  await network.run({ input });
  await backInTime();
  await expect(network.reset()).rejects.toThrow(/probably restored from a backup.*run again/);
  await network.reset();
});

describe('the queue', () => {
  test('queues a day once, even if its run is over when the schedule calls again', async () => {
    const dueAt = new Date(Date.now() - 1000);
    const input = day();
    const [id] = await enqueueRuns(database, [wanted(input, dueAt)]);
    expect(await enqueueRuns(database, [wanted(input, dueAt)])).toEqual([]);
    await network.pool.query("UPDATE kith.runs SET status = 'published' WHERE id = $1", [id]);
    expect(await enqueueRuns(database, [wanted(input, dueAt)])).toEqual([]);
    // By hand it may be queued again.
    expect(await enqueueRuns(database, [wanted(input)])).toHaveLength(1);
  });

  test('has only one run running, however many ask at the same time', async () => {
    await enqueueRuns(database, [wanted(day()), wanted(day()), wanted(day())]);
    const asked = await Promise.all(Array.from({ length: 8 }, () => queuedRunUnderWay(database)));
    expect(new Set(asked).size).toBe(1);
    const { rows } = await network.pool.query(
      "SELECT count(*)::integer AS running FROM kith.runs WHERE status = 'running'",
    );
    expect(rows).toEqual([{ running: 1 }]);
  });

  test('gives up on a step that was begun twelve times without ending', async () => {
    const run = await begin();
    await attemptAt(run, 'ingest');
    await network.pool.query('UPDATE kith.run_steps SET attempts = 12');
    const end = await conduct(run, 'ingest');
    expect(end).toMatchObject({
      kind: 'failed',
      error: expect.objectContaining({ message: expect.stringMatching(/12 times/) }),
    });
  });

  test('repeats no step that is done, and does no step of a run that is over', async () => {
    const run = await begin();
    await conduct(run, 'ingest');
    expect(await conduct(run, 'ingest')).toMatchObject({ kind: 'void' });
    await network.pool.query("UPDATE kith.runs SET status = 'failed'");
    expect(await conduct(run, 'closest')).toMatchObject({ kind: 'void' });
  });

  test('tries bad input once', async () => {
    const input = day();
    writeFileSync(join(input, 'like.csv'), 'so,what\n');
    const end = await conduct(await begin(input), 'ingest');
    expect(end).toMatchObject({ kind: 'failed', attempt: 1 });
  });

  test('counts an error as one, even if Neo4j was restarted at the same time', async () => {
    const run = await begin();
    for (const step of ['ingest', 'closest', 'reputation', 'recommend'] as const) await conduct(run, step);
    await using _ = await heldInPostgres(network.stack, 'SELECT FROM graph_recs.recommendations LIMIT 1');
    const settings = { ...network.settings, publishPatienceSeconds: 5 };
    let isWaiting = false;
    const publishing = performStep({
      settings,
      database,
      run: (await readRun(database, run)) as Run,
      name: 'publish',
      stop: new AbortController().signal,
      report: ({ doing }) => {
        isWaiting ||= doing.includes('waiting for');
      },
    });
    await until('publish to wait for the reader', () => isWaiting);
    // As an ingest in bulk does it, too.
    await down(settings, { only: 'neo4j' });
    expect(await publishing).toMatchObject({ kind: 'later', isFailure: true });
    await up(settings);
    const { rows } = await network.pool.query("SELECT attempts, failures FROM kith.run_steps WHERE step = 'publish'");
    expect(rows).toEqual([{ attempts: 1, failures: 1 }]);
  });
});
