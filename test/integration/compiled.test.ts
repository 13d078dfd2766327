import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';
import { projectRoot } from '../../src/config/project.ts';
import type { Neo4jAccess } from '../../src/engines/reach.ts';
import { InterruptedError, KithError, StaleAttemptError } from '../../src/errors.ts';
import { computeClosest } from '../../src/graph/closest.ts';
import { findComputing } from '../../src/graph/compiled.ts';
import { Graph } from '../../src/graph/graph.ts';
import { recommendAll } from '../../src/scoring/ranking/recommend.ts';
import { secondDegree } from '../../src/scoring/ranking/second-degree.ts';
import { TestNetwork } from '../harness/network.ts';
import { startPlainNeo4j } from '../harness/plain-neo4j.ts';
import { until } from '../harness/until.ts';

/** Everybody follows the two who come next. */
const ring = `UNWIND range(1, $users) AS id MERGE (u:User {userId: id}) SET u.suspended = false
WITH collect(u) AS us UNWIND range(0, size(us) - 1) AS i UNWIND [1, 2] AS step
WITH us[i] AS u, us[(i + step) % size(us)] AS v MERGE (u)-[:FOLLOWED {at: 1000}]->(v)`;

/** Calls that would take minutes, since everybody comes again and again. */
const endless = {
  closest: `MATCH (u:User) WITH collect(u) AS us UNWIND range(1, 2000000) AS i WITH us[i % size(us)] AS u
WITH collect(u) AS users
CALL kith.closest(users, 1001, 100, {FOLLOWED: 1000}, null, 100000) YIELD text RETURN sum(size(text))`,
  'closest with ties': `MATCH (u:User) WITH collect(u) AS us UNWIND range(1, 2000000) AS i WITH us[i % size(us)] AS u
WITH collect(u) AS users
CALL kith.closest(users, 1001, 100, {FOLLOWED: 1000}, null, 100000, true) YIELD text RETURN sum(size(text))`,
  recommend: `MATCH (u:User) WITH collect(u) AS us UNWIND range(1, 2000000) AS i WITH us[i % size(us)] AS u
WITH collect(u) AS users
CALL kith.recommend(users, 1001, null, 100000, [], []) YIELD reasons RETURN sum(size(reasons))`,
  circles: `MATCH (u:User) WITH collect(u) AS us UNWIND range(1, 2000000) AS i WITH us[i % size(us)] AS u
WITH collect(u) AS users
CALL kith.circles(users, 1001, 100, {FOLLOWED: 1000}, null, 100000, null, [], [], 20, [], [], [], COUNT { (:User) })
YIELD reasons RETURN sum(size(reasons))`,
};

const weighting = {
  windowSeconds: 100,
  decay: { kind: 'linear' },
  bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 },
  minReputation: 0.5,
} as const;
const everybody = { first: 0n, end: 2n ** 31n };

let network: TestNetwork;
let access: Neo4jAccess;
let driver: Driver;
beforeAll(async () => {
  network = await TestNetwork.open();
  access = network.stack.neo4j;
  driver = neo4j.driver(access.uri, neo4j.auth.basic(access.username, access.password), { useBigInt: true });
  await driver.executeQuery(ring, { users: neo4j.int(2000) });
  await using graph = new Graph(access);
  await computeClosest(graph, everybody, 1001, weighting, secondDegree.closest, { by: 'compiled' });
});
afterAll(async () => {
  await driver?.close();
  await network?.[Symbol.asyncDispose]();
});

/** Transactions under way that call the procedures. */
async function calls(): Promise<string[]> {
  const { records } = await driver.executeQuery(
    "SHOW TRANSACTIONS YIELD transactionId, currentQuery WHERE currentQuery CONTAINS 'CALL kith.' AND NOT currentQuery STARTS WITH 'SHOW' RETURN transactionId",
  );
  return records.map((record) => record.get('transactionId') as string);
}

/** What closest connections are stored: none may be changed by a call that did not end. */
async function stored(): Promise<unknown> {
  const { records } = await driver.executeQuery(
    'MATCH (u:User) RETURN u.userId AS id, u.closest AS closest, u.closestWeights AS weights, u.ties AS ties ORDER BY id',
  );
  return records.map((record) => record.toObject());
}

