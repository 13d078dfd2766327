import { rm } from 'node:fs/promises';
import { StaleAttemptError } from '../../errors.ts';
import { graphSize } from '../../graph/schema.ts';
import { Accepted } from '../../ingest/accepted.ts';
import type { Report } from '../../progress.ts';
import { withKeptRows } from '../kept-rows.ts';
import { workFolder } from '../make-room.ts';
import { type RunContext, withGraph } from '../run-context.ts';

/**
 * Writes the accepted rows anew if they are many more than are needed: without repeats, and what has expired. After
 * every publish, since a folder that is loaded again and again repeats itself even where nothing may expire.
 */
export async function compact(context: RunContext, report: Report): Promise<void> {
  const { settings, run, database, attempt } = context;
  const workDir = workFolder(settings, attempt);
  const accepted = new Accepted(settings);
  try {
    // Asked first: under the network's lock nobody can begin anything by hand.
    const needed = run.engine === 'spark' ? accepted.known()?.rows : await rowsInGraph(context);
    if (!(await accepted.isLong(needed ?? 0, workDir, context.signal))) return;
    report({ doing: 'writing' });
    await withKeptRows(context, (signal) => accepted.shrink(attempt.token, run.id, workDir, signal));
  } catch (error) {
    // A worker's next run has removed what was half written.
    const isLater = (await database.query('sql/runs/under-way.sql')).length > 0;
    throw isLater ? new StaleAttemptError('A later run has begun.') : error;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function rowsInGraph(context: RunContext): Promise<number> {
  const { users, activities } = await withGraph(context, graphSize);
  return users + activities;
}
