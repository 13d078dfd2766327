import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { discardImport } from '../engines/bulk-import.ts';
import { up } from '../engines/stack.ts';
import { StaleAttemptError } from '../errors.ts';
import { emptyTables } from '../export/empty-tables.ts';
import { Graph } from '../graph/graph.ts';
import { emptyGraph, graphSize } from '../graph/schema.ts';
import { queryOn } from '../postgres/database.ts';
import { removeDuckDbFile } from '../storage/duckdb-file.ts';
import { moveTokensOn } from './attempt.ts';
import { withNetworkLock } from './network-lock.ts';
import { messagesFile, reputationFolder } from './run-context.ts';
import { everyWriter, resetWriter } from './step-name.ts';
import { withDatabase } from './with-database.ts';

/**
 * Empties the graph, the messages, and everything that runs have left in Postgres and under `$KITH_HOME/runs`; the
 * tables themselves stay, with their grants and views.
 */
export async function resetNetwork(
  settings: Settings,
  signal: AbortSignal,
): Promise<{ users: number; activities: number; rows: number; runs: number }> {
  return withDatabase(settings, signal, (database) =>
    withNetworkLock(database, async (lost) => {
      const stop = AbortSignal.any([signal, lost]);
      await discardImport(settings, { signal: stop });
      const stack = await up(settings, { signal: stop });
      const [next] = await database.query<{ token: string }>('sql/steps/next-token.sql');
      const fence = { step: resetWriter, token: BigInt(next?.token ?? 0), closes: everyWriter };
      await using graph = new Graph(stack.neo4j, stop, fence);
      await graph.raiseFence().catch(async (error) => {
        // Nobody else can have begun while this process holds the network's lock.
        if (!(error instanceof StaleAttemptError) || error.latest === undefined) throw error;
        throw await moveTokensOn(database, error.latest);
      });
      const { users, activities } = await graphSize(graph);
      const [shown] = await database.query<{ rows: number }>('sql/runs/count-shown.sql');
      // Loaded here, since nothing else of a reset needs Agenda. Without its store it is reset all the same.
      const { skipMorning } = await import('./worker/change-schedule.ts');
      await skipMorning(settings, database).catch(() => undefined);
      let runs = 0;
      // Tables first: while the graph is half empty nothing shows results of it.
      await emptyTables(database.until(stop), fence.token, settings.publishPatienceSeconds, async (client) => {
        runs = (await queryOn(client, 'sql/runs/reset.sql')).length;
      });
      await emptyGraph(graph);
      await rm(join(settings.home, 'runs'), { recursive: true, force: true });
      await removeDuckDbFile(messagesFile(settings));
      await rm(reputationFolder(settings), { recursive: true, force: true });
      return { users, activities, rows: shown?.rows ?? 0, runs };
    }),
  );
}
