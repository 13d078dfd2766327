import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readSettings, type Settings } from '../../src/config/settings.ts';
import { homeOf } from '../../src/engines/home.ts';
import { importFolder } from '../../src/engines/import-folder.ts';
import { findEngine } from '../../src/engines/processes.ts';
import { down, up } from '../../src/engines/stack.ts';
import { BadInputError, BrokenStoreError, EngineError } from '../../src/errors.ts';
import { generate } from '../../src/generate/generate.ts';
import { runPart, runWhole } from '../../src/jobs/by-hand.ts';
import { planRebuild, rebuildGraph } from '../../src/jobs/rebuild.ts';
import { resetNetwork } from '../../src/jobs/reset.ts';
import { planRun } from '../../src/jobs/run-options.ts';
import { silent, type Watched, type Watcher } from '../../src/jobs/watcher.ts';
import { MessageStore } from '../../src/messages/message-store.ts';
import { shownRun } from '../../src/show/shown-run.ts';
import { heldInPostgres } from '../harness/held-locks.ts';
import { TestNetwork } from '../harness/network.ts';
import { mayMount, SmallDisk } from '../harness/small-disk.ts';
import { until } from '../harness/until.ts';

const suite = mayMount() ? describe : describe.skip;
const { signal } = new AbortController();
const MiB = 1024 ** 2;
/** Of tables, rows without their instants, but whether the row is older than its run. */
type Tables = Record<'closest_connections' | 'recommendations' | 'rec_reasons', string[]>;

/** When a disk gets full: right as the run says that it does this in this step. */
interface Moment {
  step: string;
  doing: RegExp;
}

