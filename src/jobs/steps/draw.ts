import { drawClosest, removeDrawn } from '../../graph/closest.ts';
import type { Report } from '../../progress.ts';
import { type RunContext, withGraph } from '../run-context.ts';

/**
 * Brings CLOSEST_TO, by which people explore, up to the lists that the run has computed. If there are too many it is
 * left out, and `kith draw` draws them; what that has drawn for an earlier run is removed.
 */
export async function draw(context: RunContext, report: Report): Promise<void> {
  const { settings, summary } = context;
  const connections = summary.closest ?? 0;
  if (connections > settings.drawAtMost) {
    await withGraph(context, (graph) => removeDrawn(graph, () => report({ doing: 'removing CLOSEST_TO' })));
    summary.undrawn = connections;
    return;
  }
  summary.drawn = await withGraph(context, (graph) =>
    drawClosest(graph, {
      sessions: settings.sessions,
      onProgress: (done, total) => report({ doing: 'drawing CLOSEST_TO', share: done / total }),
    }),
  );
}
