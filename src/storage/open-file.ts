import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { S3Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { diskPath, storageOf } from './location.ts';
import { openS3File } from './s3-file.ts';

/**
 * The bytes of one file, as stored, and its location as it is shown to people.
 *
 * @param location a plain path, `file:` URL or `s3://bucket/path`
 * @param what it should be, for the error if it is missing
 * @throws BadInputError if it is missing, or the bucket or the keys are wrong
 * @throws EngineError if S3 can't be reached, here or as the stream's error
 */
export async function openFile(
  location: string,
  what: string,
  s3?: S3Settings,
): Promise<{ path: string; bytes: Readable }> {
  if (storageOf(location, 'file') === 's3')
    return { path: location, bytes: (await openS3File(location, s3)) ?? missing(location, what) };
  const path = diskPath(location, 'file');
  const found = await stat(path).catch(() => undefined);
  return { path, bytes: found?.isFile() ? createReadStream(path) : missing(path, what) };
}

function missing(path: string, what: string): never {
  throw new BadInputError(`${path}: there is no such ${what}.`);
}
