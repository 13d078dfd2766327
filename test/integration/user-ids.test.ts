import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { BadInputError } from '../../src/errors.ts';
import { checkShown } from '../../src/jobs/check-shown.ts';
import { withDatabase } from '../../src/jobs/with-database.ts';
import { previewUser } from '../../src/show/preview.ts';
import { TestNetwork } from '../harness/network.ts';
import { expectOracle, type Names } from '../harness/renamed-network.ts';
import { arbitraryCase, denseNetwork, withRandomWords } from '../oracle/arbitrary-network.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open({ KITH_USER_IDS: 'bigint' });
});
afterAll(async () => {
  if (!network) return;
  await network.reset();
  // Other tests share the home.
  await withDatabase({ ...network.settings, userIds: 'int' }, undefined, async () => undefined);
  await network[Symbol.asyncDispose]();
});

/** Neighbours that are one number as doubles, and the largest ids. */
const special = [0n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n];
const largest = [2n ** 63n - 3n, 2n ** 63n - 2n, 2n ** 63n - 1n];

/**
 * Large ids in the place of a case's, in the same order: so the tables are the same but for the names, and the oracle
 * need not know of large ids.
 */
function renamed(ids: Iterable<number>): Names {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  const between = Math.max(0, sorted.length - special.length - largest.length);
  const names = [...special, ...Array.from({ length: between }, (_, i) => 2n ** 62n + BigInt(i)), ...largest];
  // Of a few users the largest.
  const used = sorted.length < names.length ? names.slice(-sorted.length) : names;
  return new Map(sorted.map((id, i) => [id, { id: used[i] as bigint, number: used[i] as bigint }]));
}

const windows = [4, 86_400, 90 * 86_400];
const cases = fc.oneof(arbitraryCase(windows), arbitraryCase(windows).chain(withRandomWords));

describe('with ids up to 2^63 − 1 the three tables are those of the definition', () => {
  test.each([
    ['merge', 'auto', 'second-degree', 5],
    ['merge', 'off', 'second-degree', 3],
    ['bulk', 'auto', 'second-degree', 1],
    ['merge', 'auto', 'circles', 4],
    ['merge', 'off', 'circles', 2],
  ] as const)('loaded by %s, KITH_COMPILED=%s, %s', async (loader, compiled, ranking, numRuns) => {
    await fc.assert(
      fc.asyncProperty(cases, async (example) => {
        await expectOracle(network, example, renamed, { loader, compiled, ranking });
      }),
      { numRuns, endOnFailure: true },
    );
  });

  test('for a dense network with ties at the borders', async () => {
    const dense = denseNetwork(1);
    const merged = await expectOracle(network, dense, renamed, { loader: 'merge', compiled: 'auto' });
    expect(await expectOracle(network, dense, renamed, { loader: 'bulk', compiled: 'off' })).toEqual(merged);
    await expectOracle(network, dense, renamed, { loader: 'merge', compiled: 'auto', ranking: 'circles' });
  });
});

/** A day in which everybody likes the next one. */
function writeRing(ids: readonly bigint[], name: string): string {
  const folder = network.folder(name);
  mkdirSync(folder, { recursive: true });
  const day = `${name.slice(0, 4)}-${name.slice(4, 6)}-${name.slice(6)}`;
  const rows = ids.map((id, i) => `${id},${ids[(i + 1) % ids.length]},${i},${day} 00:00:00,like\n`);
  writeFileSync(join(folder, 'like.csv'), rows.join(''));
  return folder;
}

test('rows that stand for another day keep their created_at, those of neighbours beyond 2^53 each their own', async () => {
  await network.reset();
  const old = [2n ** 53n, 2n ** 53n + 2n, 2n ** 63n - 1n];
  await network.run({ input: writeRing(old, '20240601'), reputation: false });
  const { rows: before } = await network.pool.query('SELECT * FROM graph_recs.closest_connections ORDER BY 1, 2');
  await network.run({
    input: writeRing([2n ** 53n + 1n, 2n ** 63n - 2n], '20240602'),
    reputation: false,
    allow: 'shrink',
  });
  const { rows: after } = await network.pool.query('SELECT * FROM graph_recs.closest_connections ORDER BY 1, 2');
  expect(before).toHaveLength(3);
  expect(after).toHaveLength(5);
  for (const row of after) {
    const stood = before.find(({ user_id }) => user_id === row.user_id);
    expect(row.created_at).toEqual(stood ? stood.created_at : row.updated_at);
  }
  const { checks } = await checkShown(network.settings, new AbortController().signal);
  expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  // The last range holds the largest id, and one user is a range, too.
  const shown = { onProgress: () => undefined };
  const { user, closest } = await previewUser(network.settings, 2n ** 63n - 1n, (ofRun) => ofRun, shown);
  expect([user.userId, closest]).toEqual([2n ** 63n - 1n, [{ userId: 2n ** 53n, rank: 1, was: 1 }]]);
});

test('a home keeps the kind of its first run until it is reset', async () => {
  await network.reset();
  await network.run({ input: writeRing([1n, 2n ** 40n, 3n], '20240601'), reputation: false });
  const asInt = network.run({
    input: writeRing([1n, 2n, 3n], '20240602'),
    reputation: false,
    settings: { userIds: 'int' },
  });
  await expect(asInt).rejects.toThrow(BadInputError);
  await expect(asInt).rejects.toThrow(
    "This home's user ids are bigint, but KITH_USER_IDS is int: set it to bigint, or empty the network by `kith reset --yes` first.",
  );
  await network.reset();
  await network.run({ input: writeRing([1n, 2n, 3n], '20240602'), reputation: false, settings: { userIds: 'int' } });
  const { rows } = await network.pool.query(
    'SELECT pg_typeof(user_id)::text AS type FROM graph_recs.rec_reasons LIMIT 1',
  );
  expect(rows).toEqual([{ type: 'integer' }]);
});

test('a view of others on the empty tables is named where it stands in the way of another kind', async () => {
  await network.reset();
  const input = writeRing([1n, 2n, 3n], '20240603');
  const run = (userIds: 'int' | 'bigint') => network.run({ input, reputation: false, settings: { userIds } });
  await withDatabase({ ...network.settings, userIds: 'int' }, undefined, async () => undefined);
  await network.pool.query('CREATE VIEW public.mine AS SELECT user_id FROM graph_recs.closest_connections');
  try {
    const refused = run('bigint');
    await expect(refused).rejects.toThrow(BadInputError);
    await expect(refused).rejects.toThrow(/KITH_USER_IDS=bigint \(view (public\.)?mine depends on .*\): drop it/);
    await run('int');
  } finally {
    await network.pool.query('DROP VIEW public.mine');
  }
  await network.reset();
  await run('bigint');
});
