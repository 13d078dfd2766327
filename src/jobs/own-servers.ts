import type { Settings } from '../config/settings.ts';
import { networkFile, networkOf } from '../engines/network-id.ts';
import { BadInputError } from '../errors.ts';
import type { Answer, Graph } from '../graph/graph.ts';
import type { Database } from '../postgres/database.ts';

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

/** The same for a Neo4j of somebody's own. Call it before the fence is raised, which shuts other attempts out. */
export async function claimGraph(graph: Graph, settings: Settings): Promise<void> {
  if (!settings.neo4j) return;
  const id = networkOf(settings);
  const known = await graph.read<{ id: string }>('cypher/network/owner.cypher');
  const { rows } = known.rows.length > 0 ? known : await claim(graph, id);
  for (const owner of rows) refuseOther(settings, 'Neo4j', 'KITH_NEO4J_URI', id, owner.id);
}

async function claim(graph: Graph, id: string): Promise<Answer<{ id: string }>> {
  await graph.constrain('cypher/schema/network.cypher', 'cypher/schema/drop-half-network.cypher');
  return graph.change('cypher/network/claim.cypher', { id });
}

/** Lets other homes have servers that `kith reset` has emptied. */
export async function releaseServers(database: Database, graph: Graph | undefined): Promise<void> {
  await graph?.write('cypher/network/release.cypher');
  await database.query('sql/network/release.sql');
}

function refuseOther(settings: Settings, server: string, setting: string, id: string, owner: string | undefined): void {
  if (owner === undefined || owner === id) return;
  throw new BadInputError(
    `The ${server} of ${setting} belongs to another home, of the network ${owner}, where its messages and scores lie: ` +
      `set KITH_HOME to that home, or ${setting} to another server; if that home is lost, write its network's id to ` +
      `${networkFile(settings)}.`,
  );
}
