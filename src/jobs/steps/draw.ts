import { drawClosest } from '../../graph/closest.ts';
import type { Report } from '../../progress.ts';
import { type RunContext, withGraph } from '../run-context.ts';

/** Brings CLOSEST_TO, by which people explore, up to the lists that the run has computed. */
export async function draw(context: RunContext, report: Report): Promise<void> {
  const { settings, summary } = context;
  summary.drawn = await withGraph(context, (graph) =>
    drawClosest(graph, {
      sessions: settings.sessions,
      onProgress: (done, total) => report({ doing: 'drawing CLOSEST_TO', share: done / total }),
    }),
  );
}
