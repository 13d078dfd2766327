import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { KithError } from '../src/errors.ts';
import { count } from '../src/figures.ts';
import { benchSql, type Peer, withDuckDb } from './peer.ts';

export interface RowCounts {
  closest: number;
  recommendations: number;
  reasons: number;
}

const tables = {
  closest: 'closest-connections',
  recommendations: 'recommendations',
  reasons: 'rec-reasons',
} as const satisfies Record<keyof RowCounts, string>;

/** The tables of Kith and those of the yardstick are not the same. */
export class DifferentRowsError extends KithError {
  override readonly name = 'DifferentRowsError';
  override readonly exitCode = 3;
}

/**
 * Compares all that is published, row by row, with what DuckDB made: keys, ranks, and weights and scores as decimals
 * with 12 places.
 *
 * @param url of Kith's Postgres
 * @param dir for files meanwhile
 * @returns how many rows both have
 * @throws DifferentRowsError naming the table, how many rows differ and one of them
 */
export async function compareRows(url: string, peer: Peer, dir: string, signal: AbortSignal): Promise<RowCounts> {
  const rows: RowCounts = { closest: 0, recommendations: 0, reasons: 0 };
  for (const table of Object.keys(tables) as (keyof RowCounts)[]) {
    const file = join(dir, `${tables[table]}.csv`);
    try {
      await copyOut(url, tables[table], file, signal);
      rows[table] = await compareTable(tables[table], file, peer, signal);
    } finally {
      await rm(file, { force: true });
    }
  }
  return rows;
}

async function copyOut(url: string, table: string, file: string, signal: AbortSignal): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await pipeline(client.query(copyTo(await benchSql(`copy-${table}`))), createWriteStream(file), { signal });
  } finally {
    await client.end();
  }
}

/**
 * One table, published as a CSV file, beside the yardstick's.
 *
 * @returns how many rows both have
 * @throws DifferentRowsError
 */
export async function compareTable(table: string, published: string, peer: Peer, signal: AbortSignal): Promise<number> {
  return withDuckDb(peer.file, signal, async (connection) => {
    await connection.run('SET VARIABLE published = $published', { published });
    const found = await connection.runAndReadAll(await benchSql(`compare-${table}`));
    const [kith, duckdb, lacking, example] = found.getRows()[0] ?? [];
    if (kith === duckdb && lacking === 0n) return Number(kith);
    const differences =
      lacking === 0n ? '' : `, and ${count(Number(lacking))} of Kith's are none of DuckDB's, such as ${example}`;
    throw new DifferentRowsError(
      `${table} differs: Kith has ${count(Number(kith))} rows and DuckDB ${count(Number(duckdb))}${differences}.`,
    );
  });
}
