import { count, several } from '../figures.ts';
import type { ShownId } from '../user-id.ts';
import { activityText, shownActivities } from './activities.ts';
import type { CirclesExplanation, Term } from './explain-circles.ts';
import { obstacleText } from './obstacle.ts';
import { instantText, weightText } from './text.ts';

/** How many members of a circle are named; `--json` has all who engage with the candidate. */
const shownMembers = 50;

/**
 * An explanation by circles as text for people.
 *
 * @param withMembers whether those who speak for the candidate are named
 */
export function renderCircles(explanation: CirclesExplanation, withMembers: boolean): string {
  const { run, recId, userId, terms, obstacles, recommended, score } = explanation;
  const parts = [`${verdict(explanation)}\nAs of ${instantText(run.asOf)} (run ${run.id}).`];
  if (obstacles.length > 0)
    parts.push(obstacles.map((obstacle) => `  - ${obstacleText(obstacle, userId, recId)}`).join('\n'));
  const { notes = [] } = explanation;
  if (notes.length > 0) parts.push(notes.map((note) => `  ${note}`).join('\n'));
  if (terms.length > 0 && userId !== recId) {
    if (!recommended) parts.push(`In favour of ${recId} (score ${weightText(score)}):`);
    parts.push(terms.map((term) => termText(explanation, term, withMembers)).join('\n'));
  }
  if (explanation.vias === 0)
    parts.push(`${userId} has no ties in the window, so only popularity and engagement count.`);
  return parts.join('\n\n');
}

/** Whether somebody is recommended, in a sentence. */
export function verdict({ userId, recId, recommended, rank, score }: CirclesExplanation): string {
  if (!recommended) return `${recId} is not recommended to ${userId}.`;
  return `${recId} is recommended to ${userId}: rank ${rank}, score ${weightText(score)}.`;
}

function termText({ recId, userId }: CirclesExplanation, term: Term, withMembers: boolean): string {
  const weight = weightText(term.weight);
  switch (term.source) {
    case 'circle': {
      const { via, rank, members, lately, before } = term;
      const engaged = lately.length + before.length;
      const share = Math.round((engaged / members) * 100);
      const recently = lately.length > 0 ? `, ${count(lately.length)} of them recently` : '';
      const line =
        `  ${weight}  of the ${several(members, 'person', 'people')} around ${via} (tie ${rank}), ${count(engaged)} (${share} %) ` +
        `${engaged === 1 ? 'engages' : 'engage'} with ${recId}${recently}`;
      return withMembers ? [line, ...namesOf([...lately, ...before])].join('\n') : line;
    }
    case 'popular':
      return `  ${weight}  popular: ${recId} is number ${term.rank} of those whom people engage with now`;
    case 'engages-with-you': {
      const [latest] = term.activities;
      const times = term.activities.length;
      const line = `  ${weight}  ${recId} engaged with ${userId}${times > 1 ? `, ${count(times)} times` : ''}${latest ? `, last at ${instantText(latest.at)}` : ''}`;
      return [line, ...term.activities.slice(0, shownActivities).map((one) => `          ${activityText(one)}`)].join(
        '\n',
      );
    }
  }
}

function namesOf(members: readonly ShownId[]): string[] {
  const more = members.length - shownMembers;
  const named = members.slice(0, shownMembers).join(', ');
  return [`          ${named}${more > 0 ? ` and ${count(more)} more` : ''}`];
}
