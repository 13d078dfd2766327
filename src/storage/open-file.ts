import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { S3Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { diskPath, storageOf } from './location.ts';
import { lookAt, openPlainFile } from './plain-file.ts';
import { openS3File } from './s3-file.ts';

/** The bytes of one file, as stored, its size, and its location as it is shown to people. */
export interface OpenedFile {
  path: string;
  size: number;
  bytes: Readable;
}

/**
 * Opens one file.
 *
 * @param location a plain path, `file:` URL or `s3://bucket/path`
 * @param what it should be, for the error if it is missing
 * @throws BadInputError if it is missing or no plain file, or the bucket or the keys are wrong
 * @throws EngineError if S3 can't be reached, here or as the stream's error
 */
export async function openFile(location: string, what: string, s3?: S3Settings): Promise<OpenedFile> {
  if (storageOf(location, 'file') === 's3')
    return { path: location, ...((await openS3File(location, s3)) ?? missing(location, what)) };
  const path = diskPath(location, 'file');
  const found = (await lookAt(path)) ?? missing(path, what);
  if ('other' in found) throw new BadInputError(`${path} is no ${what}: it is ${found.other}, not a plain file.`);
  const bytes = createReadStream(path, { fd: await openPlainFile(path) });
  return { path, size: found.file.size, bytes };
}

function missing(path: string, what: string): never {
  throw new BadInputError(`${path}: there is no such ${what}.`);
}
