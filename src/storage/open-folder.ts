import { BadInputError } from '../errors.ts';
import { openDiskFolder } from './disk-folder.ts';
import type { Folder } from './folder.ts';

/**
 * Opens a folder by its plain path or `file:` URL.
 *
 * @throws BadInputError in one sentence if there is no such folder, it can't be read, or its kind isn't supported
 */
export async function openFolder(input: string): Promise<Folder> {
  if (/^s3:/i.test(input)) throw new BadInputError(`${input}: folders on S3 are not supported yet; copy it to disk.`);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(input)?.[1];
  if (scheme !== undefined && scheme.toLowerCase() !== 'file')
    throw new BadInputError(`${input}: a folder is a path on disk or file:…, not ${scheme}://….`);
  return openDiskFolder(input);
}
