import { forgetEarlier } from '../../export/leftovers.ts';
import type { Report } from '../../progress.ts';
import { engines } from '../computing/engine-by-name.ts';
import { refuseExpired } from '../horizon.ts';
import type { RunContext } from '../run-context.ts';

/**
 * Computes everybody's closest connections as of the run, and whatever else the run's ranking recommends by; the
 * connections are the next table in Postgres.
 */
export async function closest(context: RunContext, report: Report): Promise<void> {
  const { database, run } = context;
  const engine = engines[run.engine];
  // A late run can't raise the horizon any more once the graph is closed to it; ingest may have been called by itself.
  refuseExpired(run, await engine.horizon(context));
  await forgetEarlier(database, run.id, ['closest_connections'], (doing) => report({ doing }));
  await engine.closest(context, report);
}
