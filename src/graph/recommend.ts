import { ChecksFailedError } from '../errors.ts';
import type { Graph } from './graph.ts';
import type { UserRange } from './user-ranges.ts';

/** Why a candidate (u, w) was dropped: the first filter that caught it. */
export interface DroppedCandidates {
  self: number;
  followed: number;
  reputation: number;
}

/** One user's recommendations, best first; weights in exact units (`weightUnits`). */
export interface UserRecommendations {
  userId: bigint;
  recommended: bigint[];
  scores: bigint[];
  /** Parallel lists, one entry per reason: `reasons[i]` supports `reasonOf[i]` with `reasonWeights[i]`. */
  reasonOf: bigint[];
  reasons: bigint[];
  reasonWeights: bigint[];
}

interface RecommendRow extends UserRecommendations {
  self: bigint;
  followedAlready: bigint;
  notGood: bigint;
  [column: string]: unknown;
}

/** Which candidates are good enough: with `filtered`, those with a reputation of at least `minReputation`. */
export interface ReputationFilter {
  filtered: boolean;
  minReputation: number;
}

/** Everybody who may be recommended; undefined if nobody is filtered by reputation. */
export type GoodUsers = bigint[] | undefined;

/** The good users of the whole graph. */
export async function goodUsers(graph: Graph, { filtered, minReputation }: ReputationFilter): Promise<GoodUsers> {
  if (!filtered) return undefined;
  const { rows } = await graph.read<{ good: bigint[] }>('cypher/recommend/good-users.cypher', { minReputation });
  return rows[0]?.good ?? [];
}

/** The good users among a user's candidates; for one user this is faster than asking for all. */
export async function goodAround(
  graph: Graph,
  userId: bigint,
  { filtered, minReputation }: ReputationFilter,
): Promise<GoodUsers> {
  if (!filtered) return undefined;
  const { rows } = await graph.read<{ good: bigint[] }>('cypher/recommend/good-around.cypher', {
    userId,
    minReputation,
  });
  return rows[0]?.good ?? [];
}

/**
 * Recommendations with their reasons for a range of users, from the lists of closest connections as they are in the
 * graph.
 *
 * @throws ChecksFailedError if the reasons of a recommendation don't add up to exactly its score
 */
export async function recommend(
  graph: Graph,
  range: UserRange,
  asOf: number,
  good: GoodUsers,
): Promise<{ users: UserRecommendations[]; dropped: DroppedCandidates }> {
  const { rows } = await graph.read<RecommendRow>('cypher/recommend/recommend.cypher', {
    first: range.first,
    end: range.end,
    asOf: BigInt(asOf),
    filtered: good !== undefined,
    good: good ?? [],
  });
  const dropped = { self: 0, followed: 0, reputation: 0 };
  for (const row of rows) {
    requireExactSums(row);
    dropped.self += Number(row.self);
    dropped.followed += Number(row.followedAlready);
    dropped.reputation += Number(row.notGood);
  }
  return { users: rows, dropped };
}

/** @throws ChecksFailedError naming the first recommendation whose score is not the sum of its reasons */
export function requireExactSums({
  userId,
  recommended,
  scores,
  reasonOf,
  reasonWeights,
}: Omit<UserRecommendations, 'reasons'>): void {
  const missing = new Map(recommended.map((recId, i) => [recId, scores[i] as bigint]));
  for (const [i, recId] of reasonOf.entries())
    missing.set(recId, (missing.get(recId) ?? 0n) - (reasonWeights[i] as bigint));
  for (const [recId, units] of missing)
    if (units !== 0n)
      throw new ChecksFailedError(
        `The reasons for recommending ${recId} to user ${userId} don't add up to its score: they differ by ${units} units. Nothing was published.`,
      );
}

/** Whom each user in a range has followed at or before `asOf` (epoch seconds); users who follow nobody are absent. */
export async function readFollowed(
  graph: Graph,
  range: UserRange,
  asOf: number,
): Promise<{ userId: bigint; followed: bigint[] }[]> {
  const { rows } = await graph.read<{ userId: bigint; followed: bigint[] }>('cypher/recommend/followed.cypher', {
    first: range.first,
    end: range.end,
    asOf: BigInt(asOf),
  });
  return rows;
}
