import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { refuseLackOfSpace } from '../engines/free-space.ts';
import { moveNeo4jAside, neo4jStore } from '../engines/store-aside.ts';
import { BadInputError, EngineError, messageOf } from '../errors.ts';
import { several } from '../figures.ts';
import { raiseHorizon } from '../graph/expire.ts';
import { loadFolder } from '../graph/load-folder.ts';
import { graphSize } from '../graph/schema.ts';
import { Accepted } from '../ingest/accepted.ts';
import type { Database } from '../postgres/database.ts';
import type { Report } from '../progress.ts';
import { beginAttempt, finishAttempt } from './attempt.ts';
import { withNetworkLock } from './network-lock.ts';
import { claimGraph } from './own-servers.ts';
import { rebuildFolder, withGraph } from './run-context.ts';
import { runSettings } from './run-options.ts';
import type { RunSummary } from './run-summary.ts';
import { beginRun, failRun, finishRun } from './runs.ts';
import { everyWriter } from './step-name.ts';
import { withNetwork } from './with-database.ts';

/** Bytes per byte of Parquet, generously: staged 2.5, the importer's files 4, the store 7. */
const growth = { home: 10, neo4j: 12 };
const usersAtOnce = 10_000;

/** What `rebuildGraph` would do. */
export interface RebuildPlan {
  /** Where the accepted rows are, of how many folders, and their bytes. */
  accepted: string;
  folders: number;
  bytes: number;
  /** Whether they are all that the graph was made of. */
  isComplete: boolean;
  /** The store that would be moved aside, and its bytes; undefined for a server of KITH_NEO4J_URI, or without one. */
  store?: { folder: string; bytes: number };
}

export interface Rebuilt {
  users: number;
  activities: number;
  /** Where the store is now that was moved aside. */
  aside: string | undefined;
}

/** @throws BadInputError if no accepted rows are known */
export function planRebuild(settings: Settings): RebuildPlan {
  const accepted = new Accepted(settings);
  const known = accepted.known();
  if (!known || accepted.count() === 0)
    throw new BadInputError(
      `${accepted.folder} holds no accepted rows to rebuild the graph from: restore a backup, or call \`kith reset --yes\` and load the days again.`,
    );
  const folder = settings.neo4j ? undefined : neo4jStore(settings);
  return {
    accepted: accepted.folder,
    folders: accepted.count(),
    bytes: accepted.size(),
    isComplete: known.isComplete,
    store: folder === undefined ? undefined : { folder, bytes: bytesIn(folder) },
  };
}

/**
 * Makes the graph again from the accepted rows of all folders: users, flags, activities and the horizon. The old store
 * is moved aside. Closest connections and scores come back with the next run.
 *
 * @throws BadInputError if no rows are known, or the server of KITH_NEO4J_URI has users; BusyError if somebody works on
 *   the network; EngineError
 */
export async function rebuildGraph(settings: Settings, signal: AbortSignal, report: Report): Promise<Rebuilt> {
  const { bytes } = planRebuild(settings);
  return withNetwork(settings, signal, (database) =>
    withNetworkLock(database, async (lost) => {
      const stop = AbortSignal.any([signal, lost]);
      await refuseFilled(settings, stop);
      const needed = { home: bytes * growth.home, neo4j: bytes * growth.neo4j, postgres: 0 };
      // What a killed rebuild has left.
      await rm(rebuildFolder(settings), { recursive: true, force: true });
      refuseLackOfSpace(settings, 'rebuilding the graph', needed);
      return rebuild(settings, database, stop, report);
    }),
  );
}

async function rebuild(settings: Settings, database: Database, signal: AbortSignal, report: Report): Promise<Rebuilt> {
  const accepted = new Accepted(settings);
  const workDir = rebuildFolder(settings);
  try {
    report({ doing: 'reading the accepted rows' });
    // Whole, before anything is changed.
    const staged = await accepted.open(workDir, signal);
    await using folder = staged.folder;
    accepted.remember({ isRebuilding: true });
    report({ doing: 'moving the store aside' });
    const aside = settings.neo4j ? undefined : await moveNeo4jAside(settings, signal);
    const run = await beginRun(database, {
      asOf: staged.folder.newest ?? 0,
      input: accepted.folder,
      settings: runSettings(settings, undefined),
      scores: undefined,
      steps: ['ingest'],
      engine: 'neo4j',
    });
    try {
      const attempt = await beginAttempt(database, run.id, 'ingest', everyWriter);
      if (!attempt) throw new EngineError(`Run ${run.id} was ended by another process.`);
      // From here on the graph is another.
      await database.query('sql/runs/remember-input.sql', [run.id, 'accepted rows', null]);
      const fenced = database.until(signal).fenced(attempt);
      const { loader, added } = await loadFolder(settings, folder, {
        // All flags follow.
        flagged: { at: 0, isUndated: false },
        workDir,
        fence: attempt,
        hold: (move) => fenced.transaction(move),
        signal,
        report,
      });
      const size = await withGraph({ settings, signal, attempt }, async (graph) => {
        report({ doing: 'setting the flags' });
        for (let i = 0; i < staged.flags.length; i += usersAtOnce) {
          const users = staged.flags
            .slice(i, i + usersAtOnce)
            .map(({ userId, suspended, at }) => [BigInt(userId), suspended, BigInt(at)]);
          await graph.write('cypher/ingest/set-flags.cypher', { users });
        }
        const horizon = accepted.known()?.horizon;
        if (horizon != null) await raiseHorizon(graph, horizon);
        return graphSize(graph);
      });
      const { users, activities } = size;
      const summary: RunSummary = { loader, added, graph: { users, activities }, isRebuilt: true };
      await finishAttempt(database, attempt, activities, summary);
      await finishRun(database, run.id, summary);
      accepted.remember({ isRebuilding: false, isAhead: false });
      return { users, activities, aside };
    } catch (error) {
      await failRun(database, run.id, messageOf(error)).catch(() => undefined);
      throw error;
    }
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** @throws BadInputError if a server that settings name is not empty: its store is not ours to move */
async function refuseFilled(settings: Settings, signal: AbortSignal): Promise<void> {
  if (!settings.neo4j) return;
  const { users } = await withGraph({ settings, signal }, async (graph) => {
    await claimGraph(graph, settings);
    return graphSize(graph);
  });
  if (users > 0)
    throw new BadInputError(
      `Neo4j of KITH_NEO4J_URI holds ${several(users, 'user')}: empty its database first, since Kith doesn't touch the store of a given server.`,
    );
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );
}
