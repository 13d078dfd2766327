import type { ComputingEngine, Settings } from '../../config/settings.ts';
import { BadInputError, EngineError } from '../../errors.ts';
import type { Population } from '../../export/population.ts';
import type { FlagDate } from '../../graph/merge-activities.ts';
import { Accepted } from '../../ingest/accepted.ts';
import type { StagedFolder } from '../../ingest/read-folder.ts';
import type { Report } from '../../progress.ts';
import type { DroppedCandidates } from '../../scoring/ranking/filters.ts';
import type { ReputationList } from '../../scoring/reputation/reputation-list.ts';
import type { GraphContext, RunContext } from '../run-context.ts';

/** What it takes to know the users of a run. */
export type PopulationContext = GraphContext & Pick<RunContext, 'run' | 'summary'>;

/**
 * What computes a run. The steps around it are the same whatever the engine: the folder is judged and its rows are kept
 * before, and tables are checked and published after.
 */
export interface Engine {
  /** How far back it has all activities, in epoch seconds; undefined if it lacks nothing. */
  horizon(context: GraphContext): Promise<number | undefined>;
  /** How many activities it has at most. */
  mostActivities(context: RunContext): Promise<number>;
  /** Takes the kept rows of a folder over. */
  load(context: RunContext, staged: StagedFolder, flagged: FlagDate, report: Report): Promise<void>;
  /** Computes everybody's closest connections and whatever else the ranking needs, and writes the next table. */
  closest(context: RunContext, report: Report): Promise<void>;
  /**
   * Makes a list the run's scores; undefined: nobody has one.
   *
   * @returns how many users have a score
   */
  takeScores(context: RunContext, list: ReputationList | undefined): Promise<number>;
  /** Computes everybody's recommendations and writes the next tables of them and their reasons. */
  recommend(
    context: RunContext,
    report: Report,
  ): Promise<{ recommendations: number; reasons: number; dropped: DroppedCandidates }>;
  /** Does `work` with what rows of the run are checked by. */
  withPopulation<T>(context: PopulationContext, work: (population: Population) => Promise<T>): Promise<T>;
}

/**
 * Refuses an engine that lacks some of what was accepted.
 *
 * @throws EngineError if `kith rebuild` was interrupted; BadInputError if the other engine knows more
 */
export function refuseIncomplete(settings: Settings, engine: ComputingEngine): void {
  const known = new Accepted(settings).known();
  if (engine === 'spark') {
    if (known?.isComplete === false)
      throw new BadInputError(
        'Spark computes from the accepted rows, and the graph held something before any were kept: run on Neo4j ' +
          '(--engine neo4j), or call `kith reset --yes` and load the days again.',
      );
    return;
  }
  if (known?.isRebuilding)
    throw new EngineError(
      'The graph is only half rebuilt, since `kith rebuild` was interrupted: call `kith rebuild --yes` again.',
    );
  if (known?.isAhead)
    throw new BadInputError(
      'The graph lacks what was ingested for Spark: call `kith rebuild --yes`, which makes it from all accepted rows, ' +
        'or go on with --engine spark.',
    );
}
