import fc from 'fast-check';
import type { RankingName } from '../../src/config/settings.ts';
import { runPart } from '../../src/jobs/by-hand.ts';
import { planRun, type RunOptions } from '../../src/jobs/run-options.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { withDatabase } from '../../src/jobs/with-database.ts';
import type { UserIdKind } from '../../src/user-id.ts';
import { TestNetwork } from '../harness/network.ts';
import { arbitraryCase, withRandomWords, writeFolder, writeReputation } from '../oracle/arbitrary-network.ts';
import { expectedCircles } from '../oracle/circles.ts';
import type { Network } from '../oracle/network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { type SplitCase, splitOver } from '../oracle/split-network.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  if (!network) return;
  await network.reset();
  // Other tests share the home.
  await withDatabase({ ...network.settings, userIds: 'int' }, undefined, async () => undefined);
  await network[Symbol.asyncDispose]();
});

interface How {
  userIds: UserIdKind;
  loader: 'bulk' | 'merge';
  compiled: 'auto' | 'off';
  ranking: RankingName;
}

/** Added to ids that shall be large ones: their order stays. */
const large = 2n ** 62n;

/** The network as it is written; files are written from whatever ids there are. */
function written(of: Network, userIds: UserIdKind): Network {
  if (userIds === 'int') return of;
  const named = (id: number) => (large + BigInt(id)) as unknown as number;
  const keys = <T>(map: Map<number, T>) => new Map([...map].map(([id, value]) => [named(id), value]));
  return {
    activities: of.activities.map((one) => ({ ...one, user: named(one.user), engaged: named(one.engaged) })),
    words: of.words?.map((one) => ({ ...one, user: named(one.user), other: named(one.other) })),
    suspended: keys(of.suspended),
    discoverable: of.discoverable && keys(of.discoverable),
    snapshots: of.snapshots?.map(({ user, other, at }) => ({ user: named(user), other: named(other), at })),
  };
}

/** A published line with ids as the oracle has them. */
function read(line: string): string {
  return line
    .split(',')
    .map((field) => (/^\d{19}$/.test(field) ? BigInt(field) - large : field))
    .join(',');
}

async function expectOracle({ folders, arrivals, whole }: SplitCase, how: How): Promise<void> {
  await network.reset();
  const { asOf, reputation: scores, dismissDays, activeDays, excludeLaterFollows, ...weighting } = whole.options;
  const settings = { ...how, weighting, dismissDays, activeDays, excludeLaterFollows };
  const inputs = folders.map(({ date, network: of }) => {
    const input = network.folder(date);
    writeFolder(written(of, how.userIds), input);
    return input;
  });
  let reputation: string | false = false;
  if (scores) {
    reputation = `${network.folder('scores')}.csv`;
    const named = written({ activities: [], suspended: scores as never }, how.userIds);
    writeReputation(named.suspended as never, reputation);
  }
  const options: RunOptions = { reputation, asOf: new Date(asOf * 1000).toISOString(), allow: 'stale' };
  for (const at of arrivals.slice(0, -1))
    await runPart(
      'ingest',
      await planRun(
        { ...network.settings, ...settings },
        { ...options, reputation: undefined, input: inputs[at] as string },
      ),
      silent,
      new AbortController().signal,
    );
  const { summary } = await network.run({ ...options, settings, input: inputs[arrivals.at(-1) as number] as string });
  const { dropped, closest, recommendations, reasons } =
    how.ranking === 'circles'
      ? expectedCircles(whole.network, whole.options)
      : expectedTables(whole.network, whole.options);
  const tables = await network.tables();
  const columns = (lines: readonly string[], count: number) =>
    lines.map((line) => line.split(',').slice(0, count).join(',')).sort();
  expect({
    closest: tables.closest.map(read).sort(),
    recommendations: tables.recommendations.map(read).sort(),
    reasons: tables.reasons.map(read).sort(),
    dropped: summary.dropped,
  }).toEqual({ closest, recommendations: columns(recommendations, 2), reasons: columns(reasons, 4), dropped });
}

const cases = arbitraryCase([4, 86_400, 90 * 86_400])
  .chain(withRandomWords)
  .chain(splitOver);

describe('in whatever folders and order activities, words and flags arrive, the tables are those of the definition', () => {
  test.each<[UserIdKind, How['loader'], How['compiled'], RankingName, number]>([
    ['int', 'merge', 'auto', 'second-degree', 8],
    ['int', 'merge', 'off', 'second-degree', 3],
    ['int', 'bulk', 'auto', 'second-degree', 1],
    ['int', 'merge', 'auto', 'circles', 4],
    ['bigint', 'merge', 'auto', 'second-degree', 4],
    ['bigint', 'merge', 'off', 'circles', 2],
    ['bigint', 'bulk', 'auto', 'circles', 1],
  ])('%s ids, loaded by %s, KITH_COMPILED=%s, %s', async (userIds, loader, compiled, ranking, numRuns) => {
    await fc.assert(
      fc.asyncProperty(cases, (example) => expectOracle(example, { userIds, loader, compiled, ranking })),
      { numRuns, endOnFailure: true },
    );
  });
});
