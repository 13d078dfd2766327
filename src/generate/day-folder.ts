import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { BadInputError, messageOf } from '../errors.ts';
import { makeFolders } from '../storage/make-folders.ts';

/** The files of a day's folder. */
export const dayFiles = ['follow.csv', 'reply.csv', 'mention.csv', 'like.csv', 'user.csv', 'messages.jsonl'] as const;

const ours = new Set<string>(dayFiles.flatMap((file) => [file, `${file}.gz`]));
const chunkLength = 1 << 16;

/** The contents of a folder; undefined if it doesn't exist. */
async function contents(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new BadInputError(`${folder} can't be the folder to write (${messageOf(error)}); choose another.`, {
      cause: error,
    });
  }
}

/**
 * Fills a folder completely or not at all: `fill` writes into a hidden sibling, which is renamed once it is complete.
 *
 * @param force replaces a folder that holds only files of a day
 * @throws BadInputError if the folder can't be created, or isn't empty and may not be replaced
 */
export async function writeDayFolder(
  folder: string,
  force: boolean,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const found = await contents(folder);
  const foreign = found?.find((file) => !ours.has(file));
  if (foreign !== undefined)
    throw new BadInputError(
      `${folder} contains ${foreign}, which is not a file of a day's folder; give a new or empty folder.`,
    );
  if (found?.length && !force)
    throw new BadInputError(`${folder} is not empty; give a new or empty folder, or --force to replace its files.`);
  const target = found ? await realpath(folder) : folder;
  const sibling = (kind: string) => join(dirname(target), `.${basename(target)}.${kind}-${randomUUID()}`);
  const partial = sibling('partial');
  try {
    makeFolders(partial);
  } catch (error) {
    throw new BadInputError(`${dirname(target)} can't be written to (${messageOf(error)}); choose another place.`, {
      cause: error,
    });
  }
  try {
    await fill(partial);
    if (found?.length) {
      const old = sibling('old');
      await rename(target, old);
      try {
        await rename(partial, target);
      } catch (error) {
        await rename(old, target);
        throw error;
      }
      await rm(old, { recursive: true });
    } else {
      if (found) await rmdir(target);
      await rename(partial, target);
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Joins lines into chunks that are large enough to write. */
function* chunksOf(lines: Iterable<string>, wrote: (rows: number) => void): Generator<string> {
  let chunk = '';
  let rows = 0;
  for (const line of lines) {
    chunk += line;
    rows++;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    wrote(rows);
    chunk = '';
  }
  if (chunk) yield chunk;
  wrote(rows);
}

/**
 * Writes lines as they come, no faster than the disk accepts them.
 *
 * @param path is compressed if it ends in `.gz`
 * @returns the number of lines
 */
export async function writeLines(
  path: string,
  lines: Iterable<string>,
  progress: (rows: number) => void,
  signal?: AbortSignal,
): Promise<number> {
  let total = 0;
  const wrote = (rows: number) => {
    total = rows;
    progress(rows);
  };
  const source = Readable.from(chunksOf(lines, wrote), { highWaterMark: 2 });
  const file = createWriteStream(path, { flags: 'wx' });
  if (path.endsWith('.gz')) await pipeline(source, createGzip({ level: 5 }), file, { signal });
  else await pipeline(source, file, { signal });
  return total;
}
