import type pg from 'pg';
import { BadInputError, ChecksFailedError } from '../errors.ts';
import { count, several } from '../figures.ts';
import type { Database } from '../postgres/database.ts';
import { type CheckedRun, type CheckOutcome, checkTables } from './checks.ts';
import { makeAgain, type NextRun, type NextTable, nextTablesOf } from './next-table.ts';
import { refuseObstacles } from './obstacles.ts';
import type { Findings } from './offences.ts';
import type { Population } from './population.ts';
import { forEachTable, type OfTables, publishedTables, type RowCounts } from './published-tables.ts';
import type { PublishedRun } from './show-run.ts';
import { swap } from './swap.ts';
import { makeNextUsers, type NextUsers, named } from './users-table.ts';

/** The number of connections for the checks; each may take several hundred megabytes. */
const sessions = 2;

export interface PublishOptions {
  /** How users were scored, for those who read the tables. */
  scoring: Pick<PublishedRun, 'filtered' | 'model'>;
  patienceSeconds: number;
  onProgress: (text: string) => void;
  /** Called with the outcomes of the checks, before a failed one fails the publish. */
  onChecked: (checks: readonly CheckOutcome[]) => void;
  /**
   * Called in the publishing transaction with the new row counts, to update the run's row together with the tables. It
   * may be called several times.
   */
  record: (client: pg.PoolClient, rows: RowCounts) => Promise<void>;
}

export interface PublishSummary {
  rows: RowCounts;
  checks: CheckOutcome[];
}

/**
 * Publishes a run: checks its next tables, and swaps them with the published ones at an instant at which nobody has
 * these open. Until then every reader sees the previous run. If it fails, the next tables are kept, so a retry costs
 * only the checks and the swap.
 *
 * @throws BadInputError if the run's tables are missing; ChecksFailedError if a check fails or they can't be swapped;
 *   EngineError if a reader's transaction does not end. The published tables are then unchanged.
 */
export async function publish(
  population: Population,
  database: Database,
  run: CheckedRun & NextRun,
  options: PublishOptions,
): Promise<PublishSummary> {
  const { next, users, rows, checks } = await checkNext(population, database, run, options);
  const { onProgress } = options;
  onProgress('swapping the tables');
  await swap(database, next, {
    seconds: options.patienceSeconds,
    failure: 'Nothing was published',
    onProgress,
    record: (client) => options.record(client, rows),
    shown: { ...run, ...options.scoring, rows },
    users,
  });
  return { rows, checks };
}

/**
 * Checks a run's next tables.
 *
 * @throws BadInputError if the run's tables are missing; ChecksFailedError if a check fails
 */
export async function checkNext(
  population: Population,
  database: Database,
  run: CheckedRun & NextRun,
  { onProgress, onChecked }: Pick<PublishOptions, 'onProgress' | 'onChecked'>,
): Promise<PublishSummary & { next: OfTables<NextTable>; users?: NextUsers }> {
  await refuseObstacles(database);
  const next = await upToDate(database, run, onProgress);
  onProgress('checking');
  const names = forEachTable((table) => next[table].name);
  const users = await makeNextUsers(database, run, names);
  // Each survey gets its own connection.
  const found = await checkTables({
    population,
    run,
    of: names,
    sessions,
    known: knownFindings(next),
    connect: (work) => database.transaction(work),
  });
  const checks = [...found.checks, complete(next, found.rows), ...(users ? [named(users)] : [])];
  onChecked(checks);
  throwIfFailed(checks);
  return { next, users, rows: found.rows, checks };
}

/** The run's next tables. They are made again if the steps read created_at from a run that is no longer published. */
async function upToDate(
  database: Database,
  run: NextRun,
  onProgress: PublishOptions['onProgress'],
): Promise<OfTables<NextTable>> {
  const made = await allTablesOf(database, run.id);
  const outdated = publishedTables.filter((table) => made[table].shown !== made[table].shownNow);
  if (outdated.length === 0) return made;
  for (const table of outdated) {
    onProgress(`making the next ${table} again, because another run was published in the meantime`);
    await makeAgain(database, table, run, made[table].name);
  }
  return allTablesOf(database, run.id);
}

/** What was found in the rows while they were written, unless what they were compared with has changed since. */
function knownFindings(next: OfTables<NextTable>): Findings {
  const { closest_connections: closest, recommendations, rec_reasons: reasons } = next;
  return {
    ...closest.findings,
    ...recommendations.findings,
    ...(reasons.comparedWith === closest.name ? reasons.findings : {}),
  };
}

async function allTablesOf(database: Database, runId: string): Promise<OfTables<NextTable>> {
  const made = await nextTablesOf(database, runId);
  const missing = publishedTables.filter((table) => !made[table]);
  if (missing.length > 0)
    throw new BadInputError(`Run ${runId} has no rows of ${missing.join(' and ')} to publish: run its steps again.`);
  return made as OfTables<NextTable>;
}

function complete(next: OfTables<NextTable>, rows: RowCounts): CheckOutcome {
  const there: OfTables<number> = {
    closest_connections: rows.closest,
    recommendations: rows.recommendations,
    rec_reasons: rows.reasons,
  };
  const other = publishedTables.filter((table) => next[table].rows !== there[table]);
  return {
    name: 'complete',
    sentence: 'The tables have exactly the rows that the steps wrote.',
    outcome: other.length === 0 ? 'passed' : 'failed',
    detail:
      other.length === 0
        ? undefined
        : other
            .map((table) => `${table} has ${several(there[table], 'row')} instead of ${count(next[table].rows)}`)
            .join(', '),
  };
}

/** @throws ChecksFailedError naming each check that failed and an example */
function throwIfFailed(checks: readonly CheckOutcome[]): void {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  if (failed.length > 0)
    throw new ChecksFailedError(
      `${several(failed.length, 'check')} failed, so the tables stay as they were: ` +
        failed.map(({ name, sentence, detail }) => `${name} (${sentence} But ${detail}.)`).join('; '),
    );
}
