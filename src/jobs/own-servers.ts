import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { createOnce } from '../engines/home.ts';
import { BadInputError } from '../errors.ts';
import { Graph } from '../graph/graph.ts';
import type { Database } from '../postgres/database.ts';
import { makeFolders } from '../storage/make-folders.ts';

/**
 * Makes a Postgres of somebody's own that of this home, or refuses one that is another home's: messages, scores and
 * accepted rows lie in the home, and what they are of lies in the servers.
 *
 * @throws BadInputError if it is another home's
 */
export async function claimPostgres(database: Database, settings: Settings): Promise<void> {
  if (!settings.postgresUrl) return;
  const id = networkOf(settings);
  const [owner] = await database.query<{ id: string }>('sql/network/claim.sql', [id]);
  refuseOther(settings, 'Postgres', 'KITH_POSTGRES_URL', id, owner?.id);
}

/** The same for a Neo4j of somebody's own, before anybody's attempts are shut out of it. */
export async function claimGraph(settings: Settings, signal: AbortSignal): Promise<void> {
  if (!settings.neo4j) return;
  const id = networkOf(settings);
  // Without a fence.
  await using graph = new Graph(settings.neo4j, signal);
  const { rows } = await graph.write<{ id: string }>('cypher/network/claim.cypher', { id });
  for (const owner of rows) refuseOther(settings, 'Neo4j', 'KITH_NEO4J_URI', id, owner.id);
}

/** Lets other homes have what `kith reset` has emptied. */
export async function releaseServers(settings: Settings, database: Database, graph: Graph | undefined): Promise<void> {
  if (settings.neo4j) await graph?.write('cypher/network/release.cypher');
  if (settings.postgresUrl) await database.query('sql/network/release.sql');
}

function networkFile(settings: Settings): string {
  return join(settings.home, 'network');
}

/** The id of this home's network, made when it is first asked for. */
function networkOf(settings: Settings): string {
  const file = networkFile(settings);
  if (!existsSync(file)) {
    makeFolders(settings.home);
    createOnce(file, `${randomUUID()}\n`);
  }
  return readFileSync(file, 'utf8').trim();
}

function refuseOther(settings: Settings, server: string, setting: string, id: string, owner: string | undefined): void {
  if (owner === undefined || owner === id) return;
  throw new BadInputError(
    `The ${server} of ${setting} belongs to another home, of the network ${owner}, where its messages and scores lie: ` +
      `set KITH_HOME to that home, or ${setting} to another server; if that home is lost, write its network's id to ` +
      `${networkFile(settings)}.`,
  );
}
