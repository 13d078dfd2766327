import { visible } from '../control-characters.ts';
import type { Graph } from '../graph/graph.ts';
import type { RunFacts } from '../jobs/run.ts';
import { hiddenUsers, inactiveUsers } from '../scoring/ranking/recommend.ts';
import type { ShownId } from '../user-id.ts';
import type { Obstacle } from './obstacle.ts';
import { instantText } from './text.ts';

/** What words say between a user and a candidate. */
export interface WordsBetween {
  obstacles: Obstacle[];
  /** What keeps nobody from being recommended, as sentences. */
  notes: string[];
  /** Whom words bar for the user, beside those. */
  barred: bigint[];
}

interface WordsRow {
  blockedAt: bigint | null;
  blockedByAt: bigint | null;
  mutedAt: bigint | null;
  dismissedAt: bigint | null;
  followedLaterAt: bigint | null;
  isFollowedSince: boolean;
  unfollowedAt: bigint | null;
  lackedAt: bigint | null;
  isHidden: boolean;
  barred: bigint[];
  [column: string]: unknown;
}

/** By what the run has set in the graph; notes name the two as people see them. */
export async function wordsBetween(
  graph: Graph,
  run: RunFacts,
  [userId, recId]: readonly [ShownId, ShownId],
  seen: readonly [ShownId, ShownId],
): Promise<WordsBetween> {
  const [user, rec] = seen.map((id) => visible(String(id)));
  const { asOf, settings } = run;
  const found: WordsBetween = { obstacles: [], notes: [], barred: [] };
  const { rows } = await graph.read<WordsRow>('cypher/show/words.cypher', {
    userId: BigInt(userId),
    recId: BigInt(recId),
    asOf: BigInt(asOf),
  });
  const [row] = rows;
  if (!row) return found;
  if (row.blockedAt !== null) found.obstacles.push({ kind: 'blocked', at: Number(row.blockedAt), by: 'user' });
  else if (row.blockedByAt !== null)
    found.obstacles.push({ kind: 'blocked', at: Number(row.blockedByAt), by: 'candidate' });
  if (row.mutedAt !== null) found.obstacles.push({ kind: 'muted', at: Number(row.mutedAt) });
  const later = row.followedLaterAt;
  if (later !== null && row.isFollowedSince) found.obstacles.push({ kind: 'followed-since', at: Number(later) });
  else if (later !== null)
    found.notes.push(`${user} follows ${rec} since ${instantText(Number(later))}, after the as-of.`);
  if (row.unfollowedAt !== null)
    found.notes.push(
      `${user} unfollowed ${rec} at ${instantText(Number(row.unfollowedAt))}: follows up to then do not count.`,
    );
  if (row.lackedAt !== null)
    found.notes.push(
      `The whole list of whom ${user} follows as of ${instantText(Number(row.lackedAt))} lacks ${rec}: follows up to then do not count.`,
    );
  if (row.dismissedAt !== null) found.obstacles.push({ kind: 'dismissed', at: Number(row.dismissedAt) });
  if (row.isHidden) found.obstacles.push({ kind: 'undiscoverable' });
  const hidden = await hiddenUsers(graph);
  const inactive = settings.activeDays === undefined ? [] : await inactiveUsers(graph, asOf, settings.activeDays);
  if (settings.activeDays !== undefined && inactive.includes(BigInt(recId)))
    found.obstacles.push({ kind: 'inactive', days: settings.activeDays });
  found.barred = [...row.barred, ...hidden, ...inactive];
  return found;
}
