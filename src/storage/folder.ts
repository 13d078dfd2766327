import type { Readable } from 'node:stream';
import { BadInputError } from '../errors.ts';
import { openDiskFolder } from './disk-folder.ts';

/** A file of a folder; `path` is what a person would call it. */
export interface StoredFile {
  path: string;
  /** Bytes as stored, compressed if the file is. */
  size: number;
}

/** A folder of input files, wherever it lies. What it holds is listed once, when it is opened. */
export interface Folder {
  /** The last part of its path, e.g. `20240131`. */
  readonly name: string;
  /** The folder as a person would call it. */
  readonly location: string;
  /** The files directly in it, by name. */
  files(): ReadonlyMap<string, StoredFile>;
  /** The bytes of one of its files, as stored. */
  open(file: string): Promise<Readable>;
}

/**
 * Opens a folder by its plain path or `file:` URL.
 *
 * @throws BadInputError in one sentence if there is no such folder, it can't be read, or its kind isn't supported
 */
export async function openFolder(input: string): Promise<Folder> {
  if (/^s3:/i.test(input)) throw new BadInputError(`${input}: folders on S3 are not supported yet; copy it to disk.`);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(input)?.[1];
  if (scheme !== undefined && scheme.toLowerCase() !== 'file')
    throw new BadInputError(`${input}: a folder is a path on disk, file:… or s3://bucket/prefix, not ${scheme}://….`);
  return openDiskFolder(input);
}
