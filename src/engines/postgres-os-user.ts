import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { childEnvironment } from '../child-environment.ts';
import { EngineError } from '../errors.ts';
import { runsAsRoot } from './home.ts';

/** A user of the operating system; undefined if Postgres runs as the user who starts it. */
export type OsUser = { name: string; uid: number; gid: number } | undefined;

/**
 * The user that Postgres runs as if we are root, as which it refuses to run; created if necessary.
 *
 * @throws EngineError if there is no such user and it can't be created
 */
export function postgresOsUser(name: string): OsUser {
  if (!runsAsRoot()) return undefined;
  const known = lookUp(name);
  if (known) return known;
  const options = ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false'];
  const made = spawnSync('useradd', [...options, name], { env: childEnvironment() });
  const user = lookUp(name);
  if (user) return user;
  const why = made.error?.message ?? String(made.stderr).trim().split('\n')[0];
  throw new EngineError(
    `Postgres can't run as root, and the user ${name} could not be created (${why}): set KITH_POSTGRES_OS_USER to an existing user of this system.`,
  );
}

/** The topmost folder on the way to `path` that the user can't enter; undefined if there is none. */
export function closedFolder(path: string, user: OsUser): string | undefined {
  if (!user) return undefined;
  const way: string[] = [];
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) way.unshift(folder);
  const script = 'for folder; do [ -x "$folder" ] || { printf %s "$folder"; exit; }; done';
  const options = { uid: user.uid, gid: user.gid, cwd: '/', encoding: 'utf8', env: childEnvironment() } as const;
  return spawnSync('/bin/sh', ['-c', script, 'sh', ...way], options).stdout || undefined;
}

function lookUp(name: string): OsUser {
  const ask = (what: string) => {
    const { status, stdout } = spawnSync('id', [what, name], { encoding: 'utf8', env: childEnvironment() });
    return status === 0 ? Number(stdout) : undefined;
  };
  const uid = ask('-u');
  const gid = ask('-g');
  return uid === undefined || gid === undefined ? undefined : { name, uid, gid };
}
