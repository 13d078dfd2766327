import { readFollowed } from '../graph/followed.ts';
import type { Graph } from '../graph/graph.ts';
import { type UserRange, userRanges } from '../graph/user-ranges.ts';
import { busyUsers, readVias } from '../scoring/ranking/circles.ts';
import { type UserId, userIdOf } from '../user-id.ts';

/** Some others of a user. */
export interface UserOthers {
  userId: bigint;
  others: bigint[];
}

/** Reads others of the users in a range; users without any are absent. Ranges come in ascending order. */
export type ReadOthers = (range: UserRange) => Promise<UserOthers[]>;

/** The users whom a run computes for, as the engine knows them that computes it: what its rows are checked by. */
export interface Population {
  suspended(): Promise<UserId[]>;
  /** Every user once, in ranges of about `size`, by id. */
  ranges(size: number): Promise<UserRange[]>;
  /** Whom users have followed at or before the run's as-of. */
  followed(): ReadOthers;
  /** For a ranking whose reasons are ties: through whom people are recommended. */
  vias(): ReadOthers;
}

/**
 * The users of the graph.
 *
 * @param asOf epoch seconds
 * @param strangersAtMost see Recommending; which ties are vias depends on it
 */
export function populationOf(graph: Graph, asOf: number, strangersAtMost?: number): Population {
  return {
    suspended: async () => {
      const { rows } = await graph.read<{ userId: bigint }>('cypher/state/suspended-users.cypher');
      return rows.map(({ userId }) => userIdOf(userId));
    },
    ranges: (size) => userRanges(graph, size),
    followed: () => (range) => readFollowed(graph, range, asOf),
    vias: () => {
      const busy = busyUsers(graph, strangersAtMost);
      busy.catch(() => undefined);
      return async (range) => readVias(graph, range, await busy);
    },
  };
}
