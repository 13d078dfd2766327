import type { Readable } from 'node:stream';

/** A file in a folder; `path` is how it is shown to people. */
export interface StoredFile {
  path: string;
  /** Bytes as stored, compressed if the file is. */
  size: number;
  /** Changes with the content: S3's ETag, or the time of the last write. */
  version: string;
}

/** A folder of input files, on disk or S3. Its files are listed once, when it is opened. */
export interface Folder {
  /** The last part of its path, e.g. `20240131`. */
  readonly name: string;
  /** The folder as it is shown to people. */
  readonly location: string;
  /**
   * The plain files directly in it, by name, and those in folders that are named like a file of rows, as Spark writes
   * them, by both names: `follow/part-00000.csv`.
   */
  files(): ReadonlyMap<string, StoredFile>;
  /** What else is directly in it, by name, and what it is, e.g. `a folder`. */
  others(): ReadonlyMap<string, string>;
  /** The bytes of one of its files, as stored. */
  open(file: string): Promise<Readable>;
}

/** Whether a folder is named like a file of rows, so that its files are parts of one. */
export function holdsParts(name: string): boolean {
  return /^(follow|reply|like|mention|user|messages|unfollow|block|mute|unblock|unmute|dismiss|follows-snapshot)(\.(csv|tsv|jsonl?|ndjson|parquet))?$/.test(
    name,
  );
}
