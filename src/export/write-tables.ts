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
import type { Database } from '../postgres/database.ts';
import { makeNext, type NextRows, type NextRun } from './next-table.ts';
import type { ShownRows } from './shown-rows.ts';

/** The run whose rows are written. */
export interface WrittenRun extends NextRun {
  /** Epoch seconds. */
  asOf: number;
  ranking: Ranking;
}

export interface WriteOptions {
  /** The number of Neo4j sessions used in parallel. */
  sessions: number;
  onProgress: (done: number, total: number, rows: number) => void;
}

/**
 * Users per query. A query that writes takes a few seconds, so there is little to repeat after a deadlock. A query that
 * only reads takes more users, because they share what is read (recommend.cypher), up to 100 MB of results per range.
 */
const usersPerRange = { closest: 5_000, recommend: 25_000 };

/**
 * Computes everybody's closest connections, stores them in the graph and writes the next closest_connections.
 *
 * @returns the number of rows
 */
export async function writeClosest(
  graph: Graph,
  database: Database,
  run: WrittenRun,
  options: WriteOptions,
): Promise<number> {
  const one = weightUnits(run.ranking);
  return makeNext(database, 'closest_connections', run, async (rows) => {
    await overRanges(graph, usersPerRange.closest, options, [rows], async (range) => {
      const [users, shown] = await Promise.all([
        computeClosest(graph, range, run.asOf, run.ranking),
        rows.readShown(range),
      ]);
      return async () => {
        for (const { userId, closest, weights } of byId(users))
          if (addRanked(userId, closest, weights, one, rows, shown)) await rows.flush();
      };
    });
  });
}

/** Computes everybody's recommendations and writes the next recommendations and rec_reasons. */
export async function writeRecommendations(
  graph: Graph,
  database: Database,
  run: WrittenRun,
  filter: ReputationFilter,
  options: WriteOptions,
): Promise<{ recommendations: number; reasons: number; dropped: DroppedCandidates }> {
  const one = weightUnits(run.ranking);
  const good = await goodUsers(graph, filter);
  const dropped: DroppedCandidates = { self: 0, followed: 0, reputation: 0 };
  let reasons = 0;
  const recommendations = await makeNext(database, 'recommendations', run, async (recRows) => {
    reasons = await makeNext(database, 'rec_reasons', run, async (reasonRows) => {
      await overRanges(graph, usersPerRange.recommend, options, [recRows, reasonRows], async (range) => {
        const [found, shownRecs, shownReasons] = await Promise.all([
          recommend(graph, range, run.asOf, good),
          recRows.readShown(range),
          reasonRows.readShown(range),
        ]);
        for (const name of Object.keys(dropped) as (keyof DroppedCandidates)[]) dropped[name] += found.dropped[name];
        return async () => {
          for (const user of byId(found.users)) {
            if (addRanked(user.userId, user.recommended, user.scores, one, recRows, shownRecs)) await recRows.flush();
            if (addReasons(user, one, reasonRows, shownReasons)) await reasonRows.flush();
          }
        };
      });
    });
  });
  return { recommendations, reasons, dropped };
}

/** Adds the rows of a user's list, whose order is the rank; returns true when it is time to flush. */
function addRanked(
  userId: bigint,
  list: readonly bigint[],
  measures: readonly bigint[],
  one: bigint,
  rows: NextRows,
  shown: ShownRows,
): boolean {
  const user = Number(userId);
  const ids = list.map(Number);
  let isFull = false;
  for (const i of inOrder(ids.length, (a, b) => (ids[a] as number) - (ids[b] as number))) {
    const id = ids[i] as number;
    const row = `${user}\t${id}\t${decimalWeight(measures[i] as bigint, one)}\t${i + 1}`;
    isFull = rows.add([user, id], row, shown) || isFull;
  }
  return isFull;
}

/** Adds the reasons of a user's recommendations; returns true when it is time to flush. */
function addReasons(user: UserRecommendations, one: bigint, rows: NextRows, shown: ShownRows): boolean {
  const userId = Number(user.userId);
  const recs = user.reasonOf.map(Number);
  const vias = user.reasons.map(Number);
  const compare = (a: number, b: number) =>
    (recs[a] as number) - (recs[b] as number) || (vias[a] as number) - (vias[b] as number);
  let isFull = false;
  for (const i of inOrder(recs.length, compare)) {
    const [rec, via] = [recs[i] as number, vias[i] as number];
    const row = `${userId}\t${rec}\t${via}\t${decimalWeight(user.reasonWeights[i] as bigint, one)}`;
    isFull = rows.add([userId, rec, via], row, shown) || isFull;
  }
  return isFull;
}

/** The indexes of a list, sorted by `compare`. */
function inOrder(length: number, compare: (a: number, b: number) => number): number[] {
  return Array.from({ length }, (_, i) => i).sort(compare);
}

function byId<User extends { userId: bigint }>(users: readonly User[]): User[] {
  return users.toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
}

/**
 * Reads range by range, in order. A range's rows are written only once it is read completely, so a read that the driver
 * retries leaves no partial rows behind.
 */
async function overRanges(
  graph: Graph,
  size: number,
  options: WriteOptions,
  tables: readonly NextRows[],
  read: (range: UserRange) => Promise<() => Promise<void>>,
): Promise<void> {
  const ranges = await userRanges(graph, size);
  let done = 0;
  await readSideBySide(ranges, options.sessions, read, () => {
    options.onProgress(
      ++done,
      ranges.length,
      tables.reduce((sum, { count }) => sum + count, 0),
    );
  });
}
