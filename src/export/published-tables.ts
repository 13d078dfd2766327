/** As in the names of statements' files; {@link tableNames} has those of Postgres. */
export const publishedTables = ['closest-connections', 'recommendations', 'rec-reasons'] as const;
export type PublishedTable = (typeof publishedTables)[number];

export const tableNames: Record<PublishedTable, string> = {
  'closest-connections': 'closest_connections',
  recommendations: 'recommendations',
  'rec-reasons': 'rec_reasons',
};

/** Numbers of rows by table. */
export interface RowCounts {
  closest: number;
  recommendations: number;
  reasons: number;
}
