import { randomUUID } from 'node:crypto';
import { access, constants, type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BadInputError, EngineError, InterruptedError, messageOf } from '../errors.ts';
import { lackOfSpace } from './disk-full.ts';
import { makeFolders } from './make-folders.ts';

/**
 * Writes a file on disk completely or not at all: into a temporary file next to it, which is then renamed. Missing
 * folders are created.
 *
 * @throws BadInputError if it can't be a file, EngineError if the disk fails, InterruptedError once the signal aborts
 */
export async function writeDiskFile(path: string, blocks: AsyncIterable<Buffer>, signal?: AbortSignal): Promise<void> {
  const target = await targetOf(path);
  const draft = join(dirname(target), `.kith-${randomUUID()}.part`);
  const orExplain = async <T>(work: Promise<T>): Promise<T> => work.catch((error) => Promise.reject(told(error, path)));
  await orExplain(Promise.resolve(dirname(target)).then(makeFolders));
  const file = await orExplain(open(draft, 'wx'));
  try {
    await fill(file, blocks, orExplain);
    if (signal?.aborted) throw new InterruptedError('Writing was stopped.');
    await orExplain(rename(draft, target));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Checks whether a file can be written there, without writing anything.
 *
 * @throws as {@link writeDiskFile}
 */
export async function refuseDiskFile(path: string): Promise<void> {
  try {
    let folder = dirname(await targetOf(path));
    while (!(await stat(folder).catch(absent))) folder = dirname(folder);
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof BadInputError ? error : told(error, path);
  }
}

/** The file to replace: if the path is a link, the link stays and its target is replaced. */
async function targetOf(path: string): Promise<string> {
  const found = await stat(path).catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw told(error, path);
    return undefined;
  });
  if (found?.isDirectory()) throw new BadInputError(`${path} is a folder; give the path of a file.`);
  if (found && !found.isFile()) throw new BadInputError(`${path} is a device, not a file; give the path of a file.`);
  return found ? realpath(path) : path;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function fill(
  file: FileHandle,
  blocks: AsyncIterable<Buffer>,
  orExplain: (work: Promise<void>) => Promise<void>,
): Promise<void> {
  try {
    for await (const block of blocks) await orExplain(file.appendFile(block));
    await orExplain(file.sync());
  } finally {
    await orExplain(file.close());
  }
}

function told(error: unknown, path: string): Error {
  const full = lackOfSpace(path, error);
  if (full) return full;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOTDIR':
    case 'EEXIST':
      return new BadInputError(
        `${path} can't be written: part of its path is a file, not a folder; give another path.`,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new BadInputError(
        `${path} can't be written: this user lacks permission; change the folder's permissions.`,
      );
    case 'ENAMETOOLONG':
    case 'EISDIR':
    case 'ELOOP':
    case 'ERR_INVALID_ARG_VALUE':
      return new BadInputError(`${path} can't be written (${messageOf(error)}); give another path.`);
    default:
      return new EngineError(
        `${path} can't be written (${messageOf(error)}); check that the disk has space, then try again.`,
      );
  }
}
