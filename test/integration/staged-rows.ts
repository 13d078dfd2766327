import pg from 'pg';
import { forgetEarlier } from '../../src/export/leftovers.ts';
import { makeNext, type NextRun } from '../../src/export/next-table.ts';
import { populationOf } from '../../src/export/population.ts';
import { type PublishSummary, publish } from '../../src/export/publish.ts';
import { type PublishedTable, publishedTables } from '../../src/export/published-tables.ts';
import { Graph } from '../../src/graph/graph.ts';
import { Database } from '../../src/postgres/database.ts';
import { secondDegree } from '../../src/scoring/ranking/second-degree.ts';
import type { TestNetwork } from '../harness/network.ts';

/** A row of one of the three tables: its key, and what follows it. */
type Row = readonly [key: readonly number[], ...measures: number[]];

/**
 * Users 1…n in a ring: each is close to the next two, is recommended the one three on, and both are the reason. Every
 * weight is `weight`.
 */
export function ring(users: number, weight: number): Record<PublishedTable, Row[]> {
  const rows: Record<PublishedTable, Row[]> = { closest_connections: [], recommendations: [], rec_reasons: [] };
  for (let user = 1; user <= users; user++) {
    const [near, far, rec] = [1, 2, 3].map((step) => ((user - 1 + step) % users) + 1) as [number, number, number];
    rows.closest_connections.push([[user, near], weight, 1], [[user, far], weight, 2]);
    rows.recommendations.push([[user, rec], 2 * weight, 1]);
    rows.rec_reasons.push([[user, rec, near], weight], [[user, rec, far], weight]);
  }
  const byKey = ([a]: Row, [b]: Row) => a.map((id, i) => id - (b[i] as number)).find(Boolean) ?? 0;
  for (const table of publishedTables) rows[table].sort(byKey);
  return rows;
}

/** Writes next tables without a graph and publishes them: a publish by itself, in a fraction of a second. */
export class StagedRows implements AsyncDisposable {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly database: Database;
  readonly #graph: Graph;
  #run: NextRun | undefined;

  private constructor(network: Pick<TestNetwork, 'stack' | 'pool'>, database: Database) {
    this.url = network.stack.postgres.url;
    this.pool = network.pool;
    this.database = database;
    this.#graph = new Graph(network.stack.neo4j);
  }

  static async open(network: Pick<TestNetwork, 'stack' | 'pool'>): Promise<StagedRows> {
    return new StagedRows(network, await Database.connect(network.stack.postgres.url));
  }

  /** A run that starts now writes its rows, such as those of a {@link ring}, as steps do. */
  async write(rows: Record<PublishedTable, Row[]>, onProgress = (_: string): void => undefined): Promise<NextRun> {
    const run = await this.begin();
    await forgetEarlier(this.database, run.id, publishedTables, onProgress);
    for (const table of publishedTables) await this.writeTable(table, run, rows[table]);
    return run;
  }

  /** A run that has written nothing yet. */
  async begin(): Promise<NextRun> {
    const { rows } = await this.pool.query<{ token: string }>("SELECT nextval('kith.step_token')::text AS token");
    const startedAt = new Date().toISOString();
    this.#run = { id: `run of ${startedAt}`, startedAt, token: BigInt(rows[0]?.token ?? 0), source: 'second-degree' };
    return this.#run;
  }

  async writeTable(table: PublishedTable, run: NextRun, rows: Row[]): Promise<void> {
    const shownRanges = [{ first: 0n, end: 2n ** 31n }];
    const text = rows.map(([key, ...measures]) => `${[...key, ...measures].join('\t')}\n`).join('');
    await makeNext(this.database, table, { ...run, shownRanges }, async (next) => {
      await next.take(Buffer.from(text));
      return undefined;
    });
  }

  /** Writes the rows of a ring. */
  async stage(users: number, weight: number): Promise<NextRun> {
    return this.write(ring(users, weight));
  }

  /** Publishes what was written last, or another run; returns the run's start too. */
  async publish(
    options: {
      run?: NextRun;
      patienceSeconds?: number;
      onProgress?: (text: string) => void;
      signal?: AbortSignal;
      /** Done in the swap's transaction, before it locks the tables. */
      record?: () => Promise<void>;
    } = {},
  ): Promise<PublishSummary & { startedAt: string }> {
    const written = options.run ?? this.#run;
    if (!written) throw new Error('Nothing was written.');
    const database = options.signal ? this.database.until(options.signal) : this.database;
    const asOf = Date.parse('2024-06-01') / 1000;
    const run = { ...written, asOf, ranking: secondDegree, settings: {}, maxRowChangePercent: 50, mayShrink: false };
    const summary = await publish(populationOf(this.#graph, asOf), database, run, {
      scoring: { filtered: false },
      patienceSeconds: options.patienceSeconds ?? 30,
      onProgress: options.onProgress ?? (() => undefined),
      onChecked: () => undefined,
      record: options.record ?? (async () => undefined),
    });
    return { ...summary, startedAt: run.startedAt };
  }

  /** A connection of a reader's own. */
  async reader(url = this.url): Promise<pg.Client & AsyncDisposable> {
    const client = new pg.Client({ connectionString: url, application_name: 'a report' });
    client.on('error', () => undefined);
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
