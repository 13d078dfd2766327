import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { BadInputError, messageOf } from '../errors.ts';

/** What a path leads to: a plain file, or something else, with what it is. */
export type Found = { file: Stats } | { other: string };

/** Looks at what a path leads to, through links; undefined if nothing is there, not even a link. */
export async function lookAt(path: string): Promise<Found | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? { file: stats } : { other: kindOf(stats) };
  } catch (error) {
    const itself = await lstat(path).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    if (!itself)
      return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { other: `something that can't be seen (${code})` };
    return { other: code === 'ENOENT' ? 'a link to nothing' : `a link that can't be followed (${code})` };
  }
}

/**
 * Opens a plain file for reading. What has become a FIFO or a device since it was looked at is not waited for.
 *
 * @throws BadInputError if it can't be opened, or is no plain file
 */
export async function openPlainFile(path: string): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (stats.isFile()) return handle;
    throw new BadInputError(`${path} is ${kindOf(stats)}, not a plain file.`);
  } catch (error) {
    await handle?.close();
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(`${path} can't be read: ${messageOf(error)}.`);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
