import { EngineLostError, InterruptedError } from '../../src/errors.ts';
import { Graph } from '../../src/graph/graph.ts';

test('waiting for an unreachable Neo4j ends on the stop signal', async () => {
  const stop = new AbortController();
  // Nobody listens at port 1; the driver tries for a minute.
  await using graph = new Graph({ uri: 'bolt://127.0.0.1:1', username: 'neo4j', password: 'any' }, stop.signal);
  const answer = graph.read('cypher/show/user.cypher', { userId: 1n });
  setTimeout(() => stop.abort(), 500);
  await expect(answer).rejects.toThrow(InterruptedError);
});

test('what can not begin without Neo4j says that it can not be reached', async () => {
  await using graph = new Graph({ uri: 'bolt://127.0.0.1:1', username: 'neo4j', password: 'any' });
  await expect(graph.trial(1_000, async () => undefined)).rejects.toThrow(EngineLostError);
  await expect(graph.stream('cypher/show/user.cypher').next()).rejects.toThrow(EngineLostError);
});
