import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';
import type { Settings } from '../../src/config/settings.ts';
import { BadInputError, BusyError, ChecksFailedError, StaleAttemptError } from '../../src/errors.ts';
import { horizonOf } from '../../src/graph/expire.ts';
import { Graph } from '../../src/graph/graph.ts';
import { Accepted } from '../../src/ingest/accepted.ts';
import { type Part, runPart } from '../../src/jobs/by-hand.ts';
import type { FinishedRun } from '../../src/jobs/conduct-run.ts';
import { withKeptRows } from '../../src/jobs/kept-rows.ts';
import { withNetworkLock } from '../../src/jobs/network-lock.ts';
import { performStep, type StepEnd } from '../../src/jobs/perform-step.ts';
import { resetNetwork } from '../../src/jobs/reset.ts';
import { planRun, type RunOptions, runSettings } from '../../src/jobs/run-options.ts';
import { enqueueRuns, queuedRunUnderWay, readRun } from '../../src/jobs/runs.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { Database } from '../../src/postgres/database.ts';
import { RunningCommand } from '../harness/command-line.ts';
import { type Held, heldInGraph } from '../harness/held-locks.ts';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';
import { WorkerNetwork } from '../harness/worker-network.ts';
import type { Activity, ActivityType, Network } from '../oracle/network.ts';
import { distinct, expectedTables } from '../oracle/oracle.ts';
import { seededRandom } from '../oracle/seeded-random.ts';
import { writeFolder } from '../oracle/write-folder.ts';

const day = 86_400;
const firstDay = Date.UTC(2024, 2, 1) / 1000;
const windowDays = 6;
const retentionDays = 9;
const env = {
  KITH_WINDOW_DAYS: String(windowDays),
  KITH_RETENTION_DAYS: String(retentionDays),
  // A network so young and small grows by more than half.
  KITH_MAX_ROW_CHANGE_PERCENT: '1000000',
  // What is tested elsewhere (guards.test.ts).
  KITH_STALE_AFTER_DAYS: '36500',
  KITH_MAX_EXPIRED_PERCENT: '100',
};

