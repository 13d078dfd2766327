import type { Ranking } from '../config/settings.ts';
import { computeClosest, usersPerComputing } from '../graph/closest.ts';
import type { Computing } from '../graph/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import { type DroppedCandidates, noneDropped, type ReputationFilter, recommendAll } from '../graph/recommend.ts';
import { readSideBySide } from '../graph/side-by-side.ts';
import { userRanges } from '../graph/user-ranges.ts';
import type { Database } from '../postgres/database.ts';
import { makeNext, type NextRun } from './next-table.ts';

/** The run whose rows are written. */
export interface WrittenRun extends NextRun {
  /** Epoch seconds. */
  asOf: number;
  ranking: Ranking;
}

export interface WriteOptions {
  /** The number of Neo4j sessions used in parallel. */
  sessions: number;
  computing: Computing;
  onProgress: (done: number, total: number, rows: number) => void;
}

/** Users whose published rows are read at a time, to keep their created_at: up to 20 MB a table. */
const usersPerShown = 20_000;

/**
 * Computes everybody's closest connections, stores them in the graph and writes the next closest_connections.
 *
 * @returns the number of rows
 */
export async function writeClosest(
  graph: Graph,
  database: Database,
  { ranking, asOf, ...run }: WrittenRun,
  { sessions, computing, onProgress }: WriteOptions,
): Promise<number> {
  const shownRanges = await userRanges(graph, usersPerShown);
  const ranges = await userRanges(graph, usersPerComputing[computing.by]);
  return makeNext(database, 'closest_connections', { ...run, shownRanges }, async (rows) => {
    let done = 0;
    await readSideBySide(
      ranges,
      sessions,
      async (range) => {
        const texts = await computeClosest(graph, range, asOf, ranking, computing);
        return async () => {
          for (const text of texts) await rows.take(text);
        };
      },
      () => onProgress(++done, ranges.length, rows.count),
    );
  });
}

/** Computes everybody's recommendations and writes the next recommendations and rec_reasons. */
export async function writeRecommendations(
  graph: Graph,
  database: Database,
  { ranking, asOf, ...run }: WrittenRun,
  filter: ReputationFilter,
  { sessions, computing, onProgress }: WriteOptions,
): Promise<{ recommendations: number; reasons: number; dropped: DroppedCandidates }> {
  const next = { ...run, shownRanges: await userRanges(graph, usersPerShown) };
  const dropped = { ...noneDropped };
  let reasons = 0;
  const recommendations = await makeNext(database, 'recommendations', next, async (recRows) => {
    reasons = await makeNext(database, 'rec_reasons', next, async (reasonRows) => {
      await recommendAll(graph, {
        ...{ asOf, ranking, filter, computing, sessions },
        take: async (rows) => {
          for (const name of Object.keys(dropped) as (keyof DroppedCandidates)[]) dropped[name] += rows.dropped[name];
          await recRows.take(rows.recommendations);
          await reasonRows.take(rows.reasons);
        },
        onProgress: (done, total) => onProgress(done, total, recRows.count + reasonRows.count),
      });
    });
  });
  return { recommendations, reasons, dropped };
}
