import type pg from 'pg';
import { ChecksFailedError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { sideBySide } from '../graph/side-by-side.ts';
import { type Database, queryAll, queryOn } from '../postgres/database.ts';
import { type CheckedRun, type CheckOutcome, type Connect, checkTables } from './checks.ts';
import { dropNext, freezeNext, type InTheWay, prepareNext } from './next-tables.ts';
import { publishedTables, type RowCounts } from './published-tables.ts';
import { commitBetweenReaders } from './reader-gate.ts';
import { obstaclesToSwap, swap, tidyUp } from './swap.ts';

/** Connections side by side, for the next tables and for the checks: each may take some hundred megabytes. */
const sessions = 2;
/** How long the swap waits for its instant before the rows are merged instead; half of the patience if that is shorter. */
const swapPatienceSeconds = 10;

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
  /** By a swap, or, if somebody or something was in its way, by a merge in place. */
  way: 'swap' | 'merge';
  checks: CheckOutcome[];
}

interface Publish {
  graph: Graph;
  database: Database;
  run: CheckedRun;
  options: PublishOptions;
}

/**
 * Shows what is staged: makes the next tables beside the shown ones, checks them, and exchanges them at an instant at which nobody has read
 * any of the three. If there is no such instant, or the tables have what a swap would lose, the rows are merged in place and
 * committed between readers. Until then every reader sees the run before.
 *
 * @throws ChecksFailedError if a check fails; EngineError if a reader's transaction never ends; the tables stay as they were
 */
export async function publish(
  graph: Graph,
  database: Database,
  run: CheckedRun,
  options: PublishOptions,
): Promise<PublishSummary> {
  const publishing = { graph, database, run, options };
  const { onProgress, patienceSeconds } = options;
  // What an earlier attempt, or the publish before, had no time to remove.
  await database.query('sql/swap/drop-old.sql');
  const obstacles = await obstaclesToSwap(database);
  if (obstacles.length > 0) {
    onProgress(`merging, because of ${obstacles.join(', ')}`);
    return merge(publishing, await countStaged(database));
  }
  try {
    await makeNext(publishing);
    const staged = await countStaged(database);
    onProgress('checking');
    // On connections of their own.
    const connect: Connect = (work) => database.transaction(work);
    const found = await checkTables({ graph, run, of: 'next', sessions, connect });
    const checks = [...found.checks, complete(staged, found.rows)];
    options.onChecked(checks);
    throwIfFailed(checks);
    onProgress('exchanging the tables');
    const swapped = await swap(database, {
      deadline: Date.now() + 1000 * Math.min(swapPatienceSeconds, patienceSeconds / 2),
      onWaiting: (who) => onProgress(`waiting for ${describe(who)}`),
      record: (client) => options.record(client, found.rows),
    });
    if (!swapped) {
      onProgress('merging, because a transaction stays open');
      return await merge(publishing, staged);
    }
    await tidyUp(database);
    return { rows: found.rows, way: 'swap', checks };
  } catch (error) {
    // Of no use to the next attempt, unlike what an interrupted one leaves.
    if (error instanceof ChecksFailedError) await dropNext(database).catch(() => undefined);
    throw error;
  }
}

/** Makes the next tables, the largest first. */
async function makeNext({ database, run, options }: Publish): Promise<void> {
  await sideBySide([...publishedTables].reverse(), sessions, async (table) => {
    options.onProgress(`making the next ${table}`);
    await prepareNext(database, table, run.startedAt);
  });
  await freezeNext(database, sessions);
}

async function countStaged(database: Database): Promise<RowCounts> {
  const [row] = await database.query<Record<keyof RowCounts, string>>('sql/stage/count.sql');
  return {
    closest: Number(row?.closest),
    recommendations: Number(row?.recommendations),
    reasons: Number(row?.reasons),
  };
}

/** Changes the published tables in place, checks them, and commits at an instant between readers, whoever has read them before. */
async function merge({ graph, database, run, options }: Publish, staged: RowCounts): Promise<PublishSummary> {
  return database.transaction(
    async (client) => {
      await queryAll(client, 'sql/publish/begin.sql');
      await database.hold(client);
      await queryOn(client, 'sql/publish/wait-for-rows.sql', [`${options.patienceSeconds}s`]);
      await queryOn(client, 'sql/next/drop.sql');
      for (const table of publishedTables) {
        options.onProgress(`merging ${table}`);
        await queryOn(client, `sql/publish/merge-${table}.sql`, [run.startedAt]);
      }
      await queryAll(client, 'sql/publish/analyze.sql');
      options.onProgress('checking');
      const found = await checkTables({ graph, run, of: 'shown', sessions: 1, connect: (work) => work(client) });
      const checks = [...found.checks, complete(staged, found.rows)];
      options.onChecked(checks);
      throwIfFailed(checks);
      await options.record(client, found.rows);
      await commitBetweenReaders(client, database, options.patienceSeconds, options.onProgress);
      // Shown is shown: whatever happens from here on, the run was published.
      await queryOn(client, 'sql/publish/make-durable.sql').catch(() => undefined);
      return { rows: found.rows, way: 'merge', checks };
    },
    { implicit: true },
  );
}

function complete(staged: RowCounts, rows: RowCounts): CheckOutcome {
  const isComplete =
    staged.closest === rows.closest &&
    staged.recommendations === rows.recommendations &&
    staged.reasons === rows.reasons;
  return {
    name: 'complete',
    sentence: 'The tables have exactly the rows that were staged.',
    outcome: isComplete ? 'passed' : 'failed',
    detail: isComplete ? undefined : `${JSON.stringify(staged)} staged, ${JSON.stringify(rows)} made of it`,
  };
}

function describe(who: InTheWay | undefined): string {
  if (!who) return 'older transactions to end';
  return `${who.application || 'a program'} of ${who.user ?? 'another user'} (process ${who.pid}) to end its transaction`;
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
