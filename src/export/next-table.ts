import type pg from 'pg';
import { ChecksFailedError, EngineError, messageOf } from '../errors.ts';
import type { UserRange } from '../graph/user-ranges.ts';
import { CopyStream, copyOut, readCopy } from '../postgres/copy-stream.ts';
import { type Database, queryAll, queryOn, sqlStateOf } from '../postgres/database.ts';
import { CreatedAt } from './created-at.ts';
import type { Findings } from './offences.ts';
import { type OfTables, type PublishedTable, shapes } from './published-tables.ts';
import { instantText, ShownRows } from './shown-rows.ts';

/** The run that the tables are made for. */
export interface NextRun {
  id: string;
  /** updated_at of its rows, and created_at of the new ones, ISO 8601. */
  startedAt: string;
  /** The token of the attempt that makes them; it is part of their names, so that attempts don't collide. */
  token: bigint;
  /** The source of all rows, where a row has one; undefined if the rows come with their own. */
  source?: string;
}

/** A run whose rows come by user. */
export interface NextRunByUser extends NextRun {
  /** All users, in ranges whose published rows fit into memory. */
  shownRanges: readonly UserRange[];
}

/** What checks have found in rows while they were written. */
export interface Found {
  findings: Findings;
  /** The next table that the rows were compared with. */
  comparedWith?: string;
}

/** The partition with the published rows. */
interface Shown {
  name: string;
  /** The type of its ids: int4 or int8. */
  id: string;
  /** The created_at of most of its rows, in microseconds since 2000; undefined if it is empty. */
  usual: number | undefined;
}

/** Writes rows into a next table. */
export class NextRows {
  readonly #copy: CopyStream;
  readonly #created: CreatedAt | undefined;
  /** @param created undefined if all rows are new, as on a first day */
  constructor(copy: CopyStream, created: CreatedAt | undefined) {
    this.#copy = copy;
    this.#created = created;
  }

