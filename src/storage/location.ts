import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInputError } from '../errors.ts';

/** A place on S3. */
export interface S3Location {
  bucket: string;
  /** The part after the bucket, without the slash between them; empty for the bucket itself. */
  key: string;
}

/**
 * Where a folder or file is, judging by its location.
 *
 * @throws BadInputError if it is a URL of anything but S3 or disk
 */
export function storageOf(location: string, what: 'folder' | 'file'): 'disk' | 's3' {
  if (/^s3:/i.test(location)) return 's3';
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1];
  if (scheme !== undefined && scheme.toLowerCase() !== 'file')
    throw new BadInputError(`${location}: a ${what} is a path on disk, file:… or s3://bucket/path, not ${scheme}://….`);
  return 'disk';
}

/**
 * The absolute path on disk of a plain path or `file:` URL.
 *
 * @throws BadInputError if it is empty or names another machine
 */
export function diskPath(location: string, what: 'folder' | 'file'): string {
  if (location === '') throw new BadInputError(`The ${what}'s path is empty; give the path of a ${what}.`);
  if (!/^file:/i.test(location)) return resolve(location);
  // `file:days/20240131` is not a valid URL, but its meaning is clear.
  if (!/^file:\//i.test(location)) return resolve(location.slice('file:'.length));
  try {
    return resolve(fileURLToPath(location));
  } catch {
    throw new BadInputError(`${location} is not a file: URL on this machine; write it as file:///path/to/${what}.`);
  }
}

/** The same location for a process with another working folder. */
export function absoluteLocation(location: string, what: 'folder' | 'file'): string {
  return storageOf(location, what) === 's3' ? location : diskPath(location, what);
}

/**
 * The bucket and key of `s3://bucket/key`. A key is taken literally, including `%20` and `#`.
 *
 * @throws BadInputError if it is in any other form
 */
export function s3Location(location: string): S3Location {
  // Anything before an @ is credentials, which no error may repeat.
  if (/^s3:\/*[^/]*@/i.test(location))
    throw new BadInputError(
      'An s3:// location must not contain keys; set KITH_S3_ACCESS_KEY and KITH_S3_SECRET_KEY and write it as s3://bucket/path.',
    );
  const [, bucket, key = ''] = /^s3:\/\/([a-z0-9][a-z0-9._-]*)(?:\/(.*))?$/is.exec(location) ?? [];
  if (bucket === undefined)
    throw new BadInputError(`${location} is not a location on S3; write it as s3://bucket/path.`);
  return { bucket, key };
}
