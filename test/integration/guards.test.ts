import type { Settings } from '../../src/config/settings.ts';
import { BadInputError, ChecksFailedError } from '../../src/errors.ts';
import { Graph } from '../../src/graph/graph.ts';
import { graphSize } from '../../src/graph/schema.ts';
import { runPart } from '../../src/jobs/by-hand.ts';
import type { FinishedRun } from '../../src/jobs/conduct-run.ts';
import { judgeQueued } from '../../src/jobs/judge-as-of.ts';
import { planRun } from '../../src/jobs/run-options.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { Database } from '../../src/postgres/database.ts';
import { TestNetwork } from '../harness/network.ts';
import type { Activity } from '../oracle/network.ts';
import { writeFolder } from '../oracle/write-folder.ts';

const day = 86_400;
const first = Date.UTC(2024, 5, 1) / 1000;
const users = 12;

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open({ KITH_WINDOW_DAYS: '30', KITH_RETENTION_DAYS: '40' });
});
beforeEach(() => network.reset());
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

/** Everybody likes the next three on each of some days before an instant. */
function likes(before: number, days: number): Activity[] {
  return Array.from({ length: users * 3 * days }, (_, i) => {
    const user = i % users;
    const step = 1 + (Math.floor(i / users) % 3);
    const age = Math.floor(i / users / 3) * day + 60 * (user + 1);
    return { type: 'like', user, engaged: (user + step) % users, message: BigInt(i), at: before - age };
  });
}

function folder(name: string, activities: Activity[]): string {
  const input = network.folder(name);
  writeFolder({ activities, suspended: new Map() }, input);
  return input;
}

function run(
  name: string,
  activities: Activity[],
  options: { asOf?: string; allow?: string; settings?: Partial<Settings> } = {},
): Promise<FinishedRun> {
  return network.run({ input: folder(name, activities), ...options });
}

/** What a run must leave alone when it is refused. */
async function state(): Promise<object> {
  await using graph = new Graph(network.stack.neo4j);
  const { activities } = await graphSize(graph);
  const { rows } = await network.pool.query('SELECT DISTINCT updated_at FROM graph_recs.closest_connections');
  return { activities, tables: await network.tables(), runs: rows };
}

async function expectRefused(
  refused: () => Promise<FinishedRun>,
  reason: RegExp,
  kind: typeof BadInputError | typeof ChecksFailedError = BadInputError,
): Promise<void> {
  const before = await state();
  const error = await refused().then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(kind);
  expect(error.message).toMatch(reason);
  // Only the computed tables can fail a check: by then the folder is loaded.
  const changed = kind === ChecksFailedError ? { activities: expect.any(Number) } : {};
  expect(await state()).toEqual({ ...before, ...changed });
}

test('an as-of that has not come, is refused', async () => {
  await run('20240601', likes(first, 5));
  await expectRefused(
    () => run('20990601', likes(first + day, 1)),
    /The folder's date, 2099-06-01T00:00:00Z, is in the future.*--allow future/,
  );
  const later = { asOf: new Date(Date.now() + 3_600_000).toISOString() };
  await expectRefused(() => run('20240602', likes(first + day, 1), later), /is in the future/);
  const alone = await planRun(network.settings, { input: folder('20990601', likes(first, 1)) });
  const ingest = runPart('ingest', alone, silent, new AbortController().signal);
  await expect(ingest).rejects.toThrow(/is in the future/);
  // Also one that would be the date of a folder that has begun somewhere.
  const tomorrow = new Date(Math.ceil((Date.now() / 1000 + 600) / day) * day * 1000).toISOString();
  await expectRefused(() => run('20240602', likes(first + day, 1), { asOf: tomorrow }), /is in the future/);
});

test('an as-of long after the newest activity is refused before anything is lost, and the right one then runs', async () => {
  await run('20240601', likes(first, 5));
  await expectRefused(
    () => run('20250602', likes(first + day, 1)),
    /The folder's date, 2025-06-02T00:00:00Z, is 365 days after the newest activity, 2024-06-01T23:59:00Z, more than KITH_STALE_AFTER_DAYS \(7\).*--allow stale/,
  );
  const right = await run('20240602', likes(first + day, 1));
  expect(right.summary).toMatchObject({ rows: { closest: users * 3 } });
  // The limit is a setting, to the second.
  const settings = { staleAfterDays: 2 };
  const onLimit = new Date((first + day - 60 + 2 * day) * 1000).toISOString();
  await run('quiet', [], { asOf: onLimit, settings });
  const beyond = new Date((first + day - 60 + 2 * day + 1) * 1000).toISOString();
  await expectRefused(() => run('quiet', [], { asOf: beyond, settings }), /2 days after the newest activity/);
});

