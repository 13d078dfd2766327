import pg from 'pg';
import { statement } from '../config/project.ts';
import { EngineError, messageOf } from '../errors.ts';
import { type EngineHome, passwordOf } from './home.ts';
import { rememberedPorts } from './ports.ts';

/** The role that Kith works as, and the database that belongs to it. The role is no superuser. */
const owner = 'kith';
const database = 'kith';
/** The superuser that the server is made with. Kith logs in as it only when its own role does not exist yet. */
export const superuser = 'kith_admin';
/** The database that every server has. */
const always = 'postgres';

interface Found {
  isSuperuser: boolean;
  hasRole: boolean;
  hasDatabase: boolean;
}

/** The URL of this home's embedded Postgres; undefined before the first `up`. */
export function postgresUrl(home: EngineHome, name = database): string | undefined {
  return urlOf(home, owner, home.passwords.postgres, name);
}

/** The superuser's URL, for what Kith's role may not do; undefined before the first `up`. */
export function superuserUrl(home: EngineHome, name = database): string | undefined {
  return urlOf(home, superuser, home.passwords.postgresAdmin, name);
}

/** The URL of a database that the server has from the beginning, with the same role. */
export function alwaysThereUrl(home: EngineHome): string {
  return postgresUrl(home, always) ?? '';
}

/**
 * Creates the role that Kith works as, unless it exists. The server must answer.
 *
 * @returns false if the role exists, or the superuser's password is wrong
 */
export async function createRole(home: EngineHome): Promise<boolean> {
  const url = superuserUrl(home, always) ?? '';
  return withClient(url, async (client) => {
    if ((await find(client)).hasRole) return false;
    await setPasswords(client, home);
    await client.query(statement('sql/roles/create.sql'));
    return true;
  }).catch((error) => {
    // The login was refused.
    if (error instanceof pg.DatabaseError && error.code?.startsWith('28')) return false;
    throw error;
  });
}

/**
 * Creates the database unless it exists, and takes the superuser's rights from the role that an earlier version of Kith
 * worked as. All that belongs to the role stays its own.
 *
 * @throws EngineError if somebody has a table open, or a statement is refused; nothing has changed then
 */
export async function prepareDatabase(home: EngineHome, onProgress?: (text: string) => void): Promise<void> {
  await withClient(alwaysThereUrl(home), async (client) => {
    const { isSuperuser, hasDatabase } = await find(client);
    if (isSuperuser) {
      onProgress?.("taking the superuser's rights from Kith's role in Postgres");
      await becomeOrdinary(client, home).catch((error) => {
        throw new EngineError(
          `Kith's role in Postgres is still a superuser, since handing over what it owns failed (${messageOf(error)}): ` +
            'run `kith down`, then `kith up`.',
          { cause: error },
        );
      });
    }
    // The role became another one: this session still has the old one's rights, and must not own the database.
    if (!hasDatabase)
      await withClient(alwaysThereUrl(home), (own) => own.query(statement('sql/roles/create-database.sql')));
  });
}

async function becomeOrdinary(client: pg.Client, home: EngineHome): Promise<void> {
  await client.query(statement('sql/roles/create-heir.sql'));
  const { rows } = await client.query<{ name: string }>(statement('sql/roles/owned-databases.sql'));
  for (const { name } of rows)
    await withClient(postgresUrl(home, name) ?? '', (there) => there.query(statement('sql/roles/hand-over.sql')));
  await setPasswords(client, home);
  await client.query(statement('sql/roles/change-names.sql'));
}

async function find(client: pg.Client): Promise<Found> {
  return (await client.query<Found>(statement('sql/roles/find.sql'))).rows[0] as Found;
}

async function setPasswords(client: pg.Client, { passwords }: EngineHome): Promise<void> {
  const values = [passwordOf(passwords.postgres), passwordOf(passwords.postgresAdmin)];
  await client.query(statement('sql/roles/set-passwords.sql'), values);
}

function urlOf(home: EngineHome, role: string, passwordFile: string, name: string): string | undefined {
  const password = passwordOf(passwordFile);
  const { postgres: port } = rememberedPorts(home);
  return password && port
    ? `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(name)}`
    : undefined;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  // Names in statements mean the server's own, whatever others have put into the schema public.
  const client = new pg.Client({ connectionString: url, options: '-c search_path=pg_catalog' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
