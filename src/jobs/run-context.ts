import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import type { CheckOutcome } from '../export/checks.ts';
import type { RowCounts } from '../export/published-tables.ts';
import type { DrawnConnections } from '../graph/closest.ts';
import type { Fence } from '../graph/fence.ts';
import { Graph } from '../graph/graph.ts';
import type { FileCount } from '../ingest/judge-file.ts';
import type { Database } from '../postgres/database.ts';
import type { StoredModel } from '../scoring/reputation/model-folder.ts';
import type { ReputationList } from '../scoring/reputation/reputation-list.ts';
import type { Folder } from '../storage/folder.ts';
import type { Attempt } from './attempt.ts';
import type { Run } from './run-settings.ts';

/** What a run came to; every step adds its part. It is kept with the run and shown at its end. */
export interface RunSummary {
  /** Lines by file: parsed + rejected = lines. */
  files?: FileCount[];
  /** Where the rejected lines are. */
  rejects?: string;
  /** Equal activities beyond the first. */
  repeated?: number;
  /** Activities of the folder that were too old to be stored. */
  expired?: number;
  loader?: 'bulk' | 'merge';
  /** Activities that were new to the graph. */
  added?: number;
  /** Users and activities in the graph after ingest. */
  graph?: { users: number; activities: number };
  /** Closest connections that were staged. */
  closest?: number;
  /** Messages that are new, or say something else than before. */
  messages?: number;
  /** `none`: nobody was filtered by reputation. */
  reputation?: ReputationSummary | 'none';
  dropped?: { suspended?: number; self?: number; followed?: number; reputation?: number };
  /** Recommendations and reasons that were staged. */
  recommended?: number;
  rows?: RowCounts;
  checks?: CheckOutcome[];
  /** What changed of CLOSEST_TO once the run was published. */
  drawn?: DrawnConnections;
  /** Activities that the graph had and that are too old now: gone once the run was published. */
  removed?: number;
  /** Work after the publish that did not come to its end, and why: the next run does it. */
  leftUndone?: Record<string, string>;
  /** Seconds a step. */
  seconds?: Record<string, number>;
}

export interface ReputationSummary {
  /** Where the list of scores lies. */
  list: string;
  /** Users of the graph that have a score. */
  scored: number;
  /** If a model made the list: its folder, the user-weeks there are, and those that had no score of it yet. */
  model?: { folder: string; weeks: number; scored: number };
}

/** What a run's list of scores is made from; both are read before anything starts. */
export type ScoreSource =
  | { kind: 'list'; list: ReputationList; place: string }
  | { kind: 'model'; model: StoredModel; place: string };

/** Everything that a step may use. */
export interface RunContext {
  /** The go at the step: what is written is written for it, or not at all once a later one has begun. Undefined for a step alone. */
  attempt?: Attempt;
  /** Of a step alone: keeps those out of the graph that come late from a run. */
  fence?: Fence;
  settings: Settings;
  run: Run;
  /** Where the day's folder lies; undefined for a step that has none. */
  input?: string;
  /** The day's folder, for ingest. */
  folder?: Folder;
  /** Undefined: nobody is filtered by reputation. */
  scores?: ScoreSource;
  database: Database;
  /** Aborts on Ctrl-C, and when another step of the run has failed. */
  signal: AbortSignal;
  summary: RunSummary;
}

/** `$KITH_HOME/runs/<id>`: what a run leaves on disk. */
export function runFolder(settings: Settings, runId: string): string {
  return join(settings.home, 'runs', runId);
}

/** Every message ever ingested, and their scores. */
export function messagesFile(settings: Settings): string {
  return join(settings.home, 'messages.duckdb');
}

/** What `kith reputation` needs for the while, and the bad lines of its last calls. */
export function reputationFolder(settings: Settings): string {
  return join(settings.home, 'reputation');
}

/** What it takes to work with the graph. */
export type GraphContext = Pick<RunContext, 'settings' | 'signal' | 'attempt' | 'fence'>;

/** Does `work` with the graph, starting the embedded Neo4j if it doesn't run. */
export async function withGraph<T>(context: GraphContext, work: (graph: Graph) => Promise<T>): Promise<T> {
  const stack = await up(context.settings, { signal: context.signal, only: 'neo4j' });
  await using graph = new Graph(stack.neo4j, context.signal, context.attempt ?? context.fence);
  await graph.raiseFence();
  // Awaited here: without it the driver would be closed before the work is done.
  return await work(graph);
}
