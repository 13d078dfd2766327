import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BadInputError, FolderMissingError, messageOf } from '../errors.ts';
import type { Folder, StoredFile } from './folder.ts';

const blockBytes = 256 * 1024;

/**
 * Opens a folder on disk by its absolute path.
 *
 * @throws BadInputError if it is missing, is not a folder, or can't be read
 */
export async function openDiskFolder(path: string): Promise<Folder> {
  const files = new Map<string, StoredFile>();
  try {
    for (const name of (await readdir(path)).sort()) {
      const file = join(path, name);
      // A broken link is not a file; that is an error only if the file is asked for.
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile()) files.set(name, { path: file, size: found.size, version: String(found.mtimeMs) });
    }
  } catch (error) {
    const Kind = (error as NodeJS.ErrnoException).code === 'ENOENT' ? FolderMissingError : BadInputError;
    throw new Kind(`${path} ${problem(error)}.`);
  }
  return {
    name: basename(path),
    location: path,
    files: () => files,
    async open(name) {
      const file = join(path, name);
      try {
        const handle = await open(file, 'r');
        return createReadStream(file, { fd: handle, highWaterMark: blockBytes });
      } catch (error) {
        throw new BadInputError(`${file} can't be read: ${messageOf(error)}.`);
      }
    },
  };
}

function problem(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return "does not exist; give the day's folder";
    case 'ENOTDIR':
      return 'is a file; give the folder that contains it';
    case 'EACCES':
    case 'EPERM':
      return "can't be read: this user lacks permission; change the folder's permissions";
    default:
      return `can't be read: ${messageOf(error)}`;
  }
}
