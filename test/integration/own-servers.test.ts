import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { kith as kithWith } from '../harness/command-line.ts';
import type { TestNetwork } from '../harness/network.ts';
import { CommandLineNetwork, dense, expected } from './dense-day.ts';

// Some seconds on an idle machine.
jest.setTimeout(300_000);

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
  let home: string;
  beforeEach(() => {
    home = join(mkdtempSync(join(network.settings.home, 'elsewhere-')), 'home');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  test('are used if settings name them, and no engine is started', async () => {
    await network.reset();
    const { neo4j, postgres } = JSON.parse((await scene.kith('status', '--json')).stdout);
    const given = {
      KITH_HOME: home,
      KITH_NEO4J_URI: neo4j.uri,
      KITH_NEO4J_USERNAME: neo4j.username,
      KITH_NEO4J_PASSWORD: neo4j.password,
      KITH_POSTGRES_URL: postgres.url,
    };
    const { code, stdout, stderr } = await kithWith(['run', '--input', scene.written(dense)], given);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout + stderr).not.toContain(neo4j.password);
    expect(await network.tables()).toEqual(expected);
    expect(readdirSync(home)).toEqual(['accepted', 'runs']);
    const bulk = await kithWith(['run', '--input', scene.written(dense)], { ...given, KITH_LOADER: 'bulk' });
    expect(bulk).toMatchObject({ code: 2 });
    expect(bulk.stderr).toContain('KITH_LOADER');
  });

  test("that can't be reached make the run exit with 4, and no password is shown", async () => {
    const port = await closedPort();
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

/** A port where nothing listens: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
