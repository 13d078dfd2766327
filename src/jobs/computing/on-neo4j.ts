import { hasGraph } from '../../engines/graph-store.ts';
import { populationOf } from '../../export/population.ts';
import { writeClosest, writeRecommendations } from '../../export/write-tables.ts';
import { computeClosest, countSuspended, usersPerComputing } from '../../graph/closest.ts';
import { findComputing } from '../../graph/compiled.ts';
import { horizonOf } from '../../graph/expire.ts';
import { judgeSums } from '../../graph/judge-sums.ts';
import { loadFolder } from '../../graph/load-folder.ts';
import { ensureSchema, graphSize } from '../../graph/schema.ts';
import { readSideBySide } from '../../graph/side-by-side.ts';
import { userRanges } from '../../graph/user-ranges.ts';
import { applyWords } from '../../graph/words.ts';
import { forgetOthers, makeCarried } from '../../scoring/ranking/carried.ts';
import { type DroppedCandidates, droppedBy } from '../../scoring/ranking/filters.ts';
import { findRecommending, recommendAll } from '../../scoring/ranking/recommend.ts';
import { applyReputation } from '../../scoring/reputation/apply-reputation.ts';
import { workFolder } from '../make-room.ts';
import { wordsOf } from '../run.ts';
import { withGraph, writtenRun } from '../run-context.ts';
import type { Engine } from './engine.ts';

/** The graph, and statements and compiled procedures in it. */
export const neo4jEngine: Engine = {
  async horizon(context) {
    if (!hasGraph(context.settings)) return undefined;
    return withGraph(context, horizonOf);
  },

  async mostActivities(context) {
    if (!hasGraph(context.settings)) return 0;
    return (await withGraph(context, graphSize)).activities;
  },

  async load(context, staged, flagged, report) {
    const { settings, attempt, database, signal, summary } = context;
    const loaded = await loadFolder(settings, staged, {
      flagged,
      workDir: workFolder(settings, attempt),
      fence: attempt,
      signal,
      report,
      hold: (move) => database.transaction(move),
    });
    summary.loader = loaded.loader;
    summary.added = loaded.added;
    const { users, activities } = await withGraph(context, graphSize);
    summary.graph = { users, activities };
  },

  async closest(context, report) {
    const { database, run, settings, summary } = context;
    await withGraph(context, async (graph) => {
      await ensureSchema(graph);
      const { asOf } = run;
      const { weighting } = run.settings;
      const { users, activities } = await graphSize(graph);
      judgeSums(weighting, activities);
      const written = writtenRun(context);
      const { wanted } = written;
      await forgetOthers(graph, wanted.ranking);
      report({ doing: 'applying what ends or forbids' });
      await applyWords(graph, wordsOf(wanted));
      const computing = await findComputing(graph, settings);
      summary.computing = computing;
      const { sessions } = settings;
      summary.closest = await writeClosest(
        populationOf(graph, asOf, wanted.strangersAtMost),
        database,
        written,
        async (take, soFar) => {
          const ranges = await userRanges(graph, usersPerComputing[computing.by]);
          let done = 0;
          await readSideBySide(
            ranges,
            sessions,
            async (range) => {
              const texts = await computeClosest(graph, range, asOf, weighting, wanted.ranking.closest, computing);
              return async () => {
                for (const text of texts) await take(Buffer.from(text, 'latin1'));
              };
            },
            () => report({ doing: 'computing', share: ++done / ranges.length, count: soFar(), unit: 'rows' }),
          );
        },
        async () => {
          await makeCarried(graph, wanted, {
            users,
            computing,
            sessions,
            onProgress: (done, total) => report({ doing: 'computing the lists of vias', share: done / total }),
          });
          const suspended = await countSuspended(graph, asOf, weighting);
          summary.dropped = { ...summary.dropped, suspended };
        },
      );
    });
  },

  async takeScores(context, list) {
    return (await withGraph(context, (graph) => applyReputation(graph, list))).scored;
  },

  async recommend(context, report) {
    const { database, run, settings, summary } = context;
    return withGraph(context, async (graph) => {
      const written = writtenRun(context);
      // A run that goes on may recommend by other settings than closest did.
      await applyWords(graph, wordsOf(written.wanted));
      const { sessions } = settings;
      const computing = await findRecommending(graph, settings, written.wanted);
      summary.computing = computing;
      let dropped = droppedBy([], written.wanted.recommendEngaged);
      const made = await writeRecommendations(
        populationOf(graph, run.asOf, written.wanted.strangersAtMost),
        database,
        written,
        async (take, soFar) =>
          recommendAll(graph, {
            ...written.wanted,
            computing,
            sessions,
            take: async (rows) => {
              dropped = sumOf(dropped, rows.dropped);
              await take(Buffer.from(rows.recommendations, 'latin1'), Buffer.from(rows.reasons, 'latin1'));
            },
            onProgress: (done, total) =>
              report({ doing: 'computing', share: done / total, count: soFar(), unit: 'rows' }),
          }),
      );
      return { ...made, dropped };
    });
  },

  async withPopulation(context, work) {
    return withGraph(context, (graph) =>
      work(populationOf(graph, context.run.asOf, context.run.settings.strangersAtMost)),
    );
  },
};

function sumOf(a: DroppedCandidates, b: DroppedCandidates): DroppedCandidates {
  const sums = { ...a };
  for (const [filter, count] of Object.entries(b) as [keyof DroppedCandidates, number][])
    sums[filter] = (sums[filter] ?? 0) + count;
  return sums;
}
