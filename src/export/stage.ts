import type { Ranking } from '../config/settings.ts';
import { computeClosest } from '../graph/closest.ts';
import type { Graph } from '../graph/graph.ts';
import {
  type DroppedCandidates,
  goodUsers,
  type ReputationFilter,
  recommend,
  type UserRecommendations,
} from '../graph/recommend.ts';
import { readSideBySide } from '../graph/side-by-side.ts';
import { type UserRange, userRanges } from '../graph/user-ranges.ts';
import { decimalWeight, weightUnits } from '../graph/weights.ts';
import { CopyStream } from '../postgres/copy-stream.ts';
import { type Database, queryOn } from '../postgres/database.ts';

export interface StageOptions {
  /** Neo4j sessions side by side. */
  sessions: number;
  onProgress: (done: number, total: number, rows: number) => void;
}

/**
 * Users a query. What writes takes some seconds, so that there is little to repeat after a deadlock; what only reads takes as many as
 * share what is read (recommend.cypher), at 100 MB of results a range.
 */
const usersPerRange = { closest: 5_000, recommend: 25_000 };

/** Computes everybody's closest connections as of `asOf`, keeps them in the graph and copies them to kith_staging.closest_connections. */
export async function stageClosest(
  graph: Graph,
  database: Database,
  asOf: number,
  ranking: Ranking,
  options: StageOptions,
): Promise<number> {
  const one = weightUnits(ranking);
  return stageTable(database, 'closest-connections', async (copy) => {
    await overRanges(graph, usersPerRange.closest, options, [copy], async (range) => {
      const users = await computeClosest(graph, range, asOf, ranking);
      return async () => {
        for (const { userId, closest, weights } of users)
          for (const [i, id] of closest.entries())
            if (copy.add(`${userId}\t${id}\t${decimalWeight(weights[i] as bigint, one)}\t${i + 1}\n`))
              await copy.flush();
      };
    });
  });
}

/** Computes everybody's recommendations and copies them, with their reasons, to kith_staging. */
export async function stageRecommendations(
  graph: Graph,
  database: Database,
  asOf: number,
  ranking: Ranking,
  filter: ReputationFilter,
  options: StageOptions,
): Promise<{ recommendations: number; reasons: number; dropped: DroppedCandidates }> {
  const one = weightUnits(ranking);
  const good = await goodUsers(graph, filter);
  const dropped: DroppedCandidates = { self: 0, followed: 0, reputation: 0 };
  let reasons = 0;
  const recommendations = await stageTable(database, 'recommendations', async (recCopy) => {
    reasons = await stageTable(database, 'rec-reasons', async (reasonCopy) => {
      await overRanges(graph, usersPerRange.recommend, options, [recCopy, reasonCopy], async (range) => {
        const found = await recommend(graph, range, asOf, good);
        for (const name of Object.keys(dropped) as (keyof DroppedCandidates)[]) dropped[name] += found.dropped[name];
        return async () => {
          for (const user of found.users) {
            if (addUser(user, one, recCopy, reasonCopy)) await Promise.all([recCopy.flush(), reasonCopy.flush()]);
          }
        };
      });
    });
  });
  return { recommendations, reasons, dropped };
}

/** Adds a user's rows; true when it is time to flush. */
function addUser(user: UserRecommendations, one: bigint, recCopy: CopyStream, reasonCopy: CopyStream): boolean {
  const { userId } = user;
  let isFull = false;
  for (const [i, w] of user.recommended.entries()) {
    const score = user.scores[i] as bigint;
    isFull = recCopy.add(`${userId}\t${w}\t${decimalWeight(score, one)}\t${i + 1}\n`) || isFull;
  }
  for (const [i, w] of user.reasonOf.entries()) {
    const weight = user.reasonWeights[i] as bigint;
    isFull = reasonCopy.add(`${userId}\t${w}\t${user.reasons[i]}\t${decimalWeight(weight, one)}\n`) || isFull;
  }
  return isFull;
}

/**
 * Reads range by range and writes each range's rows, which several streams share, only when it was read whole: a read that the driver
 * repeats can't leave half of itself behind.
 */
async function overRanges(
  graph: Graph,
  size: number,
  options: StageOptions,
  copies: CopyStream[],
  read: (range: UserRange) => Promise<() => Promise<void>>,
): Promise<void> {
  const ranges = await userRanges(graph, size);
  let done = 0;
  await readSideBySide(ranges, options.sessions, read, () => {
    const rows = copies.reduce((sum, copy) => sum + copy.rows, 0);
    options.onProgress(++done, ranges.length, rows);
  });
}

/** Replaces a staging table's rows in one transaction; returns how many it has then. */
async function stageTable(
  database: Database,
  table: 'closest-connections' | 'recommendations' | 'rec-reasons',
  fill: (copy: CopyStream) => Promise<void>,
): Promise<number> {
  return database.transaction(async (client) => {
    await queryOn(client, `sql/stage/truncate-${table}.sql`);
    const copy = new CopyStream(client, `sql/stage/copy-${table}.sql`);
    await fill(copy);
    await copy.end();
    await queryOn(client, `sql/stage/analyze-${table}.sql`);
    return copy.rows;
  });
}
