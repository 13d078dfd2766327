import { existsSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, root, SetupError, stampOf, startNpm, wordsOf } from './tools.mjs';

export async function installPackages() {
  const stamp = stampOf('packages', hashOf(join(root, 'package-lock.json')));
  if (existsSync(join(root, 'node_modules', 'tsx')) && stamp.fits()) return undefined;
  stamp.remove();
  const ci = await startNpm(['ci', '--no-audit', '--no-fund']);
  if (ci.code !== 0) throw new SetupError(`npm could not install the packages. ${wordsOf('npm ci', ci)}`);
  stamp.write();
  return 'installed';
}

/** `npx kith` looks in node_modules/.bin, where npm doesn't link a package's own commands. */
export function linkCommand() {
  const link = join(root, 'node_modules', '.bin', 'kith');
  try {
    if (realpathSync(link) === realpathSync(join(root, 'bin', 'kith.mjs'))) return;
  } catch {
    // The link is missing or broken.
  }
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'bin', 'kith.mjs'), link);
}
