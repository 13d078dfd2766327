import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { generate } from '../../src/generate/generate.ts';
import { Graph } from '../../src/graph/graph.ts';
import { type GraphSize, graphSize } from '../../src/graph/schema.ts';
import { TestNetwork } from '../harness/network.ts';
import { denseNetwork } from '../oracle/dense-network.ts';
import type { Activity, Network } from '../oracle/network.ts';
import { networkOfFolder } from '../oracle/read-folder.ts';
import { shuffled } from '../oracle/seeded-random.ts';
import { type FolderStyle, writeFolder, writeReputation } from '../oracle/write-folder.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

const dense = denseNetwork(2);
const asOf = new Date(dense.options.asOf * 1000).toISOString();
const tables = ['closest_connections', 'recommendations', 'rec_reasons'] as const;

/** Every row with all its columns but the two that tell the time. */
async function everything(): Promise<string[]> {
  const lines: string[] = [];
  for (const table of tables) {
    const { rows } = await network.pool.query<{ line: string }>(
      `SELECT '${table} ' || (to_jsonb(shown) - 'created_at' - 'updated_at')::text AS line FROM graph_recs.${table} AS shown`,
    );
    for (const { line } of rows) lines.push(line);
  }
  return lines.sort();
}

/** The distinct created_at and updated_at of all rows. */
async function times(): Promise<{ created: string[]; updated: string[] }> {
  const { rows } = await network.pool.query<{ created_at: Date; updated_at: Date }>(
    tables.map((table) => `SELECT created_at, updated_at FROM graph_recs.${table}`).join(' UNION ALL '),
  );
  const distinct = (dates: Date[]) => [...new Set(dates.map((date) => date.toISOString()))].sort();
  return {
    created: distinct(rows.map((row) => row.created_at)),
    updated: distinct(rows.map((row) => row.updated_at)),
  };
}

async function sizeOfGraph(): Promise<GraphSize> {
  await using graph = new Graph(network.stack.neo4j);
  // Awaited here: the connection is open only until this function ends.
  return await graphSize(graph);
}

async function ask<Row extends Record<string, unknown>>(cypher: string): Promise<Row[]> {
  const { uri, username, password } = network.stack.neo4j;
  await using driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { disableLosslessIntegers: true });
  const { records } = await driver.executeQuery(cypher);
  return records.map((record) => record.toObject() as Row);
}

/** Writes a folder of 20210315, the date of as-of, unless another is given. */
function written(given: Network, style: FolderStyle = {}, date = '20210315'): string {
  const input = network.folder(date);
  writeFolder(given, input, style);
  return input;
}

/** A generated network of 300 users beside the dense one, whose time it shares. */
async function mixedNetwork(): Promise<Network> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-mixed-'));
  const { asOf: generatedAsOf } = await generate({
    users: 300,
    activities: 6_000,
    messages: 0,
    seed: 5,
    out: folder,
  });
  rmSync(join(folder, 'user.csv'));
  const generated = networkOfFolder(folder);
  rmSync(folder, { recursive: true });
  const shift = dense.options.asOf - generatedAsOf.getTime() / 1000;
  const apart = 100_000;
  const moved = generated.activities.map(
    (activity): Activity => ({
      ...activity,
      user: activity.user + apart,
      engaged: activity.engaged + apart,
      at: activity.at + shift,
    }),
  );
  const suspended = new Map(dense.network.suspended);
  for (let user = 0; user < 280; user++) suspended.set(apart + user, user % 23 === 7);
  return { activities: [...dense.network.activities, ...moved], suspended };
}

