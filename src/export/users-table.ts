import { CopyStream, copyOut } from '../postgres/copy-stream.ts';
import { type Database, queryAll, queryOn } from '../postgres/database.ts';
import type { CheckOutcome } from './checks.ts';
import { addIndexes, type NextRun } from './next-table.ts';
import type { OfTables } from './published-tables.ts';

/** The next graph_recs.users, which there is where ids are texts. */
export interface NextUsers {
  name: string;
  /** The partition that is published now. */
  shown: string;
  nameless: number;
}

/**
 * Makes the next graph_recs.users: everybody in a run's next tables, with their ids as the network has them.
 *
 * @param of the names of the next tables; undefined: nobody is in any
 * @returns undefined where ids are numbers
 */
export async function makeNextUsers(
  database: Database,
  run: Pick<NextRun, 'id' | 'token'>,
  of: OfTables<string> | undefined,
): Promise<NextUsers | undefined> {
  const [shown] = await database.query<{ name: string }>('sql/next/shown-users.sql');
  if (!shown) return undefined;
  const name = `users_${run.token}`;
  const next = { next: name };
  return database.transaction(async (client) => {
    await queryAll(client, 'sql/next/begin.sql');
    await queryAll(client, 'sql/next/create-users.sql', next);
    const copy = new CopyStream(client, 'sql/next/copy.sql', { ...next, columns: ['user_id', 'id'] });
    if (of) {
      const tables = {
        closest: of.closest_connections,
        recommendations: of.recommendations,
        reasons: of.rec_reasons,
      };
      await database.transaction((other) => copy.take(copyOut(other, 'sql/next/copy-users.sql', tables)));
    }
    const rows = await copy.end();
    await addIndexes(client, 'users', name);
    await queryAll(client, 'sql/next/analyze.sql', next);
    await queryOn(client, 'sql/next/register.sql', ['users', run.id, name, shown.name, rows, undefined, undefined]);
    const [counted] = await queryOn<{ nameless: number }>(client, 'sql/next/count-nameless.sql', [], next);
    return { name, shown: shown.name, nameless: counted?.nameless ?? 0 };
  });
}

/** That everybody has their id back. */
export function named({ nameless }: NextUsers): CheckOutcome {
  return {
    name: 'named',
    sentence: 'Everybody in the tables has an id in users.',
    outcome: nameless === 0 ? 'passed' : 'failed',
    detail: nameless === 0 ? undefined : `${nameless} have none`,
  };
}
