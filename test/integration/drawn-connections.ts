import neo4j from 'neo4j-driver';
import type { Neo4jAccess } from '../../src/engines/reach.ts';

/**
 * What is drawn as CLOSEST_TO, as `user,other`, sorted.
 *
 * @throws Error if a rank or weight is not the one in the user's list
 */
export async function drawnConnections({ uri, username, password }: Neo4jAccess): Promise<string[]> {
  const driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { useBigInt: true });
  try {
    const { records } = await driver.executeQuery(`
      MATCH (u:User)-[c:CLOSEST_TO]->(v:User)
      RETURN u.userId + ',' + v.userId AS pair,
        u.closest[c.rank - 1] = v.userId AND u.closestWeights[c.rank - 1] = c.weight AS isRight`);
    for (const record of records)
      if (record.get('isRight') !== true) throw new Error(`CLOSEST_TO of ${record.get('pair')} differs from the list.`);
    return records.map((record) => record.get('pair') as string).sort();
  } finally {
    await driver.close();
  }
}
