import { computeClosest, usersPerComputing } from '../graph/closest.ts';
import type { Computing } from '../graph/compiled.ts';
import { readFollowed } from '../graph/followed.ts';
import type { Graph } from '../graph/graph.ts';
import { readSideBySide } from '../graph/side-by-side.ts';
import { userRanges } from '../graph/user-ranges.ts';
import { copyOut, wholeRows } from '../postgres/copy-stream.ts';
import type { Database } from '../postgres/database.ts';
import { readVias } from '../scoring/ranking/circles.ts';
import { constantSource } from '../scoring/ranking/ranking.ts';
import { type DroppedCandidates, recommendAll, type Wanted } from '../scoring/ranking/recommend.ts';
import { ConnectionLists } from './connection-lists.ts';
import { ListCheck } from './list-check.ts';
import { type Found, makeNext, type NextRun, type NextTable, nextTableOf, nextTablesOf } from './next-table.ts';
import { type Others, RecommendationCheck } from './recommendation-check.ts';

/** The run whose rows are written. */
export interface WrittenRun extends NextRun {
  wanted: Wanted;
}

export interface WriteOptions {
  /** The number of Neo4j sessions used in parallel. */
  sessions: number;
  computing: Computing;
  onProgress: (done: number, total: number, rows: number) => void;
}

/** Users whose published rows and follows are read at a time: up to 5 MB a table. */
const usersPerShown = 5_000;

/**
 * Computes everybody's closest connections, stores them in the graph and writes the next closest_connections.
 *
 * @param meanwhile done once everybody's are in the graph, while the table gets its key
 * @returns the number of rows
 */
export async function writeClosest(
  graph: Graph,
  database: Database,
  { wanted, ...run }: WrittenRun,
  { sessions, computing, onProgress }: WriteOptions,
  meanwhile: () => Promise<void>,
): Promise<number> {
  const { asOf, weighting, ranking } = wanted;
  const shownRanges = await userRanges(graph, usersPerShown);
  const ranges = await userRanges(graph, usersPerComputing[computing.by]);
  const check = new ListCheck({ most: 50, suspended: await suspendedUsers(graph) });
  const lists = new ConnectionLists(0);
  let other = Promise.resolve();
  const made = await makeNext(database, 'closest_connections', { ...run, shownRanges }, async (rows) => {
    let done = 0;
    await readSideBySide(
      ranges,
      sessions,
      async (range) => {
        const texts = await computeClosest(graph, range, asOf, weighting, ranking.closest, computing);
        return async () => {
          for (const text of texts) {
            const bytes = Buffer.from(text, 'latin1');
            check.take(bytes, (user, id, upper, lower) => lists.add(user, id, upper, lower));
            await rows.take(bytes);
          }
        };
      },
      () => onProgress(++done, ranges.length, check.rows),
    );
    written = { url: database.url, table: nextTableOf('closest_connections', run), lists };
    other = meanwhile();
    other.catch(() => undefined);
    return { findings: { closest: check.answers() } };
  });
  await other;
  return made;
}

/** What this process has written last, which the next step need not read again. */
let written: { url: string; table: string; lists: ConnectionLists } | undefined;

/** Computes everybody's recommendations and writes the next recommendations and rec_reasons. */
export async function writeRecommendations(
  graph: Graph,
  database: Database,
  { wanted, ...run }: WrittenRun,
  { sessions, computing, onProgress }: WriteOptions,
): Promise<{ recommendations: number; reasons: number; dropped: DroppedCandidates }> {
  const shownRanges = await userRanges(graph, usersPerShown);
  const { asOf, ranking } = wanted;
  const next = { ...run, shownRanges, source: constantSource(ranking) };
  let dropped: DroppedCandidates = { self: 0, followed: 0, reputation: 0 };
  const { closest_connections: closest } = await nextTablesOf(database, run.id);
  const check = new RecommendationCheck({
    suspended: await suspendedUsers(graph),
    ranges: shownRanges,
    readFollowed: async (range) => othersOf(await readFollowed(graph, range, asOf)),
    ranking,
    readVias: async (range) => othersOf(await readVias(graph, range)),
    connections: closest && ranking.reasons === 'connections' ? await readConnections(database, closest) : undefined,
  });
  let reasons = Promise.resolve(0);
  try {
    const recommendations = await makeNext(
      database,
      'recommendations',
      next,
      (recRows) =>
        new Promise<Found>((resolve, reject) => {
          reasons = makeNext(database, 'rec_reasons', next, async (reasonRows) => {
            await recommendAll(graph, {
              ...{ ...wanted, computing, sessions },
              take: async (rows) => {
                dropped = sumOf(dropped, rows.dropped);
                const ofRecs = Buffer.from(rows.recommendations, 'latin1');
                const ofReasons = Buffer.from(rows.reasons, 'latin1');
                await check.take(ofRecs, ofReasons);
                await recRows.take(ofRecs);
                await reasonRows.take(ofReasons);
              },
              onProgress: (done, total) => onProgress(done, total, check.rows),
            });
            const found = check.answers();
            // Before the reasons are complete, so that both tables get their indexes at the same time.
            resolve({ findings: found.recommendations });
            return { findings: found.reasons, comparedWith: closest?.name };
          });
          reasons.catch(reject);
        }),
    );
    return { recommendations, reasons: await reasons, dropped };
  } finally {
    await reasons.catch(() => undefined);
  }
}

/** By the latest flags: who may not be in any row. */
async function suspendedUsers(graph: Graph): Promise<Set<number>> {
  const { rows } = await graph.read<{ userId: bigint }>('cypher/state/suspended-users.cypher');
  return new Set(rows.map(({ userId }) => Number(userId)));
}

function othersOf(users: readonly { userId: bigint; others: bigint[] }[]): Others {
  return new Map(users.map(({ userId, others }) => [Number(userId), Int32Array.from(others, Number).sort()]));
}

function sumOf(a: DroppedCandidates, b: DroppedCandidates): DroppedCandidates {
  const sums = { ...a };
  for (const [filter, count] of Object.entries(b) as [keyof DroppedCandidates, number][])
    sums[filter] = (sums[filter] ?? 0) + count;
  return sums;
}

async function readConnections(database: Database, { name, rows }: NextTable): Promise<ConnectionLists> {
  const known = written;
  written = undefined;
  if (known?.url === database.url && known.table === name) return known.lists;
  const lists = new ConnectionLists(rows);
  await database.transaction(async (client) => {
    for await (const part of wholeRows(copyOut(client, 'sql/checks/copy-connections.sql', { next: name })))
      lists.addRows(part);
  });
  return lists;
}
