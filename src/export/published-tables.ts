import type { SqlFile } from '../postgres/database.ts';

export type PublishedTable = 'closest_connections' | 'recommendations' | 'rec_reasons';

interface TableShape {
  key: readonly string[];
  /** The columns that follow the key in a row that a step writes. */
  measures: readonly string[];
  /** Whether each row says where it comes from, in a last column `source`. */
  hasSource: boolean;
  /** The statement that creates its next table. */
  create: SqlFile;
}

/** The three tables of schema graph_recs that applications read. */
export const shapes: Readonly<Record<PublishedTable, TableShape>> = {
  closest_connections: {
    key: ['user_id', 'closest_connection'],
    measures: ['weight', 'rank'],
    hasSource: false,
    create: 'sql/next/create-closest-connections.sql',
  },
  recommendations: {
    key: ['user_id', 'rec_id'],
    measures: ['score', 'rank'],
    hasSource: true,
    create: 'sql/next/create-recommendations.sql',
  },
  rec_reasons: {
    key: ['user_id', 'rec_id', 'reason_id'],
    measures: ['weight'],
    hasSource: true,
    create: 'sql/next/create-rec-reasons.sql',
  },
};

export const publishedTables = Object.keys(shapes) as readonly PublishedTable[];

/** One of something for each table. */
export type OfTables<Item> = Readonly<Record<PublishedTable, Item>>;

export function forEachTable<Item>(make: (table: PublishedTable) => Item): OfTables<Item> {
  return Object.fromEntries(publishedTables.map((table) => [table, make(table)])) as unknown as OfTables<Item>;
}

/** The number of rows of each table. */
export interface RowCounts {
  closest: number;
  recommendations: number;
  reasons: number;
}
