import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { homeOf } from './home.ts';
import { isImportAccepted } from './import-folder.ts';

/**
 * Whether the embedded Neo4j has, or after the next `up` will have, a database. Without one, the
 * server needn't be started just to ask whether the graph is empty.
 */
export function hasGraphStore(settings: Settings): boolean {
  const home = homeOf(settings);
  return isImportAccepted(home) || existsSync(join(home.neo4j, 'data', 'databases', 'neo4j'));
}
