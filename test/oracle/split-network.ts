import fc from 'fast-check';
import type { Case, Network } from './network.ts';
import { distinct } from './oracle.ts';

/** A network as it arrives: in several folders. */
export interface SplitCase {
  /** Each with the date in its name, YYYYMMDD, no two of one date. */
  folders: { date: string; network: Network }[];
  /** The folders in the order of their arrival; some arrive twice. */
  arrivals: number[];
  /** What they are together, whatever the order. */
  whole: Case;
}

const day = 86_400;
const mostFolders = 4;

/**
 * The activities and words of a case over folders whose dates are around its as-of, so that the dates tell nothing of
 * the rows. What user.csv says is drawn anew for each folder, and that of the latest date counts; so are whole lists of
 * follows, which end follows as of their folder's date.
 */
export function splitOver(example: Case): fc.Arbitrary<SplitCase> {
  const { network, options } = example;
  const { activities, words = [] } = network;
  const ids = [...new Set(activities.flatMap(({ user, engaged }) => [user, engaged])), 41, 42];
  const id = fc.constantFrom(...ids);
  const asOfDay = Math.floor(options.asOf / day);
  const flag = fc.record({
    suspended: fc.constantFrom(false, false, false, true),
    discoverable: fc.constantFrom(true, true, false),
  });
  const folder = fc.record({
    flags: fc.array(fc.tuple(id, flag), { maxLength: 6 }),
    followed: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.tuple(id, id), { maxLength: 8 }) },
    ),
  });
  const places = (count: number) =>
    fc.array(fc.nat(mostFolders - 1), { minLength: count, maxLength: count, size: 'max' });
  return fc
    .record({
      days: fc.uniqueArray(fc.integer({ min: -9, max: 2 }), { minLength: 1, maxLength: mostFolders }),
      said: fc.array(folder, { minLength: mostFolders, maxLength: mostFolders }),
      ofActivities: places(activities.length),
      ofWords: places(words.length),
      again: fc.array(fc.nat(mostFolders - 1), { maxLength: 2 }),
    })
    .chain(({ days, ...drawn }) =>
      fc.shuffledSubarray([...days.keys()], { minLength: days.length }).map((order) => ({ days, order, ...drawn })),
    )
    .map(({ days, order, said, ofActivities, ofWords, again }) => {
      const startOf = (at: number) => (asOfDay + (days[at] as number)) * day;
      const networks = days.map((_, at): Network => {
        const { flags = [], followed = [] } = said[at] ?? {};
        const isHere = (place: number | undefined) => (place ?? 0) % days.length === at;
        return {
          activities: activities.filter((_, i) => isHere(ofActivities[i])),
          words: words.filter((_, i) => isHere(ofWords[i])),
          suspended: new Map(flags.map(([user, { suspended }]) => [user, suspended])),
          discoverable: new Map(flags.map(([user, { discoverable }]) => [user, discoverable])),
          snapshots: (followed as [number, number][])
            .filter(([user, other]) => user !== other)
            .map(([user, other]) => ({ user, other, at: startOf(at) })),
        };
      });
      const byDate = [...days.keys()].sort((a, b) => (days[a] as number) - (days[b] as number));
      const latest = <T>(flags: (of: Network) => ReadonlyMap<number, T> | undefined) =>
        new Map(byDate.flatMap((at) => [...(flags(networks[at] as Network) ?? [])]));
      return {
        folders: networks.map((of, at) => ({ date: dateOf(startOf(at)), network: of })),
        arrivals: [...order, ...again.map((at) => at % days.length)],
        whole: {
          options,
          network: {
            activities,
            words,
            snapshots: networks.flatMap(({ snapshots = [] }) => snapshots),
            suspended: latest(({ suspended }) => suspended),
            discoverable: latest(({ discoverable }) => discoverable),
          },
        },
      };
    })
    .filter((split) => !isRefused(split));
}

/** Whether the run is refused: its as-of is the date of its folder, most of whose activities are later. */
function isRefused({ folders, arrivals, whole }: SplitCase): boolean {
  const { date, network } = folders[arrivals.at(-1) as number] as SplitCase['folders'][number];
  const { asOf } = whole.options;
  const counted = distinct(network.activities).filter(({ user, engaged }) => user !== engaged);
  const later = counted.filter(({ at }) => at > asOf).length;
  return date === dateOf(asOf) && asOf % day === 0 && later * 2 > counted.length;
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10).replaceAll('-', '');
}
