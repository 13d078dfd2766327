import { InterruptedError } from '../../src/errors.ts';
import { Graph } from '../../src/graph/graph.ts';

test('waiting for an unreachable Neo4j ends on the stop signal', async () => {
  const stop = new AbortController();
  // Nobody listens at port 1; the driver tries for a minute.
  await using graph = new Graph({ uri: 'bolt://127.0.0.1:1', username: 'neo4j', password: 'any' }, stop.signal);
  const answer = graph.read('cypher/show/user.cypher', { userId: 1n });
  setTimeout(() => stop.abort(), 500);
  await expect(answer).rejects.toThrow(InterruptedError);
});
