import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { statement } from '../config/project.ts';
import { BadInputError, InterruptedError, inQuotes, KithError, messageOf } from '../errors.ts';
import { duckDbPath } from '../storage/duckdb-path.ts';
import type { Folder } from '../storage/folder.ts';
import { mostUnpacked, tooLarge, type UnpackLimits } from '../storage/unpack.ts';
import { plainTable, type TableForm } from './file-form.ts';
import { columnsOf, type FileKind, hasFlag, placesOf, timeColumn } from './file-kinds.ts';
import { wantedIn } from './look-table.ts';
import type { Mapped } from './mapping.ts';
import { commonTimes, refuseUnknownTimes, textTimes } from './time-forms.ts';

/** How many rows tell how times are written. */
const sampled = 200;

interface OpenedParquet extends AsyncDisposable {
  connection: DuckDBConnection;
  /** Where it is on disk, as DuckDB's readers take it. */
  path: string;
}

/**
 * Opens a Parquet file; one on S3 is fetched, because DuckDB reads only what is on disk.
 *
 * @throws InterruptedError once the signal aborts
 */
async function openParquet(folder: Folder, file: string, signal?: AbortSignal): Promise<OpenedParquet> {
  const { path: place = '' } = folder.files().get(file) ?? {};
  const dir = place.startsWith('s3://') ? await mkdtemp(join(tmpdir(), 'kith-parquet-')) : undefined;
  const path = dir === undefined ? place : join(dir, 'file.parquet');
  try {
    if (dir !== undefined) await pipeline(await folder.open(file), createWriteStream(path), { signal });
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: '512MB',
      threads: '1',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    return {
      connection,
      path: duckDbPath(path),
      async [Symbol.asyncDispose]() {
        connection.disconnectSync();
        instance.closeSync();
        if (dir !== undefined) await rm(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    if (dir !== undefined) await rm(dir, { recursive: true, force: true });
    throw signal?.aborted ? new InterruptedError('Reading was stopped.') : error;
  }
}

/**
 * Finds the columns of a Parquet file.
 *
 * @throws BadInputError if it is damaged, or a column is missing
 */
export async function lookAtParquet(
  folder: Folder,
  file: string,
  kind: FileKind,
  { mapped, signal }: { mapped?: Mapped; signal?: AbortSignal },
): Promise<TableForm> {
  const path = `${folder.location}/${file}`;
  await using opened = await openParquet(folder, file, signal);
  const { connection, path: local } = opened;
  const names = (await rowsOf(connection, statement('sql/parquet/names.sql'), { path: local }, path)).map(([name]) =>
    String(name),
  );
  const found = placesOf(kind, names);
  const places: Record<string, number> = Object.fromEntries(found);
  for (const [name, value] of Object.entries(mapped?.columns ?? {})) {
    const place = typeof value === 'number' ? value - 1 : names.indexOf(value);
    if (names[place] === undefined)
      throw new BadInputError(`${path} has no column "${value}", which the mapping names for ${name}.`);
    places[name] = place;
  }
  const constants = mapped?.constants ?? {};
  for (const name of Object.keys(constants)) delete places[name];
  const missing = columnsOf[kind]
    .filter(({ name, isNeeded }) => isNeeded && places[name] === undefined && constants[name] === undefined)
    .map(({ name }) => name);
  if (kind === 'user' && !hasFlag({ ...places, ...constants })) missing.push('suspended');
  if (missing.length > 0)
    throw new BadInputError(
      `${path} is Parquet without a column for ${missing.join(' and ')} (it has ${inQuotes(names.slice(0, 12))}): say which it is ` +
        'under "columns:" in kith.mapping.yaml, or give all rows the same under "constants:".',
    );
  const time = timeColumn(kind);
  const at = time === undefined ? undefined : places[time];
  const texts: string[] = [];
  if (at !== undefined) {
    const rows = await rowsOf(connection, statement('sql/parquet/sample.sql'), { path: local, most: sampled }, path);
    texts.push(...rows.flatMap((row) => (row[at] === null ? [] : String(row[at]))));
  }
  if (!mapped?.time) refuseUnknownTimes(texts, path);
  const times = mapped?.time ?? commonTimes(texts) ?? textTimes;
  const wanted = wantedIn(names, { path, mapped });
  return { ...plainTable(kind), places, width: names.length, constants, wanted, times };
}

/**
 * The rows of a Parquet file as lines of CSV; line ends within a value are blanks.
 *
 * @throws BadInputError if it is damaged or has more rows than the limits allow, InterruptedError once the signal aborts
 */
export async function* parquetLines(
  folder: Folder,
  file: string,
  { limits, signal }: { limits: UnpackLimits; signal?: AbortSignal },
): AsyncGenerator<Buffer> {
  const { size = 0 } = folder.files().get(file) ?? {};
  const most = mostUnpacked(size, limits);
  let bytes = 0;
  const opened = await openParquet(folder, file, signal);
  try {
    const result = await opened.connection.stream(statement('sql/parquet/rows.sql'), { path: opened.path });
    for (;;) {
      if (signal?.aborted) throw new InterruptedError('Reading was stopped.');
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return;
      const lines = Buffer.from(
        chunk
          .getRows()
          .map((row) => `${row.map(cell).join(',')}\n`)
          .join(''),
      );
      bytes += lines.length;
      if (bytes > most) throw tooLarge({ path: `${folder.location}/${file}`, size }, most, limits);
      yield lines;
    }
  } catch (error) {
    throw error instanceof KithError ? error : damaged(`${folder.location}/${file}`, error);
  } finally {
    await opened[Symbol.asyncDispose]();
  }
}

function cell(value: DuckDBValue): string {
  const text = value === null ? '' : String(value).replace(/[\r\n]+/g, ' ');
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function damaged(path: string, error: unknown): BadInputError {
  return new BadInputError(`${path} is damaged, or Parquet that can't be read (${messageOf(error).split('\n')[0]}).`);
}

async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
  values: Record<string, DuckDBValue>,
  path: string,
): Promise<DuckDBValue[][]> {
  try {
    return await (await connection.run(sql, values)).getRows();
  } catch (error) {
    throw damaged(path, error);
  }
}
