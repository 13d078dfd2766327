import type pg from 'pg';
import { ChecksFailedError, EngineError, messageOf } from '../errors.ts';
import type { UserRange } from '../graph/user-ranges.ts';
import { CopyStream, copyOut, readCopy } from '../postgres/copy-stream.ts';
import { type Database, queryAll, queryOn, sqlStateOf } from '../postgres/database.ts';
import { type OfTables, type PublishedTable, shapes } from './published-tables.ts';
import { instantText, ShownRows } from './shown-rows.ts';

/** The run that the tables are made for. */
export interface NextRun {
  id: string;
  /** updated_at of its rows, and created_at of the new ones, ISO 8601. */
  startedAt: string;
  /** The token of the attempt that makes them; it is part of their names, so that attempts don't collide. */
  token: bigint;
}

/** The partition with the published rows. */
interface Shown {
  name: string;
  /** The created_at of most of its rows, in microseconds since 2000; undefined if it is empty. */
  usual: number | undefined;
}

/** What COPY replaces by the column's default. */
const defaultMarker = '\\D';

/** Writes rows into a next table, in key order. */
export class NextRows {
  readonly #database: Database;
  readonly #table: PublishedTable;
  readonly #shown: Shown;
  readonly #copy: CopyStream;
  /** The created_at to write for a new row. */
  readonly #isNew: string;
  /** Text by created_at; all rows of a run share one, so there are few. */
  readonly #texts = new Map<number, string>();
  count = 0;

  constructor(database: Database, table: PublishedTable, startedAt: string, shown: Shown, copy: CopyStream) {
    this.#database = database;
    this.#table = table;
    this.#shown = shown;
    this.#copy = copy;
    this.#isNew = shown.usual === undefined ? defaultMarker : startedAt;
    if (shown.usual !== undefined) this.#texts.set(shown.usual, defaultMarker);
  }

  /** Reads the published rows of some users, so that their new rows keep created_at. */
  async readShown({ first, end }: UserRange): Promise<ShownRows> {
    if (this.#shown.usual === undefined) return ShownRows.none;
    const { key } = shapes[this.#table];
    const variables = { key, shown: this.#shown.name, first: String(first), end: String(end) };
    // On another connection, so that the copying one holds no snapshot.
    const bytes = await this.#database.transaction((client) =>
      readCopy(client, 'sql/next/read-created-at.sql', variables),
    );
    return new ShownRows(bytes, key.length);
  }

  /**
   * Adds a row; returns true when it is time to `flush`.
   *
   * @param row key and measures, separated by tabs
   */
  add(key: readonly number[], row: string, shown: ShownRows): boolean {
    this.count++;
    const created = shown.createdAt(key);
    return this.#copy.add(`${row}\t${created === undefined ? this.#isNew : this.#textOf(created)}\n`);
  }

  async flush(): Promise<void> {
    await this.#copy.flush();
  }

  #textOf(created: number): string {
    let text = this.#texts.get(created);
    if (text === undefined) {
      text = instantText(created);
      this.#texts.set(created, text);
    }
    return text;
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
  run: NextRun,
  fill: (rows: NextRows) => Promise<void>,
): Promise<number> {
  return make(database, table, run, async (copy, shown) => {
    await fill(new NextRows(database, table, run.startedAt, shown, copy));
  });
}

/** Makes a next table again from one with outdated values of created_at. */
export async function makeAgain(
  database: Database,
  table: PublishedTable,
  run: NextRun,
  outdated: string,
): Promise<number> {
  const { key, measures } = shapes[table];
  return make(database, table, run, async (copy, shown) => {
    const columns = [...key, ...measures];
    const variables = { key, columns, outdated, shown: shown.name, start: run.startedAt };
    await database.transaction((client) => copy.take(copyOut(client, 'sql/next/copy-again.sql', variables)));
  });
}

/** A complete next table. */
export interface NextTable {
  name: string;
  rows: number;
  /** The partition that its created_at came from. */
  shown: string;
  /** The partition that is published now. */
  shownNow: string;
}

/** The complete next tables of a run. */
export async function nextTablesOf(database: Database, runId: string): Promise<Partial<OfTables<NextTable>>> {
  const rows = await database.query<{ name: PublishedTable; next: string } & Omit<NextTable, 'name'>>(
    'sql/next/of-run.sql',
    [runId],
  );
  return Object.fromEntries(
    rows.map(({ name, next, rows, shown, shownNow }) => [name, { name: next, rows, shown, shownNow }]),
  );
}

/** The partition of a published table. */
async function shownPartition(database: Database, table: PublishedTable): Promise<string> {
  const [shown] = await database.query<{ name: string }>('sql/next/shown.sql', [table]);
  if (!shown) throw new EngineError(`graph_recs.${table} has no partition in kith_shown.`);
  return shown.name;
}

async function make(
  database: Database,
  table: PublishedTable,
  run: NextRun,
  fill: (copy: CopyStream, shown: Shown) => Promise<void>,
): Promise<number> {
  const name = await shownPartition(database, table);
  const [usual] = await database.query<{ created: number }>('sql/next/usual-created-at.sql', [], { shown: name });
  const shown = { name, usual: usual?.created };
  const next = `${table}_${run.token}`;
  return database.transaction(async (client) => {
    const { key, measures, create } = shapes[table];
    await queryAll(client, 'sql/next/begin.sql');
    const created = shown.usual === undefined ? run.startedAt : instantText(shown.usual);
    await queryAll(client, create, { next, created, start: run.startedAt });
    const copy = new CopyStream(client, 'sql/next/copy.sql', { next, columns: [...key, ...measures, 'created_at'] });
    await fill(copy, shown);
    const rows = await copy.end();
    await addIndexes(client, table, next);
    await queryAll(client, 'sql/next/analyze.sql', { next });
    await queryOn(client, 'sql/next/register.sql', [table, run.id, next, shown.name, rows]);
    return rows;
  });
}

async function addIndexes(client: pg.ClientBase, table: PublishedTable, next: string): Promise<void> {
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
