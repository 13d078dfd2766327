import { draw as drawLists, removeDrawn } from '../../graph/draw.ts';
import { ensureSchema } from '../../graph/schema.ts';
import { takeLists } from '../../graph/take-lists.ts';
import { weightUnits } from '../../graph/weights.ts';
import type { Report } from '../../progress.ts';
import { readClosestLists } from '../../spark/closest-lists.ts';
import { type RunContext, withGraph } from '../run-context.ts';

/**
 * Brings CLOSEST_TO, by which people explore, up to the lists that the run has computed; Spark's are brought into the
 * graph first. If there are too many, none are drawn, and what was drawn for an earlier run is removed: `kith draw` draws
 * them after a run on Neo4j. ALIKE is always removed.
 */
export async function draw(context: RunContext, report: Report): Promise<void> {
  const { settings, summary, run } = context;
  await withGraph(context, (graph) => removeDrawn(graph, 'ALIKE', () => report({ doing: 'removing ALIKE' })));
  const connections = summary.closest ?? 0;
  if (connections > settings.drawAtMost) {
    await withGraph(context, (graph) =>
      removeDrawn(graph, 'CLOSEST_TO', () => report({ doing: 'removing CLOSEST_TO' })),
    );
    summary.undrawn = connections;
    return;
  }
  const { sparkClosest: computed } = summary;
  if (run.engine === 'spark' && computed !== undefined) {
    const lists = readClosestLists(`${computed}/closest_rows`, weightUnits(run.settings.weighting), settings.s3);
    await withGraph(context, async (graph) => {
      await ensureSchema(graph);
      await takeLists(graph, lists, (count) =>
        report({ doing: 'bringing lists into the graph', count, unit: 'users' }),
      );
    });
  }
  summary.drawn = await withGraph(context, (graph) =>
    drawLists(graph, 'CLOSEST_TO', {
      sessions: settings.sessions,
      onProgress: (done, total) => report({ doing: 'drawing CLOSEST_TO', share: done / total }),
    }),
  );
}
