import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readSettings, type Settings } from '../../src/config/settings.ts';
import { down, up } from '../../src/engines/stack.ts';
import { BadInputError, BrokenStoreError, EngineError } from '../../src/errors.ts';
import { generate } from '../../src/generate/generate.ts';
import { runPart, runWhole } from '../../src/jobs/by-hand.ts';
import { planRebuild, rebuildGraph } from '../../src/jobs/rebuild.ts';
import { resetNetwork } from '../../src/jobs/reset.ts';
import { planRun } from '../../src/jobs/run-options.ts';
import { silent, type Watched, type Watcher } from '../../src/jobs/watcher.ts';
import type { Progress } from '../../src/progress.ts';
import { shownRun } from '../../src/show/shown-run.ts';
import { TestNetwork } from '../harness/network.ts';
import { mayMount, SmallDisk } from '../harness/small-disk.ts';

const suite = mayMount() ? describe : describe.skip;
const { signal } = new AbortController();
const MiB = 1024 ** 2;
/** Of tables, rows without their instants, but whether the row is older than its run. */
type Tables = Record<'closest_connections' | 'recommendations' | 'rec_reasons', string[]>;

suite('on a small disk (skipped where file systems can not be mounted)', () => {
  let place: string;
  let disk: SmallDisk;
  let postgresDisk: SmallDisk;
  let settings: Settings;
  let days: string[];
  let expected: Tables[];

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'kith-disk-'));
    chmodSync(place, 0o711);
    days = ['20240601', '20240602'].map((name) => join(place, name));
    for (const [i, out] of days.entries())
      await generate({ users: 800, activities: 20_000, messages: 500, seed: i + 1, out });
    // What comes out where nothing goes wrong.
    await using network = await TestNetwork.open();
    expected = [];
    for (const input of days) {
      await network.run({ input, settings: { maxRowChangePercent: 1000 } });
      expected.push(await tablesAt(network.stack.postgres.url));
    }
    disk = new SmallDisk(join(place, 'disk'), 700 * MiB);
    postgresDisk = new SmallDisk(join(place, 'disk', 'home', 'postgres'), 500 * MiB);
    chmodSync(join(place, 'disk', 'home'), 0o711);
    settings = readSettings({
      KITH_HOME: join(place, 'disk', 'home'),
      KITH_NEO4J_HEAP: '512m',
      KITH_NEO4J_PAGE_CACHE: '128m',
      KITH_MIN_FREE_SPACE: '0',
      KITH_MAX_ROW_CHANGE_PERCENT: '1000',
      KITH_LOADER: 'merge',
    });
  }, 300_000);

  afterAll(async () => {
    if (settings) await down(settings);
    postgresDisk?.[Symbol.dispose]();
    disk?.[Symbol.dispose]();
    rmSync(place, { recursive: true, force: true });
  });

  test('a step that has too little space is refused, and says how much it needs', async () => {
    const wanting = { ...settings, minFreeBytes: 4096 * MiB };
    await expect(run(0, { settings: wanting })).rejects.toThrow(
      /^The disk that holds .+ is too full: ingest needs about \d+ (MiB|GiB) there .+ and \d+ MiB are left; free some space/,
    );
    await expect(run(0, { settings: wanting })).rejects.toBeInstanceOf(EngineError);
    await run(0);
    expect(await tables()).toEqual(expected[0]);
  }, 300_000);

  test('a store that can not be opened is rebuilt from the accepted rows', async () => {
    await down(settings, { only: 'neo4j' });
    breakNeo4j();
    await expect(up(settings)).rejects.toBeInstanceOf(BrokenStoreError);
    await expect(up(settings)).rejects.toThrow(/run `kith rebuild`/);
    expect(planRebuild(settings)).toMatchObject({ folders: 1, isComplete: true });
    const rebuilt = await rebuildGraph(settings, signal, () => undefined);
    expect(rebuilt.users).toBeGreaterThan(700);
    expect(existsSync(rebuilt.aside as string)).toBe(true);
    rmSync(rebuilt.aside as string, { recursive: true });
    // Yesterday's tables stay; what needs closest connections says that there are none.
    expect(await tables()).toEqual(expected[0]);
    await expect(shownRun(settings, signal)).rejects.toThrow(/rebuilt and has no closest connections/);
    const recommending = runPart('recommend', await planRun(settings, {}), silent, signal);
    await expect(recommending).rejects.toBeInstanceOf(BadInputError);
  }, 300_000);

  test('a disk that gets full while Neo4j writes is told, and the next run starts it again and goes on', async () => {
    const failing = run(1, { when: ({ doing }) => doing === 'merging', act: () => disk.fill(0) });
    await expect(failing).rejects.toThrow(/^The disk that holds .+ is full/);
    await expect(failing).rejects.toHaveProperty('exitCode', 4);
    expect(await tables()).toEqual(expected[0]);
    disk.free();
    await run(1);
    // After a rebuild, too: the rows of both days, and which of them stood yesterday.
    expect(await tables()).toEqual(expected[1]);
  }, 300_000);

  test("Postgres' disk that gets full is told, and the shown tables stay", async () => {
    const isRecommending = (_: Progress, { name }: Watched) => name === 'recommend';
    const failing = run(1, { when: isRecommending, act: () => postgresDisk.fill(MiB / 2) });
    await expect(failing).rejects.toThrow(/^The disk that holds .+ is full/);
    await expect(failing).rejects.toHaveProperty('exitCode', 4);
    postgresDisk.free();
    expect((await tables()).rec_reasons.map(withoutAge)).toEqual(expected[1]?.rec_reasons.map(withoutAge));
    await run(1);
    expect((await tables()).rec_reasons.map(withoutAge)).toEqual(expected[1]?.rec_reasons.map(withoutAge));
  }, 300_000);

  test('a reset works whatever is broken', async () => {
    await down(settings);
    breakNeo4j();
    writeFileSync(join(settings.home, 'messages.duckdb'), 'not a database');
    rmSync(join(settings.home, 'postgres', 'data', 'global', 'pg_control'));
    await disk.fill(0);
    const emptied = await resetNetwork(settings, signal);
    expect(emptied.aside).toMatch(/postgres\/data\.broken-/);
    disk.free();
    await run(0);
    expect(await tables()).toEqual(expected[0]);
  }, 300_000);

  function run(
    day: number,
    {
      settings: own = settings,
      when,
      act,
    }: Partial<{
      settings: Settings;
      when: (progress: Progress, work: Watched) => boolean;
      act: () => void;
    }> = {},
  ) {
    let isDone = false;
    const watcher: Watcher = {
      ...silent,
      progress: (work, progress) => {
        if (isDone || !when?.(progress, work)) return;
        isDone = true;
        act?.();
      },
    };
    return planRun(own, { input: days[day] }).then((planned) => runWhole(planned, watcher, signal));
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

const withoutAge = (line: string) => line.replace(/,[tf]$/, '');

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
