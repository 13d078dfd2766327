import { type ActivityType, activityTypes } from '../ingest/activity-type.ts';
import type { StagedFolder } from '../ingest/read-folder.ts';
import type { CypherFile, Graph } from './graph.ts';

/** Rows a transaction: larger ones gain nothing and are dearer to repeat. */
const batchSize = 10_000;

const mergeFiles: Readonly<Record<ActivityType, CypherFile>> = {
  follow: 'cypher/ingest/merge-follow.cypher',
  reply: 'cypher/ingest/merge-reply.cypher',
  like: 'cypher/ingest/merge-like.cypher',
  mention: 'cypher/ingest/merge-mention.cypher',
};

/** When a folder's suspended flags are from. */
export interface FlagDate {
  /** Epoch seconds: the date that the folder is named by, else the run's as-of. */
  at: number;
  /** Not named by a date: of two such folders the one that arrives later is the later one. */
  isUndated: boolean;
}

/**
 * Puts a folder's users and activities into a graph that may hold some of them already: what is there stays, once.
 *
 * @param flagged decides which of two folders' suspended flags is the later one
 * @returns how many activities the graph did not have yet
 */
export async function mergeActivities(
  graph: Graph,
  folder: StagedFolder,
  flagged: FlagDate,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const total = folder.users + activityTypes.reduce((sum, type) => sum + folder.activities[type], 0);
  let done = 0;
  let added = 0;
  for await (const { userIds, suspended } of folder.readUsers(batchSize)) {
    await graph.write('cypher/ingest/merge-users.cypher', {
      users: userIds.map((userId, i) => [BigInt(userId), suspended[i] ?? null]),
      flaggedAt: BigInt(flagged.at),
      undated: flagged.isUndated,
    });
    done += userIds.length;
    onProgress(done, total);
  }
  // One session: two that create relationships at once wait for each other's locks and gain little (13k against 7–14k rows/s).
  for (const type of activityTypes)
    for await (const { users, engaged, at, messages } of folder.readActivities(type, batchSize)) {
      const { changes } = await graph.write(mergeFiles[type], {
        rows: users.map((user, i) => {
          const row = [BigInt(user), BigInt(engaged[i] as number), BigInt(at[i] as number)];
          return type === 'follow' ? row : [...row, messages[i]];
        }),
      });
      added += changes.relationshipsCreated;
      done += users.length;
      onProgress(done, total);
    }
  return added;
}
