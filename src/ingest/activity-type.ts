/** What a user does towards another; also the name of its file and the value of its rel_type. */
export type ActivityType = 'follow' | 'reply' | 'like' | 'mention';

/** All types; the position is the type's number in the staging tables, and files are read in this order. */
export const activityTypes: readonly ActivityType[] = ['follow', 'reply', 'like', 'mention'];

/** Their relationship types in the graph. */
export const relationshipTypes: Readonly<Record<ActivityType, string>> = {
  follow: 'FOLLOWED',
  reply: 'REPLIED_TO',
  like: 'LIKED',
  mention: 'MENTIONED',
};

/**
 * What ends or forbids something between two users; also the name of its file, but for `snapshot`
 * (follows-snapshot.csv: whom a user still follows) and `hide` and `reveal` (`discoverable` in user.csv: a user and
 * themself).
 */
export type WordType =
  | 'unfollow'
  | 'block'
  | 'mute'
  | 'unblock'
  | 'unmute'
  | 'dismiss'
  | 'snapshot'
  | 'hide'
  | 'reveal';

export const wordTypes: readonly WordType[] = [
  ...(['unfollow', 'block', 'mute', 'unblock', 'unmute', 'dismiss', 'snapshot', 'hide', 'reveal'] as const),
];

/** A row of the staging tables. */
export type RowType = ActivityType | WordType;

/** All types; the position is the type's number in the staging tables. */
export const rowTypes: readonly RowType[] = [...activityTypes, ...wordTypes];

/** The relationship types of words in the graph; their time is `at`, and that of a block's or mute's end `until`. */
export const wordRelationships: Readonly<Record<WordType, string>> = {
  unfollow: 'UNFOLLOWED',
  block: 'BLOCKED',
  mute: 'MUTED',
  unblock: 'UNBLOCKED',
  unmute: 'UNMUTED',
  dismiss: 'DISMISSED',
  snapshot: 'STILL_FOLLOWED',
  hide: 'HIDDEN',
  reveal: 'REVEALED',
};

/** Those that may have an end of their own. */
export function mayEnd(type: RowType): boolean {
  return type === 'block' || type === 'mute';
}
