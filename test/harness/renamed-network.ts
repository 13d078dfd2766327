import type { Settings } from '../../src/config/settings.ts';
import { numberOfText } from '../../src/user-id.ts';
import { writeFolder, writeReputation } from '../oracle/arbitrary-network.ts';
import { expectedCircles } from '../oracle/circles.ts';
import type { Case, Network } from '../oracle/network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import type { PublishedTables, TestNetwork } from './network.ts';

/** Other ids in the place of a case's, as files have them, and their numbers, which are in the same order. */
export type Names = ReadonlyMap<number, { id: bigint | string; number: bigint }>;

/** Texts of all sorts, sorted by their numbers. */
const texts: readonly string[] = [
  ...['alice', 'did:plc:z72i7', '7f1d2c9e-0000-4000-8000-1b2c3d4e5f60', 'zoë@social.example', '17', '0017', '-5'],
  ...Array.from({ length: 2_000 }, (_, i) => `user${i}`),
].sort((a, b) => (numberOfText(a) < numberOfText(b) ? -1 : 1));

/** Texts in the place of a case's ids, whose numbers are in the same order. */
export function textNames(ids: Iterable<number>): Names {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  return new Map(sorted.map((id, i) => [id, { id: texts[i] as string, number: numberOfText(texts[i] as string) }]));
}

function idsOf({ network: { activities, suspended, words = [], discoverable = new Map() }, options }: Case): number[] {
  return [
    ...activities.flatMap(({ user, engaged }) => [user, engaged]),
    ...words.flatMap(({ user, other }) => [user, other]),
    ...[...suspended.keys(), ...discoverable.keys(), ...(options.reputation?.keys() ?? [])],
  ];
}

/** Files are written from whatever ids there are; the oracle's types know numbers only. */
function withNames({ activities, suspended, words, discoverable }: Network, names: Names): Network {
  const named = (id: number) => names.get(id)?.id as unknown as number;
  const keys = <T>(map: Map<number, T>) => new Map([...map].map(([id, value]) => [named(id), value]));
  return {
    activities: activities.map((one) => ({ ...one, user: named(one.user), engaged: named(one.engaged) })),
    suspended: keys(suspended),
    words: words?.map((one) => ({ ...one, user: named(one.user), other: named(one.other) })),
    discoverable: discoverable && keys(discoverable),
  };
}

function linesWith(names: Names, lines: readonly string[], ids: number): string[] {
  return lines
    .map((line) => line.split(',').map((field, i) => (i < ids ? names.get(Number(field))?.number : field)))
    .map((fields) => fields.join(','))
    .sort();
}

/**
 * Runs a case with other ids, and expects the tables of the definition: the same but for the names, since these are in
 * the same order. So the oracle need not know of such ids.
 */
export async function expectOracle(
  network: TestNetwork,
  { network: given, options }: Case,
  renamed: (ids: Iterable<number>) => Names,
  settings: Partial<Settings>,
): Promise<PublishedTables> {
  const names = renamed(idsOf({ network: given, options }));
  await network.reset();
  const input = network.folder('20240601');
  writeFolder(withNames(given, names), input);
  let reputation: string | false = false;
  if (options.reputation) {
    reputation = `${input}.csv`;
    writeReputation(
      withNames({ activities: [], suspended: options.reputation as never }, names).suspended as never,
      reputation,
    );
  }
  const { asOf, reputation: _, dismissDays, activeDays, excludeLaterFollows, ...weighting } = options;
  const { summary } = await network.run({
    input,
    reputation,
    asOf: new Date(asOf * 1000).toISOString(),
    allow: 'stale',
    settings: { ...settings, weighting, dismissDays, activeDays, excludeLaterFollows },
  });
  const isCircles = settings.ranking === 'circles';
  const expected = isCircles ? expectedCircles(given, options) : expectedTables(given, options);
  const actual = await network.tables();
  const columns = (line: string, count: number) => line.split(',').slice(0, count).join(',');
  expect(actual).toEqual({
    closest: linesWith(names, expected.closest, 2),
    recommendations: linesWith(
      names,
      expected.recommendations.map((line) => columns(line, 2)),
      2,
    ),
    reasons: linesWith(
      names,
      expected.reasons.map((line) => columns(line, 4)),
      3,
    ),
  });
  expect(summary.dropped).toEqual(expected.dropped);
  return actual;
}
