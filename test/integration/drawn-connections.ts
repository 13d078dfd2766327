import neo4j from 'neo4j-driver';
import type { Neo4jAccess } from '../../src/engines/reach.ts';
import type { Drawing } from '../../src/graph/draw.ts';

/**
 * What is drawn, as `user,other`, sorted.
 *
 * @throws Error if a rank or weight is not the one in the user's list
 */
export async function drawnConnections(
  { uri, username, password }: Neo4jAccess,
  drawing: Drawing = 'CLOSEST_TO',
): Promise<string[]> {
  const is = {
    CLOSEST_TO: 'u.closest[c.rank - 1] = v.userId AND u.closestWeights[c.rank - 1] = c.weight',
    ALIKE: 'u.alike[c.rank - 1] = v.userId AND u.alikeShares[c.rank - 1] = c.share',
  }[drawing];
  const driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { useBigInt: true });
  try {
    const { records } = await driver.executeQuery(`
      MATCH (u:User)-[c:${drawing}]->(v:User)
      RETURN u.userId + ',' + v.userId AS pair,
        ${is} AS isRight`);
    for (const record of records)
      if (record.get('isRight') !== true) throw new Error(`${drawing} of ${record.get('pair')} differs from the list.`);
    return records.map((record) => record.get('pair') as string).sort();
  } finally {
    await driver.close();
  }
}
