import type pg from 'pg';
import type { Graph } from '../graph/graph.ts';
import { userRanges } from '../graph/user-ranges.ts';
import { queryOn, type SqlFile } from './database.ts';

/** What the checks are told about the run whose rows they look at. */
export interface CheckedRun {
  /** updated_at of its rows, ISO 8601. */
  startedAt: string;
  /** Epoch seconds. */
  asOf: number;
  /** What changes the numbers, as kept in kith.runs. */
  settings: unknown;
  /** How much row counts may differ from the last comparable run, in per cent of it. */
  maxRowChangePercent: number;
}

export interface CheckOutcome {
  name: string;
  /** What holds when it passes. */
  sentence: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** How it failed, or why it was skipped. */
  detail?: string;
}

/** Numbers of rows by table. */
export interface RowCounts {
  closest: number;
  recommendations: number;
  reasons: number;
}

interface Check {
  name: string;
  sentence: string;
  run(context: CheckContext): Promise<{ outcome: CheckOutcome['outcome']; detail?: string }>;
}

interface CheckContext {
  client: pg.ClientBase;
  graph: Graph;
  run: CheckedRun;
}

/** The checks of what is staged, before anything is merged. */
export const stagedChecks: readonly Check[] = [
  sqlCheck('whole keys', 'No row has a null in its key or its measures.', 'sql/checks/staged-keys-are-whole.sql'),
  sqlCheck(
    'exact sums',
    'In exact units, reasons sum to the score of their recommendation.',
    'sql/checks/staged-reasons-sum-exactly.sql',
  ),
];

/** The checks of the published tables: of what is about to be shown, and by `kith check` of what is shown. */
export const shownChecks: readonly Check[] = [
  sqlCheck(
    'one run',
    'Every row of the three tables is of this run.',
    'sql/checks/rows-are-of-one-run.sql',
    ({ run }) => [run.startedAt],
  ),
  sqlCheck(
    'no self',
    'Nobody is close to, recommended to or a reason for themself.',
    'sql/checks/nobody-meets-themself.sql',
  ),
  {
    name: 'no followed',
    sentence: 'Nobody is recommended whom the user follows already.',
    run: checkNoFollowed,
  },
  {
    name: 'no suspended',
    sentence: 'No suspended user has a row or is named in one.',
    run: checkNoSuspended,
  },
  sqlCheck(
    'short lists',
    'At most 50 closest connections and 20 recommendations a user.',
    'sql/checks/lists-are-short-enough.sql',
  ),
  sqlCheck(
    'sums',
    'Reasons sum to the score of their recommendation within 1e-9.',
    'sql/checks/reasons-sum-to-scores.sql',
  ),
  sqlCheck(
    'reasons',
    'Every reason is a closest connection of the user and of its weight.',
    'sql/checks/reasons-are-closest.sql',
  ),
  {
    name: 'row counts',
    sentence: 'Row counts are near those of the last comparable run, 1 to 7 days earlier.',
    run: checkRowCounts,
  },
];

/** Runs checks one after the other, each to its end, so that a person sees all that is wrong. */
export async function runChecks(checks: readonly Check[], context: CheckContext): Promise<CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const { name, sentence, run } of checks) outcomes.push({ name, sentence, ...(await run(context)) });
  return outcomes;
}

/** How many rows each published table has, as the client's transaction sees them. */
export async function countRows(
  client: pg.ClientBase,
  file: SqlFile = 'sql/checks/count-rows.sql',
): Promise<RowCounts> {
  const [row] = await queryOn<Record<keyof RowCounts, string>>(client, file);
  return {
    closest: Number(row?.closest),
    recommendations: Number(row?.recommendations),
    reasons: Number(row?.reasons),
  };
}

/** A check whose statement counts the rows that break it. */
function sqlCheck(
  name: string,
  sentence: string,
  file: SqlFile,
  values: (context: CheckContext) => unknown[] = () => [],
): Check {
  return {
    name,
    sentence,
    async run(context) {
      const [row] = await queryOn<{ offending: string; example: string | null }>(context.client, file, values(context));
      return verdict(Number(row?.offending ?? 0), row?.example ?? '');
    },
  };
}

function verdict(offending: number, example: string): { outcome: 'passed' | 'failed'; detail?: string } {
  if (offending === 0) return { outcome: 'passed' };
  return { outcome: 'failed', detail: `${offending} rows break it, for example ${example}` };
}

async function checkNoSuspended({ client, graph }: CheckContext) {
  const { rows } = await graph.read<{ userId: bigint }>('cypher/state/suspended-users.cypher');
  const suspended = rows.map(({ userId }) => Number(userId));
  const [found] = await queryOn<{ offending: string; example: string | null }>(
    client,
    'sql/checks/nobody-is-suspended.sql',
    [suspended],
  );
  return verdict(Number(found?.offending ?? 0), found?.example ?? '');
}

async function checkNoFollowed({ client, graph, run }: CheckContext) {
  let offending = 0;
  let example = '';
  for (const { first, end } of await userRanges(graph, 20_000)) {
    const rows = await queryOn<{ user_id: number; rec_ids: number[] }>(client, 'sql/checks/read-recommended.sql', [
      first,
      end,
    ]);
    const found = await graph.read<{ offending: bigint; userId: bigint | null }>(
      'cypher/recommend/count-followed.cypher',
      {
        recommended: rows.map((row) => [BigInt(row.user_id), row.rec_ids.map(BigInt)]),
        asOf: BigInt(run.asOf),
      },
    );
    offending += Number(found.rows[0]?.offending ?? 0n);
    if (found.rows[0]?.userId != null) example ||= `user ${found.rows[0].userId}`;
  }
  return verdict(offending, example);
}

async function checkRowCounts({
  client,
  run,
}: CheckContext): Promise<{ outcome: CheckOutcome['outcome']; detail?: string }> {
  const [last] = await queryOn<Record<'id' | 'closest_rows' | 'recommendation_rows' | 'reason_rows', string>>(
    client,
    'sql/checks/comparable-run.sql',
    [new Date(run.asOf * 1000).toISOString(), JSON.stringify(run.settings)],
  );
  if (!last) return { outcome: 'skipped', detail: 'no run of equal settings was published 1 to 7 days earlier' };
  const now = await countRows(client);
  const pairs: [string, number, number][] = [
    ['closest_connections', now.closest, Number(last.closest_rows)],
    ['recommendations', now.recommendations, Number(last.recommendation_rows)],
    ['rec_reasons', now.reasons, Number(last.reason_rows)],
  ];
  // A table that was empty has no share that it could differ by: a young network grows out of nothing.
  const far = pairs.filter(
    ([, rows, before]) => before > 0 && Math.abs(rows - before) * 100 > before * run.maxRowChangePercent,
  );
  if (far.length === 0) return { outcome: 'passed', detail: `compared with run ${last.id}` };
  const details = far.map(([table, rows, before]) => `${table} has ${rows} rows instead of ${before}`);
  return {
    outcome: 'failed',
    detail: `${details.join(', ')} in run ${last.id}: more than ${run.maxRowChangePercent} % apart (KITH_MAX_ROW_CHANGE_PERCENT)`,
  };
}
