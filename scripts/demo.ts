// `npm run demo`, which sets up first: shows Kith on a generated network in its own home (.kith-demo), from nothing to
// recommendations.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { readEnvFile } from '../src/config/env-file.mjs';
import { projectRoot } from '../src/config/project.ts';
import type { StackStatus } from '../src/engines/stack.ts';

/** Relative to the checkout, where all commands run. */
const home = '.kith-demo';
// The demo empties its network, so it must not use the person's own settings, least of all their servers. An empty
// value counts as unset, and .env does not override it. The engines get little memory, so that the demo runs on a
// laptop.
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KITH_'))),
  ...Object.fromEntries([...settingNames()].map((name) => [name, ''])),
  KITH_HOME: home,
  KITH_NEO4J_HEAP: '768m',
  KITH_NEO4J_PAGE_CACHE: '256m',
};

/** All settings in .env. */
function settingNames(): Set<string> {
  const names = Object.keys(readEnvFile(join(projectRoot, '.env'))).filter((name) => name.startsWith('KITH_'));
  return new Set(['KITH_NEO4J_URI', 'KITH_POSTGRES_URL', ...names]);
}
const day = '20240601';

/** Runs a Kith command and prints it as a person would type it; throws if it fails. */
function kith(args: string[], { capture = false } = {}): string {
  if (!capture) console.log(`\n$ KITH_HOME=${home} npx kith ${args.join(' ')}`);
  const { status, stdout } = spawnSync(process.execPath, [join('bin', 'kith.mjs'), ...args], {
    cwd: projectRoot,
    env,
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new DemoError(status ?? 1);
  return stdout;
}

class DemoError extends Error {
  readonly status: number;

  constructor(status: number) {
    super('a command of the demo failed');
    this.status = status;
  }
}

/** The user with the most reasons, as an example. */
async function someoneToShow(url: string | undefined): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query(
      'SELECT user_id FROM graph_recs.rec_reasons GROUP BY user_id ORDER BY count(*) DESC, user_id LIMIT 1',
    );
    return String(rows[0].user_id);
  } finally {
    await client.end();
  }
}

async function main(): Promise<void> {
  const started = performance.now();
  // Start from nothing, even if the demo was run before.
  if (existsSync(join(projectRoot, home))) kith(['reset', '--yes']);
  const input = join(home, 'graph_data', day);
  const size = ['--users', '3000', '--activities', '90000', '--messages', '10000', '--seed', '7'];
  kith(['generate', ...size, '--out', input, '--force']);
  const model = join(home, 'model');
  kith(['reputation', 'train', '--input', input, '--model', model]);
  kith(['run', '--input', input, '--model', model]);
  const { neo4j, postgres }: StackStatus = JSON.parse(kith(['status', '--json'], { capture: true }));
  const someone = await someoneToShow(postgres.url);
  kith(['show', someone]);
  console.log(`
The demo took ${Math.round((performance.now() - started) / 1000)} s. Its engines are still running. Look further:
  export KITH_HOME=${home}
  npx kith preview ${someone} --ranking circles     # the same user by the other ranking
  npx kith evaluate --input ${input}     # which ranking finds whom users turn to next
  npx kith dashboard     # its pages: runs, and http://127.0.0.1:3007/users/${someone}; user kith, password in ${home}/passwords/web
  PGSERVICEFILE=${home}/pg_service.conf psql service=kith -c 'TABLE graph_recs.published_run'
Neo4j Browser: ${neo4j.browser}   (connect to ${neo4j.uri}, user analyst, password in ${home}/passwords/analyst);
queries to try there: cypher/explore/*.cypher. How good the model is: ${home}/model/model-card.md
To stop the engines: KITH_HOME=${home} npx kith down`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof DemoError)) throw error;
  process.exitCode = error.status;
}
