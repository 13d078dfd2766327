import { several } from '../figures.ts';
import { activityText, type Step, shownActivities } from './activities.ts';
import type { Explanation } from './explain.ts';
import { obstacleText } from './obstacle.ts';
import { instantText, weightText } from './text.ts';

/** How many are shown; `--json` has all. */
const shownReasons = 10;

/** An explanation as text for people. */
export function renderExplanation(explanation: Explanation): string {
  const { run, reasons, obstacles, userId, recId } = explanation;
  const parts = [`${verdict(explanation)}\nAs of ${instantText(run.asOf)} (run ${run.id}).`];
  if (obstacles.length > 0)
    parts.push(obstacles.map((obstacle) => `  - ${obstacleText(obstacle, userId, recId)}`).join('\n'));
  if (explanation.notes.length > 0) parts.push(explanation.notes.map((note) => `  ${note}`).join('\n'));
  if (reasons.length > 0 && userId !== recId) {
    if (!explanation.recommended) parts.push(`In favour of ${recId} (score ${weightText(explanation.score)}):`);
    for (const { userId: reason, weight, steps } of reasons.slice(0, shownReasons))
      parts.push([`Because of ${reason}, weight ${weightText(weight)}`, ...steps.map(stepText)].join('\n'));
    const more = reasons.length - shownReasons;
    if (more > 0) parts.push(`and ${more} more with lower weights; --json shows all.`);
  }
  return parts.join('\n\n');
}

/** Whether somebody is recommended, in a sentence. */
export function verdict({ userId, recId, recommended, rank, score, reasons }: Explanation): string {
  if (!recommended) return `${recId} is not recommended to ${userId}.`;
  const whom = several(reasons.length, 'closest connection');
  return `${recId} is recommended to ${userId}: rank ${rank}, score ${weightText(score)}, because of ${whom}.`;
}

function stepText({ from, to, rank, weight, activities }: Step): string {
  const lines = activities.slice(0, shownActivities).map((activity) => `      ${activityText(activity)}`);
  const more = activities.length - lines.length;
  if (more > 0) lines.push(`      and ${more} older`);
  return [`  ${from} → ${to}: rank ${rank} among the closest of ${from}, weight ${weightText(weight)}`, ...lines].join(
    '\n',
  );
}
