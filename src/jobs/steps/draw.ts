import { draw as drawLists, removeDrawn } from '../../graph/draw.ts';
import type { Report } from '../../progress.ts';
import { type RunContext, withGraph } from '../run-context.ts';

/**
 * Brings CLOSEST_TO, by which people explore, up to the lists that the run has computed. If there are too many it is
 * left out, and `kith draw` draws them; what that has drawn for an earlier run, and ALIKE, is removed.
 */
export async function draw(context: RunContext, report: Report): Promise<void> {
  const { settings, summary } = context;
  await withGraph(context, (graph) => removeDrawn(graph, 'ALIKE', () => report({ doing: 'removing ALIKE' })));
  const connections = summary.closest ?? 0;
  if (connections > settings.drawAtMost) {
    await withGraph(context, (graph) =>
      removeDrawn(graph, 'CLOSEST_TO', () => report({ doing: 'removing CLOSEST_TO' })),
    );
    summary.undrawn = connections;
    return;
  }
  summary.drawn = await withGraph(context, (graph) =>
    drawLists(graph, 'CLOSEST_TO', {
      sessions: settings.sessions,
      onProgress: (done, total) => report({ doing: 'drawing CLOSEST_TO', share: done / total }),
    }),
  );
}
