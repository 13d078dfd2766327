import type { Ranking } from '../config/settings.ts';
import type { CypherFile, Graph } from './graph.ts';
import { sideBySide, userRanges } from './user-ranges.ts';

/** Users a transaction of the closest step: some seconds of work, and little to repeat after a deadlock. */
const usersPerRange = 5_000;

/** What the closest step did to the graph. */
export interface ClosestSummary {
  created: number;
  deleted: number;
  propertiesSet: number;
  /** Activities in the window that were left out because one of the two users is suspended. */
  suspendedDropped: number;
}

/**
 * Makes `CLOSEST_TO {rank, weight}` the 50 closest connections of every user as of `asOf` (epoch seconds), writing only
 * what changed. The weight is in exact units: see `weightUnits`.
 */
export async function computeClosest(
  graph: Graph,
  asOf: number,
  ranking: Ranking,
  options: { sessions: number; onProgress: (done: number, total: number) => void },
): Promise<ClosestSummary> {
  const file: CypherFile = `cypher/closest/write-${ranking.decay.kind}.cypher`;
  const window = { asOf: BigInt(asOf), window: BigInt(ranking.windowSeconds) };
  const { follow, reply, like, mention } = ranking.bases;
  const parameters = {
    ...window,
    follow: BigInt(follow),
    reply: BigInt(reply),
    like: BigInt(like),
    mention: BigInt(mention),
    // A Float on purpose: the exponent is one.
    ...(ranking.decay.kind === 'exponential' ? { halfLife: ranking.decay.halfLifeSeconds } : {}),
  };
  const summary: ClosestSummary = { created: 0, deleted: 0, propertiesSet: 0, suspendedDropped: 0 };
  const ranges = await userRanges(graph, usersPerRange);
  let done = 0;
  await sideBySide(ranges, options.sessions, async ({ first, end }) => {
    const { changes } = await graph.write(file, { ...parameters, first, end });
    summary.created += changes.relationshipsCreated;
    summary.deleted += changes.relationshipsDeleted;
    summary.propertiesSet += changes.propertiesSet;
    options.onProgress(++done, ranges.length);
  });
  const { rows } = await graph.read<{ suspended: bigint }>('cypher/closest/count-suspended.cypher', window);
  summary.suspendedDropped = Number(rows[0]?.suspended ?? 0n);
  return summary;
}
