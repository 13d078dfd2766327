import { topics } from '../config/environment.ts';
import type { ComputingEngine, Settings } from '../config/settings.ts';
import { BadInputError, messageOf } from '../errors.ts';
import { isoSeconds } from '../ingest/instant.ts';
import type { Database } from '../postgres/database.ts';
import { stepsOf } from './attempt.ts';
import { engines } from './computing/engine-by-name.ts';
import { type Conduct, type FinishedRun, runInThisProcess } from './conduct-run.ts';
import { refuseExpired } from './horizon.ts';
import { judgeAge, judgeAsOf } from './judge-as-of.ts';
import type { Run, RunSettings } from './run.ts';
import { type PlannedRun, runSettings, wantedRun } from './run-options.ts';
import {
  beginRun,
  continueRun,
  currentTime,
  ingestedSince,
  lastComputed,
  lastPublished,
  type WantedRun,
} from './runs.ts';
import { settingsAsEnvironment } from './settings-as-environment.ts';
import { dryRun, puttingBack, type StepName, wholeRun } from './step-name.ts';
import type { Watcher } from './watcher.ts';
import { withDatabase } from './with-database.ts';

/** The steps that can be called alone; reputation belongs to recommend then. */
export type Part = 'ingest' | 'closest' | 'recommend' | 'publish';

const stepsOfPart: Record<Part, StepName[]> = {
  ingest: ['ingest'],
  closest: ['closest'],
  recommend: ['reputation', 'recommend'],
  publish: ['publish'],
};

/**
 * One whole run by hand, from the folder to the published tables.
 *
 * @throws KithError by kind (bad input, failed checks, engines, another run, interrupted); yesterday's tables stay then
 */
export async function runWhole(planned: PlannedRun, watcher: Watcher, signal: AbortSignal): Promise<FinishedRun> {
  // Before anything is started, so that a missing as-of is told at once.
  const wanted = wantedRun(planned, wholeRun);
  return runInThisProcess({ ...planned, watcher, signal }, (database) => beginRun(database, wanted));
}

/**
 * A whole run by hand that publishes nothing, and says what it would change. Without a folder it computes from what the
 * graph has; a folder's rows stay in the graph. Last it puts the lists of the published run back into the graph, if it
 * came to change them.
 *
 * @param note is told if they could not be put back
 * @throws as `runWhole`
 */
