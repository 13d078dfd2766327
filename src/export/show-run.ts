import type pg from 'pg';
import { queryAll, queryOn } from '../postgres/database.ts';
import type { RowCounts } from './published-tables.ts';

/** What readers are told of the run that the tables are of. */
export interface PublishedRun {
  id: string;
  /** Epoch seconds. */
  asOf: number;
  /** ISO 8601, by Postgres' clock; the updated_at of its rows. */
  startedAt: string;
  /** Those that change the numbers. */
  settings: unknown;
  /** Whether only users of good reputation are recommended. */
  filtered: boolean;
  /** The model that scored users, if one did. */
  model?: string;
  rows: RowCounts;
}

/** Names the run in graph_recs.published_run, which is locked, and notifies those who listen. Undefined: there is none. */
export async function showRun(client: pg.ClientBase, run: PublishedRun | undefined): Promise<void> {
  const asOf = new Date((run?.asOf ?? 0) * 1000).toISOString();
  const [clock] = await queryOn<{ now: Date }>(client, 'sql/runs/now.sql');
  await queryAll(client, 'sql/swap/show-run.sql', {
    run: run?.id ?? '',
    as_of: asOf,
    start: run?.startedAt ?? asOf,
    published: clock?.now.toISOString() ?? asOf,
    settings: JSON.stringify(run?.settings ?? {}),
    filtered: String(run?.filtered ?? false),
    model: run?.model ?? '',
    closest: String(run?.rows.closest ?? 0),
    recommendations: String(run?.rows.recommendations ?? 0),
    reasons: String(run?.rows.reasons ?? 0),
  });
  if (!run) return;
  const { closest, recommendations, reasons } = run.rows;
  await queryOn(client, 'sql/swap/notify.sql', [run.id, asOf, closest, recommendations, reasons]);
}