test("a folder's wrong year is refused whatever the as-of, since its flags would have that date", async () => {
  await run('20240601', likes(first, 5));
  const asOf = '2024-06-02T00:00:00Z';
  await expectRefused(() => run('20250602', likes(first + day, 1), { asOf }), /folder's date, 2025-06-02.*rename it/);
});

test("a first folder is loaded whose date is long after an earlier as-of, but not after the folder's activities", async () => {
  const before = await run('20240601', likes(first, 30), { asOf: '2024-05-15T00:00:00Z' });
  expect(before.summary).toMatchObject({ later: users * 3 * 17, rows: { closest: users * 3 } });
  expect(before.summary.waived).toBeUndefined();
  // The as-of is still judged by what is up to a day after it.
  const stray = { ...likes(first, 1)[0], at: first + 400 * day } as Activity;
  await expectRefused(
    () => run('20240602', [...likes(first, 1), stray], { asOf: '2024-07-01T00:00:00Z' }),
    /The as-of, 2024-07-01T00:00:00Z, is 30 days after the newest activity, 2024-05-31T23:59:00Z/,
  );
});

test('one row of a wrong year is no reason to take a wrong as-of for right', async () => {
  const stray = { ...likes(first, 1)[0], at: first + 400 * day } as Activity;
  await run('20240601', [...likes(first, 5), stray]);
  await expectRefused(() => run('20250602', likes(first + day, 1)), /365 days after the newest activity/);
});

test('what was allowed is told, nothing expires after it, and the next right run is as if it had not been', async () => {
  await run('20240601', likes(first, 5));
  await expectRefused(
    () => run('20240801', [], { allow: 'stale' }),
    /closest_connections has 0 rows instead of 36.*--allow shrink/,
    ChecksFailedError,
  );
  const empty = await run('20240801', [], { allow: 'stale,shrink' });
  expect(empty.summary).toMatchObject({ waived: ['stale', 'shrink'], rows: { closest: 0 } });
  expect(empty.summary.removed).toBeUndefined();
  await expectRefused(
    () => run('20240602', likes(first + day, 1)),
    /The as-of, 2024-06-02T00:00:00Z, is earlier than that of the published tables, 2024-08-01T00:00:00Z.*--allow earlier/,
  );
  await using database = await Database.connect(network.stack.postgres.url);
  const [earlier, later] = [first, first + 400 * day].map((asOf) => ({ asOf })) as [{ asOf: number }, { asOf: number }];
  await expect(judgeQueued(database, [earlier], [])).rejects.toThrow(
    /earlier than that of the published tables, 2024-08-01T00:00:00Z: .*--allow earlier/,
  );
  expect(await judgeQueued(database, [earlier], ['earlier'])).toEqual({ allowed: ['earlier'] });
  expect(await judgeQueued(database, [later], [])).toEqual({ allowed: [] });
  expect(await judgeQueued(database, [earlier, later], ['stale'])).toEqual({
    allowed: ['stale', 'earlier'],
    note: expect.stringContaining('published in order'),
  });
  const back = await run('20240602', likes(first + day, 1), { allow: 'earlier' });
  expect(back.summary).toMatchObject({ waived: ['earlier'], rows: { closest: users * 3 } });
  const next = await run('20240603', likes(first + 2 * day, 1));
  expect(next.summary.waived).toBeUndefined();
  expect(next.summary).toMatchObject({ rows: { closest: users * 3 }, graph: { activities: users * 3 * 7 } });
});

test('tables that lose most of their rows are refused, however long ago the last ones were published', async () => {
  await run('20240601', likes(first, 1), { settings: { maxRowChangePercent: 30 } });
  const few = likes(first + 60 * day, 1).slice(0, users);
  await expectRefused(() => run('20240731', few), /closest_connections has 12 rows instead of 36/, ChecksFailedError);
  // Of other settings only emptiness counts.
  const { weighting } = network.settings;
  const other = { weighting: { ...weighting, windowSeconds: 20 * day } };
  await run('20240731', few, { settings: other });
  await expectRefused(
    () => run('20240903', [], { allow: 'stale' }),
    /closest_connections has 0 rows instead of 12/,
    ChecksFailedError,
  );
});

test("a first folder of one day's own activities is refused with the as-of that counts them", async () => {
  const own = likes(first + day, 1);
  await expectRefused(
    () => run('20240601', own),
    /36 of the 36 activities .* are later than the as-of 2024-06-01T00:00:00Z .*--as-of 2024-06-02T00:00:00Z/,
  );
  const given = await run('20240601', own, { asOf: '2024-06-02T00:00:00Z' });
  expect(given.summary).toMatchObject({ later: 0, rows: { closest: users * 3 } });
  // Later runs only count them.
  const next = await run('20240602', [
    ...likes(first + 2 * day, 1),
    ...likes(first - 29 * day, 1).map((a) => ({ ...a, at: a.at - day })),
  ]);
  expect(next.summary).toMatchObject({ later: users * 3, beforeWindow: users * 3 });
});

test('a first folder whose activities are all older than the window is refused as stale', async () => {
  await expectRefused(() => run('20240601', likes(first - 60 * day, 1)), /60 days after the newest activity/);
});

test('parts by hand are judged at the latest by publish', async () => {
  await run('20240601', likes(first, 5));
  const alone = async (part: 'closest' | 'recommend' | 'publish', asOf?: string, allow?: string) =>
    runPart(part, await planRun(network.settings, { asOf, allow }), silent, new AbortController().signal);
  await alone('closest', '2024-05-30T00:00:00Z');
  await alone('recommend');
  await expect(alone('publish')).rejects.toThrow(/earlier than that of the published tables/);
  const shown = await alone('publish', undefined, 'earlier');
  expect(shown.summary.waived).toEqual(['earlier']);
});

test('expiry lets go of no more than its share of the graph, unless it is told to', async () => {
  await run('20240601', likes(first, 5));
  const bounded = await run('20240712', likes(first + 41 * day, 3));
  expect(bounded.summary.leftUndone?.expire).toMatch(
    /would remove 180 of 288 activities, more than KITH_MAX_EXPIRED_PERCENT \(50\)/,
  );
  const told = await run('20240713', likes(first + 42 * day, 1), { settings: { maxExpiredPercent: 63 } });
  expect(told.summary.leftUndone).toBeUndefined();
  expect(told.summary.removed).toBe(180);
});

test('a waiver that does not exist is refused by name', async () => {
  await expect(planRun(network.settings, { allow: 'stale,everything' })).rejects.toThrow(
    /--allow should name some of earlier, future, stale, shrink, but names "everything"/,
  );
});
