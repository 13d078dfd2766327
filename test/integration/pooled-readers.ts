import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/*
 * A process of its own with hundreds of clients of a pool, each of which reads the published tables again and again until
 * it is told to stop: most by one statement, others one table after the other in a transaction.
 */

/** What all clients have seen together. */
export interface PooledReads {
  /** Each read: when it began (milliseconds since 1970), and how many milliseconds it took, without our own pauses. */
  reads: [begun: number, ms: number][];
  mixed: string[];
  empty: number;
  errors: string[];
}

const tables = ['closest_connections', 'recommendations', 'rec_reasons'];
const one = (table: string) => `SELECT '${table}' AS place, updated_at FROM graph_recs.${table} GROUP BY updated_at`;
const begins = ['', '', '', '', '', '', 'BEGIN', 'BEGIN ISOLATION LEVEL REPEATABLE READ'];

const urls = (process.env.KITH_TEST_POOL ?? '').split(' ');
const clients = Number(process.env.KITH_TEST_CLIENTS);
const pauseMs = 1_000;
const seen: PooledReads = { reads: [], mixed: [], empty: 0, errors: [] };
let stopped = false;

async function read(client: pg.Client, begin: string): Promise<{ place: string; updated_at: Date }[]> {
  if (!begin) return (await client.query(tables.map(one).join(' UNION ALL '))).rows;
  await client.query(begin);
  const rows = [];
  for (const table of tables) rows.push(...(await client.query(one(table))).rows);
  await client.query('COMMIT');
  return rows;
}

async function poll(client: pg.Client, begin: string): Promise<void> {
  // Otherwise all of them would come at the same instant.
  await sleep(pauseMs * Math.random());
  while (!stopped) {
    const [begun, start] = [Date.now(), performance.now()];
    try {
      const rows = await read(client, begin);
      seen.reads.push([begun, performance.now() - start]);
      const runs = new Set(rows.map(({ updated_at }) => updated_at.toISOString()));
      if (runs.size > 1) seen.mixed.push(rows.map(({ place, updated_at }) => `${place} ${updated_at}`).join(', '));
      if (new Set(rows.map(({ place }) => place)).size < tables.length) seen.empty++;
    } catch (error) {
      seen.errors.push(String(error));
      if (seen.errors.length > 20) stopped = true;
      await client.query('ROLLBACK').catch(() => undefined);
    }
    await sleep(pauseMs * (0.5 + Math.random()));
  }
  await client.end();
}

process.on('message', () => {
  stopped = true;
});
const connected: pg.Client[] = [];
while (connected.length < clients) {
  const some = Array.from({ length: Math.min(25, clients - connected.length) }, (_, i) => {
    const connectionString = urls[i % urls.length];
    return new pg.Client({ connectionString, application_name: 'a pooled reader' });
  });
  for (const client of some) client.on('error', (error) => seen.errors.push(String(error)));
  await Promise.all(some.map((client) => client.connect()));
  connected.push(...some);
}
const polling = Promise.all(connected.map((client, i) => poll(client, begins[i % begins.length] as string)));
process.send?.('reading');
await polling;
process.send?.(seen);
process.disconnect();
