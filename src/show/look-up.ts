import type { Settings } from '../config/settings.ts';
import { status } from '../engines/stack.ts';
import { BadInputError, EngineError, InterruptedError, KithError, messageOf } from '../errors.ts';
import { Graph } from '../graph/graph.ts';
import { refuseIncomplete } from '../jobs/computing/engine.ts';
import { wantedOf } from '../jobs/run.ts';
import { messagesFile } from '../jobs/run-context.ts';
import { type ScoredWeek, userWeeks } from '../messages/user-weeks.ts';
import type { Database } from '../postgres/database.ts';
import { findRecommending } from '../scoring/ranking/recommend.ts';
import type { ShownId, UserId } from '../user-id.ts';
import { type Step, stepsWithActivities } from './activities.ts';
import { asSeen } from './as-seen.ts';
import { type Changes, changesOf } from './changes.ts';
import { type Explanation, explain } from './explain.ts';
import type { CirclesExplanation } from './explain-circles.ts';
import { leftOut } from './left-out.ts';
import { userInTables } from './show-published.ts';
import { showUser, type UserView } from './show-user.ts';
import { findShown, type ShownRun } from './shown-run.ts';
import { asGiven } from './user-id.ts';

/** Everything that can be told of a user, as of the run that is published. */
export interface UserLook {
  view: UserView;
  /** The closest connections with the activities behind them; undefined if only the graph would know. */
  steps?: Step[];
  /** Who is not recommended although much speaks for them; undefined likewise. */
  leftOut?: AnyExplanation[];
  /** By a run with a model: the user's weeks, of which the reputation is the share that is good; undefined while a run uses them. */
  weeks?: ScoredWeek[];
  changes?: Changes;
  /** About `why`, if that was asked and the graph could be; or why there is none. */
  explanation?: AnyExplanation | BadInputError;
}

export type AnyExplanation = Explanation | CirclesExplanation;

export function isByCircles(explanation: AnyExplanation): explanation is CirclesExplanation {
  return 'terms' in explanation;
}

/** How many of those are told who are not recommended. */
const mostLeftOut = 8;

/** How many milliseconds the graph has for its answers: without one, a reader is shown what the tables have. */
const patienceMs = 30_000;

/**
 * Looks a user up without starting any engine: in the graph if it is that of the published run, or else in the
 * published tables.
 *
 * @param why whom to explain
 * @param given the two as people see them
 * @throws BadInputError if nothing was published yet, or nothing names the user
 */
export async function lookUp(
  settings: Settings,
  database: Database,
  userId: UserId,
  why: UserId | undefined,
  given?: readonly [ShownId, ShownId],
): Promise<UserLook> {
  const shown = await findShown(database);
  const look: UserLook = await lookInGraph(settings, shown, userId, why, given).catch(async (error) => ({
    view: await userInTables(database, shown.run, userId, whyNoGraph(error)),
  }));
  return asSeen(settings, { ...look, changes: await changesOf(database, look.view) }, database);
}

/** What is wrong with the graph, as a clause; but a person's own mistake stays one. */
function whyNoGraph(error: unknown): string {
  if (error instanceof InterruptedError) return 'Neo4j took too long to answer';
  if (error instanceof UnreadableGraph || error instanceof EngineError) return error.message.replace(/\.$/, '');
  throw error;
}

function ownMistake(error: unknown): BadInputError {
  if (error instanceof BadInputError) return error;
  throw error;
}

/** The graph can't tell of the published run. */
class UnreadableGraph extends KithError {}

/**
 * Where Neo4j is, for pages, which start no engine.
 *
 * @throws EngineError if it does not run
 */
export async function runningNeo4j(settings: Settings): Promise<{ uri: string; username: string; password: string }> {
  const { running, uri, username, password } = (await status(settings)).neo4j;
  if (!running || uri === undefined || username === undefined || password === undefined)
    throw new EngineError('Neo4j does not run (`kith up`).');
  return { uri, username, password };
}

async function lookInGraph(
  settings: Settings,
  { run, isGraphOfRun, whyNot, scores }: ShownRun,
  userId: UserId,
  why: UserId | undefined,
  given: readonly [ShownId, ShownId] | undefined,
): Promise<UserLook> {
  if (!isGraphOfRun) throw new UnreadableGraph(whyNot);
  try {
    refuseIncomplete(settings, 'neo4j');
  } catch (error) {
    throw new UnreadableGraph(messageOf(error));
  }
  await using graph = new Graph(await runningNeo4j(settings), AbortSignal.timeout(patienceMs));
  const explanation =
    why === undefined
      ? undefined
      : explain(graph, run, userId, why, given).catch((error) => ownMistake(asGiven(error, given ?? [], settings)));
  // Nobody waits for it while the user is looked up, and the first error counts.
  explanation?.catch(() => undefined);
  const view = await showUser(graph, run, userId, await findRecommending(graph, settings, wantedOf(run)));
  const connections = view.closest.map((one) => ({ ...one, from: userId, to: one.userId }));
  const [steps, left, weeks] = await Promise.all([
    stepsWithActivities(graph, run, connections),
    view.suspended ? [] : leftOut(graph, view, mostLeftOut),
    scores?.kind === 'model' ? userWeeks(messagesFile(settings), userId, run.asOf) : [],
  ]);
  return { view, steps, leftOut: left, weeks, explanation: await explanation };
}