  /** Writes whole rows, key and measures, which must come in key order. */
  async take(rows: Uint8Array): Promise<void> {
    if (rows.length === 0) return;
    if (!this.#created) return this.#copy.write(rows);
    for await (const part of this.#created.addTo(rows)) await this.#copy.write(part);
  }
}

/**
 * Makes the next table for a published table, in one transaction: a table in kith_next with key, indexes and
 * statistics, which no reader sees yet. Its rows are frozen, so every snapshot can see them. Rows that are already
 * published keep their created_at.
 *
 * @returns the number of rows
 */
export async function makeNext(
  database: Database,
  table: PublishedTable,
  run: NextRunByUser,
  fill: (rows: NextRows) => Promise<Found | undefined>,
): Promise<number> {
  const shown = await shownPartition(database, table);
  const created =
    shown.usual === undefined
      ? undefined
      : new CreatedAt({
          keyColumns: shapes[table].key.length,
          usual: shown.usual,
          startedAt: run.startedAt,
          ranges: run.shownRanges,
          readShown: (range) => readShown(database, table, shown.name, range),
        });
  return make(database, table, run, shown, created !== undefined, async (copy) => {
    const found = await fill(new NextRows(copy, created));
    return created?.isLater ? undefined : found;
  });
}

/** The published rows of some users. */
async function readShown(
  database: Database,
  table: PublishedTable,
  shown: string,
  { first, end }: UserRange,
): Promise<ShownRows> {
  const { key } = shapes[table];
  const variables = { key, shown, first: String(first), end: String(end) };
  // On another connection, so that the copying one holds no snapshot.
  const bytes = await database.transaction((client) => readCopy(client, 'sql/next/read-created-at.sql', variables));
  return new ShownRows(bytes, key.length);
}

/** Makes a next table again from one with outdated values of created_at. */
export async function makeAgain(
  database: Database,
  table: PublishedTable,
  run: NextRun,
  outdated: string,
): Promise<number> {
  const { key, measures } = shapes[table];
  const shown = await shownPartition(database, table);
  return make(database, table, run, shown, true, async (copy) => {
    const columns = [...key, ...measures, ...sourceColumn(table, run)];
    const variables = { key, columns, outdated, shown: shown.name, start: run.startedAt };
    await database.transaction((client) => copy.take(copyOut(client, 'sql/next/copy-again.sql', variables)));
    return undefined;
  });
}

/** The name of the next table that an attempt makes. */
export function nextTableOf(table: PublishedTable, { token }: Pick<NextRun, 'token'>): string {
  return `${table}_${token}`;
}

/** A complete next table. */
export interface NextTable {
  name: string;
  rows: number;
  /** The partition that its created_at came from. */
  shown: string;
  /** The partition that is published now. */
  shownNow: string;
  /** What was found in the rows while they were written; null if nobody has looked. */
  findings: Findings | null;
  /** The next table that they were compared with. */
  comparedWith: string | null;
}

/** The complete next tables of a run. */
export async function nextTablesOf(database: Database, runId: string): Promise<Partial<OfTables<NextTable>>> {
  const rows = await database.query<{ name: PublishedTable; next: string } & Omit<NextTable, 'name'>>(
    'sql/next/of-run.sql',
    [runId],
  );
  return Object.fromEntries(rows.map(({ name, next, ...others }) => [name, { ...others, name: next }]));
}

/** The partition of a published table. */
async function shownPartition(database: Database, table: PublishedTable): Promise<Shown> {
  const [shown] = await database.query<{ name: string; id: string }>('sql/next/shown.sql', [table]);
  if (!shown) throw new EngineError(`graph_recs.${table} has no partition in kith_shown.`);
  const variables = { shown: shown.name };
  const [usual] = await database.query<{ created: number }>('sql/next/usual-created-at.sql', [], variables);
  return { ...shown, usual: usual?.created };
}

/** @param hasCreated whether the rows come with created_at; otherwise all are new */
async function make(
  database: Database,
  table: PublishedTable,
  run: NextRun,
  shown: Shown,
  hasCreated: boolean,
  fill: (copy: CopyStream) => Promise<Found | undefined>,
): Promise<number> {
  const next = nextTableOf(table, run);
  return database.transaction(async (client) => {
    const { key, measures, create } = shapes[table];
    await queryAll(client, 'sql/next/begin.sql');
    const created = shown.usual === undefined ? run.startedAt : instantText(shown.usual);
    await queryAll(client, create, { next, created, start: run.startedAt, id: shown.id });
    const ofRows = sourceColumn(table, run);
    if (ofRows.length > 0) await queryAll(client, 'sql/next/add-source.sql', { next });
    const columns = [...key, ...measures, ...ofRows, ...(hasCreated ? ['created_at'] : [])];
    const copy = new CopyStream(client, 'sql/next/copy.sql', { next, columns });
    const found = await fill(copy);
    const rows = await copy.end();
    if (shapes[table].hasSource && run.source !== undefined)
      await queryAll(client, 'sql/next/add-constant-source.sql', { next, source: run.source });
    await addIndexes(client, table, next);
    await queryAll(client, 'sql/next/analyze.sql', { next });
    await queryOn(client, 'sql/next/register.sql', [
      ...[table, run.id, next, shown.name, rows],
      found && JSON.stringify(found.findings),
      found?.comparedWith,
    ]);
    return rows;
  });
}

/** The column of the rows that names their source, if they come with one. */
function sourceColumn(table: PublishedTable, { source }: NextRun): string[] {
  return shapes[table].hasSource && source === undefined ? ['source'] : [];
}

/** Gives a next table the key and the indexes of the published one. */
export async function addIndexes(client: pg.ClientBase, table: PublishedTable | 'users', next: string): Promise<void> {
  for (const { statement } of await queryOn<{ statement: string }>(client, 'sql/next/indexes.sql', [table, next]))
    await client.query(statement).catch((error) => {
      // The rows are not what an index of an application allows: equal ones, or ones that its expression fails on.
      if (!/^(22|23|P0)/.test(sqlStateOf(error) ?? '')) throw error;
      throw new ChecksFailedError(
        `The run's rows don't fit an index on graph_recs.${table} (${messageOf(error)}; ${statement}): drop the index, then run again.`,
        { cause: error },
      );
    });
}
