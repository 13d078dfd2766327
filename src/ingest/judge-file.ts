import { BadInputError } from '../errors.ts';
import type { Reject, RejectsFile } from './rejects.ts';

/** What became of a file's lines: `parsed` + `rejected` = `lines`. */
export interface FileCount {
  file: string;
  lines: number;
  parsed: number;
  rejected: number;
  /** Parsed activities of users towards themselves, which are dropped. */
  selfDropped: number;
}

/** What became of a block of lines. */
export interface JudgedBlock {
  lines: number;
  selfDropped: number;
  rejects: Reject[];
}

export interface JudgeOptions {
  /** The folder as it is shown to people. */
  location: string;
  rejects: RejectsFile;
  /** A file with a larger share of bad rows stops the run. */
  maxRejectedPercent: number;
  /** Called for every block, with its number of lines. */
  onLines: (lines: number) => void;
}

/**
 * Counts a file's lines as they are judged, and writes bad ones to the rejects file.
 *
 * @throws BadInputError naming the first bad row if there are too many
 */
export async function judgeFile(
  file: string,
  blocks: AsyncIterable<JudgedBlock>,
  options: JudgeOptions,
): Promise<FileCount> {
  const count: FileCount = { file, lines: 0, parsed: 0, rejected: 0, selfDropped: 0 };
  let firstBad: { line: number; reason: string } | undefined;
  for await (const block of blocks) {
    await options.rejects.add(file, count.lines + 1, block.rejects);
    const [bad] = block.rejects;
    if (bad) firstBad ??= { line: count.lines + 1 + bad.line, reason: bad.reason };
    count.lines += block.lines;
    count.rejected += block.rejects.length;
    count.selfDropped += block.selfDropped;
    options.onLines(block.lines);
  }
  count.parsed = count.lines - count.rejected;
  if (firstBad && count.rejected * 100 > count.lines * options.maxRejectedPercent)
    throw new BadInputError(
      `${options.location}/${file} has ${count.rejected} bad rows in ${count.lines} lines, more than ` +
        `${options.maxRejectedPercent} % (KITH_MAX_REJECTED_PERCENT); the first is line ${firstBad.line}: ` +
        `${firstBad.reason}. All are in ${options.rejects.path}; nothing from this folder was used.`,
    );
  return count;
}
