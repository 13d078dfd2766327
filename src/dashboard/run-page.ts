import { count, days, several } from '../figures.ts';
import { type Content, type Html, html, lineEnd } from '../html.ts';
import type { StepState } from '../jobs/attempt.ts';
import { pipeline } from '../jobs/pipeline.ts';
import { isOver } from '../jobs/run.ts';
import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import { changedSettings } from '../jobs/settings-as-environment.ts';
import { toldOf } from '../scoring/ranking/filters.ts';
import type { WebUser } from '../web/guard.ts';
import { actionLinks } from './act-on-runs.ts';
import { showSteps } from './draw-timeline.ts';
import { amountText, asOfText, clockText, duration, runMilliseconds } from './format.ts';
import type { RunBefore } from './other-runs.ts';
import { renderPage, runAddress, statusBadge } from './page.ts';
import { checksText, figures, sign } from './run-figures.ts';

/** What a run's page tells beside the run. */
export interface AboutRun {
  /** The run that was published before it: where the settings of this one differ is told. */
  before?: RunBefore;
  /** How long a queued run waits for its folder, in milliseconds. */
  folderPatience?: number;
  /** The last lines of its log, if it has one on this machine. */
  log?: readonly string[];
  user?: WebUser;
}

/** One run with everything known about it. */
export function renderRun(
  run: RunWithSteps,
  now: number,
  timeZone: string,
  { before, folderPatience, log = [], user }: AboutRun = {},
): string {
  const body = html`
    <p class="crumb"><a href="/">Runs</a> / <span class="path">${run.id}</span></p>
    <section class="card hero">
      <h1>${asOfText(run.asOf)} ${statusBadge(run.status)}</h1>
      <p class="quiet">${beginning(run, now, timeZone)}</p>
      ${run.error && html`<p class="error" role="alert">${run.error}</p>`}
      ${folderPatience !== undefined && waitingForFolder(run, folderPatience, timeZone)}
      ${actionLinks(run, user)}
      <div class="split">${run.status === 'queued' ? html`<p>This run is queued; a worker will do it: <code>kith worker</code>.</p>` : showSteps(run, now, timeZone)}${figures(run)}</div>
    </section>
    ${run.steps.length > 0 && stepTable(run, timeZone)}
    ${run.summary.checks && checkTable(run.summary.checks)}
    ${run.summary.files && fileTable(run)}
    ${outcomeTable(run)}
    ${settingTable(run, before)}
    ${log.length > 0 && logSection(run.id, log)}
    <footer>Times are in ${timeZone}. Updated at ${clockText(new Date(now).toISOString(), timeZone)}.</footer>`;
  return renderPage({
    title: `Run as of ${asOfText(run.asOf)}`,
    body,
    refresh: isOver(run.status) ? undefined : 3,
    user,
  });
}

function logSection(id: string, lines: readonly string[]): Html {
  return section(
    'Log',
    html`<pre class="log" tabindex="0"><code>${lines.map((line, i) => html`${i > 0 && lineEnd}${line}`)}</code></pre>
    <p><a href="${runAddress(id)}/log.jsonl">Download the whole log</a>: what was done on this machine, a JSON object a line.</p>`,
  );
}

/** For which folder a run waits that workers took from the queue, since when and until when. */
function waitingForFolder(
  { steps, queuedAt, startedAt, input }: RunWithSteps,
  patience: number,
  timeZone: string,
): Content {
  const ingest = steps.find(({ name }) => name === 'ingest');
  const isWaiting = ingest?.status === 'waiting' && ingest.attempts === 0 && ingest.failures === 0;
  if (!isWaiting || queuedAt === null || startedAt === null) return undefined;
  const until = new Date(Date.parse(startedAt) + patience).toISOString();
  return html`<p class="held">It waits for the folder <span class="path">${input}</span> since ${clockText(startedAt, timeZone)}, until ${clockText(until, timeZone)} (KITH_FOLDER_PATIENCE).</p>`;
}

function beginning(run: RunWithSteps, now: number, timeZone: string): string {
  const by = run.queuedAt === null ? 'by hand' : 'from the queue';
  if (run.startedAt === null) return `${by}, waiting since ${clockText(run.queuedAt ?? run.asOf, timeZone)}`;
  const waited = run.queuedAt === null ? 0 : Date.parse(run.startedAt) - Date.parse(run.queuedAt);
  const took = `${run.finishedAt === null ? 'running for' : 'took'} ${duration(runMilliseconds(run, now) ?? 0)}`;
  return `${clockText(run.startedAt, timeZone)}, ${by}${waited > 1000 ? ` after ${duration(waited)} in the queue` : ''} · ${took}`;
}

