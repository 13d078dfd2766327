import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { discardImport, importBeside, moveImportIntoPlace } from '../engines/bulk-import.ts';
import { hasGraph } from '../engines/graph-store.ts';
import { homeOf } from '../engines/home.ts';
import { canImport } from '../engines/import-folder.ts';
import { up } from '../engines/stack.ts';
import { BadInputError } from '../errors.ts';
import type { StagedFolder } from '../ingest/read-folder.ts';
import type { Report } from '../progress.ts';
import { findComputing } from './compiled.ts';
import type { Fence } from './fence.ts';
import { Graph } from './graph.ts';
import { type FlagDate, mergeActivities } from './merge-activities.ts';
import { ensureSchema, graphSize } from './schema.ts';
import { restoreActivities } from './words.ts';

export interface LoadOptions {
  /** The date of the folder's suspended flags. */
  flagged: FlagDate;
  /** Where the importer's CSV files may be kept temporarily. */
  workDir: string;
  /** The attempt that loads; without it whoever comes later is not kept out. */
  fence?: Fence;
  /**
   * Does what changes the import beside the graph or its place; throws if a later attempt has begun, which waits
   * meanwhile.
   */
  hold?: (work: () => Promise<void>) => Promise<void>;
  signal?: AbortSignal;
  report?: Report;
}

export interface LoadSummary {
  loader: 'bulk' | 'merge';
  /** Activities that were not in the graph yet. */
  added: number;
}

/**
 * Loads a judged folder into the graph: into an empty embedded graph with Neo4j's bulk importer, which takes about a
 * minute for ten million activities; into any other with Cypher over Bolt (some ten thousand per second and session).
 * Both give the same graph and leave existing data as it is. Neo4j is running afterwards.
 */
export async function loadFolder(settings: Settings, folder: StagedFolder, options: LoadOptions): Promise<LoadSummary> {
  // A killed run may have left a complete import behind; it must not replace what is loaded now.
  const discard = () => discardImport(settings, options);
  await (options.hold ? options.hold(discard) : discard());
  const summary = (await mayBulkImport(settings, folder, options))
    ? await bulkLoad(settings, folder, options)
    : await mergeLoad(settings, folder, options);
  return summary;
}

function activitiesOf(folder: StagedFolder): number {
  return Object.values(folder.activities).reduce((sum, count) => sum + count, 0);
}

async function mayBulkImport(settings: Settings, folder: StagedFolder, options: LoadOptions): Promise<boolean> {
  if (settings.loader === 'merge') return false;
  if (settings.neo4j) {
    if (settings.loader === 'bulk')
      throw new BadInputError(
        'KITH_LOADER=bulk needs the embedded Neo4j, but KITH_NEO4J_URI names a server: unset one.',
      );
    return false;
  }
  // Below some thousands of rows, starting the importer and restarting the server (15 s) cost more than merging.
  if (settings.loader === 'auto' && activitiesOf(folder) < settings.bulkMinActivities) return false;
  if (settings.loader === 'auto' && !canImport(homeOf(settings))) return false;
  if (!hasGraph(settings)) return true;
  const stack = await up(settings, { ...options, only: 'neo4j' });
  await using graph = new Graph(stack.neo4j, options.signal);
  return (await graphSize(graph)).users === 0;
}

async function bulkLoad(settings: Settings, folder: StagedFolder, options: LoadOptions): Promise<LoadSummary> {
  const dir = join(options.workDir, 'import');
  try {
    const onProgress = (doing: string) => options.report?.({ doing });
    const files = await folder.writeImportFiles(dir, options.flagged.at, onProgress);
    await importBeside(settings, files, { signal: options.signal, onProgress, relationships: activitiesOf(folder) });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  options.report?.({ doing: 'moving the graph into place' });
  const move = () => moveImportIntoPlace(settings, options);
  await (options.hold ? options.hold(move) : move());
  options.report?.({ doing: 'starting Neo4j' });
  const stack = await up(settings, { ...options, only: 'neo4j' });
  await using graph = new Graph(stack.neo4j, options.signal, options.fence);
  await graph.raiseFence();
  await ensureSchema(graph);
  return { loader: 'bulk', added: activitiesOf(folder) };
}

async function mergeLoad(settings: Settings, folder: StagedFolder, options: LoadOptions): Promise<LoadSummary> {
  const stack = await up(settings, { ...options, only: 'neo4j' });
  await using graph = new Graph(stack.neo4j, options.signal, options.fence);
  await graph.raiseFence();
  await ensureSchema(graph);
  await restoreActivities(graph);
  const added = await mergeActivities(graph, folder, {
    flagged: options.flagged,
    computing: await findComputing(graph, settings),
    sessions: settings.sessions,
    onProgress: (count, _, share) => options.report?.({ doing: 'merging', share, count, unit: 'rows' }),
  });
  return { loader: 'merge', added };
}
