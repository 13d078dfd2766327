import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DiskFullError, EngineError, messageOf } from '../errors.ts';

/** The error for a disk without space. @param what a file or folder on it, or whose it is */
export function diskFull(what: string): DiskFullError {
  return new DiskFullError(`The disk that holds ${what} is full: free some space and try again.`);
}

/**
 * The error for a write that there was no space for, or that would have made a file larger than this process may make
 * one (`ulimit -f`); undefined for any other.
 *
 * @param what was written, if the error doesn't name the file
 */
export function lackOfSpace(what: string, error: unknown): DiskFullError | undefined {
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown };
  const where = typeof path === 'string' ? path : what;
  if (isNoSpace(error)) return diskFull(where);
  if (code !== 'EFBIG' && !/File too large/.test(messageOf(error))) return undefined;
  return new DiskFullError(
    `A file at ${where} can't grow any more: raise the limit of this process (\`ulimit -f\`), or use a disk that takes larger files, and try again.`,
  );
}

/**
 * The error for what the system refuses to do with a file for a reason that only people can remove: a full or read-only
 * disk, a lack of rights; undefined for any other.
 *
 * @param what was worked on, if the error doesn't name the file
 */
export function refusedBySystem(what: string, error: unknown): EngineError | undefined {
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown };
  if (typeof path !== 'string' || !['EROFS', 'EACCES', 'EPERM'].includes(String(code))) return lackOfSpace(what, error);
  const todo = code === 'EROFS' ? 'use a disk that can be written' : "change its permissions or its folders'";
  return new EngineError(`${path} can't be used (${messageOf(error)}): ${todo}, then try again.`);
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
