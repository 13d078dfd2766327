import pg from 'pg';
import { type PublishSummary, publish } from '../../src/export/publish.ts';
import { Graph } from '../../src/graph/graph.ts';
import { Database } from '../../src/postgres/database.ts';
import type { TestNetwork } from '../harness/network.ts';

/** Stages rows without a graph and publishes them: a publish by itself, in a fraction of a second. */
export class StagedRows implements AsyncDisposable {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly database: Database;
  readonly #graph: Graph;

  private constructor(network: TestNetwork, database: Database) {
    this.url = network.stack.postgres.url;
    this.pool = network.pool;
    this.database = database;
    this.#graph = new Graph(network.stack.neo4j);
  }

  static async open(network: TestNetwork): Promise<StagedRows> {
    return new StagedRows(network, await Database.connect(network.stack.postgres.url));
  }

  /**
   * Users 1…n in a ring: each is close to the next two, is recommended the one three on, and both are the reason. Every
   * weight is `weight`.
   */
  async stage(users: number, weight: number): Promise<void> {
    await this.pool.query(`
      TRUNCATE kith_staging.closest_connections, kith_staging.recommendations, kith_staging.rec_reasons;
      CREATE TEMP TABLE ring ON COMMIT DROP AS
        SELECT u, u % ${users} + 1 AS v1, (u + 1) % ${users} + 1 AS v2, (u + 2) % ${users} + 1 AS w
        FROM generate_series(1, ${users}) AS u;
      INSERT INTO kith_staging.closest_connections SELECT u, v1, ${weight}, 1 FROM ring UNION ALL SELECT u, v2, ${weight}, 2 FROM ring;
      INSERT INTO kith_staging.recommendations SELECT u, w, ${2 * weight}, 1 FROM ring;
      INSERT INTO kith_staging.rec_reasons
        SELECT u, w, v1, ${weight} FROM ring UNION ALL SELECT u, w, v2, ${weight} FROM ring;
    `);
  }

  /** Publishes what is staged as a run that starts now; returns its start too. */
  async publish(
    options: { patienceSeconds?: number; onProgress?: (text: string) => void; signal?: AbortSignal } = {},
  ): Promise<PublishSummary & { startedAt: string }> {
    const startedAt = new Date().toISOString();
    const database = options.signal ? this.database.until(options.signal) : this.database;
    const run = { startedAt, asOf: Date.parse('2024-06-01') / 1000, settings: {}, maxRowChangePercent: 50 };
    const summary = await publish(this.#graph, database, run, {
      patienceSeconds: options.patienceSeconds ?? 30,
      onProgress: options.onProgress ?? (() => undefined),
      onChecked: () => undefined,
      record: async () => undefined,
    });
    return { ...summary, startedAt };
  }

  /** A connection of a reader's own. */
  async reader(): Promise<pg.Client & AsyncDisposable> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'a report' });
    await client.connect();
    return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#graph[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
  }
}

/** Reads one table: the updated_at of its rows, which is one unless runs are mixed, none if it is empty. */
export async function runsIn(client: pg.ClientBase | pg.Pool, table: string): Promise<string[]> {
  const { rows } = await client.query<{ updated_at: Date }>(`SELECT DISTINCT updated_at FROM graph_recs.${table}`);
  return rows.map(({ updated_at }) => updated_at.toISOString());
}
