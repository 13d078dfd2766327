import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInputError } from '../errors.ts';
import type { FileCount } from '../ingest/judge-file.ts';
import { RejectsFile } from '../ingest/rejects.ts';
import type { Folder } from '../storage/folder.ts';
import { MessageStore } from './message-store.ts';
import { type ReadMessagesOptions, readMessages } from './read-messages.ts';

export interface FolderStoreOptions extends Omit<ReadMessagesOptions, 'rejects'> {
  /** Where the messages lie for the while, and the bad lines (rejects.csv) until the next time. */
  dir: string;
}

/**
 * Does `work` with the messages of one folder, and of no other, in a store that is removed afterwards.
 *
 * @throws BadInputError if the folder has no messages, or too many bad ones
 */
export async function withFolderStore<T>(
  folder: Folder,
  options: FolderStoreOptions,
  work: (store: MessageStore, count: FileCount) => Promise<T>,
): Promise<T> {
  await removeAbandoned(options.dir);
  const own = join(options.dir, `${storePrefix}${process.pid}`);
  await mkdir(own, { recursive: true, mode: 0o700 });
  try {
    await using store = await MessageStore.open(join(own, 'messages.duckdb'), options.signal);
    const count = await readInto(store, folder, options);
    // Awaited here: without it the store would be closed before the work is done.
    return await work(store, count);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function readInto(store: MessageStore, folder: Folder, options: FolderStoreOptions): Promise<FileCount> {
  const rejects = await RejectsFile.create(join(options.dir, 'rejects.csv'));
  try {
    const count = await readMessages(folder, { ...options, rejects }, await store.stage());
    if (!count) throw new BadInputError(`${folder.location} holds no messages.jsonl (plain or .gz).`);
    await store.commit();
    return count;
  } finally {
    await rejects[Symbol.asyncDispose]();
  }
}

const storePrefix = 'messages-';

/** What killed processes left, which may be as large as the input. */
async function removeAbandoned(dir: string): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    if (!name.startsWith(storePrefix)) continue;
    try {
      process.kill(Number(name.slice(storePrefix.length)), 0);
    } catch {
      await rm(join(dir, name), { recursive: true, force: true });
    }
  }
}
