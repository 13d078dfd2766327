import type { Settings } from '../config/settings.ts';
import { status } from '../engines/stack.ts';
import { BadInputError, EngineError, InterruptedError, KithError } from '../errors.ts';
import { Graph } from '../graph/graph.ts';
import { type Run, type RunFacts, wantedOf } from '../jobs/run.ts';
import { messagesFile } from '../jobs/run-context.ts';
import { lastPublished } from '../jobs/runs.ts';
import { type ScoredWeek, userWeeks } from '../messages/user-weeks.ts';
import type { Database } from '../postgres/database.ts';
import { findRecommending } from '../scoring/ranking/recommend.ts';
import { type Step, stepsWithActivities } from './activities.ts';
import { type Changes, changesOf } from './changes.ts';
import { type Explanation, explain } from './explain.ts';
import type { CirclesExplanation } from './explain-circles.ts';
import { leftOut } from './left-out.ts';
import { userInTables } from './show-published.ts';
import { showUser, type UserView } from './show-user.ts';
import { shownRunOf } from './shown-run.ts';

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
  /** Why less is told, or what to make of it: a sentence. */
  note?: string;
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
 * @throws BadInputError if nothing was published yet, or nothing names the user
 */
export async function lookUp(
  settings: Settings,
  database: Database,
  userId: number,
  why: number | undefined,
): Promise<UserLook> {
  const published = await lastPublished(database);
  // It says what to do before the first run.
  if (!published) return shownRunOf(settings, database) as Promise<never>;
  const look = await lookInGraph(settings, database, published, userId, why).catch(lessThan);
  if ('view' in look) return { ...look, changes: await changesOf(database, look.view) };
  const view = await userInTables(database, published, userId);
  return { view, ...look, changes: await changesOf(database, view) };
}

/** Without a graph, what is wrong with it; but a person's own mistake stays one. */
function lessThan(error: unknown): { note: string } {
  if (error instanceof UnreadableGraph || error instanceof EngineError || error instanceof InterruptedError)
    return {
      note: `${error instanceof InterruptedError ? 'Neo4j took too long to answer.' : error.message} What follows is what the published tables have.`,
    };
  throw error;
}

function ownMistake(error: unknown): BadInputError {
  if (error instanceof BadInputError) return error;
  throw error;
}

/** The graph can't tell of the published run. */
class UnreadableGraph extends KithError {}

async function lookInGraph(
  settings: Settings,
  database: Database,
  published: Run,
  userId: number,
  why: number | undefined,
): Promise<UserLook | Pick<UserLook, 'explanation' | 'note'>> {
  const { run, isGraphOfRun } = await readable(settings, database, published);
  const { neo4j } = await status(settings);
  const { uri, username, password } = neo4j;
  if (!neo4j.running || uri === undefined || username === undefined || password === undefined)
    throw new UnreadableGraph(
      'Neo4j does not run, so activities, scores and who was dropped are not known (`kith up`).',
    );
  await using graph = new Graph({ uri, username, password }, AbortSignal.timeout(patienceMs));
  const explanation = why === undefined ? undefined : explain(graph, run, userId, why).catch(ownMistake);
  if (!isGraphOfRun)
    return {
      explanation: await explanation,
      note: `Another run has changed the graph since run ${run.id} was published: the lists are those of the published tables${why === undefined ? '' : ', and the explanation is by the graph as it is now'}.`,
    };
  // Nobody waits for it while the user is looked up, and the first error counts.
  explanation?.catch(() => undefined);
  const view = await showUser(graph, run, userId, await findRecommending(graph, settings, wantedOf(run)));
  const connections = view.closest.map((one) => ({ ...one, from: userId, to: one.userId }));
  const [steps, left, weeks] = await Promise.all([
    stepsWithActivities(graph, run, connections),
    view.suspended ? [] : leftOut(graph, view, mostLeftOut),
    published.scores?.kind === 'model' ? userWeeks(messagesFile(settings), userId) : [],
  ]);
  return { view, steps, leftOut: left, weeks, explanation: await explanation };
}

async function readable(
  settings: Settings,
  database: Database,
  published: Run,
): Promise<{ run: RunFacts; isGraphOfRun: boolean }> {
  if (published.engine === 'spark')
    throw new UnreadableGraph(
      'Spark computed the run, and without a graph activities, flags, scores and who was dropped are not known.',
    );
  return shownRunOf(settings, database).catch((error) => {
    throw error instanceof BadInputError ? new UnreadableGraph(error.message) : error;
  });
}
