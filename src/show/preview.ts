import { isDeepStrictEqual } from 'node:util';
import { withGiven } from '../config/ranking-settings.ts';
import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import { BadInputError, EngineError, InterruptedError } from '../errors.ts';
import { horizonOf } from '../graph/expire.ts';
import { Graph } from '../graph/graph.ts';
import { judgeSums } from '../graph/judge-sums.ts';
import { graphSize } from '../graph/schema.ts';
import { applyWords } from '../graph/words.ts';
import { refuseIncomplete } from '../jobs/computing/engine.ts';
import { refuseExpired } from '../jobs/horizon.ts';
import { type RunFacts, type RunSettings, wantedOf, wordsOf } from '../jobs/run.ts';
import { type GivenSettings, runSettings } from '../jobs/run-options.ts';
import { settingsAsEnvironment } from '../jobs/settings-as-environment.ts';
import { withDatabase } from '../jobs/with-database.ts';
import type { Database } from '../postgres/database.ts';
import { makeListsAround } from '../scoring/ranking/lists-around.ts';
import { findRecommending } from '../scoring/ranking/recommend.ts';
import { type ShownId, type UserId, userIdOf } from '../user-id.ts';
import { showUser, UnknownUserError, type UserView } from './show-user.ts';
import { findShown } from './shown-run.ts';

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

/** A preview that takes longer ends, since a run that writes to the graph waits for it. */
const mostMs = 300_000;

/** What a preview needs of the network. */
interface PreviewContext {
  settings: Settings;
  neo4j: { uri: string; username: string; password: string };
  database: Database;
}

/** Starts the engines if need be, and computes a preview; see {@link previewIn}. */
export async function previewUser(
  settings: Settings,
  userId: UserId,
  change: Change,
  options: PreviewOptions,
): Promise<Preview> {
  const { neo4j } = await up(settings, { signal: options.signal });
  return withDatabase(settings, options.signal, (database) =>
    previewIn({ settings, neo4j, database }, userId, change, options),
  );
}

/**
 * Gives a run's settings with some others.
 *
 * @param nameOf what a person calls a setting, for errors
 */
export function changeTo(given: GivenSettings, nameOf: (setting: string) => string): Change {
  return (ofRun) => ({
    ...runSettings(withGiven(given, settingsAsEnvironment(ofRun), nameOf), undefined),
    reputation: ofRun.reputation,
  });
}

type Change = (ofRun: RunSettings) => RunSettings;

interface PreviewOptions {
  signal?: AbortSignal;
  onProgress: (doing: string) => void;
  /** Milliseconds after which it ends. */
  limit?: number;
}

/**
 * Computes one user's closest connections and recommendations as of the published run, under other settings. The graph
 * is changed in a transaction that is rolled back, and nothing else is written.
 *
 * @param change the settings to try, from those of the published run
 * @throws BadInputError if nothing is published, if its scores are not in the graph, if there is no such user, or if
 *   activities that count have expired;
 *   EngineError if it takes too long
 */
export async function previewIn(
  context: PreviewContext,
  userId: UserId,
  change: Change,
  { signal, onProgress, limit = mostMs }: PreviewOptions,
): Promise<Preview> {
  const late = AbortSignal.timeout(limit);
  const ending = signal ? AbortSignal.any([signal, late]) : late;
  try {
    return await compute(context, userId, change, ending, onProgress);
  } catch (error) {
    if (!(error instanceof InterruptedError && late.aborted)) throw error;
    throw new EngineError(
      `The preview took longer than ${limit / 1000} seconds, while runs wait for it: try fewer changes, or \`kith run --dry-run\`.`,
    );
  }
}

async function compute(
  { settings, neo4j, database }: PreviewContext,
  userId: UserId,
  change: Change,
  signal: AbortSignal,
  onProgress: (doing: string) => void,
): Promise<Preview> {
  const { run: published, isGraphOfRun, whyNoScores } = await findShown(database);
  refuseIncomplete(settings, 'neo4j');
  if (whyNoScores !== undefined)
    throw new BadInputError(
      `Run ${published.id} is published, but ${whyNoScores}, and a preview is filtered by the scores in the graph: do the next run first.`,
    );
  const run: RunFacts = { ...published, settings: change(published.settings) };
  const wanted = wantedOf(run);
  await using graph = new Graph(neo4j, signal);
  refuseExpired(run, await horizonOf(graph));
  judgeSums(run.settings.weighting, (await graphSize(graph)).activities);
  const known = await graph.read('cypher/show/user.cypher', { userId: BigInt(userId) });
  if (known.rows.length === 0) throw new UnknownUserError(userId);
  const computing = await findRecommending(graph, settings, wanted);
  const hasLists = isGraphOfRun && isDeepStrictEqual(listSettings(run.settings), listSettings(published.settings));
  const hasWords = isGraphOfRun && isDeepStrictEqual(wordsOf(wanted), wordsOf(wantedOf(published)));
  const user = await graph.trial(mostMs, async (trial) => {
    if (!hasWords) await applyWords(trial, wordsOf(wanted));
    if (!hasLists) await makeListsAround(trial, BigInt(userId), wanted, { computing, onProgress });
    return showUser(trial, run, userId, computing);
  });
  const lists = await database.query<{ list: string; userId: number | string; rank: number }>(
    'sql/show/published-lists.sql',
    [userId],
  );
  const of = (list: string) =>
    lists.filter((row) => row.list === list).map((row) => ({ ...row, userId: userIdOf(row.userId) }));
  return {
    user,
    published,
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
