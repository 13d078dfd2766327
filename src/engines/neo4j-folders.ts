import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, lstatSync, readdirSync, realpathSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { childEnvironment } from '../child-environment.ts';
import { EngineError } from '../errors.ts';
import { type EngineHome, makeOwnFolder, runsAsRoot } from './home.ts';
import type { OsUser } from './os-user.ts';

/**
 * Makes the folders of a Neo4j home, the server's or that of an import, if they don't exist yet. What Neo4j writes
 * belongs to its user. All else stays ours, because we write there, perhaps as root: who breaks into Neo4j must not be
 * able to put links there.
 *
 * @param folder the Neo4j home
 */
export function prepareNeo4jFolders(folder: string, user: OsUser): void {
  for (const each of [folder, join(folder, 'conf'), join(folder, 'logs'), join(folder, 'plugins')]) {
    makeOwnFolder(each, user ? 0o750 : 0o700);
    if (user) chownSync(each, 0, user.gid);
  }
  for (const each of [join(folder, 'data'), join(folder, 'logs', 'neo4j')]) {
    makeOwnFolder(each, 0o700);
    if (user) chownSync(each, user.uid, user.gid);
  }
}

/**
 * Gives all data of a Neo4j home to its user: an older Kith has written it as root, and so do people who restore it. The
 * server must not be running.
 *
 * @throws EngineError if that fails
 */
export function giveDataToNeo4j(folder: string, user: OsUser): void {
  if (!user) return;
  // Unlike a loop of our own, chown can't be led elsewhere by links that are changed meanwhile.
  const args = ['-RPh', `${user.uid}:${user.gid}`, realpathSync(join(folder, 'data'))];
  const { status, error, stderr } = spawnSync('chown', args, { encoding: 'utf8', env: childEnvironment() });
  if (status !== 0)
    throw new EngineError(
      `Neo4j's data in ${folder} could not be given to its user ${user.name} (${error?.message ?? stderr.trim()}): run \`chown -R ${user.name} ${join(folder, 'data')}\`.`,
    );
}

/**
 * Checks, before we remove or move parts of a Neo4j home's data as root, that they are where they seem to be: Neo4j's user may have
 * put a link there.
 *
 * @throws EngineError naming the link
 */
export function refuseLinksInData(folder: string): void {
  if (!runsAsRoot()) return;
  for (const name of ['databases', 'transactions']) {
    const path = join(folder, 'data', name);
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new EngineError(`${path} is a link, which Kith does not follow as root: replace it by what it points to.`);
  }
}

/** Lets Neo4j's user, if there is one, read a file that stays ours. */
export function showToNeo4j(file: string, user: OsUser): void {
  if (!user) return;
  chownSync(file, 0, user.gid);
  chmodSync(file, 0o640);
}

/** Where Neo4j's programs write logs and reports themselves. */
export function neo4jLogs(home: EngineHome): string {
  return join(home.neo4j, 'logs', 'neo4j');
}

/**
 * Moves files of ours to a folder that Neo4j's user can read; without such a user they stay where they are. As links
 * they would be closed again with the rest of the home by the next process that starts.
 *
 * @returns their paths for Neo4j
 */
export function lendToNeo4j(files: string[], folder: string, user: OsUser): string[] {
  if (!user) return files;
  makeOwnFolder(folder, 0o750);
  chownSync(folder, 0, user.gid);
  return files.map((file) => {
    const lent = join(folder, `${readdirSync(folder).length}-${basename(file)}`);
    try {
      renameSync(file, lent);
    } catch {
      // On another disk.
      copyFileSync(file, lent);
    }
    showToNeo4j(lent, user);
    return lent;
  });
}
