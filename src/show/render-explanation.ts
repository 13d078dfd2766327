import type { ActivityView, Step } from './activities.ts';
import type { Explanation, Obstacle } from './explain.ts';
import { instantText, weightText } from './text.ts';

/** How many are shown; `--json` has all. */
const shownReasons = 10;
const shownActivities = 5;

/** An explanation as text for people. */
export function renderExplanation(explanation: Explanation): string {
  const { run, reasons, obstacles, userId, recId } = explanation;
  const parts = [`${verdict(explanation)}\nAs of ${instantText(run.asOf)} (run ${run.id}).`];
  if (obstacles.length > 0)
    parts.push(obstacles.map((obstacle) => `  - ${obstacleText(obstacle, userId, recId)}`).join('\n'));
  if (reasons.length > 0 && userId !== recId) {
    if (!explanation.recommended) parts.push(`In favour of ${recId} (score ${weightText(explanation.score)}):`);
    for (const { userId: reason, weight, steps } of reasons.slice(0, shownReasons))
      parts.push([`Because of ${reason}, weight ${weightText(weight)}`, ...steps.map(stepText)].join('\n'));
    const more = reasons.length - shownReasons;
    if (more > 0) parts.push(`and ${more} more with lower weights; --json shows all.`);
  }
  return parts.join('\n\n');
}

function verdict({ userId, recId, recommended, rank, score, reasons }: Explanation): string {
  if (!recommended) return `${recId} is not recommended to ${userId}.`;
  const whom = reasons.length === 1 ? 'one closest connection' : `${reasons.length} closest connections`;
  return `${recId} is recommended to ${userId}: rank ${rank}, score ${weightText(score)}, because of ${whom}.`;
}

function obstacleText(obstacle: Obstacle, userId: number, recId: number): string {
  switch (obstacle.kind) {
    case 'user-suspended':
      return `${userId} is suspended, and suspended users get no recommendations.`;
    case 'suspended':
      return `${recId} is suspended, and suspended users are left out.`;
    case 'self':
      return 'Nobody is recommended to themself.';
    case 'followed':
      return `${userId} has followed ${recId} since ${instantText(obstacle.followedAt)}.`;
    case 'no-path':
      return `None of the closest connections of ${userId} has ${recId} among theirs.`;
    case 'reputation':
      return obstacle.reputation === undefined
        ? `${recId} has no reputation score, and only users of at least ${obstacle.least} are good.`
        : `The reputation of ${recId} is ${obstacle.reputation}, and only users of at least ${obstacle.least} are good.`;
    case 'not-among-best':
      return `${recId} has rank ${obstacle.rank} and only 20 are recommended; the 20th has score ${weightText(obstacle.lowestScore)}.`;
  }
}

function stepText({ from, to, rank, weight, activities }: Step): string {
  const lines = activities.slice(0, shownActivities).map((activity) => `      ${activityText(activity)}`);
  const more = activities.length - lines.length;
  if (more > 0) lines.push(`      and ${more} older ones`);
  return [`  ${from} → ${to}: rank ${rank} among the closest of ${from}, weight ${weightText(weight)}`, ...lines].join(
    '\n',
  );
}

function activityText({ type, at, messageId }: ActivityView): string {
  const message = messageId === undefined ? '' : `, message ${messageId}`;
  return `${instantText(at)}  ${type}${message}`;
}
