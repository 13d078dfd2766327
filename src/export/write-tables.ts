import type { UserRange } from '../graph/user-ranges.ts';
import { copyOut, wholeRows } from '../postgres/copy-stream.ts';
import type { Database } from '../postgres/database.ts';
import { constantSource } from '../scoring/ranking/ranking.ts';
import type { Wanted } from '../scoring/ranking/recommend.ts';
import { compareIds, largestUserId, userIdOf } from '../user-id.ts';
import { ConnectionLists } from './connection-lists.ts';
import { ListCheck } from './list-check.ts';
import { type Found, makeNext, type NextRun, type NextTable, nextTableOf, nextTablesOf } from './next-table.ts';
import type { Population, ReadOthers } from './population.ts';
import { type Ids, type Others, RecommendationCheck } from './recommendation-check.ts';

/** The run whose rows are written. */
export interface WrittenRun extends NextRun {
  wanted: Wanted;
}

/** What computes rows hands them over in key order, as COPY takes them: all rows of some users. */
export type ComputeClosest = (take: (rows: Uint8Array) => Promise<void>, soFar: () => number) => Promise<void>;

/** Hands over all recommendations of some users, and all of their reasons. */
export type ComputeRecommendations = (
  take: (recommendations: Uint8Array, reasons: Uint8Array) => Promise<void>,
  soFar: () => number,
) => Promise<void>;

/** Users whose published rows and follows are read at a time: up to 5 MB a table. */
const usersPerShown = 5_000;

/**
 * Writes the next closest_connections from everybody's closest connections.
 *
 * @param meanwhile done once all rows are there, while the table gets its key
 * @returns the number of rows
 */
export async function writeClosest(
  population: Population,
  database: Database,
  { wanted: { ranking }, ...run }: WrittenRun,
  compute: ComputeClosest,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<number> {
  const shownRanges = await population.ranges(usersPerShown);
  const check = new ListCheck({ most: 50, suspended: new Set(await population.suspended()) });
  written = undefined;
  const lists = ranking.reasons === 'connections' ? new ConnectionLists(0) : undefined;
  let other = Promise.resolve();
  const made = await makeNext(database, 'closest_connections', { ...run, shownRanges }, async (rows) => {
    await compute(
      async (bytes) => {
        check.take(bytes, (user, id, upper, lower) => lists?.add(user, id, upper, lower));
        await rows.take(bytes);
      },
      () => check.rows,
    );
    if (lists) written = { url: database.url, table: nextTableOf('closest_connections', run), lists };
    other = meanwhile();
    other.catch(() => undefined);
    return { findings: { closest: check.answers() } };
  });
  await other;
  return made;
}

/** What this process has written last, which the next step need not read again; let go when it writes something else. */
let written: Written | undefined;

interface Written {
  url: string;
  table: string;
  lists: ConnectionLists;
}

/** Writes the next recommendations and rec_reasons from everybody's recommendations. */
export async function writeRecommendations(
  population: Population,
  database: Database,
  { wanted: { ranking }, ...run }: WrittenRun,
  compute: ComputeRecommendations,
): Promise<{ recommendations: number; reasons: number }> {
  const known = written;
  written = undefined;
  const shownRanges = await population.ranges(usersPerShown);
  const next = { ...run, shownRanges, source: constantSource(ranking) };
  const { closest_connections: closest } = await nextTablesOf(database, run.id);
  const check = new RecommendationCheck({
    suspended: new Set(await population.suspended()),
    ranges: shownRanges,
    readFollowed: othersBy(population.followed()),
    ranking,
    readVias: othersBy(population.vias()),
    connections:
      closest && ranking.reasons === 'connections' ? await readConnections(database, closest, known) : undefined,
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
            await compute(
              async (ofRecs, ofReasons) => {
                await check.take(ofRecs, ofReasons);
                await recRows.take(ofRecs);
                await reasonRows.take(ofReasons);
              },
              () => check.rows,
            );
            const found = check.answers();
            // Before the reasons are complete, so that both tables get their indexes at the same time.
            resolve({ findings: found.recommendations });
            return { findings: found.reasons, comparedWith: closest?.name };
          });
          reasons.catch(reject);
        }),
    );
    return { recommendations, reasons: await reasons };
  } finally {
    await reasons.catch(() => undefined);
  }
}

function othersBy(read: ReadOthers): (range: UserRange) => Promise<Others> {
  return async (range) => new Map((await read(range)).map(({ userId, others }) => [userIdOf(userId), inOrder(others)]));
}

function inOrder(ids: readonly bigint[]): Ids {
  if (ids.every((id) => id <= largestUserId.int)) return Int32Array.from(ids, Number).sort();
  return ids.map(userIdOf).sort(compareIds);
}

async function readConnections(
  database: Database,
  { name, rows }: NextTable,
  known: Written | undefined,
): Promise<ConnectionLists> {
  if (known?.url === database.url && known.table === name) return known.lists;
  const lists = new ConnectionLists(rows);
  await database.transaction(async (client) => {
    for await (const part of wholeRows(copyOut(client, 'sql/checks/copy-connections.sql', { next: name })))
      lists.addRows(part);
  });
  return lists;
}
