import { BadInputError } from '../errors.ts';
import { days, several } from '../figures.ts';
import { type Content, type Html, html } from '../html.ts';
import { goodFrom, million } from '../scoring/reputation/millionths.ts';
import { hasUnseen } from '../shell-word.ts';
import type { Step } from '../show/activities.ts';
import type { Changes } from '../show/changes.ts';
import type { UserLook } from '../show/look-up.ts';
import { droppedCounts, stateText, tiesText } from '../show/render-user.ts';
import type { UserView } from '../show/show-user.ts';
import { weightText } from '../show/text.ts';
import type { WebUser } from '../web/guard.ts';
import { becauseOf } from './because-of.ts';
import { showByHand } from './by-hand.ts';
import { drawFlow } from './draw-flow.ts';
import { flowOf } from './flow.ts';
import { asOfText, clockText } from './format.ts';
import { type Freshness, showFreshness } from './freshness.ts';
import { renderPage, userAddress } from './page.ts';
import { previewForm } from './preview-form.ts';
import { activityList, explanationSection, userLink } from './why-section.ts';

export interface UserPage {
  look: UserLook;
  freshness: Freshness;
  /** Whom to explain. */
  why?: UserView['userId'];
  /** Epoch milliseconds. */
  now: number;
  timeZone: string;
  /** How to call Kith for the same network. */
  kith: string;
  user?: WebUser;
}

/** The page without a user: it asks for one. */
export function renderUserSearch(user?: WebUser): string {
  const body = html`<section class="card"><h1>Users</h1>
    <p>Whom a user is close to, whom they should follow next, and because of whom: give an id.</p>
    <form class="search" action="/users"><label for="id">User id</label> <input id="id" name="id" type="search" autocomplete="off" required><button>Show</button></form></section>`;
  return renderPage({ title: 'Users', at: 'users', body, user });
}

/** Everything about one user as of the run that is published. */
export function renderUserPage({ look, freshness, why, now, timeZone, kith, user }: UserPage): string {
  const { view, leftOut = [], changes } = look;
  const { userId } = view;
  const body = html`
    <section class="card hero"><p class="over">User</p>
      <h1>${userId}${view.suspended && html` <span class="badge failed">suspended</span>`}</h1>
      <p>${stateText(view)}</p>
      ${weekList(look.weeks)}
      ${showFreshness(freshness, now, timeZone)}
    </section>
    ${why !== undefined && whySection(look, why)}
    ${picture(view, leftOut)}
    ${recommendationTable(view, why)}
    ${closestTable(look)}
    ${changeSection(changes)}
    <section class="card"><h2>Why somebody is recommended, or isn't</h2>
      <form class="search" action="${userAddress(userId)}"><label for="asked">Their id</label> <input id="asked" name="asked" type="search" autocomplete="off" required value="${!hasUnseen(String(why ?? '')) && why}"><button>Explain</button></form></section>
    <section class="card"><h2>Under other settings</h2>
      <p class="quiet">A preview, beside what is published; what stays empty is as in the published run.</p>
      <details><summary>Settings to try</summary>${previewForm(userId, view.run.settings)}</details></section>
    ${showByHand(view, why, kith)}
    <footer>Times of activities are in UTC, those of runs in ${timeZone}. Updated at ${clockText(new Date(now).toISOString(), timeZone)}.</footer>`;
  return renderPage({ title: `User ${userId}`, at: 'users', body, user });
}

/** What a reputation by a model is the share of. */
function weekList(weeks: UserLook['weeks']): Content {
  if (!weeks || weeks.length === 0) return undefined;
  const good = weeks.filter(({ probability }) => probability >= goodFrom / million);
  return html`<details class="weeks"><summary>${good.length} of ${several(weeks.length, 'week')} with messages are good by the model</summary>
    <ul class="activities">${weeks.map(({ week, probability }) => html`<li>${week}: ${probability.toFixed(6)}${probability >= goodFrom / million && ', good'}</li>`)}</ul></details>`;
}

function whySection({ explanation, view }: UserLook, why: UserView['userId']): Html {
  if (explanation && !(explanation instanceof BadInputError)) return explanationSection(explanation);
  return html`<section class="card" id="why"><h2>Why ${why}</h2>
    <p>${explanation ? explanation.message : `Only that run's lists could explain more than the reasons below, and ${view.fromTables}.`}</p></section>`;
}

function picture(view: UserView, leftOut: NonNullable<UserLook['leftOut']>): Content {
  const flow = flowOf(view, leftOut);
  if (flow.links.length === 0) return undefined;
  return html`<section class="card"><h2>How recommendations come about</h2>
    ${drawFlow(flow, `From user ${view.userId} through the people in between to those who are recommended`)}
    <ul class="legend"><li class="between">in between</li><li class="recommendations">recommended: rank, user (score)</li>${leftOut.length > 0 && html`<li>left out, and why: a part of those with the highest scores</li>`}</ul>
    <p class="quiet">Widths are weights: what each one in between adds to scores. Select somebody to see their page.</p></section>`;
}

