import { type EdgeWeights, edgeWeights } from './edge-weights.ts';
import { decimal } from './exact.ts';
import type { Activity, Network, OracleOptions } from './network.ts';
import { type WordsInForce, withWords } from './words.ts';

export type { Activity, ActivityType, Case, Network, OracleOptions, Word } from './network.ts';

/** Lines without a header, sorted as strings (by `Array.sort`); weights with exactly 12 decimals. */
export interface Tables {
  /** user,closest,weight */
  closest: string[];
  /** user,rec */
  recommendations: string[];
  /** user,rec,reason,weight */
  reasons: string[];
}

export interface Dropped {
  /** Distinct activities in the window, self-activity apart, from or to a suspended user. */
  suspended: number;
  /** Distinct (user, candidate), each under the first filter that drops it: self, followed, reputation. */
  self: number;
  followed: number;
  reputation: number;
  /** Left out where it is none. */
  blocked?: number;
  muted?: number;
  followedSince?: number;
  dismissed?: number;
  undiscoverable?: number;
  inactive?: number;
}

const mostClosest = 50;
const mostRecommendations = 20;

interface Ranked {
  id: number;
  weight: bigint;
}

/**
 * What a run must write, from the definition alone: everything in memory, one plain step after the other, in exact
 * arithmetic. It shares no code with Kith.
 */
export function expectedTables(network: Network, options: OracleOptions): Tables & { dropped: Dropped } {
  const isSuspended = (user: number) => network.suspended.get(user) === true;
  const { activities, inForce } = withWords(distinct(network.activities), network, options);
  const inWindow = activities.filter((a) => a.at > options.asOf - options.windowSeconds);
  const counted = inWindow.filter((a) => !isSuspended(a.user) && !isSuspended(a.engaged));

  const weights = edgeWeights(counted, options);
  const closest = closestConnections(weights);
  const followed = new Set(activities.filter((a) => a.type === 'follow').map((a) => `${a.user},${a.engaged}`));

  const tables: Tables = { closest: [], recommendations: [], reasons: [] };
  const filterOf = wordFilters(inForce, activities, options);
  const dropped: Dropped = { suspended: inWindow.length - counted.length, self: 0, followed: 0, reputation: 0 };
  const asWeight = (weight: bigint) => decimal(weight, weights.denominator, 12);

  for (const [user, connections] of closest) {
    for (const { id, weight } of connections) tables.closest.push(`${user},${id},${asWeight(weight)}`);

    const candidates = secondDegree(connections, closest);
    const kept: Ranked[] = [];
    for (const [candidate, reasons] of candidates) {
      const isFollowed = followed.has(`${user},${candidate}`);
      const filter = filterOf(user, candidate, isFollowed);
      if (candidate === user) dropped.self++;
      else if (filter === 'followed') dropped.followed++;
      else if (filter && filter !== 'engaged') dropped[filter] = (dropped[filter] ?? 0) + 1;
      else if (!isGood(candidate, options)) dropped.reputation++;
      else kept.push({ id: candidate, weight: reasons.reduce((sum, reason) => sum + reason.weight, 0n) });
    }
    for (const { id: rec } of best(kept, mostRecommendations)) {
      tables.recommendations.push(`${user},${rec}`);
      for (const reason of candidates.get(rec) ?? [])
        tables.reasons.push(`${user},${rec},${reason.id},${asWeight(reason.weight)}`);
    }
  }
  tables.closest.sort();
  tables.recommendations.sort();
  tables.reasons.sort();
  return { ...tables, dropped };
}

/** The first filter that catches a candidate, of those between self and reputation, but for engaged. */
export function wordFilters(
  { blocked, muted, followedSince, dismissed, hidden }: WordsInForce,
  activities: Activity[],
  { asOf, activeDays }: OracleOptions,
) {
  const since = asOf - (activeDays ?? 0) * 86_400;
  const active = new Set(activities.filter(({ at }) => at > since).map(({ user }) => user));
  return (user: number, candidate: number, isFollowed: boolean, isEngaged = false) => {
    const pair = `${user},${candidate}`;
    if (blocked.has(pair)) return 'blocked';
    if (muted.has(pair)) return 'muted';
    if (isFollowed) return 'followed';
    if (followedSince.has(pair)) return 'followedSince';
    if (isEngaged) return 'engaged';
    if (dismissed.has(pair)) return 'dismissed';
    if (hidden.has(candidate)) return 'undiscoverable';
    return activeDays !== undefined && !active.has(candidate) ? 'inactive' : undefined;
  };
}

/** Equal activities are one: the same type, user, engaged user, message and second. */
export function distinct(activities: Activity[]): Activity[] {
  return [...new Map(activities.map((a) => [`${a.type},${a.user},${a.engaged},${a.message},${a.at}`, a])).values()];
}

/** Per user, the 50 largest weights. */
function closestConnections({ edges }: EdgeWeights): Map<number, Ranked[]> {
  return new Map(
    [...edges].map(([user, engagedUsers]) => [
      user,
      best(
        [...engagedUsers].map(([id, weight]) => ({ id, weight })),
        mostClosest,
      ),
    ]),
  );
}

/** The closest connections w of the connections v: w → every reason v with its weight(v→w). */
function secondDegree(connections: Ranked[], closest: Map<number, Ranked[]>): Map<number, Ranked[]> {
  const candidates = new Map<number, Ranked[]>();
  for (const { id: reason } of connections)
    for (const { id: candidate, weight } of closest.get(reason) ?? []) {
      const reasons = candidates.get(candidate) ?? [];
      candidates.set(candidate, reasons);
      reasons.push({ id: reason, weight });
    }
  return candidates;
}

/** With a list of scores, a user without a score is not good; without a list everybody passes. */
function isGood(user: number, { reputation, minReputation }: OracleOptions): boolean {
  if (reputation === undefined) return true;
  const score = reputation.get(user);
  return score !== undefined && score >= minReputation;
}

/** The `most` heaviest, equal weights by lower id. */
function best(ranked: Ranked[], most: number): Ranked[] {
  return ranked.sort((a, b) => (a.weight === b.weight ? a.id - b.id : a.weight > b.weight ? -1 : 1)).slice(0, most);
}
