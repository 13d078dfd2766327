import { BadInputError } from '../errors.ts';
import type { Computing } from '../graph/compiled.ts';
import type { Graph, Parameters } from '../graph/graph.ts';
import { onlyUser } from '../graph/user-ranges.ts';
import { decimalWeight, weightUnits } from '../graph/weights.ts';
import { type RunFacts, wantedOf } from '../jobs/run.ts';
import { busyUsers, readVias } from '../scoring/ranking/circles.ts';
import type { DroppedCandidates } from '../scoring/ranking/dropped.ts';
import { rankings } from '../scoring/ranking/rankings.ts';
import { recommendTo } from '../scoring/ranking/recommend.ts';
import { compareIds, type ShownId, userIdOf } from '../user-id.ts';

/** A user with a weight; weights and scores are decimals as published, with 12 places or as many as the ranking has. */
export interface Weighted {
  userId: ShownId;
  weight: string;
}

export interface RecommendationView {
  userId: ShownId;
  /** 1 is the best. */
  rank: number;
  score: string;
  /** Where the largest share of the score comes from; the ranking's name if all of it comes from there. */
  source: string;
  /** Because of whom, heaviest first, as the ranking has it; their weights add up to the score. */
  reasons: (Weighted & { source: string })[];
}

/** A user in the current graph, by a run's as-of and settings; or in the published tables, which know less. */
export interface UserView {
  userId: ShownId;
  run: RunFacts;
  /** Why it is from the published tables, as a clause; undefined if it is from the graph. */
  fromTables?: string;
  /** By the latest flag; undefined if only the graph would know. A suspended user has neither connections nor recommendations. */
  suspended?: boolean;
  /** In [0, 1]; undefined without a score. */
  reputation?: number;
  closest: (Weighted & { rank: number })[];
  /** By circles: through whom people are recommended, the strongest ties first. */
  vias?: ShownId[];
  recommendations: RecommendationView[];
  /** Candidates that a filter dropped, by the filter's name; undefined if only the graph would know. */
  dropped?: DroppedCandidates;
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
export async function showUser(
  graph: Graph,
  run: RunFacts,
  userId: ShownId,
  computing: Computing,
  shared?: Parameters,
): Promise<UserView> {
  const id = BigInt(userId);
  // In parallel, since somebody is waiting.
  const [found, recommended, vias] = await Promise.all([
    graph.read<UserRow>('cypher/show/user.cypher', { userId: id }),
    recommendTo(graph, id, { ...wantedOf(run), computing, shared }),
    run.settings.ranking === 'circles' ? viasOf(graph, run, id) : undefined,
  ]);
  const user = found.rows[0];
  if (!user) throw new UnknownUserError(userId);
  const ofOne = weightUnits(run.settings.weighting);
  const { sources } = rankings[run.settings.ranking];
  const reasonsOf = new Map<string, RecommendationView['reasons']>();
  for (const [, candidate = '', reason, weight = '', source = sources[0] as string] of fieldsOf(recommended.reasons)) {
    const reasons = reasonsOf.get(candidate) ?? [];
    reasons.push({ userId: userIdOf(reason as string), weight, source });
    reasonsOf.set(candidate, reasons);
  }
  return {
    userId,
    run,
    suspended: user.suspended,
    reputation: user.reputation ?? undefined,
    closest: user.closest.map((closest, i) => ({
      userId: userIdOf(closest),
      rank: i + 1,
      weight: decimalWeight(user.weights[i] ?? 0n, ofOne),
    })),
    ...(vias && { vias }),
    recommendations: fieldsOf(recommended.recommendations)
      .map(([, candidate = '', score = '', rank, source = sources[0] as string]) => ({
        userId: userIdOf(candidate),
        rank: Number(rank),
        score,
        source,
        reasons: (reasonsOf.get(candidate) ?? []).sort(heaviestFirst),
      }))
      .sort((a, b) => a.rank - b.rank),
    dropped: recommended.dropped,
  };
}

async function viasOf(graph: Graph, run: RunFacts, id: bigint): Promise<ShownId[]> {
  const busy = await busyUsers(graph, run.settings.strangersAtMost);
  const [found] = await readVias(graph, onlyUser(id), busy);
  return (found?.others ?? []).map(userIdOf);
}

/** The columns of each row of a table's text. */
function fieldsOf(rows: string): string[][] {
  return rows
    .split('\n')
    .filter(Boolean)
    .map((row) => row.split('\t'));
}

function heaviestFirst(a: Weighted, b: Weighted): number {
  // As numbers they could be equal, but they all have as many places.
  const [x, y] = [a, b].map(({ weight }) => BigInt(weight.replace('.', ''))) as [bigint, bigint];
  return x === y ? compareIds(a.userId, b.userId) : x > y ? -1 : 1;
}

/** The error for a user whom no file has named. */
export class UnknownUserError extends BadInputError {
  readonly userId: ShownId;

  constructor(userId: ShownId) {
    super(`The graph has no user ${userId}: no ingested file names this user; check the id.`);
    this.userId = userId;
  }
}
