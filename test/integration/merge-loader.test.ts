import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { generate } from '../../src/generate/generate.ts';
import { Graph } from '../../src/graph/graph.ts';
import { graphSize } from '../../src/graph/schema.ts';
import { relationshipTypes } from '../../src/ingest/activity-type.ts';
import { kith, RunningCommand } from '../harness/command-line.ts';
import { heldInGraph, networkLockGone } from '../harness/held-locks.ts';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';
import { networkOfFolder } from '../oracle/read-folder.ts';

let network: TestNetwork;
let env: Record<string, string>;
beforeAll(async () => {
  network = await TestNetwork.open();
  const { uri, username, password } = network.stack.neo4j;
  // As a server of one's own is named, into which nothing can be imported in bulk.
  env = {
    KITH_HOME: network.settings.home,
    KITH_NEO4J_URI: uri,
    KITH_NEO4J_USERNAME: username,
    KITH_NEO4J_PASSWORD: password,
  };
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

/** Every activity in the graph, as often as it is there. */
async function activitiesInGraph(): Promise<string[]> {
  const { uri, username, password } = network.stack.neo4j;
  await using driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { useBigInt: true });
  const { records } = await driver.executeQuery(
    `MATCH (u:User)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v:User)
     RETURN type(r) + ' ' + u.userId + ' ' + v.userId + ' ' + coalesce(toString(r.messageId), '') + ' ' + r.at AS line`,
  );
  return records.map((record) => record.get('line') as string).sort();
}

async function countActivities(): Promise<number> {
  await using graph = new Graph(network.stack.neo4j);
  return (await graphSize(graph)).activities;
}

/** A generated folder in which, besides, user 1 likes 12,000 messages of user 2: more than are written at once. */
async function folderWithHeavyPair(): Promise<{ input: string; lines: string[] }> {
  const input = network.folder('20240601');
  await generate({ users: 1000, activities: 40_000, messages: 0, seed: 11, out: input });
  rmSync(join(input, 'user.csv'));
  const rows = Array.from({ length: 12_000 }, (_, i) => `1,2,${500_000 + i},2024-05-${10 + (i % 20)} 10:00:00,like\n`);
  appendFileSync(join(input, 'like.csv'), rows.join(''));
  const lines = new Set<string>();
  for (const { type, user, engaged, message, at } of networkOfFolder(input).activities)
    if (user !== engaged) lines.add(`${relationshipTypes[type]} ${user} ${engaged} ${message ?? ''} ${at}`);
  return { input, lines: [...lines].sort() };
}

test('a load over Bolt that was killed midway is completed by the next one: every activity is there, once', async () => {
  const { input, lines } = await folderWithHeavyPair();
  const killed = new RunningCommand(['ingest', '--input', input], env);
  await until('the first activities', async () => (await countActivities()) > 0);
  {
    // It can't get to its end before it is killed: most activities are of this user.
    await using _held = await heldInGraph(network.stack, 'MATCH (u:User {userId: 1}) SET u.held = true');
    await killed.end('SIGKILL');
  }
  await networkLockGone(network.pool);
  // What was being written is rolled back, or committed, when the server notices.
  const begun = await countActivities();
  expect(begun).toBeGreaterThan(0);
  expect(begun).toBeLessThan(lines.length);
  expect(await kith(['ingest', '--input', input], env)).toMatchObject({ code: 0 });
  expect(await activitiesInGraph()).toEqual(lines);
  // Nothing is left to do.
  expect(await kith(['ingest', '--input', input], env)).toMatchObject({ code: 0 });
  expect(await countActivities()).toBe(lines.length);
});
