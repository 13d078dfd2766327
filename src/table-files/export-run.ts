import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Settings } from '../config/settings.ts';
import { up } from '../engines/stack.ts';
import { BadInputError, BusyError } from '../errors.ts';
import { publishedTables } from '../export/published-tables.ts';
import { Graph } from '../graph/graph.ts';
import { userRanges } from '../graph/user-ranges.ts';
import { messagesFile } from '../jobs/run-context.ts';
import { withDatabase } from '../jobs/with-database.ts';
import { writeAllWeeks } from '../messages/user-weeks.ts';
import { copyOut } from '../postgres/copy-stream.ts';
import { type Database, queryAll, queryOn } from '../postgres/database.ts';
import { textsOf } from '../postgres/user-texts.ts';
import { goodFrom, million } from '../scoring/reputation/millionths.ts';
import { fieldOf, writeWeekScores } from '../scoring/reputation/write-scores.ts';
import { findShown } from '../show/shown-run.ts';
import { lackOfSpace } from '../storage/disk-full.ts';
import { duckDbPath } from '../storage/duckdb-path.ts';
import { linkedFolder } from '../storage/linked-folder.ts';
import { isWide, userIdOf } from '../user-id.ts';

/** How the tables are written. */
export const exportFormats = ['parquet', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  /** A folder that does not exist yet, or is empty. */
  out: string;
  format: ExportFormat;
  signal: AbortSignal;
  onProgress: (doing: string) => void;
}

/** Of graph_recs.published_run. */
interface PublishedRun {
  run_id: string;
  as_of: string;
  filtered: boolean;
  model: string | null;
}

/** Users whose scores are read at a time. */
const usersPerScores = 100_000;

/**
 * Writes the published tables, all of one run, the scores that filtered it, and the user-weeks that a model made them
 * from, to files in a folder: whole or not at all. Nothing can be published meanwhile.
 *
 * @returns the run's id, the names of the files, and what had to be left out and why
 * @throws BadInputError if nothing is published, or the folder holds something; BusyError if a run uses the messages
 */
export async function exportRun(
  settings: Settings,
  { out, format, signal, onProgress }: ExportOptions,
): Promise<{ run: string; files: string[]; leftOut?: string }> {
  const folder = linkedFolder(resolve(out));
  await refuseFull(folder);
  let draft: string | undefined;
  let leftOut: string | undefined;
  try {
    return await withDatabase(settings, signal, (database) =>
      database.until(signal).transaction(async (client) => {
        await queryAll(client, 'sql/table-files/hold.sql');
        const [found] = await queryOn<{ run: PublishedRun }>(client, 'sql/table-files/run.sql');
        if (!found) throw new BadInputError('Nothing has been published yet: run `kith run --input DIR` first.');
        await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
        const beside = await mkdtemp(`${folder}.partial-`);
        draft = beside;
        await writeFile(join(beside, 'published_run.json'), `${JSON.stringify(found.run, null, 2)}\n`);
        const tables = [...publishedTables, ...(settings.userIds === 'text' ? (['users'] as const) : [])];
        for (const table of tables) {
          onProgress(`writing ${table}`);
          const csv = join(beside, `${table}.csv`);
          await pipeline(copyOut(client, 'sql/table-files/copy.sql', { table }), createWriteStream(csv), { signal });
          if (format === 'parquet') await toParquet(csv, typesOf(types[table], settings));
        }
        if (found.run.filtered) {
          const { whyNoScores } = await findShown(database);
          if (whyNoScores === undefined)
            leftOut = await writeReputation(settings, database, found.run, { beside, format, signal, onProgress });
          else leftOut = `scores, since ${whyNoScores}`;
        }
        const files = (await readdir(beside)).sort();
        // It takes the place of an empty folder only.
        await rename(beside, folder).catch((error) => refuseFull(folder).then(() => Promise.reject(error)));
        return { run: found.run.run_id, files, leftOut };
      }),
    );
  } catch (error) {
    if (draft !== undefined) await rm(draft, { recursive: true, force: true });
    throw lackOfSpace(dirname(folder), error) ?? error;
  }
}

/**
 * Writes the scores that the graph has, and the user-weeks that a model made them from.
 *
 * @returns what had to be left out and why
 */
