import {
  type ActivityType,
  activityTypes,
  relationshipTypes,
  wordRelationships,
  wordTypes,
} from '../ingest/activity-type.ts';
import type { StagedFolder } from '../ingest/read-folder.ts';
import type { ActivityBatch } from '../ingest/staged-rows.ts';
import type { UserId } from '../user-id.ts';
import type { Computing } from './compiled.ts';
import type { CypherFile, Graph } from './graph.ts';
import { sideBySide } from './side-by-side.ts';

/** Rows per transaction; larger ones are no faster and cost more to repeat. */
const batchSize = 10_000;

const mergeFiles: Readonly<Record<ActivityType, CypherFile>> = {
  follow: 'cypher/ingest/merge-follow.cypher',
  reply: 'cypher/ingest/merge-reply.cypher',
  like: 'cypher/ingest/merge-like.cypher',
  mention: 'cypher/ingest/merge-mention.cypher',
};

/** The date of a folder's suspended flags. */
export interface FlagDate {
  /** Epoch seconds: the date in the folder's name, or else the run's as-of. */
  at: number;
  /** The folder's name is not a date; of two such folders, the one that arrives later counts as later. */
  isUndated: boolean;
}

/** How much work a user's row is compared with an activity's, for estimating the time left. */
const userShare = 0.4;

export interface MergeOptions {
  /** Decides which of two folders' suspended flags is later. */
  flagged: FlagDate;
  computing: Computing;
  /** How many transactions write in parallel. */
  sessions: number;
  /** @param done of `total` rows; @param share of the work that is done, between 0 and 1 */
  onProgress: (done: number, total: number, share: number) => void;
}

/**
 * Adds a folder's users and activities to a graph that may already have some of them; nothing is duplicated.
 *
 * @returns how many activities were not in the graph yet
 */
export async function mergeActivities(graph: Graph, folder: StagedFolder, options: MergeOptions): Promise<number> {
  const { flagged, computing, sessions, onProgress } = options;
  const activities = activityTypes.reduce((sum, type) => sum + folder.activities[type], 0);
  const work = folder.users * userShare + activities;
  let users = 0;
  let merged = 0;
  let added = 0;
  const progress = () => onProgress(users + merged, folder.users + activities, (users * userShare + merged) / work);
  await sideBySide(folder.readUsers(batchSize), sessions, async ({ userIds, suspended }) => {
    await graph.write('cypher/ingest/merge-users.cypher', {
      users: userIds.map((userId, i) => [BigInt(userId), suspended[i] ?? null]),
      flaggedAt: BigInt(flagged.at),
      undated: flagged.isUndated,
    });
    users += userIds.length;
    progress();
  });
  for (const type of activityTypes)
    await sideBySide(folder.readActivities(type, batchSize), sessions, async (batch) => {
      added += await mergeBatch(graph, type, byUser(batch), computing);
      merged += batch.users.length;
      progress();
    });
  for (const type of wordTypes)
    for await (const { users: ids, engaged, at, messages } of folder.readActivities(type, batchSize))
      await graph.write('cypher/ingest/merge-words.cypher', {
        type: wordRelationships[type],
        words: ids.map((user, i) => [
          ...[BigInt(user), BigInt(engaged[i] as UserId), BigInt(at[i] as number), messages[i] ?? null],
        ]),
      });
  return added;
}

/** Returns how many activities were not in the graph yet. */
async function mergeBatch(
  graph: Graph,
  type: ActivityType,
  users: UserActivities[],
  { by }: Computing,
): Promise<number> {
  if (by === 'cypher') return (await graph.write(mergeFiles[type], { users })).changes.relationshipsCreated;
  const { rows } = await graph.write<{ added: bigint }>('cypher/ingest/merge-compiled.cypher', {
    type: relationshipTypes[type],
    users,
  });
  return Number(rows[0]?.added ?? 0n);
}

/** `[[userId, [[engaged userId, [[epoch seconds, messageId], …]], …]], …]`; for follows `[[epoch seconds], …]`. */
type UserActivities = [bigint, [bigint, (bigint | null)[][]][]];

/** Rows sorted by user and engaged, as one list for each user. */
function byUser({ users, engaged, at, messages }: ActivityBatch): UserActivities[] {
  const lists: UserActivities[] = [];
  for (const [i, user] of users.entries()) {
    const other = engaged[i] as UserId;
    const isSameUser = i > 0 && users[i - 1] === user;
    if (!isSameUser) lists.push([BigInt(user), []]);
    const pairs = (lists.at(-1) as UserActivities)[1];
    if (!isSameUser || engaged[i - 1] !== other) pairs.push([BigInt(other), []]);
    const instant = BigInt(at[i] as number);
    const message = messages[i] ?? null;
    pairs.at(-1)?.[1].push(message === null ? [instant] : [instant, message]);
  }
  return lists;
}
