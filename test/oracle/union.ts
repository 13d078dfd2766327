import fc from 'fast-check';
import { arbitraryCase, withRandomWords } from './arbitrary-network.ts';
import { denseNetwork } from './dense-network.ts';
import { isNearRoundingBorder } from './edge-weights.ts';
import { type Case, distinct } from './oracle.ts';

const largestId = 2 ** 31 - 1;
/** Beyond the ids of a small network, but for the largest one. */
const idsApart = 100;
const densestId = 50_000;

/**
 * Many small random networks and a dense one beside each other, as one: what is easily got wrong is there in many ways,
 * at the price of a single run. The same for the same seed, but for the options, which are those of a small network:
 * `wanted` says which one.
 *
 * @param count of small networks
 * @param hasWords whether words that end or forbid are among what is said in the small ones
 */
export function unionOfNetworks(
  seed: number,
  count: number,
  wanted: (options: Case['options']) => boolean,
  hasWords = false,
): Case {
  const windows = [90 * 86_400];
  for (let next = seed; ; next++) {
    const small = hasWords ? arbitraryCase(windows).chain(withRandomWords) : arbitraryCase(windows);
    const cases = fc.sample(small, { seed: next, numRuns: count });
    const options = cases.map((each) => each.options).find(wanted);
    if (!options) continue;
    const united: Case = {
      network: { activities: [], suspended: new Map(), ...(hasWords ? { words: [], discoverable: new Map() } : {}) },
      options: { ...options, reputation: options.reputation && new Map() },
    };
    const dense = denseNetwork(next);
    // Two of three of its users are good enough.
    const ids = [...dense.network.suspended.keys()];
    dense.options.reputation = new Map(ids.map((id, i) => [id, i % 3 === 0 ? 0 : 1]));
    const add = (each: Case, idOf: (id: number) => number) => {
      const later = options.asOf - each.options.asOf;
      for (const activity of each.network.activities)
        united.network.activities.push({
          ...activity,
          user: idOf(activity.user),
          engaged: idOf(activity.engaged),
          at: activity.at + later,
        });
      for (const { user, other, at, until, ...word } of each.network.words ?? [])
        united.network.words?.push({
          ...word,
          user: idOf(user),
          other: idOf(other),
          at: at + later,
          ...(until == null ? {} : { until: until + later }),
        });
      for (const [id, is] of each.network.discoverable ?? []) united.network.discoverable?.set(idOf(id), is);
      for (const [id, isSuspended] of each.network.suspended) united.network.suspended.set(idOf(id), isSuspended);
      for (const [id, score] of each.options.reputation ?? []) united.options.reputation?.set(idOf(id), score);
    };
    cases.forEach((each, i) => {
      add(each, (id) => (id === largestId ? largestId - i : id + i * idsApart));
    });
    add(dense, (id) => id + densestId);
    const { asOf, windowSeconds } = options;
    const counted = distinct(united.network.activities).filter(({ at }) => at > asOf - windowSeconds && at <= asOf);
    if (!isNearRoundingBorder(counted, options)) return united;
  }
}