suite('on small disks (skipped where file systems can not be mounted)', () => {
  let place: string;
  /** Of Kith's own files, of Neo4j's data, which are linked, and of Postgres'. */
  let disks: Record<'home' | 'neo4j' | 'postgres', SmallDisk>;
  let settings: Settings;
  let days: string[];
  let expected: Tables[];

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'kith-disk-'));
    chmodSync(place, 0o711);
    days = ['20240601', '20240602', '20240603'].map((name) => join(place, name));
    for (const [i, out] of days.entries())
      await generate({ users: 800, activities: 20_000, messages: 500, seed: i + 1, out });
    // What comes out where nothing goes wrong.
    await using network = await TestNetwork.open();
    expected = [];
    for (const input of days) {
      await network.run({ input, settings: { maxRowChangePercent: 1000 } });
      expected.push(await tablesAt(network.stack.postgres.url));
    }
    const home = join(place, 'home');
    disks = {
      // Nothing in these two need be executable.
      home: new SmallDisk(home, 200 * MiB, ['noexec']),
      neo4j: new SmallDisk(join(place, 'neo4j'), 500 * MiB, ['noexec']),
      postgres: new SmallDisk(join(home, 'postgres'), 500 * MiB),
    };
    for (const folder of [join(home, 'neo4j'), join(place, 'neo4j', 'data')]) mkdirSync(folder);
    symlinkSync(join(place, 'neo4j', 'data'), join(home, 'neo4j', 'data'));
    settings = readSettings({
      KITH_HOME: home,
      KITH_NEO4J_HEAP: '512m',
      KITH_NEO4J_PAGE_CACHE: '128m',
      KITH_MIN_FREE_SPACE: '0',
      KITH_MAX_ROW_CHANGE_PERCENT: '1000',
      KITH_LOADER: 'merge',
    });
  });

  afterAll(async () => {
    if (settings) await down(settings);
    for (const disk of Object.values(disks ?? {}).toReversed()) disk[Symbol.dispose]();
    rmSync(place, { recursive: true, force: true });
  });

  test('a step that has too little space is refused, and says how much it needs', async () => {
    const wanting = { ...settings, minFreeBytes: 4096 * MiB };
    await expect(run(0, { settings: wanting })).rejects.toThrow(
      /^The disk that holds .+ is too full: ingest needs about \d+ (MiB|GiB) there .+ and \d+ MiB are left; free some space/,
    );
    await expect(run(0, { settings: wanting })).rejects.toBeInstanceOf(EngineError);
  });

  test('a bulk import to a disk that gets full is told, also to one that data are linked to', async () => {
    const bulk: Settings = { ...settings, loader: 'bulk' };
    await fails(0, 'home', { step: 'ingest', doing: /^writing the importer's files/ }, bulk);
    const importer = () => findEngine('kith.Neo4jImport', importFolder(homeOf(settings)))[0];
    const full = until('the importer', importer, { pauseMs: 5 }).then(() => disks.neo4j.fill(0));
    full.catch(() => undefined);
    await expectFull(run(0, { settings: bulk }), 'neo4j');
    await full;
    disks.neo4j.free();
    await run(0, { settings: bulk });
    expect(await tables()).toEqual(expected[0]);
    expect(readdirSync(join(place, 'neo4j'))).toEqual(['data']);
  });

  test('a store that can not be opened is rebuilt from the accepted rows', async () => {
    await down(settings, { only: 'neo4j' });
    breakNeo4j();
    await expect(up(settings)).rejects.toBeInstanceOf(BrokenStoreError);
    await expect(up(settings)).rejects.toThrow(/run `kith rebuild`/);
    // Each of the runs so far has kept the folder.
    expect(planRebuild(settings)).toMatchObject({ folders: 3, isComplete: true });
    const rebuilt = await rebuildGraph(settings, signal, () => undefined);
    expect(rebuilt.users).toBeGreaterThan(700);
    expect(existsSync(rebuilt.aside as string)).toBe(true);
    rmSync(rebuilt.aside as string, { recursive: true });
    // Yesterday's tables stay, and are what is shown until there are closest connections again.
    expect(await tables()).toEqual(expected[0]);
    expect(await shownRun(settings, signal)).toMatchObject({
      isGraphOfRun: false,
      whyNot: expect.stringContaining('was rebuilt'),
    });
    const recommending = runPart('recommend', await planRun(settings, {}), silent, signal);
    await expect(recommending).rejects.toBeInstanceOf(BadInputError);
  });

  test('a disk that gets full during ingest is told, the tables stay, and the same command goes on', async () => {
    await fails(1, 'home', { step: 'ingest', doing: /^reading follow/ });
    await fails(1, 'home', { step: 'ingest', doing: /^reading messages/ });
    await fails(1, 'home', { step: 'ingest', doing: /^keeping the accepted rows/ });
    await fails(1, 'neo4j', { step: 'ingest', doing: /^merging/ });
    // Only the messages are left to be kept.
    await fails(1, 'home', { step: 'ingest', doing: /^merging/ });
    await run(1);
    // After a rebuild, too: the rows of both days, and which of them stood yesterday.
    expect(await tables()).toEqual(expected[1]);
  });

  test('so is one that gets full in the steps after it', async () => {
    await fails(2, 'neo4j', { step: 'closest', doing: /^begins/ });
    await fails(2, 'postgres', { step: 'closest', doing: /^begins/ });
    await fails(2, 'postgres', { step: 'recommend', doing: /^begins/ });
    await run(2);
    expect(await tables()).toEqual(expected[2]);
  });

  test('a Postgres that has no space for another connection is told at once, and takes one when there is some', async () => {
    await up(settings);
    await disks.postgres.fill(0);
    // Postgres writes these again for the next connection, as after a change of its tables.
    const data = join(settings.home, 'postgres', 'data');
    const names = readdirSync(data, { recursive: true, encoding: 'utf8' });
    const cached = names.filter((name) => name.endsWith('pg_internal.init')).map((name) => join(data, name));
    expect(cached.length).toBeGreaterThan(1);
    // What Postgres does for itself makes a connection now and then, too.
    await until('a full disk without them', async () => {
      for (const path of cached) rmSync(path, { force: true });
      await disks.postgres.fill(0);
      return !cached.some((path) => existsSync(path));
    });
    await expectFull(up(settings), 'postgres');
    disks.postgres.free();
    expect(await tables()).toEqual(expected[2]);
  });

  test('a Postgres that ends in the middle of a publish, as its log can not grow, is told and started again', async () => {
    const before = await tables();
    const stack = await up(settings);
    const reader = await heldInPostgres(stack, 'SELECT FROM graph_recs.closest_connections LIMIT 1');
    const act = () => useUpLog(stack.postgres.url, disks.postgres);
    const failing = run(2, { when: { step: 'publish', doing: /^waiting for/ }, act });
    await expectFull(failing, 'postgres');
    await reader[Symbol.asyncDispose]();
    disks.postgres.free();
    // The server that ends may still answer once.
    expect(await until('the tables', () => tables().catch(() => undefined))).toEqual(before);
    await run(2);
    expect(withoutAge(await tables())).toEqual(withoutAge(before));
  });

  test('messages that a full disk can not take are told, and those before stay', async () => {
    const path = join(settings.home, 'other', 'messages.duckdb');
    const add = async (first: number) => {
      await using store = await MessageStore.open(path);
      const stage = await store.stage();
      const words = 'a word '.repeat(50);
      stage(
        Array.from({ length: 5000 }, (_, i) => ({
          id: BigInt(first + i),
          userId: i,
          at: first + i,
          words,
          isGood: undefined,
        })),
      );
      await store.commit();
    };
    const count = async () => {
      await using store = await MessageStore.open(path);
      return (await store.count(2 ** 31)).messages;
    };
    await add(0);
    for (const left of [0, MiB / 16, MiB / 4]) {
      await disks.home.fill(left);
      await expectFull(add(5000), 'home');
      disks.home.free();
      expect(await count()).toBe(5000);
    }
    await add(5000);
    expect(await count()).toBe(10_000);
  });

  test('a reset works whatever is broken', async () => {
    await down(settings);
    breakNeo4j();
    writeFileSync(join(settings.home, 'messages.duckdb'), 'not a database');
    rmSync(join(settings.home, 'postgres', 'data', 'global', 'pg_control'));
    await disks.home.fill(0);
    await disks.neo4j.fill(0);
    const emptied = await resetNetwork(settings, signal);
    expect(emptied.aside).toMatch(/postgres\/data\.broken-/);
    disks.home.free();
    disks.neo4j.free();
    await run(0);
    expect(await tables()).toEqual(expected[0]);
  });

  /** A run whose disk gets full at a moment: it says so, and the tables stay; then there is space again. */
  async function fails(day: number, name: keyof typeof disks, when: Moment, own = settings): Promise<void> {
    const before = day === 0 ? undefined : await tables();
    await expectFull(run(day, { settings: own, when, act: () => disks[name].fill(0) }), name);
    // A full Postgres may have no space for another connection.
    if (name === 'postgres') disks[name].free();
    if (before) expect(await tables()).toEqual(before);
    disks[name].free();
  }

  async function expectFull(work: Promise<unknown>, name: keyof typeof disks): Promise<void> {
    const error = await work.then(
      () => new Error('nothing went wrong'),
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/^The disk that holds .+ is full[^\n]+\.$/),
    });
    const [, what = ''] = /holds (.+?) is full/.exec((error as Error).message) ?? [];
    expect(what).toMatch(places[name]);
  }

  function run(
    day: number,
    {
      settings: own = settings,
      when,
      act,
    }: Partial<{ settings: Settings; when: Moment; act: () => Promise<void> }> = {},
  ) {
    let filling: Promise<void> | undefined;
    const look = ({ name }: Watched, doing: string) => {
      if (filling || name !== when?.step || !when.doing.test(doing)) return;
      // What is free is taken at once; only a failure comes later.
      filling = act?.();
      filling?.catch(() => undefined);
    };
    const watcher: Watcher = {
      ...silent,
      begins: (work) => look(work, 'begins'),
      progress: (work, { doing }) => look(work, doing),
    };
    return planRun(own, { input: days[day] })
      .then((planned) => runWhole(planned, watcher, signal))
      .finally(() => filling);
  }

  async function tables(): Promise<Tables> {
    return tablesAt((await up(settings, { only: 'postgres' })).postgres.url);
  }

  /** Cuts the node store short, as a disk that loses a write. */
  function breakNeo4j(): void {
    const folder = join(settings.home, 'neo4j', 'data', 'databases', 'neo4j');
    const stores = readdirSync(folder).filter((name) => /^(neostore|block\.\w+\.db)/.test(name));
    expect(stores.length).toBeGreaterThan(0);
    for (const name of stores) if (statSync(join(folder, name)).isFile()) truncateSync(join(folder, name), 10);
  }
});

