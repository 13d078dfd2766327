import type { Weighting } from '../config/settings.ts';
import { computeClosest, usersPerComputing } from '../graph/closest.ts';
import type { Computing } from '../graph/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import {
  type DroppedCandidates,
  noneDropped,
  type ReputationFilter,
  readFollowed,
  recommendAll,
} from '../graph/recommend.ts';
import { readSideBySide } from '../graph/side-by-side.ts';
import { type UserRange, userRanges } from '../graph/user-ranges.ts';
import { copyOut, wholeRows } from '../postgres/copy-stream.ts';
import type { Database } from '../postgres/database.ts';
import { ConnectionLists } from './connection-lists.ts';
import { ListCheck } from './list-check.ts';
import { type Found, makeNext, type NextRun, type NextTable, nextTableOf, nextTablesOf } from './next-table.ts';
import { type Followed, RecommendationCheck } from './recommendation-check.ts';

/** The run whose rows are written. */
export interface WrittenRun extends NextRun {
  /** Epoch seconds. */
  asOf: number;
  weighting: Weighting;
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
 * @returns the number of rows
 */
export async function writeClosest(
  graph: Graph,
  database: Database,
  { weighting, asOf, ...run }: WrittenRun,
  { sessions, computing, onProgress }: WriteOptions,
): Promise<number> {
  const shownRanges = await userRanges(graph, usersPerShown);
  const ranges = await userRanges(graph, usersPerComputing[computing.by]);
  const check = new ListCheck({ most: 50, suspended: await suspendedUsers(graph) });
  const lists = new ConnectionLists(0);
  return makeNext(database, 'closest_connections', { ...run, shownRanges }, async (rows) => {
    let done = 0;
    await readSideBySide(
      ranges,
      sessions,
      async (range) => {
        const texts = await computeClosest(graph, range, asOf, weighting, computing);
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
    return { findings: { closest: check.answers() } };
  });
}

/** What this process has written last, which the next step need not read again. */
let written: { url: string; table: string; lists: ConnectionLists } | undefined;

/** Computes everybody's recommendations and writes the next recommendations and rec_reasons. */
export async function writeRecommendations(
  graph: Graph,
  database: Database,
  { weighting, asOf, ...run }: WrittenRun,
  filter: ReputationFilter,
  { sessions, computing, onProgress }: WriteOptions,
): Promise<{ recommendations: number; reasons: number; dropped: DroppedCandidates }> {
  const shownRanges = await userRanges(graph, usersPerShown);
  const next = { ...run, shownRanges };
  const dropped = { ...noneDropped };
  const { closest_connections: closest } = await nextTablesOf(database, run.id);
  const check = new RecommendationCheck({
    suspended: await suspendedUsers(graph),
    ranges: shownRanges,
    readFollowed: (range) => followedIn(graph, range, asOf),
    connections: closest && (await readConnections(database, closest)),
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
              ...{ asOf, weighting, filter, computing, sessions },
              take: async (rows) => {
                for (const name of Object.keys(dropped) as (keyof DroppedCandidates)[])
                  dropped[name] += rows.dropped[name];
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

async function followedIn(graph: Graph, range: UserRange, asOf: number): Promise<Followed> {
  const users = await readFollowed(graph, range, asOf);
  return new Map(users.map(({ userId, followed }) => [Number(userId), Int32Array.from(followed, Number).sort()]));
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
