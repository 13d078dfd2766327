import { BusyError, InterruptedError, messageOf, StaleAttemptError } from '../../errors.ts';
import type { Report } from '../../progress.ts';
import { withoutSecrets } from '../../secrets.ts';
import type { RunContext } from '../run-context.ts';
import type { StepName } from '../step-name.ts';
import type { Watched, Watcher } from '../watcher.ts';
import { compact } from './compact.ts';
import { draw } from './draw.ts';
import { expire } from './expire.ts';
import { judge } from './judge.ts';
import { keep } from './keep.ts';

/** Work that nobody waits for. What is not finished, the next run does, but for what is kept and judged. */
interface AfterWork extends Watched {
  name: 'keep' | 'judge' | 'draw' | 'expire' | 'compact';
  /** The last steps of runs that it follows. */
  follows: readonly StepName[];
  /** Whether it works in the graph, which runs on Spark leave alone, but for what KITH_SPARK_GRAPH asks for. */
  isInGraph?: true;
  work(context: RunContext, report: Report): Promise<void>;
}

/**
 * One after the other: side by side each would only wait for the other's pages and locks. What a later run can't make up
 * for comes first.
 */
const afterWork: readonly AfterWork[] = [
  { name: 'keep', follows: ['publish'], title: 'Afterwards: what is recommended, for later runs to judge', work: keep },
  {
    name: 'judge',
    follows: ['publish'],
    isInGraph: true,
    title: 'Afterwards: what past recommendations came to',
    work: judge,
  },
  {
    name: 'draw',
    follows: ['closest', 'publish'],
    isInGraph: true,
    title: 'Afterwards: CLOSEST_TO for those who explore the graph',
    work: draw,
  },
  {
    name: 'expire',
    follows: ['publish'],
    title: 'Afterwards: what has expired is let go',
    work: expire,
  },
  {
    name: 'compact',
    follows: ['publish'],
    title: 'Afterwards: kept rows written anew if many repeat',
    work: compact,
  },
];

/**
 * Does what is left when the last step of a run is done. The run stays published, or done, whatever happens: nothing is
 * thrown, and the summary says what was not finished. It ends early when the signal aborts, and when a later run
 * begins, which closes the graph to it.
 *
 * @param context with the attempt at the last step, but not with its database, since it has ended
 */
export async function workAfter(context: RunContext, watcher: Watcher): Promise<void> {
  const { database, run, summary, signal, attempt } = context;
  const isDrawn = summary.isSparkDrawn === true && attempt.step === 'publish';
  const isMeant = ({ name, follows, isInGraph }: AfterWork) =>
    follows.includes(attempt.step) && (run.engine === 'neo4j' || !isInGraph || (name === 'draw' && isDrawn));
  for (const item of afterWork.filter(isMeant)) {
    if (signal.aborted) break;
    const started = performance.now();
    watcher.begins(item);
    try {
      await item.work(context, (progress) => watcher.progress(item, progress));
    } catch (error) {
      const why = whyNot(error, signal);
      watcher.progress(item, { doing: why });
      summary.leftUndone = { ...summary.leftUndone, [item.name]: why };
    }
    const seconds = (performance.now() - started) / 1000;
    summary.seconds = { ...summary.seconds, [item.name]: seconds };
    watcher.ends(item, seconds);
  }
  // A later run may have begun, but this is a row of its own.
  await database.query('sql/runs/summarize.sql', [run.id, JSON.stringify(summary)]).catch(() => undefined);
}

function whyNot(error: unknown, signal: AbortSignal): string {
  if (error instanceof StaleAttemptError || error instanceof BusyError) return 'a later run has begun';
  if (signal.aborted || error instanceof InterruptedError) return 'stopped';
  return withoutSecrets(messageOf(error));
}
