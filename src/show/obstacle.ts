import { several, share } from '../figures.ts';
import type { ShownId } from '../user-id.ts';
import { instantText, weightText } from './text.ts';

/** What keeps a candidate from being recommended. */
export type Obstacle =
  | { kind: 'user-suspended' }
  | { kind: 'suspended' }
  | { kind: 'self' }
  /** `followedAt` is the first follow, in epoch seconds. */
  | { kind: 'followed'; followedAt: number }
  /** The newest block in force, in epoch seconds, and whose it is. */
  | { kind: 'blocked'; at: number; by: 'user' | 'candidate' }
  | { kind: 'muted'; at: number }
  /** The first follow after the as-of. */
  | { kind: 'followed-since'; at: number }
  | { kind: 'dismissed'; at: number }
  | { kind: 'undiscoverable' }
  | { kind: 'inactive'; days: number }
  /** None of the user's closest connections is close to the candidate. */
  | { kind: 'no-path' }
  /** Not good by the run's list of scores; `reputation` is undefined if there is no score. */
  | { kind: 'reputation'; reputation?: number; least: number }
  /** `lowestScore` is that of the 20th. */
  | { kind: 'not-among-best'; rank: number; lowestScore: string; missing?: string }
  /** By circles nothing speaks for the candidate. */
  | { kind: 'no-term' }
  /** The same, and the candidate engages with so many people that it counts for strangers no more (KITH_STRANGERS_AT_MOST). */
  | { kind: 'busy'; most: number }
  /** The user has engaged with the candidate, and KITH_RECOMMEND_ENGAGED is no. */
  | { kind: 'engaged' }
  /** Enough of the popular are recommended (KITH_POPULAR_AT_MOST). */
  | { kind: 'popular-at-most'; most: number };

/** What keeps somebody from being recommended, as a sentence. */
export function obstacleText(obstacle: Obstacle, userId: ShownId, recId: ShownId): string {
  switch (obstacle.kind) {
    case 'user-suspended':
      return `${userId} is suspended, and suspended users get no recommendations.`;
    case 'suspended':
      return `${recId} is suspended, and suspended users are left out.`;
    case 'self':
      return 'Nobody is recommended to themself.';
    case 'followed':
      return `${userId} has followed ${recId} since ${instantText(obstacle.followedAt)}.`;
    case 'blocked':
      return obstacle.by === 'user'
        ? `${userId} has blocked ${recId} since ${instantText(obstacle.at)}.`
        : `${recId} has blocked ${userId} since ${instantText(obstacle.at)}.`;
    case 'muted':
      return `${userId} has muted ${recId} since ${instantText(obstacle.at)}.`;
    case 'followed-since':
      return `${userId} follows ${recId} since ${instantText(obstacle.at)}, after the as-of (KITH_EXCLUDE_LATER_FOLLOWS).`;
    case 'dismissed':
      return `${userId} dismissed ${recId} at ${instantText(obstacle.at)} (KITH_DISMISS_DAYS).`;
    case 'undiscoverable':
      return `${recId} is not discoverable: nobody is recommended ${recId}.`;
    case 'inactive':
      return `${recId} has done nothing for ${several(obstacle.days, 'day')} (KITH_RECOMMEND_ACTIVE_DAYS).`;
    case 'no-path':
      return `None of the closest connections of ${userId} has ${recId} among theirs.`;
    case 'reputation':
      return obstacle.reputation === undefined
        ? `${recId} has no reputation score, and only users of at least ${obstacle.least} are good.`
        : `The reputation of ${recId} is ${share(obstacle.reputation)}, and only users of at least ${obstacle.least} are good.`;
    case 'not-among-best': {
      const missing = obstacle.missing === undefined ? '' : `, which is ${weightText(obstacle.missing)} more`;
      return `${recId} has rank ${obstacle.rank} and only 20 are recommended; the 20th has score ${weightText(obstacle.lowestScore)}${missing}.`;
    }
    case 'no-term':
      return `Nobody around the ties of ${userId} engages enough with ${recId}, who is not popular and did not engage with ${userId} either.`;
    case 'busy':
      return `${recId} engages with more than ${several(obstacle.most, 'person', 'people')}, which counts only for those who are close to them (KITH_STRANGERS_AT_MOST), and nothing else speaks for them.`;
    case 'engaged':
      return `${userId} has engaged with ${recId} in the window, and such people are not recommended (KITH_RECOMMEND_ENGAGED).`;
    case 'popular-at-most':
      return `${recId} is one of the 100 most popular, and of those only ${obstacle.most} are recommended (KITH_POPULAR_AT_MOST).`;
  }
}

/** What keeps somebody from being recommended, in a few words for a picture. */
export function obstacleWords(obstacle: Obstacle): string {
  const day = (seconds: number) => instantText(seconds).slice(0, 10);
  switch (obstacle.kind) {
    case 'user-suspended':
    case 'suspended':
      return 'suspended';
    case 'self':
      return 'the user';
    case 'followed':
      return `followed since ${day(obstacle.followedAt)}`;
    case 'blocked':
      return `blocked since ${day(obstacle.at)}`;
    case 'muted':
      return `muted since ${day(obstacle.at)}`;
    case 'followed-since':
      return `followed since ${day(obstacle.at)}, after the as-of`;
    case 'dismissed':
      return `dismissed ${day(obstacle.at)}`;
    case 'undiscoverable':
      return 'not discoverable';
    case 'inactive':
      return `inactive for ${several(obstacle.days, 'day')}`;
    case 'no-path':
      return 'no path';
    case 'reputation':
      return obstacle.reputation === undefined ? 'no reputation score' : `reputation ${share(obstacle.reputation)}`;
    case 'not-among-best':
      return `rank ${obstacle.rank}, below 20`;
    case 'no-term':
    case 'busy':
      return 'nothing speaks for them';
    case 'engaged':
      return 'engaged with';
    case 'popular-at-most':
      return 'enough of the popular';
  }
}
