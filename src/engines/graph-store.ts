import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { homeOf } from './home.ts';
import { isImportAccepted } from './import-folder.ts';

/**
 * Whether there is a graph, perhaps an empty one: a server of somebody's own always has one, the embedded Neo4j if it has,
 * or after the next `up` will have, a database. Without one, the server needn't be started just to ask what is in it.
 */
export function hasGraph(settings: Settings): boolean {
  if (settings.neo4j) return true;
  const home = homeOf(settings);
  return isImportAccepted(home) || existsSync(join(home.neo4j, 'data', 'databases', 'neo4j'));
}
