import type { S3Settings } from '../config/settings.ts';
import { openDiskFolder } from './disk-folder.ts';
import type { Folder } from './folder.ts';
import { diskPath, storageOf } from './location.ts';
import { openS3Folder } from './s3-folder.ts';

/**
 * Opens a folder by its plain path, `file:` URL or `s3://bucket/path`.
 *
 * @param s3 how to reach S3; by default, the AWS SDK's own settings
 * @throws BadInputError if there is no such folder, or it can't be read
 * @throws EngineError if S3 can't be reached
 */
export async function openFolder(input: string, s3?: S3Settings): Promise<Folder> {
  return storageOf(input, 'folder') === 's3' ? openS3Folder(input, s3) : openDiskFolder(diskPath(input, 'folder'));
}
