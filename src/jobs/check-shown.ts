import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import { BadInputError } from '../errors.ts';
import { type CheckOutcome, checkTables } from '../export/checks.ts';
import { Graph } from '../graph/graph.ts';
import type { Run } from './run.ts';
import { lastPublished } from './runs.ts';
import { withDatabase } from './with-database.ts';

/**
 * Repeats the checks on what is shown.
 *
 * @throws BadInputError if nothing was published yet
 */
export async function checkShown(
  settings: Settings,
  signal: AbortSignal,
): Promise<{ run: Run; checks: CheckOutcome[] }> {
  const stack = await up(settings, { signal });
  return withDatabase(settings, signal, async (database) => {
    const run = await lastPublished(database);
    if (!run) throw new BadInputError('Nothing was published yet: `kith run` does that.');
    await using graph = new Graph(stack.neo4j, signal);
    const context = { ...run, maxRowChangePercent: settings.maxRowChangePercent };
    // On one connection, so that they see one run even if the next is published meanwhile.
    const { checks } = await database
      .until(signal)
      .transaction((client) =>
        checkTables({ graph, run: context, of: 'shown', sessions: 1, connect: (work) => work(client) }),
      );
    return { run, checks };
  });
}
