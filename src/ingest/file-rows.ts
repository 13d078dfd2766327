import type { InputLimits } from '../config/settings.ts';
import type { Folder } from '../storage/folder.ts';
import { mostBytesOf, type ReadBytesOptions, readBytes } from '../storage/read-bytes.ts';
import { asUtf8 } from './encodings.ts';
import type { FileForm } from './file-form.ts';
import { objectLines } from './json-records.ts';
import { blocksOfLines } from './lines.ts';
import { parquetLines } from './parquet.ts';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The rows of a file as blocks of whole lines of UTF-8, without what comes before the first row: lines of a table, or
 * lines that are a JSON object each.
 *
 * @throws as `readBytes`; BadInputError if JSON ends within a value
 */
export function rowBlocks(
  folder: Folder,
  file: string,
  form: FileForm,
  options: Omit<ReadBytesOptions, 'gzips'>,
): AsyncGenerator<Buffer> {
  if (form.isParquet) return blocksOfLines(parquetLines(folder, file, options));
  let bytes: AsyncIterable<Buffer> = readBytes(folder, file, { ...options, gzips: form.gzips });
  if (form.encoding !== 'utf-8' || form.endsInCr) bytes = asUtf8(bytes, form);
  if (form.skipped > 0) bytes = withoutLines(bytes, form.skipped);
  if (form.rows.kind === 'json' && form.rows.layout === 'objects')
    bytes = objectLines(withoutStart(bytes, form.prefix), form.rows.list, `${folder.location}/${file}`);
  return blocksOfLines(bytes);
}

/** The most bytes that {@link rowBlocks} gives for a file. */
export function mostRowBytes(folder: Folder, file: string, form: FileForm, limits: InputLimits): number {
  // A table of short texts may be smaller as Parquet, and a character of Windows-1252 has up to three bytes in UTF-8.
  const most = mostBytesOf(folder, file, limits, form.isParquet ? 1 : form.gzips);
  return form.encoding === 'utf-8' ? most : 3 * most;
}

async function* withoutLines(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of chunks) {
    let from = 0;
    while (left > 0 && from < chunk.length) {
      const end = chunk.indexOf(0x0a, from);
      from = end < 0 ? chunk.length : end + 1;
      if (end >= 0) left--;
    }
    if (from < chunk.length) yield chunk.subarray(from);
  }
}

/** Without a byte order mark and so many bytes after it. */
export async function* withoutStart(chunks: AsyncIterable<Buffer>, prefix = 0): AsyncGenerator<Buffer> {
  let held: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (held === undefined) {
      yield chunk;
      continue;
    }
    held = Buffer.concat([held, chunk]);
    if (held.length < byteOrderMark.length + prefix) continue;
    yield afterStart(held, prefix);
    held = undefined;
  }
  if (held !== undefined) yield afterStart(held, prefix);
}

function afterStart(bytes: Buffer, prefix: number): Buffer {
  return bytes.subarray((bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0) + prefix);
}
