import { BadInputError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { goodAround, recommend } from '../graph/recommend.ts';
import { decimalWeight, weightUnits } from '../graph/weights.ts';
import type { RunFacts } from '../jobs/run.ts';

/** A user with a weight; weights and scores are decimals with 12 places, as published. */
export interface Weighted {
  userId: number;
  weight: string;
}

export interface RecommendationView {
  userId: number;
  /** 1 is the best. */
  rank: number;
  score: string;
  /**
   * The user's closest connections who are close to the recommended user, heaviest first; their weights add up to the
   * score.
   */
  reasons: Weighted[];
}

/** A user in the current graph, by a run's as-of and settings. */
export interface UserView {
  userId: number;
  run: RunFacts;
  /** By the latest flag. A suspended user has neither connections nor recommendations. */
  suspended: boolean;
  /** In [0, 1]; undefined without a score. */
  reputation?: number;
  closest: (Weighted & { rank: number })[];
  recommendations: RecommendationView[];
  /** Candidates that a filter dropped, by the filter's name. */
  dropped: { self: number; followed: number; reputation: number };
}

interface UserRow {
  suspended: boolean;
  reputation: number | null;
  closest: bigint[];
  weights: bigint[];
  [column: string]: unknown;
}

/**
 * Reads a user's closest connections from the graph and computes their recommendations.
 *
 * @throws BadInputError if the graph has no such user
 */
export async function showUser(graph: Graph, run: RunFacts, userId: number): Promise<UserView> {
  const id = BigInt(userId);
  const { ranking, reputation } = run.settings;
  const filter = { filtered: reputation === 'list', minReputation: ranking.minReputation };
  // In parallel, since somebody is waiting.
  const [found, recommended] = await Promise.all([
    graph.read<UserRow>('cypher/show/user.cypher', { userId: id }),
    goodAround(graph, id, filter).then((good) => recommend(graph, { first: id, end: id + 1n }, run.asOf, good)),
  ]);
  const user = found.rows[0];
  if (!user) throw unknownUser(userId);
  const ofOne = weightUnits(ranking);
  const result = recommended.users[0];
  const reasonsOf = new Map<bigint, { userId: bigint; units: bigint }[]>();
  for (const [i, candidate] of (result?.reasonOf ?? []).entries()) {
    const reasons = reasonsOf.get(candidate) ?? [];
    reasons.push({ userId: result?.reasons[i] ?? 0n, units: result?.reasonWeights[i] ?? 0n });
    reasonsOf.set(candidate, reasons);
  }
  return {
    userId,
    run,
    suspended: user.suspended,
    reputation: user.reputation ?? undefined,
    closest: user.closest.map((closest, i) => ({
      userId: Number(closest),
      rank: i + 1,
      weight: decimalWeight(user.weights[i] ?? 0n, ofOne),
    })),
    recommendations: (result?.recommended ?? []).map((candidate, i) => ({
      userId: Number(candidate),
      rank: i + 1,
      score: decimalWeight(result?.scores[i] ?? 0n, ofOne),
      reasons: (reasonsOf.get(candidate) ?? [])
        .sort((a, b) => Number(b.units - a.units) || Number(a.userId - b.userId))
        .map((reason) => ({ userId: Number(reason.userId), weight: decimalWeight(reason.units, ofOne) })),
    })),
    dropped: recommended.dropped,
  };
}

/** The error for a user whom no file has named. */
export function unknownUser(userId: number): BadInputError {
  return new BadInputError(`The graph has no user ${userId}: no ingested file names this user; check the id.`);
}
