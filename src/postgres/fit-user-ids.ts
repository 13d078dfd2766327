import pg from 'pg';
import { BadInputError } from '../errors.ts';
import { isWide, type UserIdKind } from '../user-id.ts';
import { type Database, queryAll, queryOn } from './database.ts';

interface Found {
  kind: UserIdKind;
  /** Whether nothing was ever computed with ids of this kind. */
  isFree: boolean;
}

/**
 * Makes the ids of the published tables of the kind that is set, which can be done before the first run only.
 *
 * @throws BadInputError if the network has ids of another kind
 */
export async function fitUserIds(database: Database, kind: UserIdKind): Promise<void> {
  const [found] = await database.query<Found>('sql/ids/find.sql');
  // Tables that are missing are told of by whoever needs them.
  if (!found || found.kind === kind) return;
  await database.transaction(async (client) => {
    if (found.isFree) await queryOn(client, 'sql/ids/lock.sql');
    // Another process may have been faster.
    const [now] = await queryOn<Found>(client, 'sql/ids/find.sql');
    if (!now || now.kind === kind) return;
    if (!found.isFree || !now.isFree)
      throw new BadInputError(
        `This home's user ids are ${now.kind}, but KITH_USER_IDS is ${kind}: set it to ${now.kind}, or empty the network by ` +
          '`kith reset --yes` first.',
      );
    try {
      await changeKind(client, now.kind, kind);
    } catch (error) {
      throw isInUse(error) ? inUseError(kind, error) : error;
    }
  });
}

async function changeKind(client: pg.ClientBase, from: UserIdKind, to: UserIdKind): Promise<void> {
  if (from === 'text') await queryAll(client, 'sql/ids/drop-users.sql');
  await queryOn(client, 'sql/ids/name-type.sql', [isWide(to) ? 'int8' : 'int4']);
  await queryAll(client, 'sql/ids/change.sql');
  if (to === 'text') await queryAll(client, 'sql/ids/create-users.sql');
}

/** Whether something of the network's owner stands on what has to be made anew (dependent_objects_still_exist). */
function isInUse(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.code === '2BP01';
}

function inUseError(kind: UserIdKind, { detail }: pg.DatabaseError): BadInputError {
  const first = detail?.split('\n')[0] ?? 'something depends on them';
  return new BadInputError(
    `The published tables can't be made anew for KITH_USER_IDS=${kind} (${first}): drop it, run again, and create it then.`,
  );
}
