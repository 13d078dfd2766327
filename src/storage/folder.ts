import type { Readable } from 'node:stream';

/** A file of a folder; `path` is what a person would call it. */
export interface StoredFile {
  path: string;
  /** Bytes as stored, compressed if the file is. */
  size: number;
  /** Tells one content from another: S3's ETag, or when the file was last written. */
  version: string;
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
