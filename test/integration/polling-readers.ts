import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/*
 * A process of its own that reads the published tables without pause, in every way that readers do, until it is told to
 * stop. Each way is a list of statements; every row of every statement names a table and the updated_at of one run in
 * it. How many runs every way has seen is told whenever it rises.
 */

/** What one way of reading has seen. */
export interface Polls {
  /** Transactions, or single statements. */
  polls: number;
  /** Those that saw two runs, e.g. `closest_connections …, recommendations …`. */
  mixed: string[];
  /** Those that saw an empty table. */
  empty: number;
  errors: string[];
  /** Of one statement. */
  longestMs: number;
}

const tables = ['closest_connections', 'recommendations', 'rec_reasons'];
const one = (table: string) => `SELECT '${table}' AS place, updated_at FROM graph_recs.${table} GROUP BY updated_at`;
const [first, second, third] = tables.map(one) as [string, string, string];
const all = tables.map(one).join(' UNION ALL ');
const views = tables.map(
  (table) => `SELECT '${table}' AS place, updated_at FROM readers_app.${table} GROUP BY updated_at`,
);

/** Ways of reading: the beginning of the transaction, and its statements. */
const ways: Record<string, { begin?: string; statements: string[]; pauseMs?: number; named?: boolean }> = {
  'one statement': { statements: [all] },
  'one statement that joins': {
    statements: [
      `SELECT 'recommendations' AS place, rec.updated_at FROM graph_recs.rec_reasons AS why
       JOIN graph_recs.recommendations AS rec USING (user_id, rec_id)
       JOIN graph_recs.closest_connections AS near ON near.user_id = why.user_id AND near.closest_connection = why.reason_id
       WHERE why.updated_at = rec.updated_at AND near.updated_at = rec.updated_at GROUP BY rec.updated_at
       HAVING count(*) = (SELECT count(*) FROM graph_recs.rec_reasons)
       UNION ALL SELECT 'closest_connections', updated_at FROM graph_recs.closest_connections GROUP BY 2
       UNION ALL SELECT 'rec_reasons', updated_at FROM graph_recs.rec_reasons GROUP BY 2`,
    ],
  },
  'one statement over views': { statements: [views.join(' UNION ALL ')] },
  'one function that reads one table after the other': { statements: ['SELECT * FROM readers_app.read_slowly()'] },
  'READ COMMITTED': { begin: 'BEGIN', statements: [first, second, third], pauseMs: 5 },
  'READ COMMITTED, the other way round': { begin: 'BEGIN', statements: [third, first, second], pauseMs: 2 },
  'READ COMMITTED over views': { begin: 'BEGIN', statements: views, pauseMs: 2 },
  'READ COMMITTED, prepared statements': {
    begin: 'BEGIN',
    statements: [first, second, third],
    pauseMs: 2,
    named: true,
  },
  'READ COMMITTED, cursors': {
    begin: 'BEGIN',
    statements: [
      `DECLARE a CURSOR FOR ${first}`,
      'FETCH ALL FROM a',
      second,
      `DECLARE c CURSOR FOR ${third}`,
      'FETCH ALL FROM c',
    ],
    pauseMs: 2,
  },
  'REPEATABLE READ': {
    begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ',
    statements: [first, second, third],
    pauseMs: 20,
  },
  SERIALIZABLE: { begin: 'BEGIN ISOLATION LEVEL SERIALIZABLE', statements: [first, second, third], pauseMs: 20 },
  'SERIALIZABLE, read only': {
    begin: 'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE',
    statements: [third, second, first],
    pauseMs: 20,
  },
  'REPEATABLE READ with a snapshot from long before': {
    begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ',
    statements: ['SELECT', first, second, third],
    pauseMs: 120,
  },
  'REPEATABLE READ over views with a snapshot from long before': {
    begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ',
    statements: ['SELECT', ...views],
    pauseMs: 100,
  },
};

let stopped = false;
/** Different runs that each way has seen. */
const runs = new Map(Object.keys(ways).map((name) => [name, new Set<string>()]));
let fewestTold = 0;

function tellFewestRuns(): void {
  const fewest = Math.min(...[...runs.values()].map(({ size }) => size));
  if (fewest > fewestTold) process.send?.(fewest);
  fewestTold = fewest;
}

async function poll(url: string, name: string): Promise<[string, Polls]> {
  const { begin, statements, pauseMs, named } = ways[name] as (typeof ways)[string];
  const client = new pg.Client({ connectionString: url, application_name: name });
  await client.connect();
  const seen: Polls = { polls: 0, mixed: [], empty: 0, errors: [], longestMs: 0 };
  while (!stopped) {
    const rows: { place: string; updated_at: Date }[] = [];
    const begun = performance.now();
    try {
      if (begin) await client.query(begin);
      for (const [i, statement] of statements.entries()) {
        if (i > 0 && pauseMs) await sleep(pauseMs * (0.5 + Math.random()));
        const started = performance.now();
        rows.push(
          ...(await client.query({ text: statement, name: named ? `statement ${i}` : undefined })).rows.filter(
            ({ place }) => place,
          ),
        );
        seen.longestMs = Math.max(seen.longestMs, Math.round(performance.now() - started));
      }
      if (begin) await client.query('COMMIT');
      seen.polls++;
      const found = new Set(rows.map(({ updated_at }) => updated_at.toISOString()));
      for (const run of found) runs.get(name)?.add(run);
      tellFewestRuns();
      if (found.size > 1)
        seen.mixed.push(rows.map(({ place, updated_at }) => `${place} ${updated_at.toISOString()}`).join(', '));
      if (new Set(rows.map(({ place }) => place)).size < tables.length) seen.empty++;
    } catch (error) {
      seen.errors.push(String(error));
      await client.query('ROLLBACK').catch(() => undefined);
      if (seen.errors.length > 20) break;
    }
    // However slow the machine is, every reader is outside two thirds of the time: else there would be no instant at
    // which none is inside.
    await sleep(2 * (performance.now() - begun) + (begin ? 10 + Math.random() * 60 : 3 + Math.random() * 10));
  }
  await client.end();
  return [name, seen];
}

process.on('message', () => {
  stopped = true;
});
const polling = Promise.all(Object.keys(ways).map((name) => poll(process.env.KITH_TEST_POSTGRES ?? '', name)));
process.send?.('reading');
process.send?.(Object.fromEntries(await polling));
process.disconnect();
