import { createHash } from 'node:crypto';
import { BadInputError, FolderMissingError } from '../errors.ts';
import type { Folder } from '../storage/folder.ts';
import { type ActivityType, activityTypes } from './activity-type.ts';
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
 * @throws BadInputError if a file is there both plain and gzipped, FolderMissingError if no activity file is there at
 *   all
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
 * The name under which a folder holds a file, plain or with `.gz`; undefined if it doesn't.
 *
 * @throws BadInputError if both are there
 */
export function findFile(folder: Folder, plain: string): string | undefined {
  const files = folder.files();
  const zipped = `${plain}.gz`;
  if (files.has(plain) && files.has(zipped))
    throw new BadInputError(`${folder.location} holds both ${plain} and ${zipped}; remove one of them.`);
  if (files.has(plain)) return plain;
  return files.has(zipped) ? zipped : undefined;
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

/** 00:00 UTC of a folder named YYYYMMDD, as epoch seconds; undefined if the name is not a valid date. */
export function asOfOfFolder(name: string): number | undefined {
  const date = /^(\d{4})(\d\d)(\d\d)$/.exec(name);
  return date ? parseInstant(`${date[1]}-${date[2]}-${date[3]}`) : undefined;
}
