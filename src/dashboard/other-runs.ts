import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import type { Database } from '../postgres/database.ts';

/** The run that was published before another. */
export type RunBefore = Pick<RunWithSteps, 'id' | 'asOf' | 'settings'>;

/** The run that was published before one began; undefined if there is none. */
export async function runBefore(database: Database, id: string): Promise<RunBefore | undefined> {
  const [row] = await database.query<{ id: string; as_of: Date; settings: RunBefore['settings'] }>(
    'sql/runs/before.sql',
    [id],
  );
  return row && { id: row.id, asOf: row.as_of.toISOString(), settings: row.settings };
}

/** A queued run. */
export interface WaitingRun {
  id: string;
  asOf: string;
  input: string;
  queuedAt: string;
}

/** The next runs in the queue, and the number of all queued runs. */
export async function waitingRuns(database: Database, first: number): Promise<{ waiting: number; next: WaitingRun[] }> {
  const rows = await database.query<{ id: string; as_of: Date; input: string; queued_at: Date; waiting: number }>(
    'sql/runs/waiting.sql',
    [first],
  );
  const next = rows.map(({ id, as_of, input, queued_at }) => ({
    id,
    asOf: as_of.toISOString(),
    input,
    queuedAt: queued_at.toISOString(),
  }));
  return { waiting: rows[0]?.waiting ?? 0, next };
}
