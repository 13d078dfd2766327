import { setTimeout as sleep } from 'node:timers/promises';
import type { Agenda } from 'agenda';
import { type Html, html } from '../html.ts';
import { type RunWithSteps, runById } from '../jobs/runs-with-steps.ts';
import { nextScheduled } from '../jobs/worker/schedule.ts';
import type { Database } from '../postgres/database.ts';
import { asOfText, clockText, duration } from './format.ts';
import { runAddress } from './page.ts';

/** How fresh what is published is. */
export interface Freshness {
  /** The run that is published. */
  run: RunWithSteps;
  next: NextRun;
}

/** When the schedule's next run is due, in its own time zone; `none` without a schedule. */
export type NextRun = { at: Date; timeZone: string } | 'none' | 'unknown';

/** Pages don't wait longer for the job store, which may be another database (milliseconds). */
const patienceMs = 2_000;

/** How fresh a published run is, and when the next one is due. */
export async function freshnessOf(database: Database, agenda: Agenda, runId: string): Promise<Freshness> {
  const run = await runById(database, runId);
  // `kith reset` may have removed it since.
  if (!run) throw new Error(`run ${runId} is gone`);
  return { run, next: await nextRun(agenda) };
}

/** When the next run is due by the schedule; `unknown` if the job store doesn't answer. */
export async function nextRun(agenda: Agenda): Promise<NextRun> {
  const late = sleep(patienceMs, 'unknown' as const, { ref: false });
  const scheduled = nextScheduled(agenda).then(
    (next) => next ?? 'none',
    () => 'unknown' as const,
  );
  return Promise.race([late, scheduled]);
}

/** As of when, when published, how old, and when the next run is due. */
export function showFreshness({ run, next }: Freshness, now: number, timeZone: string): Html {
  const publishedAt = run.finishedAt ?? run.asOf;
  const age = duration(Math.max(0, now - Date.parse(publishedAt)));
  return html`<p class="quiet fresh">The tables are as of <a href="${runAddress(run.id)}">${asOfText(run.asOf)}</a>, published ${clockText(publishedAt, timeZone)} (${timeZone}), ${age} ago.
  ${showNext(next)}</p>`;
}

/** When the next run is due, in the schedule's zone. */
export function showNext(next: NextRun): Html {
  if (next === 'unknown') return html`When the next run is due is not known: the job store does not answer.`;
  if (next === 'none') return html`No next run is scheduled: <code>kith schedule</code>.`;
  return html`Next run due ${clockText(next.at.toISOString(), next.timeZone)} (${next.timeZone}).`;
}
