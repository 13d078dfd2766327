import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import type { WrittenRun } from '../export/write-tables.ts';
import { Graph } from '../graph/graph.ts';
import type { Database } from '../postgres/database.ts';
import { constantSource } from '../scoring/ranking/ranking.ts';
import type { StoredModel } from '../scoring/reputation/model-folder.ts';
import type { ReputationList } from '../scoring/reputation/reputation-list.ts';
import type { Folder } from '../storage/folder.ts';
import type { Attempt } from './attempt.ts';
import { claimGraph } from './own-servers.ts';
import { type Run, wantedOf } from './run.ts';
import type { RunSummary } from './run-summary.ts';

/** What a run's list of scores is made from. */
export type ScoreSource =
  | { kind: 'list'; list: ReputationList; place: string }
  | { kind: 'model'; model: StoredModel; place: string };

/** The input of a step, opened. */
export interface OpenedInput {
  /** The day's folder, for ingest. */
  folder?: Folder;
  /** For reputation; undefined: nobody is filtered. */
  scores?: ScoreSource;
}

/** Everything that a step may use. */
export interface RunContext extends OpenedInput {
  /** All that a step writes is written for its attempt, or not at all once a later one has begun. */
  attempt: Attempt;
  settings: Settings;
  run: Run;
  /** Fenced by the attempt. */
  database: Database;
  /** Ends the step: Ctrl-C, a step beside it that failed, its time limit, a lost lock. */
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

/** Working files of `kith reputation`, and the rejected lines of its last calls. */
export function reputationFolder(settings: Settings): string {
  return join(settings.home, 'reputation');
}

/** Working files of `kith rebuild`. */
export function rebuildFolder(settings: Settings): string {
  return join(settings.home, 'rebuild');
}

/** What it takes to work with the graph; without an attempt nothing is to be written. */
export type GraphContext = Pick<RunContext, 'settings' | 'signal'> & { attempt?: Attempt };

/** Does `work` with the graph, starting the embedded Neo4j if it is not running. */
export async function withGraph<T>(
  { settings, signal, attempt }: GraphContext,
  work: (graph: Graph) => Promise<T>,
): Promise<T> {
  const stack = await up(settings, { signal, only: 'neo4j' });
  await using graph = new Graph(stack.neo4j, signal, attempt);
  if (attempt) await claimGraph(graph, settings);
  await graph.raiseFence();
  // Awaited here: without it the driver would be closed before the work is done.
  return await work(graph);
}

/** The run as what writes its tables knows it. */
export function writtenRun({ run, attempt }: RunContext): WrittenRun {
  const wanted = wantedOf(run);
  return {
    id: run.id,
    startedAt: run.startedAt,
    token: attempt.token,
    wanted,
    source: constantSource(wanted.ranking),
  };
}
