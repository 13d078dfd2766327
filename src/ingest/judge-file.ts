import type { InputLimits } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { several } from '../figures.ts';
import type { FileForm } from './file-form.ts';
import type { Reject, RejectsFile } from './rejects.ts';

/** What became of a file's lines: `parsed` + `rejected` = `lines`. */
export interface FileCount {
  file: string;
  lines: number;
  parsed: number;
  rejected: number;
  /** Parsed activities of users towards themselves, which are dropped. */
  selfDropped: number;
  /** Parsed rows that a mapping leaves out. */
  unwanted?: number;
  /** How the file is written, if it is no plain one. */
  form?: string;
}

/** What became of a block of lines. */
export interface JudgedBlock {
  lines: number;
  bytes: number;
  selfDropped: number;
  unwanted?: number;
  rejects: Reject[];
}

export interface JudgeOptions {
  /** The folder as it is shown to people. */
  location: string;
  rejects: RejectsFile;
  limits: Pick<InputLimits, 'maxRejectedPercent' | 'minRejectedRows' | 'userIds'>;
  /** The most bytes that the file may have, unpacked. */
  mostBytes: number;
  /** How it is written. */
  form?: FileForm;
  /** Called for every block, with its number of lines. */
  onLines: (lines: number) => void;
}

/**
 * Counts a file's lines as they are judged, and writes bad ones to the rejects file. It stops as soon as there are too
 * many bad ones whatever may still come: at most a line for each byte that is left.
 *
 * @throws BadInputError naming the first bad row if there are too many
 */
export async function judgeFile(
  file: string,
  blocks: AsyncIterable<JudgedBlock>,
  options: JudgeOptions,
): Promise<FileCount> {
  const { rejects, limits } = options;
  const { form } = options;
  const count: FileCount = { file, lines: 0, parsed: 0, rejected: 0, selfDropped: 0 };
  if (form && form.found.length > 0) count.form = form.found.join(', ');
  const before = form?.skipped ?? 0;
  const isOfObjects = form?.rows.kind === 'json' && form.rows.layout === 'objects';
  let firstBad: { line: number; reason: string } | undefined;
  let bytesLeft = options.mostBytes;
  const isHopeless = () => isTooBad(count.rejected, count.lines + Math.max(0, bytesLeft), limits);
  let isStopped = false;
  for await (const block of blocks) {
    await rejects.add(file, before + count.lines + 1, block.rejects);
    const [bad] = block.rejects;
    if (bad) firstBad ??= { line: before + count.lines + 1 + bad.line, reason: bad.reason };
    count.lines += block.lines;
    count.rejected += block.rejects.length;
    count.selfDropped += block.selfDropped;
    if (block.unwanted) count.unwanted = (count.unwanted ?? 0) + block.unwanted;
    bytesLeft -= block.bytes;
    options.onLines(block.lines);
    isStopped = bytesLeft > 0 && isHopeless();
    if (isStopped) break;
  }
  count.parsed = count.lines - count.rejected;
  const left = await rejects.endOfFile(file);
  if (firstBad && isTooBad(count.rejected, count.lines, limits))
    throw new BadInputError(
      `${options.location}/${file} has ${several(count.rejected, 'bad row')} in ${isStopped ? 'its first ' : ''}` +
        `${several(count.lines, 'line')}, more than ${limits.maxRejectedPercent} % (KITH_MAX_REJECTED_PERCENT)` +
        `${isStopped ? ' of all that it can have' : ''}; the first is ${isOfObjects ? 'object' : 'line'} ${firstBad.line}: ${firstBad.reason}. ` +
        `${left > 0 ? `The first ${several(count.rejected - left, 'is', 'are')}` : count.rejected === 1 ? 'It is' : 'All are'} in ${rejects.path}; ` +
        `nothing from this folder was used.${hintFor(firstBad.reason, limits.userIds)}`,
    );
  return count;
}

/** What to do about rows that are bad for a reason, as a sentence after a blank; empty if there is nothing to tell. */
export function hintFor(reason: string, userIds: InputLimits['userIds'] = 'int'): string {
  const isOfUser = /^(?!message_id|id\b)\w+_id is /.test(reason);
  if (isOfUser && reason.endsWith('out of range') && userIds === 'int')
    return ' User ids beyond 2^31 − 1 need KITH_USER_IDS=bigint.';
  if (isOfUser && reason.endsWith('not a whole number') && userIds !== 'text')
    return ' User ids that are names, such as handles, need KITH_USER_IDS=text.';
  return '';
}

/** A percentage alone would stop a small file for one bad row; but a file that is bad for the most part is a wrong one. */
export function isTooBad(rejected: number, lines: number, limits: JudgeOptions['limits']): boolean {
  if (rejected * 100 <= lines * limits.maxRejectedPercent) return false;
  return rejected >= limits.minRejectedRows || rejected * 2 >= lines;
}
