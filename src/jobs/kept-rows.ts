import { StaleAttemptError } from '../errors.ts';
import { withSharedNetworkLock } from './network-lock.ts';
import type { RunContext } from './run-context.ts';
import { readRun } from './runs.ts';

/**
 * Changes what is kept of accepted rows after a run, while neither a reset nor a run by hand begins.
 *
 * @throws BusyError if one is under way, StaleAttemptError after a reset: then the rows are not this run's any more
 */
export async function withKeptRows<T>(
  { database, run, signal }: Pick<RunContext, 'database' | 'run' | 'signal'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withSharedNetworkLock(database, async (lost) => {
    if (!(await readRun(database, run.id))) throw new StaleAttemptError('The network was reset.');
    return work(AbortSignal.any([signal, lost]));
  });
}
