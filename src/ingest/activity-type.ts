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
