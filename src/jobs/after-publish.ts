import { InterruptedError, messageOf, StaleAttemptError } from '../errors.ts';
import { withoutSecrets } from '../secrets.ts';
import type { RunContext } from './run-context.ts';
import type { Conductor, Report } from './step.ts';
import { draw } from './steps/draw.ts';
import { expire } from './steps/expire.ts';

/** Work that a run leaves for the time when its tables are shown: nobody waits for it, and what is not done the next run does. */
export interface AfterWork {
  name: 'draw' | 'expire';
  /** One after the other: side by side each would only wait for the other's pages and locks. */
  needs: readonly AfterWork['name'][];
  /** What it does, for a person. */
  title: string;
  work(context: RunContext, report: Report): Promise<void>;
}

/** In this order. */
export const afterWork: readonly AfterWork[] = [
  { name: 'draw', needs: [], title: 'Afterwards: CLOSEST_TO for those who explore the graph', work: draw },
  { name: 'expire', needs: ['draw'], title: 'Afterwards: activities that expired out of the graph', work: expire },
];

/**
 * Does what is left to do when a run was published. Whatever becomes of it, the run stays published: nothing is thrown, and the summary says what
 * did not come off. It ends early when the signal aborts, and when a later run has begun, which closes the graph to it.
 *
 * @param context its database is not that of the step's attempt, which has ended
 */
export async function workAfterPublish(context: RunContext, conduct: Conductor): Promise<void> {
  const { database, run, summary, signal } = context;
  await conduct(afterWork, async ({ name, work }, report) => {
    if (signal.aborted) return;
    const started = performance.now();
    try {
      await work(context, report);
    } catch (error) {
      const why = whyNot(error, signal);
      report(why);
      summary.leftUndone = { ...summary.leftUndone, [name]: why };
    }
    summary.seconds = { ...summary.seconds, [name]: (performance.now() - started) / 1000 };
  });
  // A later run may have begun, but this is a row of its own.
  await database.query('sql/runs/summarize.sql', [run.id, JSON.stringify(summary)]).catch(() => undefined);
}

function whyNot(error: unknown, signal: AbortSignal): string {
  if (error instanceof StaleAttemptError) return 'a later run has begun';
  if (signal.aborted || error instanceof InterruptedError) return 'stopped';
  return withoutSecrets(messageOf(error));
}
