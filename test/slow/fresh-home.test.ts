import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readSettings } from '../../src/config/settings.ts';
import { down, type Stack } from '../../src/engines/stack.ts';
import { kith, RunningCommand } from '../harness/command-line.ts';
import { heldInGraph, heldInPostgres } from '../harness/held-locks.ts';
import { denseNetwork } from '../oracle/dense-network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { writeFolder } from '../oracle/write-folder.ts';

const { network, options } = denseNetwork(4);
const { dropped: _, ...expected } = expectedTables(network, options);

let root: string;
let input: string;
let env: Record<string, string>;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kith-fresh-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(root, 0o711);
  input = join(root, '20210315');
  writeFolder(network, input);
  env = {
    KITH_HOME: join(root, 'home'),
    KITH_NEO4J_HEAP: '512m',
    KITH_NEO4J_PAGE_CACHE: '128m',
    KITH_LOADER: 'bulk',
  };
});
afterEach(async () => {
  await down(readSettings(env));
  rmSync(root, { recursive: true, force: true });
});

async function expectTables(): Promise<void> {
  const { postgres } = JSON.parse((await kith(['status', '--json'], env)).stdout);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ line: string }>(
      "SELECT concat_ws(',', user_id, rec_id, reason_id, weight) AS line FROM graph_recs.rec_reasons",
    );
    expect(rows.map(({ line }) => line).sort()).toEqual(expected.reasons);
  } finally {
    await client.end();
  }
}

/** The moments of a first run: engines that start, the importer, its result moved into place, Neo4j started on it. */
const moments = [
  ['while Postgres is made and started', '', 2_500],
  ['as the import begins', 'ingest: begins', 700],
  ['during the import', 'ingest: begins', 2_500],
  ['after the import', 'ingest: begins', 7_000],
] as const;

test.each(['SIGKILL', 'SIGINT'] as const)(
  'a first run by bulk import may be ended by %s at any moment',
  async (signal) => {
    let met = 0;
    for (const [, said, milliseconds] of moments) {
      const run = new RunningCommand(['run', '--input', input], env);
      if (said) await run.says(said);
      await sleep(milliseconds);
      const { code, stderr } = await run.end(signal);
      // On a fast machine the run was over before, on a slow one the command had not begun to listen.
      if (code === 0 || (code === null && stderr === '')) continue;
      met++;
      expect({ code, stderr }).toMatchObject({ code: signal === 'SIGINT' ? 130 : null });
      expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
    }
    expect(met).toBeGreaterThan(1);
    const { code, stderr, stdout } = await kith(['run', '--input', input], env);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/130 users/);
    await expectTables();
    const runs = join(root, 'home', 'runs');
    for (const run of readdirSync(runs)) expect(readdirSync(join(runs, run))).not.toContain('work');
  },
);

test('a run that finds its engines killed starts them again', async () => {
  expect(await kith(['run', '--input', input], env)).toMatchObject({ code: 0 });
  const { neo4j, postgres } = JSON.parse((await kith(['status', '--json'], env)).stdout);
  process.kill(neo4j.pid, 'SIGKILL');
  process.kill(postgres.pid, 'SIGKILL');
  const { code, stderr } = await kith(['run', '--input', input], env);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  await expectTables();
});

test('a run whose engines are killed under it ends with 4 in a sentence, and the next one is like any other', async () => {
  expect(await kith(['run', '--input', input], env)).toMatchObject({ code: 0 });
  const holdUps = {
    neo4j: { step: 'closest', hold: (stack: Stack) => heldInGraph(stack, 'MATCH (u:User) SET u.held = true') },
    postgres: {
      step: 'recommend',
      hold: (stack: Stack) =>
        heldInPostgres(stack, "INSERT INTO kith.next_tables VALUES ('recommendations', 'held', 'held', 'held', 0)"),
    },
  };
  for (const engine of ['neo4j', 'postgres'] as const) {
    const status = JSON.parse((await kith(['status', '--json'], env)).stdout);
    const { step, hold } = holdUps[engine];
    const held = await hold(status);
    const run = new RunningCommand(['run', '--input', input], env);
    await run.says(`${step}: begins`);
    // Whoever has an engine still to reach starts it again.
    if (step === 'closest') await run.says('reputation: done');
    await held.awaited();
    process.kill(status[engine].pid, 'SIGKILL');
    const { code, stderr } = await run.ended;
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringMatching(/^kith: .*(Neo4j|Postgres)/m) });
    expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
    await held[Symbol.asyncDispose]();
  }
  const { code, stderr } = await kith(['run', '--input', input], env);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  await expectTables();
});