describe('the same activities give the same tables, bit for bit', () => {
  let whole: Network;
  let first: string[];
  let size: GraphSize;

  beforeAll(async () => {
    await network.reset();
    whole = await mixedNetwork();
    const { summary } = await network.run({ input: written(whole), settings: { loader: 'merge', sessions: 2 } });
    first = await everything();
    size = await sizeOfGraph();
    expect(summary.added).toBe(size.activities);
    expect(first.length).toBeGreaterThan(10_000);
  });

  test('when the same folder is run once more: nothing is added, created_at stays and updated_at moves', async () => {
    const before = await times();
    const { run, summary } = await network.run({ input: written(whole) });
    expect(await everything()).toEqual(first);
    expect(await sizeOfGraph()).toEqual(size);
    expect(summary.added).toBe(0);
    expect(summary.drawn).toMatchObject({ created: 0, deleted: 0, propertiesSet: 0 });
    expect(await times()).toEqual({ created: before.created, updated: [run.startedAt] });
    expect(before.created).toHaveLength(1);
  });

  test('from another order of rows, gzip, CRLF, byte order marks, quotes and repeated rows', async () => {
    await network.reset();
    const style = { shuffleSeed: 9, gzip: true, crlf: true, bom: true, quoteAll: true, repeatRows: true };
    const { summary } = await network.run({ input: written(whole, style) });
    expect(await everything()).toEqual(first);
    expect(await sizeOfGraph()).toEqual(size);
    expect(summary.files?.map(({ rejected }) => rejected)).toEqual([0, 0, 0, 0, 0]);
    expect(summary.files?.map(({ file }) => file)).toContain('follow.csv.gz');
  });

  test('with one session and with four', async () => {
    for (const sessions of [1, 4]) {
      await network.reset();
      await network.run({ input: written(whole, { shuffleSeed: sessions }), settings: { sessions } });
      expect(await everything()).toEqual(first);
    }
  });

  test('when loaded by the bulk importer, and when MERGE comes after it', async () => {
    await network.reset();
    const { summary } = await network.run({
      input: written(whole, { repeatRows: true }),
      settings: { loader: 'bulk' },
    });
    expect(summary.loader).toBe('bulk');
    expect(await everything()).toEqual(first);
    expect(await sizeOfGraph()).toEqual(size);
    const again = await network.run({ input: written(whole), settings: { loader: 'bulk' } });
    expect(again.summary).toMatchObject({ loader: 'merge', added: 0 });
    expect(await everything()).toEqual(first);
    expect(await sizeOfGraph()).toEqual(size);
  });

  test('when its rows are split over two folders of one day, in either order of arrival', async () => {
    const rows = shuffled(whole.activities, 3);
    const half = Math.floor(rows.length / 2);
    const flags = [...whole.suspended];
    // The user who is suspended in one part is named as not suspended in the other: 1 wins over 0 within a day.
    const parts: Network[] = [
      { activities: rows.slice(0, half), suspended: new Map(flags.filter(([user]) => user % 2 === 0)) },
      {
        activities: rows.slice(half),
        suspended: new Map(flags.map(([user, flag]) => [user, user % 2 === 0 ? false : flag])),
      },
    ];
    for (const order of [parts, [...parts].reverse()]) {
      await network.reset();
      for (const part of order) await network.run({ input: written(part) });
      expect(await sizeOfGraph()).toEqual(size);
      expect(await everything()).toEqual(first);
    }
  });

  test('from two folders that overlap, the later one arriving first', async () => {
    await network.reset();
    const rows = [...whole.activities].sort((a, b) => a.at - b.at);
    const { suspended } = whole;
    const older = { activities: rows.slice(0, Math.floor(rows.length * 0.7)), suspended };
    const newer = { activities: rows.slice(Math.floor(rows.length * 0.3)), suspended };
    await network.run({ input: written(newer, {}, '20210315') });
    const { summary } = await network.run({ input: written(older, {}, '20210314'), asOf });
    expect(summary.added).toBeLessThan(older.activities.length);
    expect(await sizeOfGraph()).toEqual(size);
    expect(await everything()).toEqual(first);
  });
});

