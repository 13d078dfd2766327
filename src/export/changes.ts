import { type Database, queryAll, queryOn } from '../postgres/database.ts';
import type { NextTable } from './next-table.ts';
import { forEachTable, type OfTables } from './published-tables.ts';

/** What publishing a run's next tables would change, in rows and users. */
export interface Changes {
  closest: { added: number; gone: number };
  recommendations: { added: number; gone: number; moved: number };
  /** Users who have recommendations now or would have some; and of them, those whose first five would change. */
  users: number;
  topFive: number;
}

/** Compares a run's next tables with the published ones. */
export async function changesOf(database: Database, next: OfTables<NextTable>): Promise<Changes> {
  const names = forEachTable((table) => next[table].name);
  return database.transaction(async (client) => {
    await queryAll(client, 'sql/checks/begin.sql', { schema: 'kith_next' });
    await queryAll(client, 'sql/checks/in-any-order.sql');
    const [closest] = await queryOn<Changes['closest']>(client, 'sql/changes/closest-connections.sql', [], names);
    const [rows] = await queryOn<Changes['recommendations']>(client, 'sql/changes/recommendations.sql', [], names);
    const [users] = await queryOn<Pick<Changes, 'users' | 'topFive'>>(client, 'sql/changes/users.sql', [], names);
    return { closest, recommendations: rows, ...users } as Changes;
  });
}
