import { isUtf8 } from 'node:buffer';
import type { InputLimits } from '../config/settings.ts';
import { InterruptedError } from '../errors.ts';
import { isWanted } from '../ingest/activity-rows.ts';
import { countReason } from '../ingest/columns.ts';
import { latestInstant, messageFiles } from '../ingest/day-folder.ts';
import type { JsonForm, TableForm } from '../ingest/file-form.ts';
import { mostRowBytes, rowBlocks } from '../ingest/file-rows.ts';
import { isWantedObject, linesOf, objectOfLine } from '../ingest/json-rows.ts';
import { type FileCount, type JudgedBlock, judgeFile } from '../ingest/judge-file.ts';
import { longestLine } from '../ingest/lines.ts';
import { look } from '../ingest/look.ts';
import { valueAt } from '../ingest/look-json.ts';
import { mappingOf } from '../ingest/mapping.ts';
import type { ReadProgress } from '../ingest/read-folder.ts';
import { type JudgedLines, RecordReader } from '../ingest/record-reader.ts';
import type { Reject, RejectsFile } from '../ingest/rejects.ts';
import type { Folder } from '../storage/folder.ts';
import type { Message } from './message.ts';
import { judgeMessage, parseMessage } from './parse-message.ts';

export interface ReadMessagesOptions {
  rejects: RejectsFile;
  limits: InputLimits;
  signal?: AbortSignal;
  onProgress?: (progress: ReadProgress) => void;
}

/**
 * Reads and judges a folder's messages block by block; `take` gets the good ones, in the order of the files.
 *
 * @returns what became of each file; none if the folder has no messages
 * @throws BadInputError if a file can't be read or has too many bad rows; InterruptedError once the signal aborts
 */
export async function readMessages(
  folder: Folder,
  options: ReadMessagesOptions,
  take: (messages: Message[]) => void,
): Promise<FileCount[]> {
  const { limits, signal } = options;
  const files = messageFiles(folder, await mappingOf(folder, limits.mapping, limits.userIds));
  const progress = { file: '', bytes: 0, totalBytes: files.reduce((sum, { size }) => sum + size, 0), rows: 0 };
  const latest = latestInstant(folder);
  const counts: FileCount[] = [];
  for (const { file, mapped } of files) {
    progress.file = file;
    const form = await look(folder, file, 'messages', { limits, signal, mapped });
    const blocks = rowBlocks(folder, file, form, { limits, signal, onBytes: (read) => (progress.bytes += read) });
    counts.push(
      await judgeFile(file, judgeBlocks(blocks, { ...form.rows, userIds: limits.userIds }, latest, take), {
        location: folder.location,
        mostBytes: mostRowBytes(folder, file, form, limits),
        rejects: options.rejects,
        limits,
        form,
        onLines: (lines) => {
          progress.rows += lines;
          options.onProgress?.(progress);
          if (signal?.aborted) throw new InterruptedError('Reading the messages was stopped.');
        },
      }),
    );
  }
  return counts;
}

async function* judgeBlocks(
  blocks: AsyncIterable<Buffer>,
  form: TableForm | JsonForm,
  latest: number,
  take: (messages: Message[]) => void,
): AsyncGenerator<JudgedBlock> {
  if (form.kind === 'table') {
    yield* judgeTable(blocks, form, latest, take);
    return;
  }
  for await (const block of blocks) {
    const messages: Message[] = [];
    const rejects: Reject[] = [];
    let line = 0;
    let unwanted = 0;
    for (const bytes of linesOf(block)) {
      const judged = judgeLine(bytes, form, latest);
      if (judged === undefined) unwanted++;
      else if (typeof judged === 'string') rejects.push({ line, reason: judged, bytes });
      else messages.push(judged);
      line++;
    }
    take(messages);
    yield { lines: line, bytes: block.length, selfDropped: 0, unwanted, rejects };
  }
}

/** A message, why it is bad, or undefined if a mapping leaves it out. */
function judgeLine(bytes: Buffer, form: JsonForm, latest: number): Message | string | undefined {
  const { keys, wanted, constants, times } = form;
  if (!keys && Object.keys(wanted).length === 0) {
    if (bytes.length > longestLine) return 'longer than 1 MiB';
    if (bytes.length === 0) return 'empty line';
    if (!isUtf8(bytes)) return 'broken UTF-8';
    return parseMessage(bytes.toString('utf8'), latest, times, form.userIds);
  }
  const object = objectOfLine(bytes, form);
  if (typeof object === 'string') return object;
  if (!isWantedObject(object, wanted)) return undefined;
  const found = Object.entries(keys ?? {}).map(([name, path]) => [name, valueAt(object, path)]);
  return judgeMessage(
    messageOf({ ...Object.fromEntries(found), ...constants }, object.links),
    latest,
    times,
    form.userIds,
  );
}

async function* judgeTable(
  blocks: AsyncIterable<Buffer>,
  form: TableForm,
  latest: number,
  take: (messages: Message[]) => void,
): AsyncGenerator<JudgedBlock> {
  let messages: Message[] = [];
  let unwanted = 0;
  const reader = new RecordReader(form, (fields) => {
    if (fields.count !== form.width) return countReason(fields.count, String(form.width));
    if (Object.entries(form.wanted).some(([place, value]) => !isWanted(fields, Number(place), value))) {
      unwanted++;
      return undefined;
    }
    const values: Record<string, string> = { ...form.constants };
    for (const [name, place] of Object.entries(form.places)) {
      const bytes = Buffer.from(fields.text(place), 'latin1');
      if (!isUtf8(bytes)) return 'broken UTF-8';
      values[name] = bytes.toString('utf8');
    }
    const judged = judgeMessage(messageOf(values, undefined), latest, form.times, form.userIds);
    if (typeof judged === 'string') return judged;
    messages.push(judged);
    return undefined;
  });
  const judged = ({ lines, bytes, rejects }: JudgedLines): JudgedBlock => {
    take(messages);
    messages = [];
    const block = { lines, bytes, selfDropped: 0, unwanted, rejects };
    unwanted = 0;
    return block;
  };
  for await (const block of blocks) yield judged(reader.read(block));
  yield judged(reader.end());
}

/** Values that are texts in a table, as a message has them. */
function messageOf(values: Readonly<Record<string, string | undefined>>, links: unknown): object {
  const { recommended, ...others } = values;
  const isGood = { '1': 1, true: 1, '0': 0, false: 0 }[recommended ?? ''];
  return { ...others, recommended: isGood ?? (recommended || undefined), links };
}