describe('created_at', () => {
  const stands: Activity = { type: 'like', user: 1, engaged: 2, message: 1n, at: dense.options.asOf - 10 };
  const expires: Activity = { ...stands, engaged: 3, at: dense.options.asOf - 90 * 86_400 + 1 };

  test('is the first run since which the row has stood without a gap', async () => {
    await network.reset();
    const input = written({ activities: [stands, expires], suspended: new Map() });
    const created = async () => {
      const { rows } = await network.pool.query<{ closest_connection: number; created_at: Date }>(
        'SELECT closest_connection, created_at FROM graph_recs.closest_connections',
      );
      return Object.fromEntries(rows.map((row) => [row.closest_connection, row.created_at.toISOString()]));
    };
    const { run: one } = await network.run({ input, asOf });
    expect(await created()).toEqual({ 2: one.startedAt, 3: one.startedAt });
    await network.run({ input, asOf: new Date((dense.options.asOf + 60) * 1000).toISOString() });
    expect(await created()).toEqual({ 2: one.startedAt });
    const { run: three } = await network.run({ input, asOf, allow: 'earlier' });
    expect(await created()).toEqual({ 2: one.startedAt, 3: three.startedAt });
  });
});

describe('the suspended flag', () => {
  const activities = [1, 2, 3, 4].map(
    (user): Activity => ({ type: 'reply', user, engaged: 9, message: BigInt(user), at: dense.options.asOf - 100 }),
  );
  const ingested = async (date: string, flags: [number, boolean][], loader: 'merge' | 'bulk' = 'merge') => {
    await network.run({
      input: written({ activities, suspended: new Map(flags) }, {}, date),
      asOf,
      settings: { loader },
    });
    const rows = await ask<{ id: number }>('MATCH (u:User) WHERE u.suspended RETURN u.userId AS id ORDER BY id');
    const shown = await network.pool.query('SELECT DISTINCT user_id FROM graph_recs.closest_connections ORDER BY 1');
    const suspended = rows.map(({ id }) => id);
    // Whoever is suspended has no row, and everybody else has one.
    expect(shown.rows.map(({ user_id }) => user_id)).toEqual([1, 2, 3, 4].filter((user) => !suspended.includes(user)));
    return suspended;
  };

  test.each(['merge', 'bulk'] as const)(
    'is that of the latest folder that names the user, after a first folder by %s',
    async (loader) => {
      await network.reset();
      expect(
        await ingested(
          '20210310',
          [
            [1, true],
            [2, true],
            [3, false],
          ],
          loader,
        ),
      ).toEqual([1, 2]);
      // 1 is freed, 2 is absent and stays as it is, 3 and the unflagged 4 are suspended.
      expect(
        await ingested('20210312', [
          [1, false],
          [3, true],
          [4, true],
        ]),
      ).toEqual([2, 3, 4]);
      // A folder of the day between arrives late: it is later than what is known of 2 only.
      expect(
        await ingested('20210311', [
          [1, true],
          [2, false],
          [3, false],
          [4, false],
        ]),
      ).toEqual([3, 4]);
      expect(await ingested('20210313', [])).toEqual([3, 4]);
    },
  );

  test.each(['merge', 'bulk'] as const)(
    'is left by a later folder that says only other things of the user, after a first folder by %s',
    async (loader) => {
      await network.reset();
      expect(await ingested('20210310', [[1, true]], loader)).toEqual([1]);
      for (const [date, name] of [
        ['20210311', 'discoverable'],
        ['20210312', 'deleted'],
      ] as const) {
        const input = written({ activities, suspended: new Map() }, {}, date);
        writeFileSync(join(input, 'user.csv'), `user_id,${name}\n1,0\n2,0\n`);
        await network.run({ input, asOf });
        expect(await ask('MATCH (u:User) WHERE u.suspended RETURN u.userId AS id')).toEqual([{ id: 1 }]);
      }
    },
  );

  test('is 1 if either of two folders of one date says so, in any order', async () => {
    for (const [first, second] of [
      [true, false],
      [false, true],
    ] as const) {
      await network.reset();
      await ingested('20210310', [[1, first]]);
      expect(await ingested('20210310', [[1, second]])).toEqual([1]);
    }
  });

  test('is that of the folder that arrives later if neither is named by a date', async () => {
    await network.reset();
    expect(await ingested('first', [[1, true]])).toEqual([1]);
    expect(await ingested('second', [[1, false]])).toEqual([]);
  });

  test('is 1 if any row of one folder says so', async () => {
    for (const loader of ['merge', 'bulk'] as const) {
      await network.reset();
      const input = written({ activities, suspended: new Map() });
      const row = (user: number, flag: number) => `${user},,,,,,,,,,,${flag}\n`;
      writeFileSync(join(input, 'user.csv'), row(1, 1) + row(1, 0) + row(2, 0) + row(2, 1) + row(3, 0));
      await network.run({ input, settings: { loader } });
      expect(await ask('MATCH (u:User) WHERE u.suspended RETURN u.userId AS id ORDER BY id')).toEqual([
        { id: 1 },
        { id: 2 },
      ]);
    }
  });
});

