import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError, messageOf } from '../errors.ts';
import { count } from '../figures.ts';
import { lackOfSpace } from '../storage/disk-full.ts';
import { makeFolders } from '../storage/make-folders.ts';
import type { Forgotten } from './forgotten.ts';

/** A bad row. */
export interface Reject {
  /** Its position among the lines of its block, from 0. */
  line: number;
  reason: string;
  /** The row as it is in the file. */
  bytes: Buffer;
}

/** How many characters of a bad row are kept. */
const keptCharacters = 4096;
/** No UTF-8 character has more bytes. */
const widestCharacter = 4;

/** How many bad rows of each file are kept, and how many bytes of them: enough to see what is wrong. */
const mostRejects = 100_000;
const mostBytes = 32 * 1024 * 1024;

/**
 * The first bad rows of each file of a folder, as a CSV file with the header `file,line,reason,text`; how many more a
 * file has is told by a row without a line.
 */
export class RejectsFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #forgotten: Forgotten | undefined;
  /** Of the file that is being read. */
  #rows = 0;
  #bytes = 0;
  #left = 0;

  private constructor(path: string, handle: FileHandle, forgotten?: Forgotten) {
    this.path = path;
    this.#handle = handle;
    this.#forgotten = forgotten;
  }

  /**
   * Begins a new file, and creates its folder if necessary.
   *
   * @param forgotten rows that have one of their ids in them are not kept
   * @throws EngineError if it can't be written, now or later
   */
  static async create(path: string, forgotten?: Forgotten): Promise<RejectsFile> {
    try {
      makeFolders(dirname(path));
      const file = new RejectsFile(path, await open(path, 'w'), forgotten);
      await file.#write('file,line,reason,text\n');
      return file;
    } catch (error) {
      throw notWritten(path, error);
    }
  }

  /** Continues a file that {@link create} began. */
  static async append(path: string, forgotten?: Forgotten): Promise<RejectsFile> {
    try {
      return new RejectsFile(path, await open(path, 'a'), forgotten);
    } catch (error) {
      throw notWritten(path, error);
    }
  }

  /** Adds bad rows of one file, whose `line` counts from `firstLine`. */
  async add(file: string, firstLine: number, rejects: readonly Reject[]): Promise<void> {
    const rows: string[] = [];
    let hidden = 0;
    for (const { line, reason, bytes } of rejects) {
      if (this.#left > 0 || this.#rows === mostRejects || this.#bytes >= mostBytes) break;
      if (this.#forgotten?.isIn(bytes.toString('latin1'))) {
        hidden++;
        continue;
      }
      const row = `${[field(file), firstLine + line, field(reason), quoted(textOf(bytes))].join(',')}\n`;
      rows.push(row);
      this.#rows++;
      this.#bytes += Buffer.byteLength(row);
    }
    this.#left += rejects.length - rows.length - hidden;
    if (rows.length > 0) await this.#write(rows.join(''));
  }

  /**
   * Call this after the last bad row of a file.
   *
   * @returns how many of its bad rows were not kept
   */
  async endOfFile(file: string): Promise<number> {
    const left = this.#left;
    if (left > 0) await this.#write(`${field(file)},,"and ${count(left)} more, which are not kept",\n`);
    this.#rows = 0;
    this.#bytes = 0;
    this.#left = 0;
    return left;
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#handle.appendFile(text);
    } catch (error) {
      throw notWritten(this.path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

function notWritten(path: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const full = lackOfSpace(path, error);
  if (full) return full;
  return new EngineError(
    `The bad rows can't be written to ${path}: ${messageOf(error)}; check that the disk has space.`,
  );
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** At most 4,096 characters of a row, with U+FFFD where its bytes are not UTF-8. */
function textOf(bytes: Buffer): string {
  const text = decoder.decode(bytes.subarray(0, keptCharacters * widestCharacter));
  const last = text.charCodeAt(keptCharacters - 1);
  const splitsPair = text.length > keptCharacters && last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? keptCharacters - 1 : keptCharacters);
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? quoted(text) : text;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
