import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import type { S3Settings } from '../../config/settings.ts';
import { BadInputError, InterruptedError, inQuotes, KithError, messageOf } from '../../errors.ts';
import { withoutStart } from '../../ingest/file-rows.ts';
import { openFile } from '../../storage/open-file.ts';
import { type UnpackLimits, unpack } from '../../storage/unpack.ts';
import { faultOfText, largestUserId, numberOfText, type UserId, type UserIdKind, userIdOf } from '../../user-id.ts';
import { UserScores } from './user-scores.ts';

/** A run's list of scores: pred in [0, 1] by user id. */
export type ReputationList = Pick<UserScores, 'has' | 'size'> & Iterable<[userId: UserId, pred: number]>;

/**
 * Reads `reputation_score.csv`: a header `user_id,pred`, then one line per user. Unlike with activities, where some bad
 * rows are tolerated, a list with any bad line is refused, because silently leaving out a
 * score would turn a good user into a bad one.
 *
 * @param location a plain path, `file:` URL or `s3://bucket/path`
 * @throws BadInputError naming the line and what is wrong with it; EngineError if S3 can't be reached; InterruptedError
 *   once the signal aborts
 */
export async function readReputationList(
  location: string,
  { limits, s3, signal }: { limits: UnpackLimits & { userIds?: UserIdKind }; s3?: S3Settings; signal?: AbortSignal },
): Promise<ReputationList> {
  const list = new UserScores();
  const { path, size, bytes } = await openFile(location, 'file of scores (--reputation)', s3);
  if (signal?.aborted) {
    bytes.destroy();
    throw new InterruptedError('Reading the scores was stopped.');
  }
  const parser = parse({
    // A character a byte: whether an id is UTF-8 is judged on its bytes.
    encoding: 'latin1',
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 10_000,
    // As in a day's folder: what is in quotes is left as it is.
    trim: limits.userIds === 'text',
  });
  const text = path.endsWith('.gz') ? unpack(bytes, { path, size }, limits) : bytes;
  const rows = Readable.from(withoutStart(text));
  rows.on('error', (error) => parser.destroy(error));
  rows.pipe(parser);
  const stop = () => bytes.destroy(new InterruptedError('Reading the scores was stopped.'));
  signal?.addEventListener('abort', stop, { once: true });
  try {
    let first = true;
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const where = `${path}:${info.lines}`;
      if (first) {
        first = false;
        if (record.join(',') !== 'user_id,pred')
          throw new BadInputError(`${where}: the first line should be the header user_id,pred.`);
        continue;
      }
      addScore(list, record, where, limits.userIds ?? 'int');
    }
    if (first) throw new BadInputError(`${path} is empty; it should start with the header user_id,pred.`);
  } catch (error) {
    if (error instanceof KithError) throw error;
    if (signal?.aborted) throw new InterruptedError('Reading the scores was stopped.');
    const line = (error as Partial<CsvError> & { lines?: number }).lines;
    throw new BadInputError(`${path}${line ? `:${line}` : ''} can't be read: ${messageOf(error)}.`);
  } finally {
    signal?.removeEventListener('abort', stop);
    bytes.destroy();
  }
  return list;
}

function addScore(list: UserScores, record: string[], where: string, userIds: UserIdKind): void {
  const [field = '', pred = ''] = record;
  const bytes = Buffer.from(field, 'latin1');
  const id = bytes.toString();
  if (record.length !== 2) throw new BadInputError(`${where}: ${record.length} columns instead of 2 (user_id,pred).`);
  const largest = largestUserId[userIds];
  const fault = isUtf8(bytes) ? faultOfText(id) : 'broken UTF-8';
  if (userIds === 'text' && fault !== undefined) throw new BadInputError(`${where}: user_id is ${fault}.`);
  if (userIds !== 'text' && (!/^\d{1,19}$/.test(id) || BigInt(id) > largest))
    throw new BadInputError(`${where}: user_id should be a whole number from 0 to ${largest}.`);
  if (!/^(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(pred) || Number(pred) > 1)
    throw new BadInputError(`${where}: pred should be a number from 0 to 1.`);
  if (!list.add(userIdOf(userIds === 'text' ? numberOfText(id) : id), Number(pred)))
    throw new BadInputError(`${where}: user ${userIds === 'text' ? inQuotes([id]) : id} already has a score.`);
}
