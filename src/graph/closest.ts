import type { Decay, Weighting } from '../config/settings.ts';
import type { Computing } from './compiled.ts';
import type { CypherFile, Graph, Parameters } from './graph.ts';
import { rankedRows } from './rows-as-text.ts';
import type { UserRange } from './user-ranges.ts';
import { weightUnits } from './weights.ts';

/**
 * Users per transaction: a few seconds of work, and little to repeat after a deadlock. Of larger ranges, the last ones
 * leave sessions without work.
 */
export const usersPerComputing = { cypher: 5_000, compiled: 32_000 };

/** A user's closest connections, the closest first; weights in exact units (`weightUnits`). */
interface UserConnections {
  userId: bigint;
  closest: bigint[];
  weights: bigint[];
  [column: string]: unknown;
}

/** The statements that compute closest connections, by the kind of decay, and their compiled twin. */
export type ClosestStatements = Record<Decay['kind'], CypherFile> & { compiled: CypherFile };

/** What a run's statements need to know to weigh activities as of `asOf`, in epoch seconds. */
export function weighingParameters(weighting: Weighting, asOf: number): Parameters {
  const { follow, reply, like, mention } = weighting.bases;
  return {
    asOf: BigInt(asOf),
    window: BigInt(weighting.windowSeconds),
    follow: BigInt(follow),
    reply: BigInt(reply),
    like: BigInt(like),
    mention: BigInt(mention),
    // A Float on purpose, like the exponent.
    halfLife: weighting.decay.kind === 'exponential' ? weighting.decay.halfLifeSeconds : null,
    one: weightUnits(weighting),
  };
}

/**
 * Computes the 50 closest connections of a range of users as of `asOf` (epoch seconds), and stores them as lists on the
 * users.
 *
 * @returns rows of closest_connections in key order, as COPY takes them
 */
export async function computeClosest(
  graph: Graph,
  range: UserRange,
  asOf: number,
  weighting: Weighting,
  statements: ClosestStatements,
  { by }: Computing,
): Promise<string[]> {
  const parameters = { first: range.first, end: range.end, ...weighingParameters(weighting, asOf) };
  if (by === 'compiled') {
    const { rows } = await graph.write<{ text: string }>(statements.compiled, parameters);
    return rows.map(({ text }) => text);
  }
  const { rows } = await graph.write<UserConnections>(statements[weighting.decay.kind], parameters);
  const one = weightUnits(weighting);
  return rows
    .sort((a, b) => (a.userId < b.userId ? -1 : 1))
    .map(({ userId, closest, weights }) => rankedRows(userId, closest, weights, one));
}

/** How many activities in the window are left out because one of the two users is suspended. */
export async function countSuspended(graph: Graph, asOf: number, weighting: Weighting): Promise<number> {
  const { rows } = await graph.read<{ suspended: bigint }>('cypher/closest/count-suspended.cypher', {
    asOf: BigInt(asOf),
    window: BigInt(weighting.windowSeconds),
  });
  return Number(rows[0]?.suspended ?? 0n);
}