describe.each(Object.entries(endless))('a call of kith.%s', (_, statement) => {
  test('ends at its time limit, and leaves the graph as it was', async () => {
    const before = await stored();
    const session = driver.session();
    await expect(session.run(statement, {}, { timeout: 500 })).rejects.toMatchObject({
      // Whoever is just taking a lock is told that the client of the locks has stopped.
      code: expect.stringMatching(/TransactionTimedOut|LockClientStopped|\.Terminated/),
    });
    await session.close();
    await until('the server to be idle', async () => (await calls()).length === 0);
    expect(await stored()).toEqual(before);
  });

  test('ends when it is terminated', async () => {
    const session = driver.session();
    const call = session.run(statement).then(
      () => undefined,
      (error) => error.code,
    );
    const [id] = await until('the call', async () => {
      const found = await calls();
      return found.length > 0 && found;
    });
    await driver.executeQuery('TERMINATE TRANSACTIONS $id', { id });
    expect(await call).toMatch(/Transaction\.(Terminated|TransactionTerminated|LockClientStopped)/);
    await session.close();
    expect(await until('the server to be idle', async () => (await calls()).length === 0)).toBe(true);
  });

  test('ends when its client is killed', async () => {
    const before = await stored();
    const program = `
      import neo4j from 'neo4j-driver';
      const driver = neo4j.driver(process.env.URI, neo4j.auth.basic('neo4j', process.env.PASSWORD));
      await driver.session().run(process.env.STATEMENT);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: join(projectRoot, 'test'),
      env: { PATH: process.env.PATH, URI: access.uri, PASSWORD: access.password, STATEMENT: statement },
      stdio: 'ignore',
    });
    await until('the call', async () => (await calls()).length > 0);
    child.kill('SIGKILL');
    await once(child, 'close');
    await until('the server to be idle', async () => (await calls()).length === 0);
    expect(await stored()).toEqual(before);
  });
});

/** What recommends to everybody, but for what becomes of it. */
const toEverybody = {
  asOf: 1001,
  weighting,
  ranking: secondDegree,
  recommendEngaged: true,
  computing: { by: 'compiled' },
  sessions: 1,
  filter: { filtered: false, minReputation: 0 },
  onProgress: () => undefined,
} as const;

test('a stream that is stopped in the middle says so, and the server is idle', async () => {
  const stop = new AbortController();
  await using graph = new Graph(access, stop.signal);
  const taken = recommendAll(graph, {
    ...toEverybody,
    take: async () => stop.abort(),
  });
  await expect(taken).rejects.toThrow(InterruptedError);
  await until('the server to be idle', async () => (await calls()).length === 0);
});

test('a late attempt can not write lists', async () => {
  const before = await stored();
  const attempt = (token: bigint) => new Graph(access, undefined, { step: 'test', token, closes: ['test'] });
  await using late = attempt(1n);
  await using early = attempt(2n);
  await early.raiseFence();
  const writing = computeClosest(late, everybody, 1050, weighting, secondDegree.closest, { by: 'compiled' });
  await expect(writing).rejects.toThrow(StaleAttemptError);
  expect(await stored()).toEqual(before);
});

describe("on somebody else's server", () => {
  test('without the plugin plain Cypher is used, and what to do about it is said', async () => {
    await using server = await startPlainNeo4j({ plugin: false });
    await using graph = new Graph(server.access);
    const computing = await findComputing(graph, { compiled: 'auto' });
    expect(computing).toEqual({ by: 'cypher', why: expect.stringContaining('engines/neo4j/plugin/kith-plugin.jar') });
  });

  test('a limit of memory ends a call with an error that says so, and the server goes on', async () => {
    await using server = await startPlainNeo4j({ plugin: true, conf: ['db.memory.transaction.max=4m'] });
    await using graph = new Graph(server.access);
    expect(await findComputing(graph, { compiled: 'auto' })).toEqual({
      by: 'compiled',
    });
    const other = neo4j.driver(server.access.uri, neo4j.auth.basic('neo4j', server.access.password));
    try {
      await other.executeQuery('CREATE CONSTRAINT FOR (u:User) REQUIRE u.userId IS UNIQUE');
      // In parts, since making them takes memory, too: a chain of followers across all parts.
      for (let first = 0; first < 60_000; first += 1_000)
        await other.executeQuery(
          'UNWIND range($first, $first + 999) AS id CREATE (:User {userId: id, suspended: false, closest: [id], closestWeights: [1]})',
          { first: neo4j.int(first) },
        );
      const found = await other.executeQuery(
        'MATCH (u:User) WHERE u.userId < 10 SET u.closest = range(u.userId * 50, u.userId * 50 + 49), u.closestWeights = [i IN range(1, 50) | i]',
      );
      expect(found.summary.counters.updates().propertiesSet).toBe(20);
      const few = () =>
        computeClosest(graph, { first: 0n, end: 5n }, 1001, weighting, secondDegree.closest, { by: 'compiled' });
      expect(await few()).toEqual(['']);
      const many = recommendAll(graph, {
        ...toEverybody,
        take: async () => undefined,
      });
      await expect(many).rejects.toThrow(KithError);
      await expect(many).rejects.toThrow(/memory/i);
      expect(await few()).toEqual(['']);
    } finally {
      await other.close();
    }
  });
});
