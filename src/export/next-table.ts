import type pg from 'pg';
import { EngineError } from '../errors.ts';
import type { UserRange } from '../graph/user-ranges.ts';
import { CopyStream, copyOut, readCopy } from '../postgres/copy-stream.ts';
import { type Database, queryAll, queryOn } from '../postgres/database.ts';
import { type OfTables, type PublishedTable, shapes } from './published-tables.ts';
import { instantText, ShownRows } from './shown-rows.ts';

/** The run that tables are made for. */
export interface NextRun {
  id: string;
  /** updated_at of its rows, and created_at of the new ones, ISO 8601. */
  startedAt: string;
  /** Of the attempt that makes them: part of their names, so that no other attempt's are in the way. */
  token: bigint;
}

/** The partition that is shown now. */
interface Shown {
  name: string;
  /** created_at of most of its rows, in microseconds since 2000; undefined if it is empty. */
  usual: number | undefined;
}

/** What COPY takes for the column's default. */
const defaultMarker = '\\D';

/** Rows on their way into a next table, in the order of its key. */
export class NextRows {
  readonly #database: Database;
  readonly #table: PublishedTable;
  readonly #shown: Shown;
  readonly #copy: CopyStream;
  /** How a row that is new says so. */
  readonly #isNew: string;
  /** By created_at: all rows of a run share one, so there are few. */
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

  /** What is shown of some users, for their rows to go on. */
  async readShown({ first, end }: UserRange): Promise<ShownRows> {
    if (this.#shown.usual === undefined) return ShownRows.none;
    const { key } = shapes[this.#table];
    const variables = { key, shown: this.#shown.name, first: String(first), end: String(end) };
    // Outside of any transaction, so that nobody waits for it, and the one that copies keeps no snapshot.
    const bytes = await this.#database.transaction(
      (client) => readCopy(client, 'sql/next/read-created-at.sql', variables),
      { implicit: true },
    );
    return new ShownRows(bytes, key.length);
  }

  /**
   * Adds a row; true when it is time to `flush`.
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
 * Makes the next rows of a published table beside it: a table of their own in kith_next with key, indexes and statistics, seen by nobody, in one
 * transaction. Its rows are frozen, which is to say visible to every snapshot. Rows that are shown already keep their created_at.
 *
 * @returns how many rows it has
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

/** Makes a next table again from one whose created_at is outdated. */
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
    await database.transaction((client) => copy.take(copyOut(client, 'sql/next/copy-again.sql', variables)), {
      implicit: true,
    });
  });
}

/** A next table that is whole. */
export interface NextTable {
  name: string;
  rows: number;
  /** The partition whose created_at it has. */
  shown: string;
  /** The partition that is shown now. */
  shownNow: string;
}

/** The next tables of a run, those that are whole. */
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
    await client.query(statement);
}
