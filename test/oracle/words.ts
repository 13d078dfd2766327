import type { Activity, Network, OracleOptions } from './network.ts';

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
  { words = [], snapshots = [], discoverable = new Map() }: Network,
  { asOf, dismissDays = 90, excludeLaterFollows = false }: OracleOptions,
): { activities: Activity[]; inForce: WordsInForce } {
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
  const lists = new Map<string, Set<number>>();
  for (const { user, other, at } of snapshots) {
    const list = lists.get(`${user},${at}`) ?? new Set();
    lists.set(`${user},${at}`, list.add(other));
  }
  const listedAt = new Map<number, Set<number>>();
  for (const { user, at } of snapshots) if (at <= asOf) listedAt.set(user, (listedAt.get(user) ?? new Set()).add(at));
  const isLacking = ({ type, user, engaged, at }: Activity) =>
    type === 'follow' &&
    [...(listedAt.get(user) ?? [])].some((list) => list >= at && !lists.get(`${user},${list}`)?.has(engaged));
  const isSame = ({ user, engaged }: Activity) => user === engaged;
  const later = excludeLaterFollows
    ? activities.filter((a) => a.type === 'follow' && a.at > asOf && !isSame(a) && !hasEnded(a, words))
    : [];
  return {
    activities: activities.filter((activity) => {
      const pair = `${activity.user},${activity.engaged}`;
      if (isSame(activity) || activity.at > asOf || blocked.has(pair) || muted.has(pair)) return false;
      return !hasEnded(activity) && !isLacking(activity);
    }),
    inForce: {
      ...{ blocked, muted, dismissed },
      followedSince: new Set(later.map(({ user, engaged }) => `${user},${engaged}`)),
      hidden: new Set([...discoverable].filter(([, is]) => !is).map(([user]) => user)),
    },
  };
}
