/** What a user does towards another; also the name of its file and the word of its rel_type. */
export type ActivityType = 'follow' | 'reply' | 'like' | 'mention';

/** Every type; its place here is its number in the staging tables and the order in which files are read. */
export const activityTypes: readonly ActivityType[] = ['follow', 'reply', 'like', 'mention'];

/** The relationship type of each in the graph. */
export const relationshipTypes: Readonly<Record<ActivityType, string>> = {
  follow: 'FOLLOWED',
  reply: 'REPLIED_TO',
  like: 'LIKED',
  mention: 'MENTIONED',
};
