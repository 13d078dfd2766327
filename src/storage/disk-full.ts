import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DiskFullError, messageOf } from '../errors.ts';

/** The error for a disk without space. @param what a file or folder on it, or whose it is */
export function diskFull(what: string): DiskFullError {
  return new DiskFullError(`The disk that holds ${what} is full: free some space and try again.`);
}

/** Whether the system, DuckDB or a log says that there was no space on a disk, or none within a quota. */
export function isNoSpace(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  // DuckDB sorts in at most nine tenths of the free space.
  return /No space left on device|Disk quota exceeded|max_temp_directory_size/i.test(messageOf(error));
}

/** How many bytes may still be written to the disk of a path, of which the last parts may be missing. */
export function freeBytes(path: string): number {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const { bavail, bsize } = statfsSync(there);
  return bavail * bsize;
}