async function writeReputation(
  settings: Settings,
  database: Database,
  run: PublishedRun,
  { beside, format, signal, onProgress }: Omit<ExportOptions, 'out'> & { beside: string },
): Promise<string | undefined> {
  onProgress('writing scores');
  const scores = join(beside, 'scores.csv');
  await writeScores(settings, database, scores, signal);
  let leftOut: string | undefined;
  if (run.model !== null) {
    onProgress('writing user_weeks');
    const weeks = join(beside, 'user_weeks.csv');
    const isBehindScores = await writeAllWeeks(
      messagesFile(settings),
      Math.floor(Date.parse(run.as_of) / 1000),
      { scores, weeks },
      { goodFrom: goodFrom / million, hasTexts: settings.userIds === 'text', signal },
      (all, texts) => writeWeekScores(weeks, all, { s3: settings.s3, signal, texts }),
    ).catch((error) => {
      if (error instanceof BusyError) return undefined;
      throw error;
    });
    if (isBehindScores === undefined) leftOut = 'user_weeks, since a run is using the messages';
    else if (!isBehindScores)
      leftOut = 'user_weeks, since messages were added, or another model was used, after the run';
    if (leftOut !== undefined) await rm(weeks, { force: true });
    else if (format === 'parquet') await toParquet(weeks, ofFile(weekTypes, settings));
  }
  if (format === 'parquet') await toParquet(scores, ofFile({ user_id: 'INTEGER', pred: 'DOUBLE' }, settings));
  return leftOut;
}

async function refuseFull(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new BadInputError(`--out ${folder} is no folder that can be read (${error.code}).`);
  });
  if (names.length > 0) throw new BadInputError(`--out ${folder} holds something already: give a new folder.`);
}

const instants = { created_at: 'TIMESTAMPTZ', updated_at: 'TIMESTAMPTZ' };

/** The columns of each table, for Parquet; weights are exact. */
const types = {
  closest_connections: {
    user_id: 'INTEGER',
    closest_connection: 'INTEGER',
    weight: 'DECIMAL(38, 12)',
    ...instants,
    rank: 'INTEGER',
  },
  recommendations: {
    user_id: 'INTEGER',
    rec_id: 'INTEGER',
    ...instants,
    rank: 'INTEGER',
    score: 'DECIMAL(38, 12)',
    source: 'VARCHAR',
  },
  rec_reasons: {
    user_id: 'INTEGER',
    rec_id: 'INTEGER',
    reason_id: 'INTEGER',
    weight: 'DECIMAL(38, 12)',
    ...instants,
    source: 'VARCHAR',
  },
  users: { user_id: 'BIGINT', id: 'VARCHAR' },
};

const weekTypes = { user_id: 'INTEGER', week: 'VARCHAR', probability: 'DECIMAL(7, 6)' };

function typesOf(
  columns: Readonly<Record<string, string>>,
  { userIds }: Pick<Settings, 'userIds'>,
): Readonly<Record<string, string>> {
  if (!isWide(userIds)) return columns;
  const isId = (name: string) => name.endsWith('_id') || name === 'closest_connection';
  return Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, isId(name) ? 'BIGINT' : type]));
}

/** Replaces a CSV by a Parquet file of the same name. */
async function toParquet(csv: string, columns: Readonly<Record<string, string>>): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: '512MB',
    threads: '2',
    preserve_insertion_order: 'true',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    const db = await instance.connect();
    const quoted = (path: string) => `'${path.replaceAll("'", "''")}'`;
    const shape = Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`);
    // File names are no parameters of COPY.
    await db.run(
      `COPY (SELECT * FROM read_csv(${quoted(duckDbPath(csv))}, header = true, delim = ',', quote = '"', escape = '"', columns = {${shape.join(', ')}})) TO ${quoted(csv.replace(/csv$/, 'parquet'))} (FORMAT parquet)`,
    );
    db.disconnectSync();
  } finally {
    instance.closeSync();
  }
  await rm(csv);
}

/** As in a list of scores that a run takes: ids that are texts are texts there. */
function ofFile(
  columns: Readonly<Record<string, string>>,
  settings: Pick<Settings, 'userIds'>,
): Readonly<Record<string, string>> {
  return settings.userIds === 'text' ? { ...columns, user_id: 'VARCHAR' } : typesOf(columns, settings);
}

async function writeScores(settings: Settings, database: Database, path: string, signal: AbortSignal): Promise<void> {
  const { neo4j } = await up(settings, { signal, only: 'neo4j' });
  await using graph = new Graph(neo4j, signal);
  async function* lines() {
    yield 'user_id,pred\n';
    for (const { first, end } of await userRanges(graph, usersPerScores)) {
      const { rows } = await graph.read<{ ids: bigint[]; preds: number[] }>('cypher/reputation/scores.cypher', {
        first,
        end,
      });
      const [{ ids, preds } = { ids: [], preds: [] }] = rows;
      const texts = settings.userIds === 'text' ? await textsOf(database, ids) : undefined;
      yield ids.map((id, i) => `${fieldOf(userIdOf(id), texts)},${preds[i]}\n`).join('');
    }
  }
  await pipeline(lines, createWriteStream(path), { signal });
}