export async function runDry(
  planned: PlannedRun,
  watcher: Watcher,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<FinishedRun> {
  const { settings, opened } = planned;
  const steps = dryRun.filter((name) => name !== 'ingest' || opened.folder);
  const wanted = wantedRun(planned, steps);
  let begun: Run | undefined;
  try {
    return await runInThisProcess({ ...planned, watcher, signal }, async (database) => {
      if (!opened.folder) await judgeAtOnce(wanted, database, settings, signal);
      begun = await beginRun(database, wanted);
      return begun;
    });
  } finally {
    if (begun)
      await putBack(begun, settings, watcher, signal).catch((error) =>
        note(
          `The lists of the published run could not be put back into the graph (${messageOf(error)}): ` +
            'until the next run, `kith show` reads the published tables.',
        ),
      );
  }
}

/** Refuses what `compare` would, before anything is computed: there is no folder that would be judged first. */
async function judgeAtOnce(
  wanted: WantedRun,
  database: Database,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  refuseExpired(wanted, await engines[settings.engine].horizon({ settings, signal }));
  const startedAt = (await currentTime(database)).toISOString();
  const judged = { run: { allowed: [], ...wanted, startedAt }, database, settings, summary: {} };
  await judgeAsOf(judged);
  await judgeAge(judged);
}

/** Computes the lists of the published run again, which its tables were made from, if the dry run has touched them. */
async function putBack(dry: Run, settings: Settings, watcher: Watcher, signal: AbortSignal): Promise<void> {
  const published = await withDatabase(settings, signal, async (database) => {
    const begun = (await stepsOf(database, dry.id)).filter(({ attempts }) => attempts > 0);
    return begun.some(({ name }) => puttingBack.includes(name)) ? lastPublished(database) : undefined;
  });
  if (dry.engine !== 'neo4j' || published?.engine !== 'neo4j') return;
  await runInThisProcess({ settings, opened: {}, watcher, signal }, (database) =>
    beginRun(database, { ...published, steps: puttingBack }),
  );
}

/**
 * A part of a run by hand. `ingest` and `closest` begin a run of their own; `recommend` and `publish` go on with the
 * one that `closest` began.
 *
 * @throws BadInputError if the part before it was not done, or was done with other options, or if a folder was ingested
 *   since; else as `runWhole`
 */
export async function runPart(
  part: Part,
  planned: PlannedRun,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<FinishedRun> {
  const steps = stepsOfPart[part];
  if (part === 'ingest' && !planned.opened.folder) throw new BadInputError('Give the folder: kith ingest --input DIR.');
  const wanted = part === 'ingest' || part === 'closest' ? wantedRun(planned, steps) : undefined;
  return runInThisProcess({ ...planned, watcher, signal }, async (database, conduct) => {
    if (!wanted) return goOn(part, planned, database, conduct, signal);
    if (part === 'closest')
      refuseExpired(wanted, await engines[planned.settings.engine].horizon({ settings: planned.settings, signal }));
    return beginRun(database, wanted);
  });
}

/** Goes on with the run whose closest connections lie in the graph. */
async function goOn(
  part: Part,
  planned: PlannedRun,
  database: Database,
  conduct: Conduct,
  signal: AbortSignal,
): Promise<Run> {
  const { settings, scores, allowed } = planned;
  const steps = stepsOfPart[part];
  const before = await lastComputed(database);
  if (!before)
    throw new BadInputError(`Closest connections are not computed: call \`kith closest\` before \`kith ${part}\`.`);
  const { run, isRecommended } = before;
  refuseOtherOptions(part, planned, run);
  const horizon = await engines[run.engine].horizon({ settings, signal });
  refuseExpired(run, horizon);
  // Publishing it again changes nothing.
  if (part === 'publish' && run.status === 'published') return run;
  if (run.status !== 'published') await refuseIngestedSince(part, database, run);
  if (part === 'publish') {
    if (!isRecommended)
      throw new BadInputError('Recommendations are not computed: call `kith recommend` before `kith publish`.');
    return continueRun(database, { ...run, allowed }, steps);
  }
  // It is recommend that decides on reputation, the least one included, and on what else is left out.
  const weighting = { ...run.settings.weighting, minReputation: settings.weighting.minReputation };
  const { ranking } = run.settings;
  const changed: Run = { ...run, settings: runSettings({ ...settings, weighting, ranking }, scores), scores, allowed };
  refuseExpired(changed, horizon);
  if (run.status !== 'published') return continueRun(database, changed, steps);
  // What is shown stays the run that it is: a second recommend is one of its own, and so are its closest connections.
  const again = await beginRun(database, { ...changed, steps: stepsOfPart.closest });
  await conduct(again);
  return continueRun(database, again, steps);
}

/** @throws BadInputError if a folder came in between: a part of the tables would know of it, and another would not */
async function refuseIngestedSince(part: Part, database: Database, run: Run): Promise<void> {
  const since = await ingestedSince(database, run.id);
  if (since !== undefined)
    throw new BadInputError(
      `Run ${since} has ingested a folder since closest connections were computed: call \`kith closest\` again before \`kith ${part}\`.`,
    );
}

/** @throws BadInputError if an option says otherwise than the connections were computed by */
function refuseOtherOptions(part: Part, { asOf, given, scores, settings }: PlannedRun, run: Run): void {
  if (asOf !== undefined && asOf !== run.asOf)
    throw new BadInputError(
      `Closest connections were computed as of ${isoSeconds(run.asOf)}: ` +
        `call \`kith closest\` with the as-of you want before \`kith ${part}\`.`,
    );
  const wanted = environmentOf(settings.engine, runSettings(settings, scores));
  const computed = environmentOf(run.engine, run.settings);
  for (const name of Object.keys(given)) {
    if (wanted[name] === computed[name]) continue;
    if (!decidedByRecommend.has(name))
      throw new BadInputError(
        `Closest connections were computed with ${name} ${computed[name]}: call \`kith closest\` with the one you want first.`,
      );
    if (part === 'publish')
      throw new BadInputError(
        `Recommendations were computed with ${name} ${computed[name] ?? 'unset'}: give the one you want to \`kith recommend\` first.`,
      );
  }
  const isOtherList = scores && (scores.kind !== run.scores?.kind || scores.place !== run.scores.place);
  if (part === 'publish' && isOtherList)
    throw new BadInputError(
      'Recommendations were computed with other scores: give --reputation or --model to `kith recommend` first.',
    );
}

/** What of a ranking's settings closest does not depend on. */
const decidedByRecommend: ReadonlySet<string> = new Set(
  Object.keys({ ...topics['Whom to recommend'], KITH_MIN_REPUTATION: topics.Reputation.KITH_MIN_REPUTATION }).filter(
    (name) => name !== 'KITH_RANKING',
  ),
);

function environmentOf(engine: ComputingEngine, settings: RunSettings): Record<string, string> {
  return { ...settingsAsEnvironment(settings), KITH_ENGINE: engine };
}