function recommendationTable(
  { userId, suspended, vias, closest, recommendations, dropped }: UserView,
  why?: UserView['userId'],
): Html {
  const highest = Number(recommendations[0]?.score ?? 0);
  return html`<section class="card"><h2>Recommendations <span class="quiet">${recommendations.length}</span></h2>
    ${vias && !suspended && html`<p class="quiet">${tiesText(vias)}</p>`}
    ${
      recommendations.length === 0
        ? html`<p>${suspended ? 'Suspended users get none.' : closest.length > 0 ? 'None: no candidate passed the filters.' : 'None.'}</p>`
        : html`<table class="people">
    <thead><tr><th scope="col" class="number">Rank</th><th scope="col">User</th><th scope="col" class="number">Score</th><th scope="col" class="picture">Score</th><th scope="col">Source</th><th scope="col">Because of (weight)</th><th scope="col">Why</th></tr></thead>
    <tbody>${recommendations.map(
      (
        one,
      ) => html`<tr data-recommended="${one.userId}"${one.userId === why && html` class="chosen"`}><td class="number" data-label="rank">${one.rank}</td><th scope="row">${userLink(one.userId)}</th><td class="number" data-label="score">${weightText(one.score)}</td>
      <td class="picture">${bar(Number(one.score), highest)}</td><td data-label="source">${one.source}</td><td data-label="because of">${becauseOf(one)}</td>
      <td><a href="${whyAddress(userId, one.userId)}">why<span class="hidden"> ${one.userId}</span></a></td></tr>`,
    )}</tbody></table>`
    }
    ${dropped && (closest.length > 0 || recommendations.length > 0) && html`<p class="quiet">${droppedCounts(dropped)}</p>`}</section>`;
}

function closestTable({ view, steps }: UserLook): Html {
  const { closest, suspended, run } = view;
  const highest = Number(closest[0]?.weight ?? 0);
  const none = suspended
    ? 'Suspended users have none.'
    : `None: in the ${days(run.settings.weighting.windowSeconds)} before the as-of, the user did nothing that counts.`;
  return html`<section class="card"><h2>Closest connections <span class="quiet">${closest.length}</span></h2>
    ${
      closest.length === 0
        ? html`<p>${none}</p>`
        : html`<table class="people">
    <thead><tr><th scope="col" class="number">Rank</th><th scope="col">User</th><th scope="col" class="number">Weight</th><th scope="col" class="picture">Weight</th>${steps && html`<th scope="col">Activities behind it</th>`}</tr></thead>
    <tbody>${closest.map(
      (
        one,
        i,
      ) => html`<tr data-closest="${one.userId}"><td class="number" data-label="rank">${one.rank}</td><th scope="row">${userLink(one.userId)}</th><td class="number" data-label="weight">${weightText(one.weight)}</td>
      <td class="picture">${bar(Number(one.weight), highest)}</td>${steps && html`<td>${behind(steps[i])}</td>`}</tr>`,
    )}</tbody></table>`
    }</section>`;
}

function behind(step: Step | undefined): Html {
  const activities = step?.activities ?? [];
  return html`<details><summary>${several(activities.length, 'activity', 'activities')}</summary>${activityList(activities)}</details>`;
}

function changeSection(changes: Changes | undefined): Html {
  const title = html`<h2>What changed since the run before</h2>`;
  if (!changes)
    return html`<section class="card changes">${title}<p>No run was published before this one.</p></section>`;
  const { before, newClosest, newRecommendations, gone, moved } = changes;
  const people = (list: readonly Html[]) =>
    list.length === 0 ? 'nobody' : html`${list.map((one, i) => html`${i > 0 && ', '}${one}`)}`;
  const lines: [string, Content][] = [
    ['Recommended since this run', people(newRecommendations.map(userLink))],
    [
      'Recommended no more',
      gone
        ? people(gone.map(({ userId, was }) => html`${userLink(userId)} (was ${was})`))
        : 'not known: what the run before recommended is not kept',
    ],
    ...(moved
      ? [
          [
            'At another rank',
            people(moved.map(({ userId, was, rank }) => html`${userLink(userId)} (${was} → ${rank})`)),
          ] as [string, Content],
        ]
      : []),
    ['Closest since this run', people(newClosest.map(userLink))],
  ];
  return html`<section class="card changes">${title}<p class="quiet">Compared with the run as of ${asOfText(new Date(before.asOf * 1000).toISOString())}.</p>
    <dl class="plain">${lines.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function whyAddress(userId: UserView['userId'], recId: UserView['userId']): string {
  return `${userAddress(userId)}?why=${encodeURIComponent(String(recId))}#why`;
}

/** A value beside the highest. */
function bar(value: number, highest: number): Html {
  const share = highest > 0 ? Math.max(1, (value / highest) * 100) : 0;
  return html`<svg class="weight" aria-hidden="true" width="100%" height="8"><rect class="track" width="100%" height="8" rx="2"/><rect class="fill" width="${share.toFixed(1)}%" height="8" rx="2"/></svg>`;
}
