import type { S3Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { refuseDiskFile, writeDiskFile } from './disk-file.ts';
import { diskPath, storageOf } from './location.ts';
import { refuseS3File, writeS3File } from './s3-file.ts';
import { textBlocks } from './text-blocks.ts';

export interface WriteOptions {
  /** How to reach S3; by default, the AWS SDK's own settings. */
  s3?: S3Settings;
  signal?: AbortSignal;
}

/**
 * Writes a file completely or not at all, as UTF-8: until it is complete, the previous content stays. The text's pieces
 * may have any size; at most about 40 MB are in memory.
 *
 * @param location a plain path, `file:` URL or `s3://bucket/path`
 * @throws BadInputError if the location can't be a file, or the bucket or the keys are wrong
 * @throws EngineError if S3 can't be reached or the disk is full, InterruptedError once the signal aborts
 * @throws errors of the text
 */
export async function writeWhole(
  location: string,
  text: AsyncIterable<string> | Iterable<string>,
  { s3, signal }: WriteOptions = {},
): Promise<void> {
  const storage = storageOfFile(location);
  const blocks = textBlocks(text, signal);
  if (storage === 's3') await writeS3File(location, blocks, s3, signal);
  else await writeDiskFile(diskPath(location, 'file'), blocks, signal);
}

/**
 * Checks whether {@link writeWhole} could write there, without writing anything; call it before long work whose result
 * goes there.
 *
 * @throws as {@link writeWhole}
 */
export async function refuseUnwritable(location: string, s3?: S3Settings): Promise<void> {
  const storage = storageOfFile(location);
  if (storage === 's3') await refuseS3File(location, s3);
  else await refuseDiskFile(diskPath(location, 'file'));
}

function storageOfFile(location: string): 'disk' | 's3' {
  const storage = storageOf(location, 'file');
  if (location.endsWith('/')) throw new BadInputError(`${location} is a folder; give the path of a file.`);
  return storage;
}
