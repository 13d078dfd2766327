import neo4j from 'neo4j-driver';
import pg from 'pg';
import type { Stack } from '../../src/engines/stack.ts';
import { until } from './until.ts';

/** Something that whoever needs the same has to wait for, until it is disposed of; nothing is changed by it. */
export interface Held extends AsyncDisposable {
  /** Resolves once somebody waits for it. */
  awaited(): Promise<void>;
}

/** What a statement locks in Neo4j: it is run and, in the end, rolled back. */
export async function heldInGraph(stack: Stack, cypher: string): Promise<Held> {
  const { uri, username, password } = stack.neo4j;
  const driver = neo4j.driver(uri, neo4j.auth.basic(username, password));
  const transaction = await driver.session().beginTransaction({ timeout: 0 });
  await transaction.run(cypher);
  const blocked = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN status";
  return {
    async awaited() {
      await until('a transaction of Neo4j to be blocked', async () => {
        const { records } = await driver.executeQuery(blocked);
        return records.length > 0;
      });
    },
    async [Symbol.asyncDispose]() {
      // Neo4j may be gone by now.
      await transaction.rollback().catch(() => undefined);
      await driver.close();
    },
  };
}

/** What a statement locks in Postgres, until its transaction is rolled back. */
export async function heldInPostgres({ postgres }: Pick<Stack, 'postgres'>, sql: string): Promise<Held> {
  const client = new pg.Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
  await client.query(sql);
  return {
    awaited: () => isAwaited(client),
    async [Symbol.asyncDispose]() {
      await client.end();
    },
  };
}

/** Waits until somebody waits for a lock of this connection's. */
export async function isAwaited(client: pg.ClientBase): Promise<void> {
  // Of pg_stat_activity a transaction sees only what there was when it looked first.
  const blocked = 'SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))';
  await until('a transaction of Postgres to be blocked', async () => (await client.query(blocked)).rowCount !== 0);
}

/** The step that makes this table waits in the end, to see whether another one has made it. */
export function heldNextTable(stack: Pick<Stack, 'postgres'>, name: string): Promise<Held> {
  return heldInPostgres(stack, `INSERT INTO kith.next_tables VALUES ('${name}', 'held', 'held', 'held', 0)`);
}

/** Waits until Postgres has noticed that whoever was killed with the lock of the network is gone. */
export async function networkLockGone(pool: pg.Pool): Promise<void> {
  const locks = "SELECT FROM pg_locks WHERE relation = 'kith.network_lock'::regclass";
  await until("Postgres to let go of the network's lock", async () => (await pool.query(locks)).rowCount === 0);
}
