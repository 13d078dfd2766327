import type { Obstacle } from './explain.ts';
import { instantText, weightText } from './text.ts';

/** What keeps somebody from being recommended, as a sentence. */
export function obstacleText(obstacle: Obstacle, userId: number, recId: number): string {
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
    case 'not-among-best': {
      const missing = obstacle.missing === undefined ? '' : `, which is ${weightText(obstacle.missing)} more`;
      return `${recId} has rank ${obstacle.rank} and only 20 are recommended; the 20th has score ${weightText(obstacle.lowestScore)}${missing}.`;
    }
    case 'no-term':
      return `Nobody around the ties of ${userId} engages enough with ${recId}, who is not popular and did not engage with ${userId} either.`;
    case 'engaged':
      return `${userId} has engaged with ${recId} in the window, and such people are not recommended (KITH_RECOMMEND_ENGAGED).`;
    case 'popular-at-most':
      return `${recId} is one of the 100 most popular, and of those only ${obstacle.most} are recommended (KITH_POPULAR_AT_MOST).`;
  }
}
