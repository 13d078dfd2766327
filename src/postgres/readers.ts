import { randomBytes } from 'node:crypto';
import { BadInputError } from '../errors.ts';
import { type Database, queryAll, queryOn } from './database.ts';

/** A role that may read what is published. */
export interface Reader {
  name: string;
  /** How many connections it may have at once; -1: any number. */
  limit: number;
  /** How many it has now. */
  connections: number;
  /** After how long its queries are ended, such as `30s`. */
  timeout: string | null;
}

/** Those beginning with pg_ are the server's own, those with kith Kith's. */
const allowed = /^(?!pg_|kith)[a-z_][a-z0-9_]{0,62}$/;

/** Whether a reader may have this name. */
export function mayBeReader(name: string): boolean {
  return allowed.test(name);
}

/**
 * Makes a role that can only read in graph_recs.
 *
 * @param limits how many connections it may have at once, and after how long its queries are ended, such as `30s`
 * @returns its password, which is kept nowhere
 * @throws BadInputError if the name can't be one, or is taken
 */
export async function addReader(
  database: Database,
  name: string,
  { connections, timeout }: { connections: number; timeout: string },
): Promise<string> {
  if (!allowed.test(name))
    throw new BadInputError(
      `A reader's name has small letters, digits and _, at most 63, and doesn't begin with pg_ or kith: not "${name}".`,
    );
  const password = randomBytes(24).toString('base64url');
  await database.transaction(async (client) => {
    await queryAll(client, 'sql/readers/group.sql');
    const [found] = await queryOn(client, 'sql/readers/find.sql', [name]);
    if (found) throw new BadInputError(`There is a role ${name} already: choose another name, or remove it first.`);
    await queryOn(client, 'sql/readers/settings.sql', [name, password, String(connections), timeout]);
    await queryAll(client, 'sql/readers/add.sql');
  });
  return password;
}

export async function listReaders(database: Database): Promise<Reader[]> {
  return database.query<Reader & Record<string, unknown>>('sql/readers/list.sql');
}

/**
 * Removes a reader's role, and ends its connections.
 *
 * @throws BadInputError if there is no such reader
 */
export async function removeReader(database: Database, name: string): Promise<void> {
  await database.transaction(async (client) => {
    await queryAll(client, 'sql/readers/group.sql');
    const [found] = await queryOn<{ isReader: boolean }>(client, 'sql/readers/find.sql', [name]);
    if (!found?.isReader) throw new BadInputError(`There is no reader ${name}; see kith readers list.`);
    await queryAll(client, 'sql/readers/shut-out.sql', { name });
  });
  // Only once that is committed can no new connection take the place of one that is ended.
  try {
    await database.transaction(async (client) => {
      const [found] = await queryOn(client, 'sql/readers/find.sql', [name]);
      if (found) await queryAll(client, 'sql/readers/remove.sql', { name });
    });
  } catch (error) {
    // Such as a role to which something else belongs: it stays as it was.
    await database.transaction((client) => queryAll(client, 'sql/readers/let-in.sql', { name })).catch(() => undefined);
    throw error;
  }
}
