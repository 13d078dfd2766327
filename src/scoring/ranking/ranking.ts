import type { RankingName, Weighting } from '../../config/settings.ts';
import type { ClosestStatements } from '../../graph/closest.ts';
import type { Computing } from '../../graph/compiled.ts';
import type { CypherFile, Graph, Parameters } from '../../graph/graph.ts';

/**
 * A ranking: from which lists recommendations are made, and how. Every ranking looks at some people around a user, its
 * vias, each of whom carries a list of others with shares. What the shares of an other come to, with terms of other
 * sources, is the score. A file describes a ranking; `rankings.ts` names them all.
 */
export interface Ranking {
  name: RankingName;
  /** Where a term of a score comes from, in the order in which the sources of a reason are named. */
  sources: readonly string[];
  /** Decimal places of published scores and reasons. */
  places: number;
  /** Who a reason may be: a closest connection of the user; or one of the user's ties, or the recommended themself. */
  reasons: 'connections' | 'ties';
  /** What computes closest connections, and whatever else the ranking needs of them. */
  closest: ClosestStatements;
  /** What removes from at most $limit users what it keeps beside closest connections; one row, `forgotten`. */
  forget?: CypherFile;
  /** What makes the lists that vias carry from everybody's closest connections; undefined if those are the lists. */
  carried?: Record<Computing['by'], CypherFile>;
  /** The users to whom somebody may be recommended: one row, `users`. */
  countUsers: CypherFile;
  recommend: RecommendStatements;
  /** What the statements that recommend need to know beside the lists, the same for everybody. */
  shared(graph: Graph, wanted: { filter: ReputationFilter; strangersAtMost?: number }): Promise<Parameters>;
  /** A user's rows of both tables, as COPY takes them, from what `recommend.cypher` has found. */
  rowsOf(user: UserRecommendations, weighting: Weighting): UserRows;
}

/** No user is recommended more people. */
export const mostRecommended = 20;

export interface RecommendStatements {
  /** Users per query in plain Cypher: what is read once for all of them, and rows of up to 100 MB. */
  usersPerQuery: number;
  /** Gives `UserRecommendations`, a user a row. */
  cypher: CypherFile;
  /** Who is good of one user's candidates: one row, `good`. */
  goodAround: CypherFile;
  /** The compiled twin, which gives the rows of both tables as text in key order; it does not drop whom one has engaged with. */
  compiled: CypherFile;
}

/** The source of all rows of a ranking with one source; undefined if each row names its own. */
export function constantSource({ sources }: Pick<Ranking, 'sources'>): string | undefined {
  return sources.length === 1 ? sources[0] : undefined;
}

/** Which candidates are good enough: with `filtered`, those with a reputation of at least `minReputation`. */
export interface ReputationFilter {
  filtered: boolean;
  minReputation: number;
}

/** One user's recommendations, best first; scores and weights in exact units. */
export interface UserRecommendations {
  userId: bigint;
  recommended: bigint[];
  scores: bigint[];
  /** Parallel lists, an entry for each term: `reasons[i]` supports `reasonOf[i]` with `reasonWeights[i]`. */
  reasonOf: bigint[];
  reasons: bigint[];
  reasonWeights: bigint[];
  /** From which of the ranking's sources; a ranking with one source leaves it out. */
  reasonSources?: bigint[];
}

/** Rows of recommendations and rec_reasons in key order. */
export interface UserRows {
  recommendations: string;
  reasons: string;
}

/** Every choice of at least one source, each as a reason names it. */
export function combinations(sources: readonly string[]): string[] {
  const [first, ...others] = sources;
  if (first === undefined) return [];
  const rest = combinations(others);
  return [first, ...rest, ...rest.map((some) => `${first} + ${some}`)];
}