function stepTable({ steps, error: reason }: RunWithSteps, timeZone: string): Html {
  const titles = new Map(pipeline.map(({ name, title }) => [name, title]));
  return section(
    'Steps',
    html`<table><thead><tr><th scope="col">Step</th><th scope="col">Status</th><th scope="col">Began</th><th scope="col">Processed</th><th scope="col">Attempts</th><th scope="col">Worker</th></tr></thead>
    <tbody>${steps.map(
      (
        step,
      ) => html`<tr><th scope="row">${titles.get(step.name)}</th><td><span class="badge ${step.status}">${step.status}</span></td>
      <td data-label="began">${clockText(step.startedAt, timeZone)}</td><td data-label="processed">${amountText(step) ?? '–'}</td>
      <td data-label="attempts">${count(step.attempts)}${step.failures > 0 && ` (${several(step.failures, 'error')})`}</td><td data-label="worker" class="path">${step.worker}</td></tr>
      ${note(step, reason, timeZone)}`,
    )}</tbody></table>`,
  );
}

/** A step's error, unless it is the run's, and when it is tried again. */
function note({ status, error, retryAt }: StepState, reason: string | null, timeZone: string): Content {
  if (error === null || error === reason) return undefined;
  const again = status === 'waiting' && retryAt !== null && ` Next try at ${clockText(retryAt, timeZone)}.`;
  return html`<tr class="errors"><td colspan="6">${error}${again}</td></tr>`;
}

function checkTable(checks: NonNullable<RunWithSteps['summary']['checks']>): Html {
  return section(
    'Checks',
    html`<table><thead><tr><th scope="col">Outcome</th><th scope="col">Check</th><th scope="col">What holds</th></tr></thead>
    <tbody>${checks.map(
      ({
        name,
        sentence,
        outcome,
        detail,
      }) => html`<tr class="of-check" data-check="${name}"><td><span class="check ${outcome}" aria-hidden="true">${sign[outcome]}</span> ${outcome}</td>
      <th scope="row">${name}</th><td>${sentence}${detail && html`<span class="detail">${detail}</span>`}</td></tr>`,
    )}</tbody></table>`,
    checksText(checks),
  );
}

function fileTable({ id, summary }: RunWithSteps): Html {
  const { files = [], rejects, repeated, expired, later, beforeWindow, messages, unread } = summary;
  const rejected = files.reduce((sum, file) => sum + file.rejected, 0);
  return section(
    'Files',
    html`<table><thead><tr><th scope="col">File</th><th scope="col" class="number">Lines</th><th scope="col" class="number">Parsed</th><th scope="col" class="number">Rejected</th><th scope="col" class="number">Towards oneself</th></tr></thead>
    <tbody>${files.map(
      (
        file,
      ) => html`<tr data-file="${file.file}"><th scope="row">${file.file}</th><td class="number" data-label="lines">${count(file.lines)}</td><td class="number" data-label="parsed">${count(file.parsed)}</td>
      <td class="number${file.rejected > 0 && ' some'}" data-label="rejected">${count(file.rejected)}</td><td class="number" data-label="towards oneself">${count(file.selfDropped)}</td></tr>`,
    )}</tbody></table>
    ${rejected > 0 && rejects && html`<p><a href="${runAddress(id)}/rejects.csv">Download the rejected lines</a>, which are in <code class="path">${rejects}</code>.</p>`}
    ${unread && html`<p>Not read: <span class="path">${unread.names.join(', ')}</span>${unread.more > 0 && `, and ${count(unread.more)} more`}.</p>`}
    <p class="quiet">${[repeated && `${activities(repeated)} repeated`, expired && `${activities(expired)} too old to be stored`, later && `${activities(later)} after the as-of`, beforeWindow && `${activities(beforeWindow)} before the window`, messages && `${several(messages, 'message')} new or changed`].filter(Boolean).join(' · ')}</p>`,
  );
}

function activities(number: number): string {
  return several(number, 'activity', 'activities');
}

