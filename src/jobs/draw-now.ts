import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import { BadInputError } from '../errors.ts';
import { type Drawing, type DrawnConnections, draw, removeDrawn } from '../graph/draw.ts';
import { Graph } from '../graph/graph.ts';
import { withNetworkLock } from './network-lock.ts';
import { claimGraph } from './own-servers.ts';
import { lastComputed } from './runs.ts';
import type { Watcher } from './watcher.ts';
import { withNetwork } from './with-database.ts';

/**
 * Draws CLOSEST_TO, in a network where it is not drawn by itself, or ALIKE, for everybody, as the lists in the graph say.
 *
 * @throws BadInputError if the graph has no finished lists; BusyError if a run is under way
 */
export async function drawNow(
  settings: Settings,
  drawing: Drawing,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<DrawnConnections> {
  return withNetwork(settings, signal, (database) =>
    withNetworkLock(database, async (lost) => {
      const found = await lastComputed(database);
      if (!found)
        throw new BadInputError('Closest connections are not computed: call `kith run` or `kith closest` first.');
      if (found.run.engine === 'spark')
        throw new BadInputError(
          'Spark computed the last run, whose connections are not in the graph: KITH_SPARK_GRAPH=closest draws them after ' +
            'the next one, up to KITH_DRAW_AT_MOST.',
        );
      if (drawing === 'ALIKE' && found.run.settings.ranking !== 'circles')
        throw new BadInputError('The graph has no lists of circles: call `kith run --ranking circles` first.');
      const stop = AbortSignal.any([signal, lost]);
      const { neo4j } = await up(settings, { signal: stop, only: 'neo4j' });
      await using graph = new Graph(neo4j, stop);
      await claimGraph(graph, settings);
      const work = { name: 'draw', title: `${drawing} for those who explore the graph` };
      const started = performance.now();
      watcher.begins(work);
      if (drawing === 'ALIKE')
        await removeDrawn(graph, drawing, () => watcher.progress(work, { doing: 'removing what was drawn before' }));
      const drawn = await draw(graph, drawing, {
        sessions: settings.sessions,
        onProgress: (done, total) => watcher.progress(work, { doing: 'drawing', share: done / total }),
      });
      watcher.ends(work, (performance.now() - started) / 1000);
      return drawn;
    }),
  );
}
