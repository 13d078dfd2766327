import { existsSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { failUnlessZero, hashOf, root, run, stampOf, start } from './tools.mjs';

export async function installPackages() {
  const stamp = stampOf('packages', hashOf(join(root, 'package-lock.json')));
  if (existsSync(join(root, 'node_modules', 'tsx')) && stamp.fits()) return undefined;
  stamp.remove();
  const quietly = ['--no-audit', '--no-fund'];
  const { code, output } = await start('npm', ['ci', ...quietly], root);
  // A registry that lacks optional packages of other platforms makes `npm ci` call the lockfile incomplete.
  const why = 'npm could not install the packages';
  if (code !== 0 && output.includes('EUSAGE')) await run('npm', ['install', '--no-save', ...quietly], why);
  else failUnlessZero(code, output, why);
  stamp.write();
  return 'installed';
}

/** `npx kith` finds its command in node_modules/.bin, where npm doesn't put a package's own. */
export function linkCommand() {
  const link = join(root, 'node_modules', '.bin', 'kith');
  try {
    if (realpathSync(link) === realpathSync(join(root, 'bin', 'kith.mjs'))) return;
  } catch {
    // It isn't there, or points nowhere.
  }
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'bin', 'kith.mjs'), link);
}
