import type { ActivityType } from './activity-type.ts';
import { columnReason, countReason, idReason, isEmpty, isWord, messageId, userId } from './columns.ts';
import { instantOfBytes } from './instant.ts';
import { LineFields } from './line-fields.ts';
import { parseQuoted } from './quoted-records.ts';
import type { Reject } from './rejects.ts';

/**
 * The contents of a block of an activity file, by column. Each line is in exactly one of rows, `selfDirected` and
 * `rejects`.
 */
export interface ActivityRows {
  lines: number;
  users: Int32Array;
  engaged: Int32Array;
  /** −1 for follows, which have no message. */
  messages: BigInt64Array;
  /** Epoch seconds. */
  instants: Float64Array;
  /** Users with an activity towards themselves: they are users, but this is no activity. */
  selfDirected: number[];
  /** By line. */
  rejects: Reject[];
}

/** A line that only csv-parse can read. */
interface QuotedLine {
  line: number;
  bytes: Buffer;
}

/** No good row is shorter: `1,2,2024-01-01` and a line end. */
const shortestRow = 15;

/**
 * Parses a block of whole lines of an activity file. It is a pure function, so a worker thread may run it.
 *
 * @param latest epoch seconds: an activity after it is a bad row
 */
export function parseActivities(block: Buffer, type: ActivityType, latest = Number.POSITIVE_INFINITY): ActivityRows {
  const rows = new RowBuilder(type, latest, Math.ceil(block.length / shortestRow) + 1);
  const rejects: Reject[] = [];
  const quoted: QuotedLine[] = [];
  const fields = new LineFields();
  let lines = 0;
  for (let at = 0; at < block.length; at = fields.next, lines++) {
    fields.scan(block, at);
    let reason: string | undefined;
    if (fields.isTooLong) reason = 'longer than 1 MiB';
    else if (fields.isEmpty) reason = 'empty line';
    else if (fields.quotes === 0 || fields.unquote()) reason = rows.add(fields);
    else quoted.push({ line: lines, bytes: fields.line });
    if (reason !== undefined) rejects.push({ line: lines, reason, bytes: fields.line });
  }
  for (const [i, record] of parseQuoted(quoted.map(({ bytes }) => bytes)).entries()) {
    const { line, bytes } = quoted[i] as QuotedLine;
    let reason: string | undefined;
    if (typeof record === 'string') reason = record;
    else {
      fields.take(record);
      reason = rows.add(fields);
    }
    if (reason !== undefined) rejects.push({ line, reason, bytes });
  }
  if (quoted.length > 0) rejects.sort((a, b) => a.line - b.line);
  return { lines, ...rows.columns(), rejects };
}

/** Judges records and collects the good ones in typed columns. */
class RowBuilder {
  readonly #type: ActivityType;
  readonly #latest: number;
  readonly #users: Int32Array;
  readonly #engaged: Int32Array;
  readonly #messages: BigInt64Array;
  readonly #instants: Float64Array;
  readonly #selfDirected: number[] = [];
  #count = 0;

  constructor(type: ActivityType, latest: number, capacity: number) {
    this.#type = type;
    this.#latest = latest;
    this.#users = new Int32Array(capacity);
    this.#engaged = new Int32Array(capacity);
    this.#messages = new BigInt64Array(capacity);
    this.#instants = new Float64Array(capacity);
  }

  /** Adds a record, or returns why it is bad. */
  add(fields: LineFields): string | undefined {
    const hasMessage = this.#type !== 'follow';
    if (hasMessage ? fields.count !== 5 : fields.count !== 3 && fields.count !== 4)
      return countReason(fields.count, hasMessage ? '5' : '3 or 4');
    const user = userId(fields, 0);
    if (user < 0) return idReason(fields, 0, 'user_id', user);
    const engaged = userId(fields, 1);
    if (engaged < 0) return idReason(fields, 1, 'engaged_with_user_id', engaged);
    let message = -1n;
    if (hasMessage) {
      message = messageId(fields, 2);
      if (message < 0n) return idReason(fields, 2, 'message_id', message);
    }
    const time = hasMessage ? 3 : 2;
    const instant = instantOfBytes(fields.bytes, fields.from(time), fields.to(time));
    if (Number.isNaN(instant)) return columnReason(fields, time, 'timestamp is not a date that exists');
    if (instant > this.#latest) return 'timestamp is more than a day in the future';
    const word = time + 1;
    if (word < fields.count && !isEmpty(fields, word) && !isWord(fields, word, this.#type))
      return columnReason(fields, word, `rel_type is not ${this.#type}`);
    if (user === engaged) {
      this.#selfDirected.push(user);
      return undefined;
    }
    const i = this.#count++;
    this.#users[i] = user;
    this.#engaged[i] = engaged;
    this.#messages[i] = message;
    this.#instants[i] = instant;
    return undefined;
  }

  columns(): Omit<ActivityRows, 'lines' | 'rejects'> {
    return {
      users: this.#users.subarray(0, this.#count),
      engaged: this.#engaged.subarray(0, this.#count),
      messages: this.#messages.subarray(0, this.#count),
      instants: this.#instants.subarray(0, this.#count),
      selfDirected: this.#selfDirected,
    };
  }
}
