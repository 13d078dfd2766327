import fc from 'fast-check';
import { type PublishedTables, TestNetwork } from '../harness/network.ts';
import {
  arbitraryCase,
  denseNetwork,
  withRandomWords,
  writeFolder,
  writeReputation,
} from '../oracle/arbitrary-network.ts';
import { type Case, expectedTables } from '../oracle/oracle.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

/** Runs a case from an empty network and returns what is published and what was dropped. */
async function runCase({ network: given, options }: Case, loader: 'bulk' | 'merge', compiled: 'auto' | 'off') {
  await network.reset();
  const input = network.folder('20240601');
  await writeFolder(given, input);
  let reputation: string | false = false;
  if (options.reputation) {
    reputation = `${input}.csv`;
    await writeReputation(options.reputation, reputation);
  }
  const { asOf, reputation: _, dismissDays, activeDays, excludeLaterFollows, ...weighting } = options;
  const { summary } = await network.run({
    input,
    reputation,
    asOf: new Date(asOf * 1000).toISOString(),
    // Random activities may all be old.
    allow: 'stale',
    settings: { loader, weighting, compiled, dismissDays, activeDays, excludeLaterFollows },
  });
  expect(summary.loader).toBe(loader);
  expect(summary.computing?.by).toBe(compiled === 'auto' ? 'compiled' : 'cypher');
  return { tables: await network.tables(), dropped: summary.dropped };
}

async function expectOracle(
  example: Case,
  loader: 'bulk' | 'merge',
  compiled: 'auto' | 'off' = 'auto',
): Promise<PublishedTables> {
  const { closest, recommendations, reasons, dropped } = expectedTables(example.network, example.options);
  const actual = await runCase(example, loader, compiled);
  expect(actual.tables).toEqual({ closest, recommendations, reasons });
  expect(actual.dropped).toEqual(dropped);
  return actual.tables;
}

describe('with words that end or forbid, the three tables are those of the definition', () => {
  const cases = arbitraryCase().chain(withRandomWords);
  test.each([
    ['merge', 'auto', 12],
    ['merge', 'off', 6],
    ['bulk', 'auto', 2],
  ] as const)('loaded by %s, KITH_COMPILED=%s', async (loader, compiled, numRuns) => {
    await fc.assert(
      fc.asyncProperty(cases, async (example) => {
        await expectOracle(example, loader, compiled);
      }),
      { numRuns, endOnFailure: true },
    );
  });
});

describe('the three tables are those of the definition', () => {
  test('for random small networks, loaded by MERGE', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase(), async (example) => {
        await expectOracle(example, 'merge');
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  test('for random small networks, in plain Cypher', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase(), async (example) => {
        await expectOracle(example, 'merge', 'off');
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  test('for random small networks, loaded by the bulk importer', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase(), async (example) => {
        await expectOracle(example, 'bulk');
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });

  test('for a dense network with ties at the border of the 50 and of the 20, on both loading paths and in plain Cypher', async () => {
    const dense = denseNetwork(1);
    const merged = await expectOracle(dense, 'merge');
    expect(await expectOracle(dense, 'merge', 'off')).toEqual(merged);
    expect(await expectOracle(dense, 'bulk')).toEqual(merged);
    expect(merged.closest.length).toBeGreaterThan(1000);
  });
});
