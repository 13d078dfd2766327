import { count, several } from '../figures.ts';
import { type Content, type Html, html } from '../html.ts';
import { type ActivityView, activityText, type Step, shownActivities } from '../show/activities.ts';
import type { Reason } from '../show/explain.ts';
import type { CirclesExplanation, Term } from '../show/explain-circles.ts';
import { type AnyExplanation, isByCircles } from '../show/look-up.ts';
import { obstacleText } from '../show/obstacle.ts';
import { verdict as verdictByCircles } from '../show/render-circles.ts';
import { verdict } from '../show/render-explanation.ts';
import type { UserView } from '../show/show-user.ts';
import { weightText } from '../show/text.ts';
import { userAddress } from './page.ts';

/** Why somebody is recommended to a user or, if not, why not: the score as a sum, and what is behind each part. */
export function explanationSection(explanation: AnyExplanation): Html {
  const { userId, recId, score, obstacles, notes = [] } = explanation;
  const isSelf = userId === recId;
  const parts = isByCircles(explanation)
    ? explanation.terms.map((term) => termRow(explanation, term))
    : explanation.reasons.map((reason) => reasonRow(reason));
  return html`<section class="card why-not" id="why"><h2>Why ${userLink(recId)}${obstacles.length > 0 && ' is left out'}</h2>
    <p>${isByCircles(explanation) ? verdictByCircles(explanation) : verdict(explanation)}</p>
    ${obstacles.length > 0 && html`<ul class="obstacles">${obstacles.map((one) => html`<li data-obstacle="${one.kind}">${obstacleText(one, userId, recId)}</li>`)}</ul>`}
    ${notes.map((note) => html`<p>${note}</p>`)}
    ${
      parts.length > 0 &&
      !isSelf &&
      html`<table class="sum"><thead><tr><th scope="col" class="number">Weight</th><th scope="col">Because of</th></tr></thead>
    <tbody>${parts}</tbody>
    <tfoot><tr><td class="number">${weightText(score)}</td><th scope="row">score, the sum of these${obstacles.length > 0 && ': what would speak for them'}</th></tr></tfoot></table>`
    }</section>`;
}

/** Somebody as a link to their page. */
export function userLink(id: UserView['userId']): Html {
  return html`<a href="${userAddress(id)}">${id}</a>`;
}

/** Activities with their times, the newest first; of many the newest. */
export function activityList(activities: readonly ActivityView[]): Html {
  const more = activities.length - shownActivities;
  return html`<ul class="activities">${activities.slice(0, shownActivities).map((one) => html`<li>${activityText(one)}</li>`)}${more > 0 && html`<li>and ${more} older</li>`}</ul>`;
}

function row(weight: string, about: Content): Html {
  return html`<tr><td class="number">${weightText(weight)}</td><td>${about}</td></tr>`;
}

function reasonRow({ userId, weight, steps }: Reason): Html {
  return row(
    weight,
    html`${userLink(userId)}<details><summary>the activities behind both steps</summary>${steps.map(stepList)}</details>`,
  );
}

function stepList({ from, to, rank, weight, activities }: Step): Html {
  return html`<p>${userLink(from)} → ${userLink(to)}: rank ${rank} among the closest of ${from}, weight ${weightText(weight)}</p>${activityList(activities)}`;
}

function termRow({ userId, recId }: CirclesExplanation, term: Term): Html {
  switch (term.source) {
    case 'circle': {
      const { via, rank, members, lately, before } = term;
      const engaged = lately.length + before.length;
      return row(
        term.weight,
        html`circle: of the ${several(members, 'person', 'people')} around ${userLink(via)} (tie ${rank}), ${count(engaged)} (${Math.round((engaged / members) * 100)} %) ${engaged === 1 ? 'engages' : 'engage'} with ${recId}
        <details><summary>who</summary>${memberList('recently', lately)}${memberList('only before', before)}</details>`,
      );
    }
    case 'popular':
      return row(term.weight, html`popular: ${recId} is number ${term.rank} of those whom people engage with now`);
    case 'engages-with-you':
      return row(
        term.weight,
        html`engages-with-you: ${recId} engaged with ${userId}, ${several(term.activities.length, 'time')}
        <details><summary>the activities</summary>${activityList(term.activities)}</details>`,
      );
  }
}

/** How many members of a circle are named. */
const shownMembers = 50;

function memberList(when: string, members: readonly UserView['userId'][]): Content {
  if (members.length === 0) return undefined;
  const more = members.length - shownMembers;
  return html`<p>${when}: ${members.slice(0, shownMembers).map((one, i) => html`${i > 0 && ', '}${userLink(one)}`)}${more > 0 && ` and ${count(more)} more`}</p>`;
}
