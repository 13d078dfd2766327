import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BadInputError } from '../errors.ts';
import type { FileCount } from '../ingest/judge-file.ts';
import { RejectsFile } from '../ingest/rejects.ts';
import type { Folder } from '../storage/folder.ts';
import { makeFolders } from '../storage/make-folders.ts';
import { MessageStore } from './message-store.ts';
import { type ReadMessagesOptions, readMessages } from './read-messages.ts';

export interface FolderStoreOptions extends Omit<ReadMessagesOptions, 'rejects'> {
  /** Where messages are kept temporarily, and bad lines until the next time. */
  dir: string;
}

/**
 * Does `work` with the messages of only one folder, in a store that is removed afterwards.
 *
 * @throws BadInputError if the folder has no messages, or too many bad ones
 */
export async function withFolderStore<T>(
  folder: Folder,
  options: FolderStoreOptions,
  work: (store: MessageStore, counts: FileCount[], rejects: string) => Promise<T>,
): Promise<T> {
  await removeOlder(options.dir);
  const own = join(options.dir, `${ownPrefix}${process.pid}`);
  const rejects = join(own, 'rejects.csv');
  makeFolders(own, 0o700);
  const storeDir = await mkdtemp(join(own, 'store-'));
  try {
    await using store = await MessageStore.open(
      join(storeDir, 'messages.duckdb'),
      options.signal,
      undefined,
      options.limits.userIds,
    );
    const counts = await readInto(store, folder, rejects, options);
    // Awaited here, or the store would be closed before the work is done.
    return await work(store, counts, rejects);
  } finally {
    await rm(storeDir, { recursive: true, force: true });
  }
}

async function readInto(
  store: MessageStore,
  folder: Folder,
  rejectsPath: string,
  options: FolderStoreOptions,
): Promise<FileCount[]> {
  const rejects = await RejectsFile.create(rejectsPath);
  try {
    const counts = await readMessages(folder, { ...options, rejects }, await store.stage());
    if (counts.length === 0) throw new BadInputError(`${folder.location} has no messages.jsonl (plain or .gz).`);
    await store.commit();
    return counts;
  } finally {
    await rejects[Symbol.asyncDispose]();
  }
}

/** Includes the host, because containers that share a home have separate pids. */
const ownPrefix = `${hostname()}-`;

/**
 * Removes what finished processes left: bad lines and, if they were killed, their messages, which may be as large as
 * the input.
 */
async function removeOlder(dir: string): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    if (!name.startsWith(ownPrefix)) continue;
    try {
      process.kill(Number(name.slice(ownPrefix.length)), 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH')
        await rm(join(dir, name), { recursive: true, force: true });
    }
  }
}