/** What an error names for each disk. */
const places = { home: /\/home\b/, neo4j: /\/neo4j\b|Neo4j/, postgres: /\/postgres\b|Postgres/ };

const withoutAge = (tables: Tables) =>
  Object.values(tables).map((lines) => lines.map((line) => line.replace(/,[tf]$/, '')));

/** Fills the disk of Postgres, and writes to its log until there is no space for more, and Postgres ends. */
async function useUpLog(url: string, disk: SmallDisk): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  // Before the disk is full: a connection may write a file first.
  await client.connect();
  try {
    await disk.fill(0);
    const write = () => client.query("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000))");
    await until(
      'the log to be full',
      () =>
        write().then(
          () => false,
          () => true,
        ),
      { pauseMs: 0 },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function tablesAt(url: string): Promise<Tables> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const read = async (table: string, columns: string) => {
      const query = `SELECT concat_ws(',', ${columns}, created_at < updated_at) AS line FROM graph_recs.${table}`;
      return (await client.query<{ line: string }>(query)).rows.map(({ line }) => line).sort();
    };
    return {
      closest_connections: await read('closest_connections', 'user_id, closest_connection, weight'),
      recommendations: await read('recommendations', 'user_id, rec_id'),
      rec_reasons: await read('rec_reasons', 'user_id, rec_id, reason_id, weight'),
    };
  } finally {
    await client.end();
  }
}
