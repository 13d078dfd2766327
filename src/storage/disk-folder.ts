import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BadInputError, FolderMissingError, messageOf } from '../errors.ts';
import { type Folder, holdsParts, type StoredFile } from './folder.ts';
import { lookAt, openPlainFile } from './plain-file.ts';

const blockBytes = 256 * 1024;

/**
 * Opens a folder on disk by its absolute path.
 *
 * @throws BadInputError if it is missing, is not a folder, or can't be read
 */
export async function openDiskFolder(path: string): Promise<Folder> {
  const files = new Map<string, StoredFile>();
  const others = new Map<string, string>();
  const list = async (folder: string) => {
    for (const entry of (await readdir(join(path, folder))).sort()) {
      const name = folder === '' ? entry : `${folder}/${entry}`;
      const file = join(path, name);
      const found = await lookAt(file);
      if (!found) continue;
      if ('file' in found) files.set(name, { path: file, size: found.file.size, version: String(found.file.mtimeMs) });
      else others.set(name, found.other);
      if ('other' in found && found.other === 'a folder' && folder === '' && holdsParts(entry)) await list(entry);
    }
  };
  try {
    await list('');
  } catch (error) {
    const Kind = (error as NodeJS.ErrnoException).code === 'ENOENT' ? FolderMissingError : BadInputError;
    throw new Kind(`${path} ${problem(error)}.`);
  }
  return {
    name: basename(path),
    location: path,
    files: () => files,
    others: () => others,
    async open(name) {
      const file = join(path, name);
      return createReadStream(file, { fd: await openPlainFile(file), highWaterMark: blockBytes });
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
