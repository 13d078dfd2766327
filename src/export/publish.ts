import type pg from 'pg';
import { ChecksFailedError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import {
  type CheckedRun,
  type CheckOutcome,
  countRows,
  type RowCounts,
  runChecks,
  shownChecks,
  stagedChecks,
} from './checks.ts';
import { type Database, queryAll, queryOn } from './database.ts';
import { commitBetweenReaders } from './reader-gate.ts';

export interface PublishOptions {
  patienceSeconds: number;
  onProgress: (text: string) => void;
  /** Called with the checks as far as they were run, before any of them fails the publish. */
  onChecked: (checks: readonly CheckOutcome[]) => void;
  /** Called in the publishing transaction with what is about to be shown, to write the run's row together with its tables. */
  record: (client: pg.PoolClient, rows: RowCounts) => Promise<void>;
}

export interface PublishSummary {
  rows: RowCounts;
  checks: CheckOutcome[];
}

/**
 * Shows what is staged: merges it into the published tables in place, runs the checks on the result, and commits all of
 * it, with the run's row, at one moment between readers. Until then every reader sees the run before.
 *
 * @throws ChecksFailedError if a check fails; EngineError if a reader's transaction never ends; the tables stay as they were
 */
export async function publish(
  graph: Graph,
  database: Database,
  run: CheckedRun,
  options: PublishOptions,
): Promise<PublishSummary> {
  return database.transaction(
    async (client) => {
      const context = { client, graph, run };
      await queryAll(client, 'sql/publish/begin.sql');
      await database.hold(client);
      await queryOn(client, 'sql/publish/wait-for-rows.sql', [`${options.patienceSeconds}s`]);
      const checks = await runChecks(stagedChecks, context);
      options.onChecked(checks);
      throwIfFailed(checks);
      for (const table of ['closest-connections', 'recommendations', 'rec-reasons'] as const) {
        options.onProgress(`merging ${table}`);
        await queryOn(client, `sql/publish/merge-${table}.sql`, [run.startedAt]);
      }
      await queryAll(client, 'sql/publish/analyze.sql');
      options.onProgress('checking');
      checks.push(...(await runChecks(shownChecks, context)));
      const [staged, rows] = [await countRows(client, 'sql/checks/count-staged.sql'), await countRows(client)];
      const complete =
        staged.closest === rows.closest &&
        staged.recommendations === rows.recommendations &&
        staged.reasons === rows.reasons;
      checks.push({
        name: 'complete',
        sentence: 'The tables have exactly the rows that were staged.',
        outcome: complete ? 'passed' : 'failed',
        detail: complete ? undefined : `${JSON.stringify(staged)} staged, ${JSON.stringify(rows)} merged`,
      });
      options.onChecked(checks);
      throwIfFailed(checks);
      await options.record(client, rows);
      await commitBetweenReaders(client, database, options.patienceSeconds, options.onProgress);
      // Shown is shown: whatever happens from here on, the run was published.
      await queryOn(client, 'sql/publish/make-durable.sql').catch(() => undefined);
      return { rows, checks };
    },
    { implicit: true },
  );
}

/** @throws ChecksFailedError naming each check that failed and an example */
export function throwIfFailed(checks: readonly CheckOutcome[]): void {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  if (failed.length > 0)
    throw new ChecksFailedError(
      `${failed.length === 1 ? 'A check' : `${failed.length} checks`} failed, so the tables stay as they were: ` +
        failed.map(({ name, sentence, detail }) => `${name} (${sentence} But ${detail}.)`).join('; '),
    );
}
