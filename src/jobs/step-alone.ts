import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import { BadInputError } from '../errors.ts';
import { type CheckOutcome, checkTables } from '../export/checks.ts';
import { Graph } from '../graph/graph.ts';
import type { Database } from '../postgres/database.ts';
import { workAfterPublish } from './after-publish.ts';
import { fenceByHand } from './fence-by-hand.ts';
import { readHorizon, refuseExpired } from './horizon.ts';
import { withNetworkLock } from './network-lock.ts';
import { pipeline } from './pipeline.ts';
import { type FinishedRun, newRun } from './run.ts';
import type { RunContext, RunSummary } from './run-context.ts';
import type { PlannedRun, RunOptions } from './run-options.ts';
import type { Run, RunSettings } from './run-settings.ts';
import { beginRun, lastPublished, runInProgress } from './runs.ts';
import type { Conductor, StepName } from './step.ts';
import { withDatabase } from './with-database.ts';

/** The steps that can be called alone; reputation belongs to recommend then. */
export type StepAlone = 'ingest' | 'closest' | 'recommend' | 'publish';

/** What a step alone does of the pipeline. */
const parts: Record<StepAlone, StepName[]> = {
  ingest: ['ingest'],
  closest: ['closest'],
  recommend: ['reputation', 'recommend'],
  publish: ['publish'],
};

/**
 * One step of a run by hand. `closest` begins a run, `recommend` and `publish` go on with it, whatever happened to the graph
 * in between; `ingest` belongs to none.
 *
 * @throws BadInputError if the step before it was not done, or was done with other options
 */
export async function runStepAlone(
  name: StepAlone,
  settings: Settings,
  options: RunOptions,
  planned: PlannedRun,
  conduct: Conductor,
  stop: AbortSignal,
): Promise<FinishedRun> {
  if (name === 'ingest' && !planned.folder) throw new BadInputError('Give the folder: kith ingest --input DIR.');
  // Before anything is started, so that a missing as-of is told at once.
  if (name === 'ingest' || name === 'closest') newRun(settings, planned);
  return withDatabase(settings, stop, async (database) => {
    const context = await withNetworkLock(database, async (lost) => {
      const signal = AbortSignal.any([stop, lost]);
      const fence = await fenceByHand(database);
      const refuse = async (run: Run) => refuseExpired(run, await readHorizon({ settings, signal, fence }));
      const run = await runOf(name, settings, options, planned, database, refuse);
      const begun = name === 'ingest' ? undefined : await runInProgress(database);
      const summary: RunSummary = begun?.run.id === run.id ? begun.summary : {};
      const context: RunContext = {
        fence,
        settings,
        run,
        input: planned.folder?.location,
        ...planned,
        database: database.until(signal),
        signal,
        summary,
      };
      await conduct(
        pipeline.filter((step) => parts[name].includes(step.name)),
        async (step, report) => {
          const started = performance.now();
          await step.work(context, report);
          summary.seconds = { ...summary.seconds, [step.name]: (performance.now() - started) / 1000 };
        },
      );
      if (name !== 'ingest') await database.query('sql/runs/summarize.sql', [run.id, JSON.stringify(summary)]);
      return context;
    });
    if (name === 'publish') await workAfterPublish({ ...context, database, signal: stop }, conduct);
    return { run: context.run, summary: context.summary };
  });
}

async function runOf(
  name: StepAlone,
  settings: Settings,
  options: RunOptions,
  planned: PlannedRun,
  database: Database,
  refuse: (run: Run) => Promise<void>,
): Promise<Run> {
  // It is the folder's date that tells which suspended flags are the later ones.
  if (name === 'ingest') return newRun(settings, planned);
  if (name === 'closest') {
    const run = newRun(settings, planned);
    await refuse(run);
    await beginRun(database, run, options.input);
    return run;
  }
  const before = await runInProgress(database);
  if (!before)
    throw new BadInputError(`Closest connections are not computed: call \`kith closest\` before \`kith ${name}\`.`);
  if (planned.asOf !== undefined && planned.asOf !== before.run.asOf)
    throw new BadInputError(
      `Closest connections were computed as of ${new Date(before.run.asOf * 1000).toISOString()}: ` +
        `call \`kith closest\` with the as-of you want before \`kith ${name}\`.`,
    );
  refuseOtherOptions(options, settings, before.run);
  await refuse(before.run);
  if (name === 'publish') {
    if (!before.recommended)
      throw new BadInputError('Recommendations are not staged: call `kith recommend` before `kith publish`.');
    if (planned.scores && before.run.settings.reputation === 'none')
      throw new BadInputError(
        'The staged recommendations are not filtered: give --reputation or --model to `kith recommend`.',
      );
    return before.run;
  }
  const ranking = { ...before.run.settings.ranking };
  if (options.minReputation !== undefined) ranking.minReputation = settings.ranking.minReputation;
  const runSettings: RunSettings = { ranking, reputation: planned.scores ? 'list' : 'none' };
  if (before.isPublished) {
    // What is shown stays the run that it is: a second recommend from the same connections is a run of its own.
    const run = { ...newRun(settings, { asOf: before.run.asOf }), settings: runSettings };
    await beginRun(database, run, options.input);
    await database.query('sql/runs/set-closest.sql', [run.id]);
    return run;
  }
  await database.query('sql/runs/set-settings.sql', [before.run.id, JSON.stringify(runSettings)]);
  return { ...before.run, settings: runSettings };
}

/** @throws BadInputError if an option says otherwise than the connections were computed by */
function refuseOtherOptions(options: RunOptions, settings: Settings, run: Run): void {
  if (options.windowDays !== undefined && settings.ranking.windowSeconds !== run.settings.ranking.windowSeconds)
    throw new BadInputError(
      `Closest connections were computed with a window of ${run.settings.ranking.windowSeconds / 86_400} days: ` +
        'call `kith closest` with the window you want first.',
    );
}

/** Repeats the checks on what is shown. @throws BadInputError if nothing was published yet */
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
