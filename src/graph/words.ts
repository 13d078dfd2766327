import type { Graph } from './graph.ts';

/** What the words that end or forbid something depend on; instants in epoch seconds. */
export interface WordsAsOf {
  asOf: number;
  /** For how long nobody is recommended again whom the user has dismissed. */
  dismissSeconds: number;
  /** Follows after the as-of exclude, too, up to this instant; undefined: they don't. */
  followsUntil?: number;
}

const atOnce = 50_000n;

/**
 * Brings what the words that end or forbid something mean as of an instant into the graph: lists on the users, which
 * recommending reads, and activities that don't count, which are set aside. So statements that weigh activities need
 * to know nothing of words, and a network without any is as fast as ever.
 */
export async function applyWords(graph: Graph, { asOf, dismissSeconds, followsUntil }: WordsAsOf): Promise<void> {
  const { rows } = await graph.read<Record<string, bigint>>('cypher/words/count.cypher');
  const counts = rows[0] ?? {};
  if ((counts.aside ?? 0n) > 0n) await restoreActivities(graph);
  await repeat(graph, 'cypher/words/forget.cypher', 'forgotten');
  const at = { asOf: BigInt(asOf) };
  if (followsUntil !== undefined && followsUntil > asOf)
    await graph.write('cypher/words/set-followed-since.cypher', { ...at, until: BigInt(followsUntil) });
  const has = (name: string) => (counts[name] ?? 0n) > 0n;
  if (has('blocked')) await graph.write('cypher/words/set-blocked.cypher', at);
  if (has('muted')) await graph.write('cypher/words/set-muted.cypher', at);
  if (has('dismissed'))
    await graph.write('cypher/words/set-dismissed.cypher', { ...at, since: BigInt(asOf - dismissSeconds) });
  if (has('hidden')) await graph.write('cypher/words/set-hidden.cypher');
  if (has('blocked') || has('muted')) await graph.write('cypher/words/set-aside-barred.cypher');
  if (has('unfollowed')) await graph.write('cypher/words/set-aside-unfollowed.cypher', at);
  if (has('snapshots')) await graph.write('cypher/words/set-aside-not-still-followed.cypher', at);
}

/** Makes all activities that were set aside activities again, so that whoever adds some finds them. */
export async function restoreActivities(graph: Graph): Promise<void> {
  await repeat(graph, 'cypher/words/restore.cypher', 'restored');
}

async function repeat(
  graph: Graph,
  file: 'cypher/words/restore.cypher' | 'cypher/words/forget.cypher',
  counted: string,
): Promise<void> {
  for (;;) {
    const { rows } = await graph.write<Record<string, bigint>>(file, { limit: atOnce });
    if (rows[0]?.[counted] !== atOnce) return;
  }
}
