import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { discardImport } from '../engines/bulk-import.ts';
import { hasGraph } from '../engines/graph-store.ts';
import { homeOf } from '../engines/home.ts';
import { findPostgres } from '../engines/postgres.ts';
import { up } from '../engines/stack.ts';
import { dropNeo4jStore, movePostgresAside } from '../engines/store-aside.ts';
import { BrokenStoreError, DiskFullError, StaleAttemptError } from '../errors.ts';
import { emptyTables } from '../export/empty-tables.ts';
import { refuseObstacles } from '../export/obstacles.ts';
import { Graph } from '../graph/graph.ts';
import { emptyGraph, graphSize } from '../graph/schema.ts';
import { Accepted } from '../ingest/accepted.ts';
import { type Database, queryAll, queryOn } from '../postgres/database.ts';
import { emptyLake } from '../spark/lake.ts';
import { freeBytes } from '../storage/disk-full.ts';
import { removeDuckDbFile } from '../storage/duckdb-file.ts';
import { moveTokensOn } from './attempt.ts';
import { withNetworkLock } from './network-lock.ts';
import { claimGraph, releaseServers } from './own-servers.ts';
import { messagesFile, rebuildFolder, reputationFolder } from './run-context.ts';
import { everyWriter, resetWriter } from './step-name.ts';
import { withNetwork } from './with-database.ts';

/** With less than this on the home's disk a reset frees space first: the engines may need some to be emptied. */
const fewBytes = 64 * 1024 ** 2;

export interface Emptied {
  /** Of the graph; undefined if its store could not be read and was dropped. */
  users: number | undefined;
  activities: number | undefined;
  rows: number;
  runs: number;
  /** Where the embedded Postgres' data is that it could not open. */
  aside?: string;
}

/**
 * Empties the graph, the messages, and everything that runs have left in Postgres and under `$KITH_HOME`; the tables
 * themselves stay, with their grants and views. Embedded engines need not be able to open their data: Neo4j's is
 * dropped then, Postgres' is moved aside, and they begin anew. Unless the disk is nearly full, nothing is removed before
 * the tables are emptied, so that a reset that is refused or stopped while it waits for readers changes nothing.
 */
export async function resetNetwork(settings: Settings, signal: AbortSignal): Promise<Emptied> {
  const aside = await makeUsable(settings, signal);
  // Whatever kind of ids the network has.
  return withNetwork({ ...settings, userIds: undefined }, signal, (database) =>
    withNetworkLock(database, async (lost) => {
      const stop = AbortSignal.any([signal, lost]);
      // Before anything is changed.
      await refuseObstacles(database);
      const isShort = freeBytes(settings.home) < fewBytes;
      if (isShort) await removeFiles(settings);
      const [next] = await database.query<{ token: string }>('sql/steps/next-token.sql');
      const token = BigInt(next?.token ?? 0);
      const [shown] = await database.query<{ rows: number }>('sql/runs/count-shown.sql');
      const graph = await openGraphIfAny(settings, database, token, stop).catch(async (error) => {
        if (!mayDrop(settings, error, stop)) throw error;
        // The tables may need the space.
        if (error instanceof DiskFullError) await dropNeo4jStore(settings, stop);
        return undefined;
      });
      try {
        const size = graph && (await graphSize(graph));
        let runs = 0;
        // Tables before the graph: while that is half empty nothing shows results of it.
        await emptyTables(database.until(stop), token, settings.publishPatienceSeconds, async (client) => {
          runs = (await queryOn(client, 'sql/runs/reset.sql')).length;
          await queryAll(client, 'sql/ids/reset.sql');
        });
        await database.query('sql/past/reset.sql');
        // Loaded here, since nothing else of a reset needs Agenda. Without its store it is reset all the same.
        const { skipMorning } = await import('./worker/change-schedule.ts');
        await skipMorning(settings, database).catch(() => undefined);
        // Before the graph's, since a graph could be made again from the accepted rows.
        if (!isShort) await removeFiles(settings);
        if (!graph) await dropNeo4jStore(settings, stop);
        else
          await emptyGraph(graph).catch(async (error) => {
            if (!mayDrop(settings, error, stop)) throw error;
            await dropNeo4jStore(settings, stop);
          });
        await releaseServers(database, graph);
        await up(settings, { signal: stop });
        return { users: size?.users, activities: size?.activities, rows: shown?.rows ?? 0, runs, aside };
      } finally {
        await graph?.[Symbol.asyncDispose]();
      }
    }),
  );
}

/**
 * Gets the embedded Postgres to start, by moving its data aside if it can't open it.
 *
 * @returns where the data is now
 */
async function makeUsable(settings: Settings, signal: AbortSignal, isFreed = false): Promise<string | undefined> {
  if (settings.postgresUrl) return undefined;
  try {
    await up(settings, { signal, only: 'postgres' });
  } catch (error) {
    if (error instanceof BrokenStoreError) {
      // The graph goes with it: its fences know attempts that the new Postgres doesn't.
      if (!settings.neo4j) await dropNeo4jStore(settings, signal);
      return movePostgresAside(settings, signal);
    }
    // Without Postgres nobody is at work, and all this is to go anyway.
    if (!(error instanceof DiskFullError) || isFreed || findPostgres(homeOf(settings))) throw error;
    await removeFiles(settings);
    if (!settings.neo4j) await dropNeo4jStore(settings, signal);
    return makeUsable(settings, signal, true);
  }
  return undefined;
}

/** On Spark there may be no graph; it is not made for being emptied. */
async function openGraphIfAny(
  settings: Settings,
  ...more: [database: Database, token: bigint, signal: AbortSignal]
): Promise<Graph | undefined> {
  if (settings.engine === 'spark' && !hasGraph(settings)) return undefined;
  return openGraph(settings, ...more);
}

/** Opens the graph and closes it to everybody who writes to it. */
async function openGraph(settings: Settings, database: Database, token: bigint, signal: AbortSignal): Promise<Graph> {
  await discardImport(settings, { signal });
  const stack = await up(settings, { signal, only: 'neo4j' });
  const graph = new Graph(stack.neo4j, signal, { step: resetWriter, token, closes: everyWriter });
  try {
    await claimGraph(graph, settings);
    await graph.raiseFence();
    return graph;
  } catch (error) {
    await graph[Symbol.asyncDispose]();
    // Nobody else can have begun while this process holds the network's lock.
    if (!(error instanceof StaleAttemptError) || error.latest === undefined) throw error;
    throw await moveTokensOn(database, error.latest);
  }
}

/** Whether the embedded store goes instead of being emptied: it can't be opened, or not be written. */
function mayDrop(settings: Settings, error: unknown, signal: AbortSignal): boolean {
  if (settings.neo4j || signal.aborted) return false;
  return error instanceof BrokenStoreError || error instanceof DiskFullError;
}

async function removeFiles(settings: Settings): Promise<void> {
  await rm(join(settings.home, 'runs'), { recursive: true, force: true });
  await removeDuckDbFile(messagesFile(settings));
  await rm(reputationFolder(settings), { recursive: true, force: true });
  await rm(rebuildFolder(settings), { recursive: true, force: true });
  await rm(new Accepted(settings).folder, { recursive: true, force: true });
  await emptyLake(settings);
}
