import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import { horizonOf } from '../graph/expire.ts';
import { Graph } from '../graph/graph.ts';
import { judgeSums } from '../graph/judge-sums.ts';
import { graphSize } from '../graph/schema.ts';
import { applyWords } from '../graph/words.ts';
import { refuseExpired } from '../jobs/horizon.ts';
import { type RunFacts, type RunSettings, wantedOf, wordsOf } from '../jobs/run.ts';
import { withDatabase } from '../jobs/with-database.ts';
import { makeListsAround } from '../scoring/ranking/lists-around.ts';
import { findRecommending } from '../scoring/ranking/recommend.ts';
import { type ShownId, userIdOf } from '../user-id.ts';
import { showUser, UnknownUserError, type UserView } from './show-user.ts';
import { shownRun } from './shown-run.ts';

/** Somebody on a list: the rank that is published, and the one under other settings; undefined: not on that list. */
export interface Moved {
  userId: ShownId;
  was?: number;
  rank?: number;
}

/** A user under other settings, beside what is published. */
export interface Preview {
  /** With the settings that were tried. */
  user: UserView;
  /** The run that is published, with its own settings. */
  published: RunFacts;
  /** Everybody who is on either list, by the rank now; those who are out come last. */
  closest: Moved[];
  recommendations: Moved[];
}

/**
 * Computes one user's closest connections and recommendations as of the published run, under other settings. The graph
 * is changed in a transaction that is rolled back, and nothing else is written.
 *
 * @param change the settings to try, from those of the published run
 * @throws BadInputError if nothing is published, if there is no such user, or if activities that count have expired
 */
export async function previewUser(
  settings: Settings,
  userId: ShownId,
  change: (ofRun: RunSettings) => RunSettings,
  { signal, onProgress }: { signal?: AbortSignal; onProgress: (doing: string) => void },
): Promise<Preview> {
  const stack = await up(settings, { signal });
  const { run: published, isGraphOfRun } = await shownRun(settings, signal);
  const run: RunFacts = { ...published, settings: change(published.settings) };
  const wanted = wantedOf(run);
  await using graph = new Graph(stack.neo4j, signal);
  refuseExpired(run, await horizonOf(graph));
  judgeSums(run.settings.weighting, (await graphSize(graph)).activities);
  const known = await graph.read('cypher/show/user.cypher', { userId: BigInt(userId) });
  if (known.rows.length === 0) throw new UnknownUserError(userId);
  const computing = await findRecommending(graph, settings, wanted);
  const hasLists = isGraphOfRun && isDeepStrictEqual(listSettings(run.settings), listSettings(published.settings));
  const hasWords = isGraphOfRun && isDeepStrictEqual(wordsOf(wanted), wordsOf(wantedOf(published)));
  const user = await graph.trial(async (trial) => {
    if (!hasWords) await applyWords(trial, wordsOf(wanted));
    if (!hasLists) await makeListsAround(trial, BigInt(userId), wanted, { computing, onProgress });
    return showUser(trial, run, userId, computing);
  });
  const lists = await withDatabase(settings, signal, (database) =>
    database.query<{ list: string; userId: number | string; rank: number }>('sql/show/published-lists.sql', [userId]),
  );
  const of = (list: string) =>
    lists.filter((row) => row.list === list).map((row) => ({ ...row, userId: userIdOf(row.userId) }));
  return {
    ...{ user, published },
    closest: movedOf(of('closest'), user.closest),
    recommendations: movedOf(of('recommendations'), user.recommendations),
  };
}

/** What the lists that recommendations are made from depend on. */
function listSettings({ ranking, weighting: { windowSeconds, decay, bases } }: RunSettings): unknown {
  return { ranking, windowSeconds, decay, bases };
}

function movedOf(before: readonly Ranked[], now: readonly Ranked[]): Moved[] {
  const was = new Map(before.map(({ userId, rank }) => [userId, rank]));
  const out = before.filter(({ userId }) => !now.some((one) => one.userId === userId));
  return [
    ...now.map(({ userId, rank }) => ({ userId, rank, was: was.get(userId) })),
    ...out.map(({ userId, rank }) => ({ userId, was: rank })),
  ];
}

interface Ranked {
  userId: ShownId;
  rank: number;
}
