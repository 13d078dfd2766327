import { StaleAttemptError } from '../../errors.ts';
import type { RunContext } from '../run-context.ts';

type KeepContext = Pick<RunContext, 'database' | 'run' | 'settings' | 'signal' | 'summary'>;

/** Keeps what the published run recommends, for later runs to judge, and forgets what is older than `KITH_HISTORY_DAYS`. */
export async function keep({ database, run, settings, signal, summary }: KeepContext): Promise<void> {
  const stoppable = database.until(signal);
  if (settings.historyDays > 0) {
    const [kept] = await stoppable.query('sql/past/keep.sql', [run.id]);
    if (!kept && summary.rows?.closest !== 0) throw new StaleAttemptError('The tables show another run.');
  }
  await stoppable.query('sql/past/forget.sql', [new Date(run.asOf * 1000), settings.historyDays, run.id]);
}
