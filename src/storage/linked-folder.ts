import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Where a path leads, with links resolved, even if nothing is there yet. */
export function linkedFolder(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? linkedFolder(resolve(dirname(path), readlinkSync(path))) : path;
}
