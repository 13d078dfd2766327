// `npm run demo`: the whole idea on a generated network, in a home of its own (.kith-demo), from nothing to recommendations.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupOrExplain } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = join(root, '.kith-demo');
// Nothing of the person's own settings gets in, least of all their servers: the demo empties its network. An empty value counts
// as unset, and .env does not replace it. Small engines, because some thousands of users should not crowd a laptop.
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KITH_'))),
  ...Object.fromEntries([...settingNames()].map((name) => [name, ''])),
  KITH_HOME: home,
  KITH_NEO4J_HEAP: '768m',
  KITH_NEO4J_PAGE_CACHE: '256m',
};

/** Every setting that .env names. */
function settingNames() {
  const file = join(root, '.env');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return new Set(['KITH_NEO4J_URI', 'KITH_POSTGRES_URL', ...(text.match(/\bKITH_[A-Z0-9_]+/g) ?? [])]);
}
const day = '20240601';

/** Runs a command of Kith, showing it as a person would type it; throws when it fails. */
function kith(args, { capture = false } = {}) {
  if (!capture) console.log(`\n$ kith ${args.join(' ')}`);
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'bin', 'kith.mjs'), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new DemoError(status ?? 1);
  return stdout;
}

class DemoError extends Error {
  constructor(status) {
    super('a command of the demo failed');
    this.status = status;
  }
}

/** Somebody worth showing: the user with most recommendations. */
async function someoneToShow(url) {
  const { default: pg } = await import('pg');
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

async function main() {
  const started = performance.now();
  if (!(await setupOrExplain({ quiet: true }))) return 2;
  // A demo that was run before starts again from nothing.
  if (existsSync(home)) kith(['reset', '--yes']);
  const input = join('.kith-demo', 'graph_data', day);
  const size = ['--users', '3000', '--activities', '90000', '--messages', '10000', '--seed', '7'];
  kith(['generate', ...size, '--out', input, '--force']);
  const model = join('.kith-demo', 'model');
  kith(['reputation', 'train', '--input', input, '--model', model]);
  kith(['run', '--input', input, '--model', model]);
  const { neo4j, postgres } = JSON.parse(kith(['status', '--json'], { capture: true }));
  kith(['show', await someoneToShow(postgres.url)]);
  console.log(`
The demo took ${Math.round((performance.now() - started) / 1000)} s, and its engines still run:
  Neo4j Browser  ${neo4j.browser}   (connect to ${neo4j.uri}, user ${neo4j.username}, password in .kith-demo/passwords/neo4j)
  Postgres       psql "$(KITH_HOME=.kith-demo npx kith status --json | node -pe 'JSON.parse(require("fs").readFileSync(0)).postgres.url')"
What the model makes of users, and how well: .kith-demo/model/model-card.md
Queries to try in Browser: cypher/explore/*.cypher. To stop: KITH_HOME=.kith-demo npx kith down`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof DemoError)) throw error;
  process.exitCode = error.status;
}