function outcomeTable({ summary, status }: RunWithSteps): Content {
  const { dropped = {}, rows, reputation, loader, rejects, files, removed, waived, leftUndone = {} } = summary;
  const lines: [string, Content][] = toldOf(dropped).map(({ text, dropped }) => [
    `Left out: ${text}`,
    several(dropped, 'candidate'),
  ]);
  if (dropped.suspended !== undefined) lines.unshift(['Left out: suspended', activities(dropped.suspended)]);
  if (reputation === 'none') lines.push(['Scores', 'none: nobody was filtered by reputation']);
  else if (reputation) {
    lines.push([
      'Scores',
      html`${several(reputation.scored, 'user')}, from <span class="path">${reputation.list}</span>`,
    ]);
    const { model } = reputation;
    if (model)
      lines.push([
        'Model',
        html`<span class="path">${model.folder}</span>, ${several(model.weeks, 'user-week')}, ${count(model.scored)} of them scored by this run`,
      ]);
  }
  if (rejects && !files) lines.push(['Rejected lines', html`<code class="path">${rejects}</code>`]);
  if (loader) lines.push(['Loaded by', loader]);
  if (rows)
    for (const [table, number] of [
      ['closest_connections', rows.closest],
      ['recommendations', rows.recommendations],
      ['rec_reasons', rows.reasons],
    ] as const)
      lines.push([table, `${several(number, 'row')}${status === 'published' ? '' : ', not published'}`]);
  if (waived) lines.push(['Allowed', `${waived.join(', ')}: nothing expires after such a run`]);
  if (removed) lines.push(['Expired since', activities(removed)]);
  for (const [name, why] of Object.entries(leftUndone)) lines.push([`Left to the next run: ${name}`, why]);
  return lines.length > 0 && section('What it came to', definitions(lines));
}

function settingTable({ settings, input }: RunWithSteps, before: RunBefore | undefined): Html {
  const { weighting } = settings;
  const { decay, bases } = weighting;
  const lines: [string, Content][] = [
    ['Input', input === null ? '–' : html`<span class="path">${input}</span>`],
    [
      'Window',
      `${days(weighting.windowSeconds)}, ${decay.kind === 'linear' ? 'linear decay' : `half-life ${days(decay.halfLifeSeconds)}`}`,
    ],
    [
      'Weights',
      Object.entries(bases)
        .map(([type, thousandths]) => `${type} ${thousandths / 1000}`)
        .join(', '),
    ],
    ['Ranking', rankingText(settings)],
    ['Filtered by reputation', settings.reputation === 'none' ? 'nobody' : `good from ${weighting.minReputation} on`],
  ];
  if (before) lines.push(['Other than in the run before', otherThan(settings, before)]);
  return section('Settings', definitions(lines));
}

/** Where settings differ from those of the run before. */
function otherThan(settings: RunWithSteps['settings'], { id, asOf, settings: before }: RunBefore): Html {
  const changed = changedSettings(settings, before);
  if (settings.reputation !== before.reputation)
    changed.push({ name: 'list of scores', now: settings.reputation, before: before.reputation });
  const run = html`the run as of <a href="${runAddress(id)}">${asOfText(asOf)}</a>`;
  if (changed.length === 0) return html`nothing: as in ${run}`;
  return html`${changed.map(({ name, now: is, before: was }, i) => html`${i > 0 && ', '}<code>${name}</code> ${is ?? 'unset'} instead of ${was ?? 'unset'}`)} in ${run}`;
}

function rankingText({ ranking, recommendEngaged, popularAtMost, strangersAtMost }: RunWithSteps['settings']): string {
  const engaged = recommendEngaged ? '' : ', without people with whom the user has engaged';
  const bounds = [
    ...(popularAtMost === undefined ? [] : [`, at most ${popularAtMost} popular`]),
    ...(strangersAtMost === undefined
      ? []
      : [`, strangers who engage with at most ${several(strangersAtMost, 'person', 'people')}`]),
  ];
  return `${ranking}${engaged}${ranking === 'circles' ? bounds.join('') : ''}`;
}

function definitions(lines: readonly (readonly [string, Content])[]): Html {
  return html`<dl class="plain">${lines.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function section(title: string, body: Content, about?: string): Html {
  return html`<section class="card"><h2>${title}${about && html` <span class="quiet">${about}</span>`}</h2>${body}</section>`;
}
