import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import pg from 'pg';
import { readSettings, type Settings } from '../../src/config/settings.ts';
import { homeOf } from '../../src/engines/home.ts';
import { superuserUrl } from '../../src/engines/postgres-roles.ts';
import { type Stack, up } from '../../src/engines/stack.ts';
import { runWhole } from '../../src/jobs/by-hand.ts';
import type { FinishedRun } from '../../src/jobs/conduct-run.ts';
import { resetNetwork } from '../../src/jobs/reset.ts';
import { planRun, type RunOptions } from '../../src/jobs/run-options.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { settingsUnderTest } from './command-line.ts';

/**
 * The three published tables as sorted lines, in the form of test/oracle (everything but created_at and updated_at).
 */
export interface PublishedTables {
  closest: string[];
  recommendations: string[];
  reasons: string[];
}

/** A network on the real engines, in the home that all tests of one of jest's workers share. */
export class TestNetwork implements AsyncDisposable {
  readonly settings: Settings;
  readonly stack: Stack;
  readonly pool: pg.Pool;

  private constructor(settings: Settings, stack: Stack) {
    this.settings = settings;
    this.stack = stack;
    this.pool = new pg.Pool({ connectionString: stack.postgres.url, max: 20 });
    this.pool.on('error', () => undefined);
  }

  /** Starts the engines if need be and empties the network. */
  static async open(env: Record<string, string> = {}): Promise<TestNetwork> {
    const settings = testSettings(env);
    const network = new TestNetwork(settings, await up(settings));
    await network.reset();
    await network.#removeJobs();
    await network.#removeReaders();
    return network;
  }

  /** Removes the role of readers, which survives a reset, with what it may read. */
  async #removeReaders(): Promise<void> {
    const { rows } = await this.pool.query("SELECT to_regrole('kith_readers') AS readers");
    if (rows[0]?.readers) await this.pool.query('DROP OWNED BY kith_readers; DROP ROLE kith_readers');
  }

  /** Removes jobs and the schedule, which survive a reset. */
  async #removeJobs(): Promise<void> {
    const { rows } = await this.pool.query("SELECT to_regclass('kith.agenda_jobs') AS jobs");
    if (rows[0]?.jobs) await this.pool.query('DELETE FROM kith.agenda_jobs');
  }

  async reset(): Promise<void> {
    await resetNetwork(this.settings, new AbortController().signal);
  }

  /** Runs statements as the embedded server's superuser, for what Kith's role may not do. */
  async asSuperuser(sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: superuserUrl(homeOf(this.settings)) });
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }

  /** A new empty folder under the home, e.g. for a day's folder: `folder('20240601')`. */
  folder(name: string): string {
    return join(mkdtempSync(join(this.settings.home, 'input-')), name);
  }

  /** One whole run in this process, without any output. */
  async run(options: RunOptions & { settings?: Partial<Settings>; signal?: AbortSignal }): Promise<FinishedRun> {
    const settings = { ...this.settings, ...options.settings };
    return runWhole(await planRun(settings, options), silent, options.signal ?? new AbortController().signal);
  }

  async tables(): Promise<PublishedTables> {
    const lines = async (columns: string, table: string) => {
      const { rows } = await this.pool.query<{ line: string }>(
        `SELECT concat_ws(',', ${columns}) AS line FROM graph_recs.${table}`,
      );
      return rows.map(({ line }) => line).sort();
    };
    return {
      closest: await lines('user_id, closest_connection, weight', 'closest_connections'),
      recommendations: await lines('user_id, rec_id', 'recommendations'),
      reasons: await lines('user_id, rec_id, reason_id, weight', 'rec_reasons'),
    };
  }

  /** Everything on every user in the graph. */
  async userProperties(): Promise<string> {
    const { uri, username, password } = this.stack.neo4j;
    const driver = neo4j.driver(uri, neo4j.auth.basic(username, password));
    try {
      const { records } = await driver.executeQuery(
        'MATCH (u:User) RETURN u.userId AS id, properties(u) AS own ORDER BY id',
      );
      return JSON.stringify(records.map((record) => record.get('own')));
    } finally {
      await driver.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
  }
}

/** Settings of the shared home, with little memory; `env` adds or replaces KITH_… variables. */
export function testSettings(env: Record<string, string> = {}): Settings {
  const { KITH_TEST_HOMES: homes, JEST_WORKER_ID: worker } = process.env;
  if (!homes) throw new Error('KITH_TEST_HOMES is not set: run this suite by `npm test`, which names homes for it');
  const home = join(homes, `home-${worker}`);
  return readSettings({
    KITH_HOME: home,
    KITH_NEO4J_HEAP: '768m',
    KITH_NEO4J_PAGE_CACHE: '256m',
    ...settingsUnderTest,
    ...env,
  });
}
