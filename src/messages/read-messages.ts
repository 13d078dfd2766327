import { isUtf8 } from 'node:buffer';
import type { InputLimits } from '../config/settings.ts';
import { InterruptedError } from '../errors.ts';
import { findFile, latestInstant } from '../ingest/day-folder.ts';
import { type FileCount, type JudgedBlock, judgeFile } from '../ingest/judge-file.ts';
import { blocksOfLines, longestLine } from '../ingest/lines.ts';
import type { ReadProgress } from '../ingest/read-folder.ts';
import type { Reject, RejectsFile } from '../ingest/rejects.ts';
import type { Folder } from '../storage/folder.ts';
import { mostBytesOf, readBytes } from '../storage/read-bytes.ts';
import type { Message } from './message.ts';
import { parseMessage } from './parse-message.ts';

export interface ReadMessagesOptions {
  rejects: RejectsFile;
  limits: InputLimits;
  signal?: AbortSignal;
  onProgress?: (progress: ReadProgress) => void;
}

/**
 * Reads and judges a folder's messages.jsonl[.gz] block by block; `take` gets the good ones, in the order of the file.
 *
 * @returns undefined if the folder has no messages
 * @throws BadInputError if the file can't be read or has too many bad rows; InterruptedError once the signal aborts
 */
export async function readMessages(
  folder: Folder,
  options: ReadMessagesOptions,
  take: (messages: Message[]) => void,
): Promise<FileCount | undefined> {
  const file = findFile(folder, 'messages.jsonl');
  if (file === undefined) return undefined;
  const progress = { file, bytes: 0, totalBytes: folder.files().get(file)?.size ?? 0, rows: 0 };
  const { limits, signal } = options;
  const bytes = readBytes(folder, file, { limits, signal, onBytes: (read) => (progress.bytes += read) });
  return judgeFile(file, judgeBlocks(blocksOfLines(bytes), latestInstant(folder), take), {
    location: folder.location,
    mostBytes: mostBytesOf(folder, file, limits),
    rejects: options.rejects,
    limits,
    onLines: (lines) => {
      progress.rows += lines;
      options.onProgress?.(progress);
      if (signal?.aborted) throw new InterruptedError('Reading the messages was stopped.');
    },
  });
}

async function* judgeBlocks(
  blocks: AsyncIterable<Buffer>,
  latest: number,
  take: (messages: Message[]) => void,
): AsyncGenerator<JudgedBlock> {
  for await (const block of blocks) {
    const messages: Message[] = [];
    const rejects: Reject[] = [];
    let line = 0;
    for (const bytes of linesOf(block)) {
      const judged = judgeLine(bytes, latest);
      if (typeof judged === 'string') rejects.push({ line, reason: judged, bytes });
      else messages.push(judged);
      line++;
    }
    take(messages);
    yield { lines: line, bytes: block.length, selfDropped: 0, rejects };
  }
}

/** The lines of a block, without their LF or CRLF. */
function* linesOf(block: Buffer): Generator<Buffer> {
  for (let at = 0; at < block.length; ) {
    const found = block.indexOf(0x0a, at);
    const end = found < 0 ? block.length : found;
    yield block.subarray(at, end > at && block[end - 1] === 0x0d ? end - 1 : end);
    at = end + 1;
  }
}

function judgeLine(bytes: Buffer, latest: number): Message | string {
  if (bytes.length > longestLine) return 'longer than 1 MiB';
  if (bytes.length === 0) return 'empty line';
  if (!isUtf8(bytes)) return 'broken UTF-8';
  return parseMessage(bytes.toString('utf8'), latest);
}
