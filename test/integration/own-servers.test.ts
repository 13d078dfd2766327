import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { Graph } from '../../src/graph/graph.ts';
import { claimGraph } from '../../src/jobs/own-servers.ts';
import { kith as kithWith } from '../harness/command-line.ts';
import type { TestNetwork } from '../harness/network.ts';
import { CommandLineNetwork, dense, expected } from './dense-day.ts';

let scene: CommandLineNetwork;
let network: TestNetwork;
beforeAll(async () => {
  scene = await CommandLineNetwork.open();
  network = scene.network;
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

describe('servers of your own', () => {
  let root: string;
  let home: string;
  beforeAll(() => {
    root = mkdtempSync(join(network.settings.home, 'elsewhere-'));
    // Postgres, which runs as another user where this one is root, has to get through.
    chmodSync(root, 0o711);
    home = join(root, 'home');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** The settings that name the servers of the scene for a home of their own. */
  async function settingsFor(own: string): Promise<Record<string, string>> {
    const { neo4j, postgres } = JSON.parse((await scene.kith('status', '--json')).stdout);
    return {
      KITH_HOME: own,
      KITH_NEO4J_URI: neo4j.uri,
      KITH_NEO4J_USERNAME: neo4j.username,
      KITH_NEO4J_PASSWORD: neo4j.password,
      KITH_POSTGRES_URL: postgres.url,
    };
  }

  test('are used if settings name them, and no engine is started', async () => {
    await network.reset();
    const { neo4j } = JSON.parse((await scene.kith('status', '--json')).stdout);
    const given = await settingsFor(home);
    const { code, stdout, stderr } = await kithWith(['run', '--input', scene.written(dense)], given);
    expect(code === 0 ? '' : stderr).toBe('');
    expect(stdout + stderr).not.toContain(neo4j.password);
    expect(await network.tables()).toEqual(expected);
    expect(readdirSync(home)).toEqual(['accepted', 'network', 'runs']);
    const bulk = await kithWith(['run', '--input', scene.written(dense)], { ...given, KITH_LOADER: 'bulk' });
    expect(bulk).toMatchObject({ code: 2 });
    expect(bulk.stderr).toContain('KITH_LOADER');
  });

  test('belong to one home: another is refused, until they are its own', async () => {
    const [given, other] = [await settingsFor(home), await settingsFor(join(root, 'other'))];
    const input = scene.written(dense);
    expect(await kithWith(['run', '--input', input], given)).toMatchObject({ code: 0 });
    const id = readFileSync(join(home, 'network'), 'utf8').trim();
    const before = await network.tables();
    for (const command of [['run', '--input', input], ['enqueue', '--input', input], ['worker'], ['reset', '--yes']]) {
      const refused = await kithWith(command, other);
      expect({ command, ...refused }).toMatchObject({ command, code: 2, stdout: '' });
      expect(refused.stderr).toMatch(
        new RegExp(`^kith: The Postgres of KITH_POSTGRES_URL belongs to .*${id}.*\\.$`, 'm'),
      );
    }
    expect(await network.tables()).toEqual(before);
    // The graph says so by itself, whatever Postgres is given with it.
    const { KITH_POSTGRES_URL: _, ...onlyNeo4j } = other;
    const refused = await kithWith(['run', '--input', input], onlyNeo4j);
    expect(refused.stderr).toMatch(new RegExp(`^kith: The Neo4j of KITH_NEO4J_URI belongs to .*${id}.*\\.$`, 'm'));
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(await kithWith(['down'], onlyNeo4j)).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(before);
    // A home that was lost: a new one takes its place.
    writeFileSync(join(root, 'other', 'network'), `${id}\n`);
    expect(await kithWith(['run', '--input', input], other)).toMatchObject({ code: 0 });
    // Emptied servers are nobody's.
    expect(await kithWith(['reset', '--yes'], given)).toMatchObject({ code: 0 });
    const third = await settingsFor(join(root, 'third'));
    expect(await kithWith(['run', '--input', input], third)).toMatchObject({ code: 0 });
    expect(await kithWith(['run', '--input', input], given)).toMatchObject({ code: 2 });
    expect(await kithWith(['reset', '--yes'], third)).toMatchObject({ code: 0 });
  });

  test('become that of one home when two ask at once', async () => {
    const server = network.stack.neo4j;
    const homes = ['one', 'two'].map((name) => ({ ...network.settings, neo4j: server, home: join(root, name) }));
    await using graph = new Graph(server);
    await using driver = neo4j.driver(server.uri, neo4j.auth.basic(server.username, server.password));
    for (let round = 0; round < 10; round++) {
      await graph.write('cypher/network/release.cypher');
      // The first two also make the constraint at once.
      if (round % 2 === 0) await driver.executeQuery('DROP CONSTRAINT network_only IF EXISTS');
      const claims = homes.map(async (settings) => {
        await using own = new Graph(server);
        await claimGraph(own, settings);
      });
      const ends = await Promise.allSettled(claims);
      const refused = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
      expect(refused).toEqual([expect.stringMatching(/The Neo4j of KITH_NEO4J_URI belongs to another home/)]);
    }
    await graph.write('cypher/network/release.cypher');
  });

  test("that can't be reached make the run exit with 4, and no password is shown", async () => {
    // Nothing listens there.
    const port = 1;
    const { neo4j, postgres } = JSON.parse((await scene.kith('status', '--json')).stdout);
    const before = await network.tables();
    const input = scene.written(dense);
    const noPostgres = await kithWith(['run', '--input', input], {
      KITH_HOME: home,
      KITH_NEO4J_URI: neo4j.uri,
      KITH_NEO4J_PASSWORD: neo4j.password,
      KITH_POSTGRES_URL: `postgres://someone:hush-hush@127.0.0.1:${port}/kith?password=hush-too`,
    });
    const noNeo4j = await kithWith(['run', '--input', input], {
      KITH_HOME: home,
      KITH_NEO4J_URI: `bolt://127.0.0.1:${port}`,
      KITH_NEO4J_PASSWORD: 'hush-hush',
      KITH_POSTGRES_URL: postgres.url,
    });
    const wrongPassword = await kithWith(['run', '--input', input], {
      KITH_HOME: home,
      KITH_NEO4J_URI: neo4j.uri,
      KITH_NEO4J_PASSWORD: neo4j.password,
      KITH_POSTGRES_URL: postgres.url.replace(/:\/\/([^:]+):[^@]+@/, '://$1:hush-hush@'),
    });
    for (const ended of [noPostgres, noNeo4j, wrongPassword]) {
      expect(ended).toMatchObject({ code: 4, stdout: '' });
      expect(ended.stderr).toMatch(/^kith: .*(Postgres|Neo4j).*\.$/m);
      expect(ended.stderr).not.toMatch(/hush| at .*:\d+:\d+/);
    }
    expect(await network.tables()).toEqual(before);
  });
});
