import type { Activity, Network, OracleOptions, Word } from './network.ts';

/** What words mean as of a run: pairs are `user,other`. */
export interface WordsInForce {
  /** Both ways. */
  blocked: Set<string>;
  muted: Set<string>;
  dismissed: Set<string>;
  followedSince: Set<string>;
  hidden: Set<number>;
}

/** The activities that count, each once, without those that words end or forbid; and what else the words forbid. */
export function withWords(
  activities: readonly Activity[],
  { words: given = [], snapshots = [], discoverable = new Map() }: Network,
  { asOf, dismissDays = 90, excludeLaterFollows = false }: OracleOptions,
): { activities: Activity[]; inForce: WordsInForce } {
  const words = [...given, ...unfollowsOf(snapshots, activities)];
  const said = words.filter(({ user, other, at }) => user !== other && at <= asOf);
  const pairs = (forbids: 'block' | 'mute', allows: 'unblock' | 'unmute') =>
    said
      .filter(({ type, until = null, at, user, other }) => {
        if (type !== forbids || (until !== null && until <= asOf)) return false;
        return !said.some((word) => word.type === allows && word.user === user && word.other === other && word.at > at);
      })
      .map(({ user, other }) => [user, other] as const);
  const blocked = new Set(pairs('block', 'unblock').flatMap(([u, v]) => [`${u},${v}`, `${v},${u}`]));
  const muted = new Set(pairs('mute', 'unmute').map(([u, v]) => `${u},${v}`));
  const recently = asOf - dismissDays * 86_400;
  const isDismissed = ({ type, at }: { type: string; at: number }) => type === 'dismiss' && at > recently;
  const dismissed = new Set(said.filter(isDismissed).map(({ user, other }) => `${user},${other}`));
  const hasEnded = ({ type, user, engaged, at }: Activity, all = said) =>
    type === 'follow' &&
    all.some((word) => word.type === 'unfollow' && word.user === user && word.other === engaged && word.at >= at);
  const isSame = ({ user, engaged }: Activity) => user === engaged;
  const later = excludeLaterFollows
    ? activities.filter((a) => a.type === 'follow' && a.at > asOf && !isSame(a) && !hasEnded(a, words))
    : [];
  return {
    activities: activities.filter((activity) => {
      const pair = `${activity.user},${activity.engaged}`;
      if (isSame(activity) || activity.at > asOf || blocked.has(pair) || muted.has(pair)) return false;
      return !hasEnded(activity);
    }),
    inForce: {
      blocked,
      muted,
      dismissed,
      followedSince: new Set(later.map(({ user, engaged }) => `${user},${engaged}`)),
      hidden: new Set([...discoverable].filter(([, is]) => !is).map(([user]) => user)),
    },
  };
}

/** Whole lists of follows, as the unfollows that they stand for. */
function unfollowsOf(snapshots: NonNullable<Network['snapshots']>, activities: readonly Activity[]): Word[] {
  return [...new Set(snapshots.map(({ at }) => at))].flatMap((at) => {
    const listed = snapshots.filter((line) => line.at === at);
    const pairs = new Set(listed.map(({ user, other }) => `${user},${other}`));
    const users = new Set(listed.map(({ user }) => user));
    return activities
      .filter(({ type, user, engaged }) => type === 'follow' && users.has(user) && !pairs.has(`${user},${engaged}`))
      .map(({ user, engaged: other }): Word => ({ type: 'unfollow', user, other, at }));
  });
}