let folder: string;
let network: TestNetwork;
let database: Database;
let driver: Driver;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kith-expiry-'));
  network = await TestNetwork.open(env);
  database = await Database.connect(network.stack.postgres.url);
  const { uri, username, password } = network.stack.neo4j;
  driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { useBigInt: true });
});
afterEach(async () => {
  await network.pool.query("UPDATE kith.runs SET status = 'failed' WHERE status IN ('queued', 'running')");
});
afterAll(async () => {
  await driver?.close();
  await database?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** 00:00 UTC of a day, by its number. */
const asOfDay = (number: number) => firstDay + number * day;
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const dateOf = (number: number) => iso(asOfDay(number)).slice(0, 10).replaceAll('-', '');

const like = (user: number, engaged: number, at: number, type: ActivityType = 'like'): Activity => ({
  type,
  user,
  engaged,
  message: type === 'follow' ? null : BigInt(user * 1000 + engaged),
  at,
});

/** Writes activities as the folder of a day. */
function folderOf(number: number, activities: Activity[]): string {
  const input = network.folder(dateOf(number));
  writeFolder({ activities, suspended: new Map() }, input);
  return input;
}

/** A run as of a day on a folder of its own. */
function run(number: number, activities: Activity[], settings: Partial<Settings> = {}): Promise<FinishedRun> {
  return network.run({ input: folderOf(number, activities), settings });
}

/** What the tables must be, from everything that ever arrived. */
function expected(activities: Activity[], asOf: number) {
  const { closest, recommendations, reasons } = expectedTables(
    { activities, suspended: new Map() },
    {
      asOf,
      windowSeconds: network.settings.weighting.windowSeconds,
      decay: { kind: 'linear' },
      bases: network.settings.weighting.bases,
      minReputation: 0.5,
      reputation: undefined,
    },
  );
  return { closest, recommendations, reasons };
}

async function ask<Row>(cypher: string): Promise<Row[]> {
  // No bookmarks: a bulk import begins its count of transactions anew.
  const { records } = await driver.executeQuery(cypher, {}, { bookmarkManager: null });
  return records.map((record) => record.toObject() as Row);
}

/** How many activities the graph has: follows, and all others. */
async function sizes(): Promise<{ follows: number; others: number; users: number }> {
  const [row] = await ask<Record<'follows' | 'others' | 'users', bigint>>(
    'RETURN COUNT { ()-[:FOLLOWED]->() } AS follows, COUNT { ()-[:REPLIED_TO|LIKED|MENTIONED]->() } AS others, COUNT { (:User) } AS users',
  );
  return { follows: Number(row?.follows), others: Number(row?.others), users: Number(row?.users) };
}

async function horizon(): Promise<number | undefined> {
  await using graph = new Graph(network.stack.neo4j);
  return await horizonOf(graph);
}

/** Raises the horizon as a process does that is killed before it removes anything. */
async function raiseHorizon(at: number): Promise<void> {
  await using graph = new Graph(network.stack.neo4j);
  await graph.write('cypher/expire/raise-horizon.cypher', { at: BigInt(at) });
}

async function alone(part: Part, options: RunOptions, settings = network.settings): Promise<FinishedRun> {
  return runPart(part, await planRun(settings, options), silent, new AbortController().signal);
}

/** Keeps others from writing the horizon. */
async function holdHorizon(): Promise<Held> {
  await raiseHorizon(0);
  return heldInGraph(network.stack, 'MATCH (h:Horizon) SET h.held = true');
}

/**
 * What arrives on a day: that day's activities, some that are late, some that are far too late, and a follow that is.
 */
function arrivals(number: number, random: (below: number) => number): Activity[] {
  const types: ActivityType[] = ['follow', 'reply', 'like', 'like', 'mention', 'mention'];
  const made = (at: number, type?: ActivityType): Activity => {
    const user = random(24);
    const engaged = (user + 1 + random(23)) % 24;
    return {
      ...like(user, engaged, at, type ?? types[random(types.length)]),
      ...(type === 'follow' && { message: null }),
    };
  };
  const asOf = asOfDay(number);
  return [
    ...Array.from({ length: 30 }, () => made(asOf - random(day))),
    ...Array.from({ length: 6 }, () => made(asOf - random(12 * day))),
    ...Array.from({ length: 2 }, () => made(asOf - (retentionDays + random(60)) * day, 'mention')),
    made(asOf - (retentionDays + random(60)) * day, 'follow'),
  ];
}

test('forty days, with activities that arrive late and too late, have the tables of the whole history, and the graph does not grow', async () => {
  await network.reset();
  const random = seededRandom(3);
  const all: Activity[] = [];
  let tooOld = 0;
  let removed = 0;
  for (let number = 0; number < 40; number++) {
    const arriving = arrivals(number, random);
    const known = await horizon();
    const late = arriving.filter(({ type, at }) => type !== 'follow' && at <= (known ?? Number.NEGATIVE_INFINITY));
    all.push(...arriving);
    const { summary } = await run(number, arriving);
    expect(await network.tables()).toEqual(expected(all, asOfDay(number)));
    expect(summary.expired).toBe(late.length);
    expect(summary.leftUndone).toBeUndefined();
    const kept = distinct(all).filter(({ type, at }) => type === 'follow' || at > asOfDay(number - retentionDays));
    const follows = kept.filter(({ type }) => type === 'follow').length;
    expect(await sizes()).toMatchObject({ follows, others: kept.length - follows });
    expect(kept.length - follows).toBeLessThan(36 * (retentionDays + 1));
    tooOld += late.length;
    removed += summary.removed ?? 0;
  }
  expect(tooOld).toBeGreaterThan(60);
  expect(removed).toBeGreaterThan(600);
  // The same from all of it at once, where nothing ever expired.
  const published = await network.tables();
  await network.reset();
  await run(39, all);
  expect(await network.tables()).toEqual(published);
});

describe('a run that looks back', () => {
  const last = 30;
  /** The earliest as-of whose window begins where the graph does. */
  const border = asOfDay(last - retentionDays + windowDays);
  const activities = [
    like(1, 2, asOfDay(last) - 10),
    like(2, 3, border - 10),
    like(1, 3, border - windowDays * day + 1),
  ];
  const refused = /counts activities since .* but those up to 2024-03-22T00:00:00Z have expired.*kith reset --yes/;

  beforeEach(async () => {
    await network.reset();
    await run(last, activities);
    expect(await horizon()).toBe(asOfDay(last - retentionDays));
  });

  test('exactly to where the graph begins succeeds, and one a second further is refused', async () => {
    const input = folderOf(last, activities);
    await network.run({ input, asOf: iso(border), allow: 'earlier,shrink' });
    const shown = await network.tables();
    expect(shown).toEqual(expected(activities, border));
    expect(shown.closest).toHaveLength(2);
    const further = () => network.run({ input, asOf: iso(border - 1), allow: 'earlier' });
    await expect(further()).rejects.toThrow(refused);
    await expect(further()).rejects.toThrow(BadInputError);
    expect(await network.tables()).toEqual(shown);
    expect(await sizes()).toMatchObject({ others: 3 });
  });

  test('too far through a longer window is refused, too', async () => {
    const input = folderOf(last, activities);
    const weighting = { ...network.settings.weighting, windowSeconds: retentionDays * day + 1 };
    await expect(network.run({ input, settings: { weighting } })).rejects.toThrow(refused);
    await network.run({ input, settings: { weighting: { ...weighting, windowSeconds: retentionDays * day } } });
  });

  test('is not shortened by what shows who has been active: it is kept', async () => {
    await network.reset();
    const settings = { activeDays: retentionDays + 10 };
    const old = like(3, 4, asOfDay(last - retentionDays - 5));
    const near = [like(1, 2, asOfDay(last) - 5), like(2, 3, asOfDay(last) - 5)];
    await run(last, [...near, old, like(2, 5, asOfDay(last) - 5)], settings);
    expect((await network.tables()).recommendations).toEqual(['1,3']);
    await run(last + 1, near, settings);
    expect((await network.tables()).recommendations).toEqual(['1,3']);
    expect(await horizon()).toBe(asOfDay(last + 1 - retentionDays - 10));
  });

  test('too far to see who has been active is refused, too', async () => {
    const input = folderOf(last, activities);
    await expect(network.run({ input, settings: { activeDays: retentionDays + 1 } })).rejects.toThrow(refused);
    await network.run({ input, settings: { activeDays: retentionDays }, allow: 'shrink' });
    await alone('closest', { asOf: iso(asOfDay(last)) });
    const settings = { ...network.settings, activeDays: retentionDays + 1 };
    await expect(alone('recommend', { reputation: false }, settings)).rejects.toThrow(refused);
  });

  test('is refused when its steps are called one by one, and what was done before stays', async () => {
    await alone('closest', { asOf: iso(border) });
    await expect(alone('closest', { asOf: iso(border - 1) })).rejects.toThrow(refused);
    await alone('recommend', { reputation: false });
    await alone('publish', { allow: 'earlier,shrink' });
    expect(await network.tables()).toEqual(expected(activities, border));
    // As another run might have raised it meanwhile, with a shorter retention.
    await raiseHorizon(border - windowDays * day + 1);
    const { rows } = await network.pool.query('SELECT count(*) FROM kith.runs');
    await expect(alone('recommend', { reputation: false })).rejects.toThrow(BadInputError);
    await expect(alone('publish', {})).rejects.toThrow(BadInputError);
    expect((await network.pool.query('SELECT count(*) FROM kith.runs')).rows).toEqual(rows);
    // A folder by itself has no window.
    await alone('ingest', { input: folderOf(1, activities) });
  });

  test('fails at once when it comes from the queue', async () => {
    const conduct = async (asOf: number): Promise<StepEnd> => {
      const { settings } = network;
      const input = folderOf(last, activities);
      await enqueueRuns(database, [
        { input, asOf, scores: undefined, settings: runSettings(settings, undefined), allowed: ['earlier'] },
      ]);
      const run = await readRun(database, (await queuedRunUnderWay(database)) as string);
      if (!run) throw new Error('nothing is queued');
      const stop = new AbortController().signal;
      return performStep({ settings, database, run, name: 'ingest', stop, report: () => undefined });
    };
    expect(await conduct(border - 1)).toMatchObject({
      kind: 'failed',
      error: expect.objectContaining({ message: expect.stringMatching(refused) }),
    });
    await network.pool.query("UPDATE kith.runs SET status = 'failed' WHERE status = 'running'");
    expect(await conduct(border)).toMatchObject({ kind: 'done' });
  });

  test('is possible after a reset', async () => {
    const input = folderOf(last, activities);
    await network.reset();
    expect(await horizon()).toBeUndefined();
    await network.run({ input, asOf: iso(border - windowDays * day + 2) });
    expect((await network.tables()).closest).toHaveLength(1);
  });
});

describe('what is too old', () => {
  test('is not stored when it arrives late, but its users are, and a follow is stored and keeps its user from being recommended', async () => {
    await network.reset();
    const recent = [like(1, 2, asOfDay(30) - 5), like(2, 3, asOfDay(30) - 5), like(2, 4, asOfDay(30) - 5)];
    await run(30, recent);
    expect((await network.tables()).recommendations).toEqual(['1,3', '1,4']);
    const edge = asOfDay(30 - retentionDays);
    const late = [like(5, 6, edge), like(5, 7, edge + 1), like(1, 3, edge - 100 * day, 'follow')];
    const { summary } = await run(30, late);
    expect(summary).toMatchObject({ expired: 1, added: 2, repeated: 0 });
    expect(summary.files?.map(({ file, lines, parsed, rejected }) => [file, lines, parsed, rejected])).toContainEqual([
      'like.csv',
      2,
      2,
      0,
    ]);
    expect(await sizes()).toEqual({ follows: 1, others: 4, users: 7 });
    expect((await network.tables()).recommendations).toEqual(['1,4']);
    // Long after, the follow is still there.
    const later = [like(1, 2, asOfDay(60) - 5), like(2, 3, asOfDay(60) - 5), like(2, 4, asOfDay(60) - 5)];
    await run(60, later);
    expect(await sizes()).toEqual({ follows: 1, others: 3, users: 7 });
    expect((await network.tables()).recommendations).toEqual(['1,4']);
  });

  test('is removed by the next run if a crash came between the horizon and the removal, and no table shows it', async () => {
    await network.reset();
    const activities = [like(1, 2, asOfDay(29)), like(1, 3, asOfDay(20)), like(2, 4, asOfDay(28))];
    const keepAll = { retention: { seconds: 1000 * day, isSet: true } };
    await run(30, activities, keepAll);
    await raiseHorizon(asOfDay(21));
    expect(await sizes()).toMatchObject({ others: 3 });
    const back = { input: folderOf(30, activities), asOf: iso(asOfDay(26)), allow: 'earlier' };
    await expect(network.run(back)).rejects.toThrow(/expired/);
    await network.run({ input: folderOf(30, activities), asOf: iso(asOfDay(30) + 60), settings: keepAll });
    expect(await network.tables()).toEqual(expected(activities, asOfDay(30) + 60));
    expect(await sizes()).toMatchObject({ others: 2 });
    expect(await horizon()).toBe(asOfDay(21));
  });

  test('is what the as-of of the published run says, unless it was an earlier one, and never what that run counts', async () => {
    await network.reset();
    const activities = [like(1, 2, asOfDay(30) - 5), like(1, 3, asOfDay(23)), like(2, 4, asOfDay(20))];
    await run(30, activities);
    expect(await sizes()).toMatchObject({ others: 2 });
    const shorter = { retention: { seconds: windowDays * day, isSet: true } };
    await network.run({ input: folderOf(30, activities), asOf: iso(asOfDay(28)), settings: shorter, allow: 'earlier' });
    expect(await horizon()).toBe(asOfDay(21));
    expect(await network.tables()).toEqual(expected(activities, asOfDay(28)));
    await network.run({ input: folderOf(30, activities), settings: shorter });
    expect(await horizon()).toBe(asOfDay(24));
    expect(await sizes()).toMatchObject({ others: 1 });
  });

  test('is removed where a block has set it aside, too, but no follow; and what is set aside is not added again', async () => {
    await network.reset();
    const activities = [
      like(1, 2, asOfDay(30) - 5),
      like(3, 4, asOfDay(23)),
      like(4, 3, asOfDay(22), 'mention'),
      like(3, 4, asOfDay(10), 'follow'),
      like(4, 3, asOfDay(29), 'reply'),
    ];
    const input = network.folder(dateOf(30));
    const words: Network['words'] = [{ type: 'block', user: 3, other: 4, at: asOfDay(24) }];
    writeFolder({ activities, words, suspended: new Map() }, input);
    const setAside = async () => {
      const [row] = await ask<{ types: string[] }>('MATCH ()-[a:SET_ASIDE]->() RETURN collect(a.type) AS types');
      return row?.types.toSorted();
    };
    await network.run({ input });
    expect((await network.tables()).closest).toHaveLength(1);
    expect(await setAside()).toEqual(['FOLLOWED', 'LIKED', 'MENTIONED', 'REPLIED_TO']);
    const again = await network.run({ input });
    expect(again.summary).toMatchObject({ added: 0, graph: { activities: 5 } });
    const careful = await run(33, [], { maxExpiredPercent: 39 });
    expect(careful.summary.leftUndone?.expire).toMatch(/would remove 2 of 5 activities/);
    expect((await run(33, [], { maxExpiredPercent: 40 })).summary).toMatchObject({ removed: 2 });
    expect(await setAside()).toEqual(['FOLLOWED', 'REPLIED_TO']);
    await run(60, [like(1, 2, asOfDay(60) - 5)]);
    expect(await setAside()).toEqual(['FOLLOWED']);
  });

  test('in a graph that was emptied of everything else is stored, since nothing is missing', async () => {
    await network.reset();
    await run(30, []);
    const { summary } = await run(30, [like(1, 2, asOfDay(1))], { loader: 'bulk' });
    expect(summary).toMatchObject({ loader: 'bulk', expired: 0, added: 1 });
  });
});

test('folders of runs that ended long ago are removed, but no others', async () => {
  await network.reset();
  const activities = [like(1, 2, asOfDay(29)), like(2, 4, asOfDay(28))];
  const folders = () => readdirSync(join(network.settings.home, 'runs')).toSorted();
  const ids: string[] = [];
  for (const asOf of [30, 31, 32]) ids.push((await run(asOf, activities)).run.id);
  const [first, second, third] = ids as [string, string, string];
  mkdirSync(join(network.settings.home, 'runs', 'unknown'));
  expect(folders()).toEqual([...ids, 'unknown']);
  const age = "UPDATE kith.runs SET finished_at = finished_at - interval '100 days' WHERE id = $1";
  await network.pool.query(age, [first]);
  const { summary, run: fourth } = await run(33, activities);
  expect({ pruned: summary.pruned, left: folders() }).toEqual({
    pruned: 1,
    left: [second, third, fourth.id, 'unknown'],
  });
});

test('a run that fails removes what earlier ones have left, so that failures every day do not fill the disk', async () => {
  await network.reset();
  const { home } = network.settings;
  const { id } = (await run(30, [like(1, 2, asOfDay(29))])).run;
  await run(31, [like(1, 2, asOfDay(29))]);
  await network.pool.query("UPDATE kith.runs SET finished_at = finished_at - interval '100 days' WHERE id = $1", [id]);
  const left = ['runs/unknown/work-1/staging', 'rebuild/staging'].map((name) => join(home, name));
  // Somebody else's folder stays, whatever it is called.
  const foreign = join(home, 'runs', 'unknown', 'work-of-others');
  for (const each of [...left, foreign]) mkdirSync(each, { recursive: true });
  const input = folderOf(32, []);
  writeFileSync(join(input, 'like.csv'), 'no row at all\n'.repeat(9));
  await expect(network.run({ input })).rejects.toBeInstanceOf(BadInputError);
  expect([...left, foreign, join(home, 'runs', id)].filter((each) => existsSync(each))).toEqual([foreign]);
});

describe('the kept rows', () => {
  const signal = new AbortController().signal;

  test('are changed after a run only while nobody works by hand, and never after a reset', async () => {
    await network.reset();
    const { run: published } = await run(30, [like(1, 2, asOfDay(29))]);
    const context = { database, run: published, signal };
    await withKeptRows(context, () => expect(network.reset()).rejects.toBeInstanceOf(BusyError));
    await withNetworkLock(database, () =>
      expect(withKeptRows(context, async () => undefined)).rejects.toBeInstanceOf(BusyError),
    );
    await network.reset();
    const late = withKeptRows(context, async () => new Accepted(network.settings).remember({ horizon: 1 }));
    await expect(late).rejects.toBeInstanceOf(StaleAttemptError);
    expect(new Accepted(network.settings).known()).toBeUndefined();
  });

  test('and all other files stay when a reset is refused', async () => {
    await run(30, [like(1, 2, asOfDay(29))]);
    const { home } = network.settings;
    const files = () =>
      ['accepted', 'runs'].flatMap((name) => readdirSync(join(home, name), { recursive: true }).map(String));
    const before = files();
    await network.pool.query(
      `CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER note AFTER INSERT ON graph_recs.rec_reasons FOR EACH ROW EXECUTE FUNCTION public.note()`,
    );
    try {
      await expect(network.reset()).rejects.toBeInstanceOf(ChecksFailedError);
    } finally {
      await network.pool.query('DROP FUNCTION public.note CASCADE');
    }
    // Nor when it waits too long for a reader.
    const reader = await network.pool.connect();
    try {
      await reader.query('BEGIN; SELECT FROM graph_recs.closest_connections');
      const impatient = { ...network.settings, publishPatienceSeconds: 1 };
      await expect(resetNetwork(impatient, signal)).rejects.toThrow(/^Nothing was reset/);
    } finally {
      await reader.query('ROLLBACK');
      reader.release();
    }
    expect(before.length).toBeGreaterThan(3);
    expect(files()).toEqual(before);
  });
});

describe('a run that is published stays so', () => {
  const activities = [like(1, 2, asOfDay(29)), like(1, 3, asOfDay(2)), like(2, 4, asOfDay(28))];
  beforeEach(() => network.reset());

  test('when what comes after it fails: the summary says why, and the next run does it', async () => {
    // As whatever else might be wrong with the graph: no two may be the same.
    await ask('CREATE CONSTRAINT one_horizon FOR (h:Horizon) REQUIRE h.at IS UNIQUE');
    await ask('CREATE (:Horizon {at: 1}), (:Horizon {at: 2})');
    try {
      const { summary } = await run(30, activities);
      expect(summary.leftUndone).toEqual({ expire: expect.stringMatching(/raise-horizon/) });
      expect((await network.tables()).closest).toHaveLength(2);
      const { rows } = await network.pool.query('SELECT status, summary FROM kith.runs');
      expect(rows).toEqual([
        { status: 'published', summary: expect.objectContaining({ leftUndone: summary.leftUndone }) },
      ]);
    } finally {
      await ask('DROP CONSTRAINT one_horizon');
      await ask('MATCH (h:Horizon) DELETE h');
    }
    expect((await run(30, activities)).summary).toMatchObject({ removed: 1, expired: 0 });
  });

  test('when Ctrl-C ends what comes after it, with exit code 0', async () => {
    await using held = await holdHorizon();
    const { home, embedded } = network.settings;
    const { neo4jHeap = '', neo4jPageCache = '' } = embedded;
    const command = new RunningCommand(['run', '--input', folderOf(30, activities)], {
      ...env,
      KITH_HOME: home,
      KITH_NEO4J_HEAP: neo4jHeap,
      KITH_NEO4J_PAGE_CACHE: neo4jPageCache,
    });
    await command.says('expire: begins');
    await held.awaited();
    const { code, stdout } = await command.end('SIGINT');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/: published\n[\s\S]*left to the next run: expire \(stopped\)/),
    });
    expect((await network.tables()).closest).toHaveLength(2);
  });

  test('when a later run begins meanwhile, which closes the graph to what comes after the one before', async () => {
    {
      await using held = await holdHorizon();
      const first = run(30, activities);
      const published = "SELECT FROM kith.runs WHERE status = 'published'";
      await until('the publish', async () => (await network.pool.query(published)).rows.length > 0);
      await held.awaited();
      // The fence waits for ten seconds.
      const second = alone('ingest', { input: folderOf(31, activities) });
      const why = 'a later run has begun';
      expect((await first).summary.leftUndone).toEqual({ expire: why, compact: why });
      await second;
    }
    expect(await sizes()).toMatchObject({ others: 3 });
  });
});

test('a worker removes what is too old after its runs, and ends at SIGTERM without waiting for it', async () => {
  await using workers = new WorkerNetwork(folder, env);
  const given: Network = { activities: [like(1, 2, asOfDay(29)), like(1, 3, asOfDay(2))], suspended: new Map() };
  const input = join(folder, dateOf(30));
  writeFolder(given, input);
  const worker = await workers.startWorker();
  await workers.kith('enqueue', '--input', input);
  expect(await workers.untilOver()).toMatchObject({ status: 'published' });
  await worker.says('after the publish');
  const { code, stderr } = await workers.endWorker(worker, 'SIGTERM');
  expect(code).toBe(0);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; removed?: number });
  expect(lines.find(({ msg }) => msg === 'after the publish')).toMatchObject({ removed: 1 });
});
