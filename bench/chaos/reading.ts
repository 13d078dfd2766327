import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readSettings } from '../../src/config/settings.ts';
import { homeOf } from '../../src/engines/home.ts';
import { postgresUrl } from '../../src/engines/postgres-roles.ts';

/*
 * A process of its own that reads the published tables of the home in its settings, in each isolation level, until it is
 * told to stop; if it loses its connection, it opens another one.
 */

/** What readers saw together. */
export interface Seen {
  /** Transactions, or single statements, that were read to their end. */
  polls: number;
  /** Those that saw rows of two runs, or some tables empty and others not. */
  mixed: string[];
  /** Those that saw nothing, although the same reader had seen rows before. */
  emptied: number;
  /** Those that saw nothing and had not seen anything before. */
  empty: number;
  /** Connections that broke or could not be opened. */
  lost: number;
  /** Other errors, each once. */
  errors: string[];
  /** Of one statement. */
  longestMs: number;
}

const tables = ['closest_connections', 'recommendations', 'rec_reasons'];
const each = tables.map((name) => `SELECT '${name}' AS place, updated_at FROM graph_recs.${name} GROUP BY updated_at`);
const ways: { begin?: string; statements: string[] }[] = [
  { statements: [each.join(' UNION ALL ')] },
  { begin: 'BEGIN', statements: each.toReversed() },
  { begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ', statements: ['SELECT', ...each] },
  { begin: 'BEGIN ISOLATION LEVEL SERIALIZABLE', statements: each },
];

const seen: Seen = { polls: 0, mixed: [], emptied: 0, empty: 0, lost: 0, errors: [], longestMs: 0 };
let isStopped = false;

async function read({ begin, statements }: (typeof ways)[number]): Promise<void> {
  let client: pg.Client | undefined;
  let hadRows = false;
  while (!isStopped) {
    const begun = performance.now();
    try {
      client ??= await connect();
      if (client) {
        const rows = await poll(client, begin, statements);
        note(rows, hadRows);
        hadRows ||= rows.length > 0;
      }
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      // Before a network's first run there may be neither tables, schema, database nor role.
      if (!hadRows && /^(42P01|3F000|3D000|28P01)$/.test(code)) seen.empty++;
      // No SQLSTATE: the connection broke. Else: it was ended, or the system failed.
      else if (code.length !== 5 || /^(08|53|57|58)/.test(code)) seen.lost++;
      else if (!seen.errors.includes(String(error))) seen.errors.push(String(error));
      void client?.end().catch(() => undefined);
      client = undefined;
    }
    // Most of the time every reader is outside, so that it takes little of a machine that is busy otherwise.
    await sleep(6 * (performance.now() - begun) + 20 + Math.random() * 100);
  }
  await client?.end().catch(() => undefined);
}

async function connect(): Promise<pg.Client | undefined> {
  const url = postgresUrl(homeOf(readSettings(process.env as Record<string, string>)));
  if (url === undefined) return undefined;
  const client = new pg.Client({ connectionString: url, application_name: 'a reader' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** One row for each table and updated_at. */
async function poll(client: pg.Client, begin: string | undefined, statements: string[]): Promise<Row[]> {
  const rows: Row[] = [];
  if (begin) await client.query(begin);
  for (const [i, statement] of statements.entries()) {
    if (i > 0) await sleep(5 + Math.random() * 30);
    const started = performance.now();
    rows.push(...(await client.query<Row>(statement)).rows.filter(({ place }) => place));
    seen.longestMs = Math.max(seen.longestMs, Math.round(performance.now() - started));
  }
  if (begin) await client.query('COMMIT');
  return rows;
}

interface Row {
  place: string;
  updated_at: Date;
}

function note(rows: readonly Row[], hadRows: boolean): void {
  seen.polls++;
  const runs = new Set(rows.map(({ updated_at }) => updated_at.toISOString()));
  const places = new Set(rows.map(({ place }) => place));
  if (places.size === 0) hadRows ? seen.emptied++ : seen.empty++;
  else if (runs.size > 1 || places.size < tables.length)
    seen.mixed.push(rows.map(({ place, updated_at }) => `${place} ${updated_at.toISOString()}`).join(', '));
}

process.on('message', () => {
  isStopped = true;
});
const reading = Promise.all(ways.map(read));
process.send?.('reading');
await reading;
process.send?.(seen);
process.disconnect();
