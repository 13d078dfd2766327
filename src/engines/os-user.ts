import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { childEnvironment } from '../child-environment.ts';
import { BadInputError, EngineError } from '../errors.ts';
import { runsAsRoot } from './home.ts';

/** A user of the operating system; undefined if the engine runs as the user who starts it. */
export type OsUser = { name: string; uid: number; gid: number } | undefined;

const settingOf = { Neo4j: 'KITH_NEO4J_OS_USER', Postgres: 'KITH_POSTGRES_OS_USER' };

/**
 * The user that an engine runs as if we are root; created if necessary. Postgres refuses to run as root, and what breaks
 * into an engine must not get root's rights.
 *
 * @throws EngineError if there is no such user and it can't be created; BadInputError if it is root
 */
export function engineOsUser(engine: 'Neo4j' | 'Postgres', name: string): OsUser {
  if (!runsAsRoot()) return undefined;
  const known = lookUp(name);
  if (known?.uid === 0)
    throw new BadInputError(`${settingOf[engine]} is ${name}, who has all rights: name a user without rights.`);
  if (known) return known;
  const options = ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false'];
  const made = spawnSync('useradd', [...options, name], { env: childEnvironment() });
  const user = lookUp(name);
  if (user) return user;
  const why = made.error?.message ?? String(made.stderr).trim().split('\n')[0];
  throw new EngineError(
    `${engine} can't run as root, and the user ${name} could not be created (${why}): set ${settingOf[engine]} to an existing user of this system.`,
  );
}

/** The topmost folder on the way to `path` that the user can't enter; undefined if there is none. */
export function closedFolder(path: string, user: OsUser): string | undefined {
  if (!user) return undefined;
  const way: string[] = [];
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) way.unshift(folder);
  const script = 'for folder; do [ -x "$folder" ] || { printf %s "$folder"; exit; }; done';
  return spawnSync('/bin/sh', ['-c', script, 'sh', ...way], asUser(user)).stdout || undefined;
}

/**
 * Checks that the user can enter an engine's folder.
 *
 * @throws EngineError naming the folder on the way that is closed
 */
export function refuseClosedFolder(engine: 'Neo4j' | 'Postgres', folder: string, user: OsUser): void {
  const closed = closedFolder(folder, user);
  if (closed)
    throw new EngineError(
      `${engine} runs as the user ${user?.name}, who can't enter ${closed}: run \`chmod o+x ${closed}\`, or set KITH_HOME to a folder that every user can enter.`,
    );
}

/** Whether the user can read all these files. */
export function canRead(files: string[], user: OsUser): boolean {
  if (!user) return true;
  const script = 'for file; do [ -r "$file" ] || exit 1; done';
  return spawnSync('/bin/sh', ['-c', script, 'sh', ...files], asUser(user)).status === 0;
}

/** For starting a program as this user; in the top folder, since the current one may be closed to that user. */
export function asUser(user: OsUser) {
  return {
    ...(user && { uid: user.uid, gid: user.gid }),
    cwd: '/',
    encoding: 'utf8',
    env: childEnvironment(),
  } as const;
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
