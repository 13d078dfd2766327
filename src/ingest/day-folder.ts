import { createHash } from 'node:crypto';
import { BadInputError, FolderMissingError } from '../errors.ts';
import type { Folder } from '../storage/folder.ts';
import { type ActivityType, activityTypes } from './activity-type.ts';
import { isForbidding, meaningOf } from './file-names.ts';
import { parseInstant } from './instant.ts';

/** A file in a day's folder that goes into the graph. */
export interface DayFile {
  kind: ActivityType | 'user';
  /** Its name in the folder, e.g. `follow.csv.gz`. */
  file: string;
  /** Bytes as stored. */
  size: number;
}

/**
 * Which of the graph's files a folder holds, in the order in which they are read.
 *
 * @throws BadInputError if a file is there both plain and gzipped, or anything looks like input but can't be read
 * @throws FolderMissingError if no activity file is there at all, or a file is not complete yet
 */
export function dayFiles(folder: Folder): DayFile[] {
  // Messages are not read here, but a folder that has them twice is just as doubtful.
  findFile(folder, 'messages.jsonl');
  const found: DayFile[] = [];
  for (const kind of [...activityTypes, 'user'] as const) {
    const file = findFile(folder, `${kind}.csv`);
    if (file !== undefined) found.push({ kind, file, size: folder.files().get(file)?.size ?? 0 });
  }
  if (!found.some(({ kind }) => kind !== 'user')) {
    const names = activityTypes.map((type) => `${type}.csv`).join(', ');
    throw new FolderMissingError(
      `${folder.location} holds none of ${names} (plain or .gz); give the folder of one day.`,
    );
  }
  return found;
}

/**
 * The name under which a folder holds a file, plain or with `.gz`; undefined if it doesn't. Whoever reads a file asks
 * here, so nobody reads one from a folder in which others would be overlooked.
 *
 * @throws BadInputError if both are there, or anything in the folder looks like input but can't be read
 * @throws FolderMissingError if a file is not complete yet
 */
export function findFile(folder: Folder, plain: string): string | undefined {
  refuseLookalikes(folder);
  const files = folder.files();
  const zipped = `${plain}.gz`;
  if (files.has(plain) && files.has(zipped))
    throw new BadInputError(`${folder.location} holds both ${plain} and ${zipped}; remove one of them.`);
  if (files.has(plain)) return plain;
  return files.has(zipped) ? zipped : undefined;
}

/** Names in errors and summaries; more of them would hide what they are about. */
const mostNames = 20;

function refuseLookalikes(folder: Folder): void {
  const others = folder.others();
  const found: string[] = [];
  for (const name of new Set([...folder.files().keys(), ...others.keys()])) {
    const meaning = meaningOf(name);
    if (meaning === 'unfinished')
      throw new FolderMissingError(
        `${folder.location} holds ${name}, whose name says that it is still being copied: wait until it has its final name, or remove it.`,
      );
    const kind = others.get(name);
    if (meaning === 'input' && kind !== undefined) found.push(`${name} (${kind}, not a plain file)`);
    if (typeof meaning === 'object') found.push(`${name} (${remedy(meaning.shouldBe)})`);
  }
  if (found.length === 0) return;
  const more = found.length > mostNames ? `, and ${found.length - mostNames} more` : '';
  throw new BadInputError(
    `${folder.location} holds what looks like input but can't be read: ${found.slice(0, mostNames).join(', ')}${more}; ` +
      'give each as a plain file or gzip under its right name, or take it out of the folder.',
  );
}

function remedy(shouldBe: string): string {
  return isForbidding(shouldBe)
    ? `${shouldBe} is not supported yet, and without it people would be recommended who should not be`
    : `should be ${shouldBe} or ${shouldBe}.gz`;
}

/** What a folder holds that is neither input nor beside it. */
export interface UnreadNames {
  /** At most 20; a folder's name ends in a slash. */
  names: string[];
  /** How many there are beyond these. */
  more: number;
}

/** What in the folder Kith doesn't know and doesn't read; undefined if there is nothing of the kind. */
export function unreadIn(folder: Folder): UnreadNames | undefined {
  const all = [...folder.files().keys(), ...folder.others().keys()].filter((name) => meaningOf(name) === 'unknown');
  if (all.length === 0) return undefined;
  const names = all.slice(0, mostNames).map((name) => (folder.others().get(name) === 'a folder' ? `${name}/` : name));
  return { names, more: all.length - names.length };
}

/** A fingerprint of a folder's input files: the names, sizes and versions of those that are read. */
export function versionOf(folder: Folder): string {
  const names = [...dayFiles(folder).map(({ file }) => file), findFile(folder, 'messages.jsonl')];
  const parts = names.flatMap((name) => {
    const found = name === undefined ? undefined : folder.files().get(name);
    return found ? [[name, found.size, found.version]] : [];
  });
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** How far a clock may be wrong, or a time zone forgotten, in seconds. */
const doubtfulSeconds = 86_400;

/**
 * The latest instant that a row of the folder may have, as epoch seconds: a day beyond both the clock and the folder's
 * date. What is later can't have happened yet, so it is a mistake. Whether such a row is bad depends on when it is read:
 * the same input gives the same tables at any time only if no row of it is in the future.
 */
export function latestInstant(folder: Folder): number {
  return Math.max(Date.now() / 1000, asOfOfFolder(folder.name) ?? 0) + doubtfulSeconds;
}

/** 00:00 UTC of a folder named YYYYMMDD, as epoch seconds; undefined if the name is not a valid date. */
export function asOfOfFolder(name: string): number | undefined {
  const date = /^(\d{4})(\d\d)(\d\d)$/.exec(name);
  return date ? parseInstant(`${date[1]}-${date[2]}-${date[3]}`) : undefined;
}