describe('the list of scores', () => {
  const near = (user: number, engaged: number): Activity => ({
    type: 'mention',
    user,
    engaged,
    message: BigInt(user * 100 + engaged),
    at: dense.options.asOf - 5,
  });
  // 1 is close to 2, and 2 to everybody whose score matters.
  const activities = [near(1, 2), ...[10, 11, 12, 13].map((user) => near(2, user))];
  let input: string;
  beforeAll(async () => {
    await network.reset();
    input = written({ activities, suspended: new Map() });
  });

  const ranWith = async (scores: [number, number][] | undefined, minReputation = 0.5, allow?: string) => {
    const path = `${input}.scores.csv`;
    if (scores) writeReputation(new Map(scores), path);
    const { summary } = await network.run({
      input,
      reputation: scores ? path : false,
      allow,
      settings: { weighting: { ...network.settings.weighting, minReputation } },
    });
    const properties = await ask<{ id: number; pred: number }>(
      'MATCH (u:User) WHERE u.reputation IS NOT NULL RETURN u.userId AS id, u.reputation AS pred ORDER BY id',
    );
    const { rows } = await network.pool.query(
      'SELECT rec_id FROM graph_recs.recommendations WHERE user_id = 1 ORDER BY rec_id',
    );
    return {
      properties: properties.map(({ id, pred }) => [id, pred]),
      recommended: rows.map(({ rec_id }) => rec_id),
      dropped: summary.dropped?.reputation,
      reputation: summary.reputation,
    };
  };

  test('filters at exactly the minimum pred, replaces every earlier score, and is removed when there is none', async () => {
    expect(
      await ranWith([
        [10, 0.5],
        [11, 0.499999],
        [12, 0.500001],
      ]),
    ).toMatchObject({
      properties: [
        [10, 0.5],
        [11, 0.499999],
        [12, 0.500001],
      ],
      recommended: [10, 12],
      dropped: 2,
      reputation: { scored: 3 },
    });
    // 10 has another score, 12 none any more, 13 has its first; 77 is nobody in the graph.
    expect(
      await ranWith([
        [10, 0.25],
        [11, 0.9],
        [13, 1],
        [77, 1],
      ]),
    ).toMatchObject({
      properties: [
        [10, 0.25],
        [11, 0.9],
        [13, 1],
      ],
      recommended: [11, 13],
      dropped: 2,
      reputation: { scored: 3 },
    });
    expect(
      await ranWith(
        [
          [10, 0.25],
          [11, 0.9],
        ],
        0.25,
      ),
    ).toMatchObject({ recommended: [10, 11] });
    // With a list, even 0 asks for a score.
    expect(
      await ranWith(
        [
          [10, 0],
          [11, 0.9],
        ],
        0,
      ),
    ).toMatchObject({ recommended: [10, 11], dropped: 2 });
    expect(await ranWith([], 0.5, 'shrink')).toMatchObject({ properties: [], recommended: [], dropped: 4 });
    await ranWith([[10, 1]]);
    expect(await ranWith(undefined)).toEqual({
      properties: [],
      recommended: [10, 11, 12, 13],
      dropped: 0,
      reputation: 'none',
    });
  });
});
