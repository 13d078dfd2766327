import { BadInputError } from '../errors.ts';
import { count, several } from '../figures.ts';
import type { Graph } from './graph.ts';
import { graphSize } from './schema.ts';
import { userRanges } from './user-ranges.ts';

/** Users per transaction; rarely do more than a few hundred of their activities expire in a day. */
const usersPerRange = 5_000;
/** The most activities a transaction removes. */
const mostRemoved = 20_000n;
/**
 * How many seconds the horizon has to move before activities are searched again: finding old ones means reading all of
 * them.
 */
const lookEvery = 86_400;

/**
 * How far back the graph is complete, in epoch seconds: at or before this instant all activities but follows may be
 * missing. Undefined if nothing is missing.
 */
export async function horizonOf(graph: Graph): Promise<number | undefined> {
  const { rows } = await graph.read<{ horizon: bigint | null }>('cypher/expire/horizon.cypher');
  const horizon = rows[0]?.horizon;
  return horizon == null ? undefined : Number(horizon);
}

/** Makes a graph that was loaded without what is too old say what it lacks, see {@link horizonOf}. */
export async function raiseHorizon(graph: Graph, horizon: number): Promise<void> {
  await graph.write('cypher/expire/raise-horizon.cypher', { at: BigInt(horizon) });
  await graph.write('cypher/expire/set-cleared.cypher', { at: BigInt(horizon) });
}

/**
 * Removes activities at or before `horizon` (epoch seconds) in bounded transactions; follows and users stay. The
 * horizon is stored before the first activity is removed, so this can be interrupted anywhere and repeated.
 *
 * @returns how many were removed
 */
export async function expireActivities(
  graph: Graph,
  horizon: number,
  onProgress: (done: number, total: number, removed: number) => void,
): Promise<number> {
  const { rows } = await graph.write<{ horizon: bigint; cleared: bigint | null }>(
    'cypher/expire/raise-horizon.cypher',
    {
      at: BigInt(horizon),
    },
  );
  const { horizon: at, cleared } = rows[0] ?? { horizon: BigInt(horizon), cleared: null };
  if (cleared !== null && at - cleared < lookEvery) return 0;
  let removed = 0;
  const ranges = await userRanges(graph, usersPerRange);
  // One session, because two are no faster (7,500 per second, on a busy machine) and wait for each other where they
  // meet at a user.
  for (const [i, { first, end }] of ranges.entries()) {
    for (;;) {
      const { changes } = await graph.write('cypher/expire/remove.cypher', { first, end, limit: mostRemoved });
      removed += changes.relationshipsDeleted;
      if (changes.relationshipsDeleted < mostRemoved) break;
    }
    onProgress(i + 1, ranges.length, removed);
  }
  await graph.write('cypher/expire/set-cleared.cypher', { at });
  return removed;
}

/**
 * The horizon can't be taken back, so whether too much would go is asked before it is raised.
 *
 * @param mostPercent the largest share of all activities that may be removed
 * @throws BadInputError if it would be a larger share
 */
export async function refuseManyExpired(graph: Graph, horizon: number, mostPercent: number): Promise<void> {
  const at = BigInt(horizon);
  const { rows } = await graph.read<{ cleared: bigint | null }>('cypher/expire/cleared.cypher');
  const cleared = rows[0]?.cleared ?? null;
  if (mostPercent === 100 || (cleared !== null && at - cleared < lookEvery)) return;
  let expired = 0;
  for (const { first, end } of await userRanges(graph, usersPerRange)) {
    const counted = await graph.read<{ expired: bigint }>('cypher/expire/count-expired.cypher', { first, end, at });
    expired += Number(counted.rows[0]?.expired ?? 0n);
  }
  refuseShare(expired, (await graphSize(graph)).activities, mostPercent);
}

/** @throws BadInputError if so many of all activities are a larger share than `mostPercent` */
export function refuseShare(expired: number, activities: number, mostPercent: number): void {
  if (expired * 100 > activities * mostPercent)
    throw new BadInputError(
      `it would remove ${count(expired)} of ${several(activities, 'activity', 'activities')}, more than KITH_MAX_EXPIRED_PERCENT (${mostPercent}); ` +
        'run once with a higher one to let them go',
    );
}
