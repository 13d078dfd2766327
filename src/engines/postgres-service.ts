import { join } from 'node:path';
import type { EngineHome } from './home.ts';

/**
 * The file by which psql and other programs of libpq find the embedded Postgres, so that no password is on a command
 * line, where everybody on the machine can read it: `PGSERVICEFILE=… psql service=kith`.
 */
export function serviceFileOf(home: EngineHome): string {
  return join(home.root, 'pg_service.conf');
}

/** The text of a service file for the server and role of a URL. */
export function serviceText(url: string): string {
  const { hostname, port, pathname, username, password } = new URL(url);
  return `# Written by kith at every start: PGSERVICEFILE=this-file psql service=kith
[kith]
host=${hostname}
port=${port}
dbname=${decodeURIComponent(pathname.slice(1))}
user=${decodeURIComponent(username)}
password=${decodeURIComponent(password)}
`;
}
