import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import { BadInputError } from '../errors.ts';
import { type DrawnConnections, drawClosest } from '../graph/closest.ts';
import { Graph } from '../graph/graph.ts';
import { withNetworkLock } from './network-lock.ts';
import { runInGraph } from './runs.ts';
import type { Watcher } from './watcher.ts';
import { withDatabase } from './with-database.ts';

/**
 * Draws CLOSEST_TO for everybody, as the lists in the graph say, in a network where it is not drawn by itself.
 *
 * @throws BadInputError if the graph has no finished lists; BusyError if a run is under way
 */
export async function drawNow(settings: Settings, watcher: Watcher, signal: AbortSignal): Promise<DrawnConnections> {
  return withDatabase(settings, signal, (database) =>
    withNetworkLock(database, async (lost) => {
      if (!(await runInGraph(database)))
        throw new BadInputError('Closest connections are not computed: call `kith run` or `kith closest` first.');
      const stop = AbortSignal.any([signal, lost]);
      const { neo4j } = await up(settings, { signal: stop, only: 'neo4j' });
      await using graph = new Graph(neo4j, stop);
      const work = { name: 'draw', title: 'CLOSEST_TO for those who explore the graph' };
      const started = performance.now();
      watcher.begins(work);
      const drawn = await drawClosest(graph, {
        sessions: settings.sessions,
        onProgress: (done, total) => watcher.progress(work, { doing: 'drawing', share: done / total }),
      });
      watcher.ends(work, (performance.now() - started) / 1000);
      return drawn;
    }),
  );
}
