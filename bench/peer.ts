import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, listValue } from '@duckdb/node-api';
import { projectRoot } from '../src/config/project.ts';
import type { RankingName } from '../src/config/settings.ts';
import { InterruptedError } from '../src/errors.ts';

/**
 * As many threads as Kith is measured with, and half of the memory: on the next day Kith's engines are there, too, and
 * with DuckDB's own limit of 80 % both together could be too much.
 */
const limits = { threads: '2', memory_limit: `${Math.floor(totalmem() / 2 ** 21)}MiB` };
const files = {
  follows: 'follow.csv',
  replies: 'reply.csv',
  likes: 'like.csv',
  mentions: 'mention.csv',
  users: 'user.csv',
};

/** The text of a statement of the benchmark. */
export function benchSql(name: string): Promise<string> {
  return readFile(join(projectRoot, 'bench', 'sql', `${name}.sql`), 'utf8');
}

/** The three tables of DuckDB, for comparisons. */
export interface Peer {
  seconds: number;
  /** The database's file. */
  file: string;
}

/**
 * DuckDB's SQL from the files of the folders to the three tables of a ranking as CSV files, in a new database.
 *
 * @param folders days' folders, whichever order
 * @param asOf epoch seconds
 * @param dir a folder for it, emptied first
 * @throws InterruptedError once the signal aborts
 */
export async function runPeer(
  folders: readonly string[],
  asOf: number,
  ranking: RankingName,
  dir: string,
  signal: AbortSignal,
): Promise<Peer> {
  return runStatements(folders, asOf, ['peer', 'decimal-weight', `peer-${ranking}`], dir, signal);
}

/** The seconds that DuckDB takes to read the files of the folders into tables, without repeats; else as `runPeer`. */
export async function readByPeer(
  folders: readonly string[],
  asOf: number,
  dir: string,
  signal: AbortSignal,
): Promise<number> {
  return (await runStatements(folders, asOf, ['peer'], dir, signal)).seconds;
}

async function runStatements(
  folders: readonly string[],
  asOf: number,
  names: readonly string[],
  dir: string,
  signal: AbortSignal,
): Promise<Peer> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  // A kind of file of which there is none is an empty one.
  const empty = join(dir, 'empty.csv');
  await writeFile(empty, '');
  const file = join(dir, 'peer.duckdb');
  const statements = await Promise.all(names.map(benchSql));
  const started = performance.now();
  await withDuckDb(file, signal, async (connection) => {
    for (const [variable, name] of Object.entries(files)) {
      const found = folders.flatMap((folder) => [join(folder, name), join(folder, `${name}.gz`)]).filter(existsSync);
      await connection.run(`SET VARIABLE ${variable} = $files`, {
        files: listValue(found.length > 0 ? found : [empty]),
      });
    }
    await connection.run('SET VARIABLE as_of = $asOf::BIGINT', { asOf: BigInt(asOf) });
    await connection.run('SET VARIABLE out = $dir', { dir });
    for (const sql of statements) await connection.run(sql);
  });
  return { seconds: (performance.now() - started) / 1000, file };
}

/** Opens a database's file for a while; an abort breaks off what runs. */
export async function withDuckDb<T>(
  file: string,
  signal: AbortSignal,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new InterruptedError('Stopped.');
  const instance = await DuckDBInstance.create(file, limits);
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    return await work(connection);
  } catch (error) {
    if (signal.aborted) throw new InterruptedError('Stopped.', { cause: error });
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    connection.closeSync();
    instance.closeSync();
  }
}
