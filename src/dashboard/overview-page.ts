import { count, several } from '../figures.ts';
import { type Html, html } from '../html.ts';
import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import type { WebUser } from '../web/guard.ts';
import { drawSmallTimeline, showSteps } from './draw-timeline.ts';
import { asOfText, clockText, duration, runMilliseconds } from './format.ts';
import { type NextRun, showFreshness, showNext } from './freshness.ts';
import type { WaitingRun } from './other-runs.ts';
import { renderPage, runAddress, statusBadge } from './page.ts';
import { checkMarks, checksText, figures } from './run-figures.ts';
import { chartsOf, drawChart, linesOf, pastListCharts } from './trend.ts';

export interface Overview {
  /** The newest first. */
  runs: RunWithSteps[];
  queue: { waiting: number; next: WaitingRun[] };
  next: NextRun;
  /** Epoch milliseconds. */
  now: number;
  timeZone: string;
  user?: WebUser;
}

/** The first page: the latest run as a picture, charts of the recent runs, and a row for each. */
export function renderOverview(overview: Overview): string {
  const { runs, queue, now, user } = overview;
  const [latest] = runs;
  const body = html`
    <h1 class="hidden">Runs</h1>
    ${latest ? hero(latest, overview) : nothingYet(queue.waiting)}
    ${queue.waiting > 0 && waitingList(overview)}
    ${runs.length > 1 && html`<section><h2>Last ${runs.length} runs</h2><div class="charts">${chartsOf(runs, now).map(drawChart)}</div></section>`}
    ${pastLists(runs)}
    ${runs.length > 0 && html`<section><h2>Each run</h2>${runTable(overview)}</section>`}
    <footer>Times are in ${overview.timeZone}, as-of dates in UTC. Updated at ${clockText(new Date(now).toISOString(), overview.timeZone)}.</footer>`;
  const isAtWork = latest?.status === 'running';
  return renderPage({ title: 'Runs', at: 'runs', body, refresh: isAtWork ? 3 : 60, user });
}

function nothingYet(waiting: number): Html {
  return html`<section class="card empty"><h2>Nothing has run yet</h2>
    <p>${waiting > 0 ? html`Queued runs begin once a worker is running: <code>kith worker</code>.` : html`<code>kith run --input DIR</code> runs now, <code>kith schedule</code> runs every day.`}</p></section>`;
}

function pastLists(runs: readonly RunWithSteps[]): Html | false {
  const charts = pastListCharts(runs);
  return (
    charts.length > 0 &&
    html`<section class="past"><h2>What past recommendations came to</h2><div class="charts">${charts.map(drawChart)}
    <p class="quiet">Of the users who have turned to somebody new since a list, the share who turned to somebody recommended to them,
    and the share who turned to one of the 20 most popular. People see what is recommended, and turn to it also because they see it;
    the popular were not shown to them like that. So this tells how lists fare from day to day, and not which ranking is better:
    <code>kith evaluate</code> does.</p></div></section>`
  );
}

function hero(run: RunWithSteps, { now, timeZone, runs, next }: Overview): Html {
  const shown = runs.find(({ status }) => status === 'published');
  const took = runMilliseconds(run, now) ?? 0;
  const verb = run.status === 'running' ? 'running for' : 'took';
  return html`<section class="card hero">
    <div class="head">
      <div><p class="over">${run.status === 'running' ? 'Running' : 'Latest run'}</p><h2><a href="${runAddress(run.id)}">${asOfText(run.asOf)}</a> ${statusBadge(run.status)}</h2>
      <p class="quiet">${run.startedAt && clockText(run.startedAt, timeZone)} · ${verb} ${duration(took)}${run.input && html` · <span class="path">${run.input}</span>`}</p></div>
    </div>
    ${run.error && html`<p class="error" role="alert">${run.error}</p>`}
    ${shown ? showFreshness({ run: shown, next }, now, timeZone) : html`<p class="quiet">None of these runs was published. ${showNext(next)}</p>`}
    <div class="split">${showSteps(run, now, timeZone)}${figures(run)}</div>
  </section>`;
}

function waitingList({ queue: { waiting, next }, timeZone }: Overview): Html {
  const more = waiting - next.length;
  return html`<section class="card waiting"><h2>${several(waiting, 'run')} in the queue</h2>
    <ol>${next.map(
      ({ id, asOf, input, queuedAt }) =>
        html`<li>${statusBadge('queued')} <a href="${runAddress(id)}">${asOfText(asOf)}</a> <span class="quiet">since ${clockText(queuedAt, timeZone)} · <span class="path">${input}</span></span></li>`,
    )}</ol>${more > 0 && html`<p class="quiet">and ${count(more)} more</p>`}</section>`;
}

function runTable({ runs, now, timeZone }: Overview): Html {
  return html`<div class="card list"><table class="runs">
    <thead><tr><th scope="col">As of</th><th scope="col">Status</th><th scope="col" class="picture">Steps over time</th><th scope="col" class="number">Took</th><th scope="col" class="number">Recommendations</th><th scope="col" class="number last">Rejected</th><th scope="col">Checks</th></tr></thead>
    <tbody>${runs.map((run) => runRow(run, now, timeZone))}</tbody></table></div>`;
}

function runRow(run: RunWithSteps, now: number, timeZone: string): Html {
  const { summary, startedAt } = run;
  const rejected = linesOf(run)?.rejected;
  const rows = run.status === 'published' ? summary.rows : undefined;
  return html`<tr data-run="${run.id}">
    <th scope="row"><a href="${runAddress(run.id)}">${asOfText(run.asOf)}</a><span class="quiet">${startedAt && clockText(startedAt, timeZone)}</span></th>
    <td class="status">${statusBadge(run.status)}</td>
    <td class="picture">${drawSmallTimeline(run, now)}${run.error && html`<span class="why">${run.error}</span>`}</td>
    <td class="number" data-label="took">${duration(runMilliseconds(run, now) ?? 0)}</td>
    <td class="number" data-label="recommendations">${rows ? count(rows.recommendations) : '–'}</td>
    <td class="number last" data-label="rejected">${rejected === undefined ? '–' : count(rejected)}</td>
    <td class="marks" data-label="checks">${summary.checks ? html`<span title="${checksText(summary.checks)}">${checkMarks(summary.checks)}</span>` : '–'}</td>
  </tr>`;
}
