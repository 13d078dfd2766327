// The rows of graph_recs as Node's `pg` gives them, for applications in TypeScript: copy this file, or import it from the
// checkout. It depends on nothing.

/** A number; a text where the columns of ids are BIGINT (KITH_USER_IDS=bigint or text). */
export type Id = number | string;

/** An exact decimal as text, since a double would round it. */
export type Decimal = string;

interface Row {
  user_id: Id;
  /** updated_at of the first run since which the row has stood without a gap. */
  created_at: Date;
  /** Start of the published run; the same in every row. */
  updated_at: Date;
}

/** graph_recs.closest_connections: at most 50 a user. */
export interface ClosestConnection extends Row {
  closest_connection: Id;
  weight: Decimal;
  /** 1 is the closest. */
  rank: number;
}

/** graph_recs.recommendations: at most 20 a user. */
export interface Recommendation extends Row {
  rec_id: Id;
  /** 1 is the best. */
  rank: number;
  /** The sum of the weights of the reasons. */
  score: Decimal;
  source: string;
}

/** graph_recs.rec_reasons: because of whom. */
export interface RecReason extends Row {
  rec_id: Id;
  reason_id: Id;
  weight: Decimal;
  source: string;
}

/** graph_recs.recommendations_with_reasons: the same in one row each; weights are JSON numbers here. */
export interface RecommendationWithReasons extends Recommendation {
  /** `id`: the reason as the network has it (KITH_USER_IDS=text). */
  reasons: { reason_id: Id; id?: string; weight: number; source: string }[];
}

/** graph_recs.users, with KITH_USER_IDS=text: who stands behind the numbers in the other tables. */
export interface User {
  user_id: string;
  /** A handle, a DID, a UUID. */
  id: string;
}

/** graph_recs.published_run: one row, or none before the first run. */
export interface PublishedRun {
  run_id: string;
  as_of: Date;
  updated_at: Date;
  published_at: Date;
  settings: unknown;
  /** Whether only people of good reputation are recommended. */
  filtered: boolean;
  model: string | null;
  /** BIGINTs, which `pg` gives as texts. */
  closest_rows: string;
  recommendation_rows: string;
  reason_rows: string;
}
