import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { serverOf } from '../../src/engines/reach.ts';
import { status, up } from '../../src/engines/stack.ts';
import { EngineError, messageOf } from '../../src/errors.ts';
import { kith } from '../harness/command-line.ts';

const secret = 'tops3cret';
let home: string;
let closedPort: number;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'kith-unit-'));
  closedPort = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function given() {
  return readSettings({
    KITH_HOME: home,
    KITH_NEO4J_URI: `bolt://127.0.0.1:${closedPort}`,
    KITH_NEO4J_PASSWORD: secret,
    KITH_POSTGRES_URL: `postgres://app:${secret}@127.0.0.1:${closedPort}/app?password=${secret}`,
  });
}

test('configured servers that do not answer are named with their setting, never with a password', async () => {
  const error = await up(given()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EngineError);
  const message = messageOf(error);
  expect(message).toContain(`Neo4j of KITH_NEO4J_URI does not answer at bolt://127.0.0.1:${closedPort}`);
  expect(message).toContain(`Postgres of KITH_POSTGRES_URL does not answer at postgres://127.0.0.1:${closedPort}/app`);
  expect(message).not.toContain(secret);
  expect(String((error as Error).stack)).not.toContain(secret);
});

test('what is printed of such servers has no password, whatever they are said to be', async () => {
  const { code, stdout } = await kith(['status'], {
    KITH_HOME: home,
    KITH_NEO4J_URI: `bolt://127.0.0.1:${closedPort}`,
    KITH_NEO4J_PASSWORD: secret,
    KITH_POSTGRES_URL: `postgres://app:${secret}@127.0.0.1:${closedPort}/app?password=${secret}2`,
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^ {2}URL +postgres://127\\.0\\.0\\.1:${closedPort}/app$`, 'm'));
  expect(stdout).not.toContain(secret);
});

test('status starts nothing and says that such servers are not running', async () => {
  const now = await status(given());
  expect([now.neo4j.running, now.postgres.running, now.embedded]).toEqual([
    false,
    false,
    { neo4j: false, postgres: false },
  ]);
});

test('a server is shown without user, password and parameters', () => {
  expect(serverOf('postgres://u:p@h:1/d?password=p')).toBe('postgres://h:1/d');
  expect(serverOf('bolt://h:7687')).toBe('bolt://h:7687');
  expect(serverOf('postgres://u:p@h:notaport/d')).not.toContain('p@');
});
