import { setTimeout as sleep } from 'node:timers/promises';
import type { Agenda } from 'agenda';
import pg from 'pg';
import { EngineError } from '../../src/errors.ts';
import { openJobStore } from '../../src/jobs/worker/job-store.ts';
import { followSettings, readSchedule, setSchedule, turnOffSchedule } from '../../src/jobs/worker/schedule.ts';
import { MongoServer } from '../harness/mongo-server.ts';
import { TestNetwork, testSettings } from '../harness/network.ts';
import { until } from '../harness/until.ts';

let network: TestNetwork;
let mongo: MongoServer;
beforeAll(async () => {
  network = await TestNetwork.open();
  mongo = await MongoServer.start();
});
afterAll(async () => {
  await mongo?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

describe.each([
  ['Postgres', () => network.stack.postgres.url],
  ['MongoDB', () => mongo.url],
])('jobs in %s', (_, url) => {
  const opened: AsyncDisposable[] = [];
  const troubles: string[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
  });

  async function open(lockLifetime = 4_000): Promise<Agenda> {
    const store = await openJobStore(url(), { lockLifetime, onTrouble: (why) => troubles.push(why) });
    opened.push(store);
    return store.agenda;
  }

  test('are each done once, however many workers there are', async () => {
    const done: number[] = [];
    const workers = await Promise.all([open(60_000), open(60_000), open(60_000)]);
    for (const agenda of workers) {
      agenda.define<{ n: number }>('once', async (job) => void done.push(job.attrs.data.n), { removeOnComplete: true });
      await agenda.start();
    }
    await Promise.all(Array.from({ length: 60 }, (_, n) => workers[n % 3]?.now('once', { n })));
    await until('sixty jobs', () => done.length >= 60);
    await sleep(3_000);
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  test('are unique for a run and step until they are done', async () => {
    const agenda = await open();
    agenda.define('step', async () => undefined, { removeOnComplete: true });
    const ensure = () =>
      agenda
        .create('step', { runId: 'r', step: 'closest' })
        .unique({ 'data.runId': 'r', 'data.step': 'closest' }, { insertOnly: true })
        .schedule(new Date())
        .save();
    for (let i = 0; i < 3; i++) await ensure();
    const jobs = () => agenda.queryJobs({ name: 'step' });
    expect((await jobs()).total).toBe(1);
    await agenda.start();
    await until('the job to be done', async () => (await jobs()).total === 0);
    await ensure();
    await until('the job to be done', async () => (await jobs()).total === 0);
  });

  test('that fail are retried after the delay that their error gives', async () => {
    const agenda = await open();
    const times: number[] = [];
    agenda.define(
      'again',
      async () => {
        times.push(Date.now());
        if (times.length < 3) throw new Error('not yet');
      },
      { removeOnComplete: true, backoff: () => 1_000 },
    );
    await agenda.start();
    await agenda.now('again');
    await until('the third time', () => times.length >= 3);
    for (const i of [1, 2]) expect((times[i] as number) - (times[i - 1] as number)).toBeGreaterThanOrEqual(1_000);
  });

  test('are not lost while they are touched, even beyond the lifetime of their lock', async () => {
    let begun = 0;
    let ended = 0;
    let longestMs = 0;
    const lifetime = 5_000;
    for (const agenda of await Promise.all([open(lifetime), open(lifetime)])) {
      agenda.define(
        'long',
        async (job) => {
          begun++;
          let touched = performance.now();
          for (const end = Date.now() + 3 * lifetime; Date.now() < end; await sleep(500)) {
            await job.touch();
            longestMs = Math.max(longestMs, performance.now() - touched);
            touched = performance.now();
          }
          ended++;
        },
        { lockLifetime: lifetime, removeOnComplete: true },
      );
      await agenda.start();
    }
    const [store] = opened as unknown as { agenda: Agenda }[];
    await store?.agenda.now('long');
    await until('the job to end', () => ended > 0 && ended === begun);
    // On a machine that stood still for so long, the lock is rightly another's.
    if (longestMs < lifetime - 1_000) expect(begun).toBe(1);
  });

  test('are let go by a worker that stops while it fetches one', async () => {
    const agenda = await open();
    agenda.define('late', async () => undefined);
    await agenda.now('late');
    const fetchNext = agenda.db.getNextJobToRun.bind(agenda.db);
    const stopped = new Promise<unknown>((resolve) => {
      agenda.db.getNextJobToRun = (...args) => {
        const fetching = fetchNext(...args);
        // Its constructor asks already, before there is something to stop.
        queueMicrotask(() => resolve(Promise.all([agenda.stop(false), fetching])));
        return fetching;
      };
    });
    await agenda.start();
    await stopped;
    const { jobs } = await agenda.queryJobs({ name: 'late' });
    expect(jobs.map(({ lockedAt }) => lockedAt ?? null)).toEqual([null]);
    await agenda.cancel({ name: 'late' });
  });

  test('have one schedule, which can be changed and turned off', async () => {
    const agenda = await open();
    agenda.define('kith morning', async () => undefined);
    expect(await readSchedule(agenda)).toBeUndefined();
    const first = { cron: '0 7 * * *', timeZone: 'America/New_York', inputRoot: 's3://bucket/graph_data' };
    const since = new Date('2026-11-23T12:00:00Z');
    await setSchedule(agenda, first, true, since);
    const kept = { isByHand: true, isOff: false, since };
    expect(await readSchedule(agenda)).toEqual({ ...first, ...kept });
    await setSchedule(agenda, { ...first, cron: '30 6 * * *', timeZone: 'UTC' }, true, since);
    const changed = await readSchedule(agenda);
    expect(changed).toMatchObject({ cron: '30 6 * * *', timeZone: 'UTC' });
    // What the settings of a worker say does not count once a person has said something, not even that there is none.
    const settings = testSettings({ KITH_INPUT_ROOT: '/elsewhere', KITH_SCHEDULE: '0 9 * * *' });
    await followSettings(agenda, settings, since);
    expect(await readSchedule(agenda)).toEqual(changed);
    await turnOffSchedule(agenda, first, since);
    await followSettings(agenda, settings, since);
    expect(await readSchedule(agenda)).toMatchObject({ isOff: true });
    await setSchedule(agenda, first, true, since);
    expect(await readSchedule(agenda)).toMatchObject({ isOff: false });
    expect((await agenda.queryJobs({ name: 'kith morning' })).total).toBe(1);
    await agenda.cancel({ name: 'kith morning' });
    expect(await readSchedule(agenda)).toBeUndefined();
    // Without a word of a person's it is that of the settings, as they are now.
    for (const cron of ['0 9 * * *', '0 10 * * *']) {
      await followSettings(agenda, testSettings({ KITH_INPUT_ROOT: '/elsewhere', KITH_SCHEDULE: cron }), since);
      expect(await readSchedule(agenda)).toMatchObject({ cron, inputRoot: '/elsewhere', isByHand: false });
    }
    await agenda.cancel({ name: 'kith morning' });
  });
});

test('a separate Postgres for jobs needs only an empty database, even if several workers begin at once', async () => {
  await network.pool.query('DROP DATABASE IF EXISTS jobs_alone WITH (FORCE)');
  await network.pool.query('CREATE DATABASE jobs_alone');
  const url = new URL(network.stack.postgres.url);
  url.pathname = '/jobs_alone';
  const open = () => openJobStore(url.href, { lockLifetime: 4_000, onTrouble: () => undefined });
  const stores = await Promise.all([open(), open(), open(), open(), open()]);
  await using store = stores.pop() as (typeof stores)[0];
  for (const other of stores) await other[Symbol.asyncDispose]();
  expect((await store.agenda.queryJobs({ name: 'none' })).total).toBe(0);
  const tables = "SELECT schemaname FROM pg_tables WHERE tablename LIKE 'agenda%'";
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query(tables);
  await client.end();
  expect(new Set(rows.map(({ schemaname }) => schemaname))).toEqual(new Set(['kith']));
});

test('an unreachable store is reported without its password', async () => {
  const open = openJobStore('postgres://kith:hush@127.0.0.1:1/jobs', {
    lockLifetime: 4_000,
    onTrouble: () => undefined,
  });
  await expect(open).rejects.toThrow(EngineError);
  await expect(open).rejects.toThrow(/^The job store \(KITH_JOBS_URL.*can't be used: (?!.*hush)/);
});
