import { isWide, type UserId, type UserIdKind } from '../user-id.ts';
import { mayEnd, type RowType } from './activity-type.ts';
import { columnReason, countReason, idReason, isEmpty, isWord, messageId, userId } from './columns.ts';
import { plainTable, type TableForm } from './file-form.ts';
import { columnsOf, kindOfRows, otherColumn } from './file-kinds.ts';
import { instantOfBytes } from './instant.ts';
import { LineFields } from './line-fields.ts';
import { parseQuoted } from './quoted-records.ts';
import type { Reject } from './rejects.ts';
import { constantId, type NamedId, NamedIds } from './text-ids.ts';
import { instantBy, type TimeForm, textTimes, timeReason } from './time-forms.ts';

/** Ids of one kind: int, or of 64 bits. */
export type UserColumn = Int32Array | BigInt64Array;

/**
 * The contents of a block of an activity file, by column. Each line is in exactly one of rows, `selfDirected` and
 * `rejects`.
 */
export interface ActivityRows {
  lines: number;
  users: UserColumn;
  engaged: UserColumn;
  /** −1 for follows, which have no message; of a block or mute its end in epoch seconds, from 0 on, or −1. */
  messages: BigInt64Array;
  /** Epoch seconds. */
  instants: Float64Array;
  /** Users with an activity towards themselves: they are users, but this is no activity. */
  selfDirected: UserId[];
  /** The users of all these, where ids are texts; each once. */
  named: NamedId[];
  /** How many rows a mapping leaves out. */
  unwanted: number;
  /** By line. */
  rejects: Reject[];
}

/** A line that only csv-parse can read. */
interface QuotedLine {
  line: number;
  bytes: Buffer;
}

/** For how many rows there is room at first; a usual block has some thousands. */
const firstRoom = 1024;

/**
 * Parses a block of whole lines of an activity file. It is a pure function, so a worker thread may run it.
 *
 * @param latest epoch seconds: an activity after it is a bad row
 */
export function parseActivities(
  block: Buffer,
  type: RowType,
  latest = Number.POSITIVE_INFINITY,
  form: TableForm = plainTable(kindOfRows(type)),
): ActivityRows {
  const rows = new RowBuilder(type, latest, form);
  const { delimiter, hasBlanks } = form;
  const rejects: Reject[] = [];
  const quoted: QuotedLine[] = [];
  const fields = new LineFields();
  let lines = 0;
  for (let at = 0; at < block.length; at = fields.next, lines++) {
    if (delimiter === ',') fields.scan(block, at);
    else fields.scanBy(block, at, delimiter);
    if (hasBlanks) fields.trim();
    let reason: string | undefined;
    if (fields.isTooLong) reason = 'longer than 1 MiB';
    else if (fields.isEmpty) reason = 'empty line';
    else if (fields.quotes === 0 || fields.unquote()) reason = rows.add(fields);
    else quoted.push({ line: lines, bytes: fields.line });
    if (reason !== undefined) rejects.push({ line: lines, reason, bytes: fields.line });
  }
  for (const [i, record] of parseQuoted(
    quoted.map(({ bytes }) => bytes),
    form,
  ).entries()) {
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
export class RowBuilder {
  readonly #type: RowType;
  readonly #latest: number;
  readonly #form: TableForm;
  /** The places of the columns, each in a field of its own: it saves a fifth of the time. */
  readonly #user: number;
  readonly #engagedAt: number;
  readonly #message: number;
  readonly #time: number;
  readonly #word: number;
  readonly #times: TimeForm;
  readonly #hasMessage: boolean;
  readonly #until: number;
  readonly #other: string;
  /** How many columns a row has without a header. */
  readonly #least: number;
  readonly #most: number;
  /** The columns that are the same in every row. */
  readonly #constants: { user: UserId; engaged: UserId; message: bigint; time: number };
  readonly #wanted: [place: number, value: string][];
  readonly #userIds: UserIdKind | undefined;
  readonly #isWide: boolean;
  readonly #named: NamedIds | undefined;
  #users: UserColumn;
  #engaged: UserColumn;
  #messages = new BigInt64Array(firstRoom);
  #instants = new Float64Array(firstRoom);
  readonly #selfDirected: UserId[] = [];
  #count = 0;
  /** Rows that are not meant. */
  unwanted = 0;

  constructor(type: RowType, latest: number, form: TableForm) {
    this.#type = type;
    this.#latest = latest;
    this.#form = form;
    const place = (name: string) => form.places[name] ?? -1;
    this.#user = place('user_id');
    this.#other = otherColumn(kindOfRows(type)) as string;
    this.#engagedAt = place(this.#other);
    this.#until = mayEnd(type) ? place('until') : -1;
    this.#message = place('message_id');
    this.#time = place('timestamp');
    this.#word = place('rel_type');
    this.#times = form.times;
    this.#hasMessage = type === 'reply' || type === 'like' || type === 'mention';
    this.#most = columnsOf[kindOfRows(type)].length;
    this.#least = type === 'follow' || mayEnd(type) ? this.#most - 1 : this.#most;
    this.#constants = constantsOf(form);
    this.#wanted = Object.entries(form.wanted).map(([name, value]) => [Number(name), value]);
    this.#userIds = form.userIds;
    this.#isWide = isWide(form.userIds);
    this.#named = form.userIds === 'text' ? new NamedIds() : undefined;
    const Column = this.#isWide ? BigInt64Array : Int32Array;
    this.#users = new Column(firstRoom);
    this.#engaged = new Column(firstRoom);
  }

  /** Adds a record, or returns why it is bad. */
  add(fields: LineFields): string | undefined {
    const hasMessage = this.#hasMessage;
    const wrongCount = this.#judgeCount(fields);
    if (wrongCount !== undefined) return wrongCount;
    if (this.#wanted.length > 0 && !this.#wanted.every(([place, value]) => isWanted(fields, place, value))) {
      this.unwanted++;
      return undefined;
    }
    const user = this.#user < 0 ? this.#constants.user : userId(fields, this.#user, this.#userIds);
    if (user < 0) return idReason(fields, this.#user, 'user_id', user, this.#userIds);
    const engaged = this.#engagedAt < 0 ? this.#constants.engaged : userId(fields, this.#engagedAt, this.#userIds);
    if (engaged < 0) return idReason(fields, this.#engagedAt, this.#other, engaged, this.#userIds);
    let message = -1n;
    if (hasMessage) {
      message = this.#message < 0 ? this.#constants.message : messageId(fields, this.#message, this.#userIds);
      if (message < 0n) return idReason(fields, this.#message, 'message_id', message, this.#userIds);
    }
    const time = this.#time;
    const instant =
      time < 0 ? this.#constants.time : instantOfBytes(fields.bytes, fields.from(time), fields.to(time), this.#times);
    if (Number.isNaN(instant))
      return columnReason(fields, time, timeReason(this.#times, fields.text(time), 'timestamp'));
    if (instant > this.#latest) return 'timestamp is more than a day in the future';
    const word = this.#word;
    if (word >= 0 && word < fields.count && !isEmpty(fields, word) && !isWord(fields, word, this.#type))
      return columnReason(fields, word, `rel_type is not ${this.#type}`);
    if (this.#until >= 0) {
      const end = this.#endOf(fields);
      if (Number.isNaN(end))
        return columnReason(fields, this.#until, timeReason(this.#times, fields.text(this.#until), 'until'));
      message = BigInt(end);
    }
    if (this.#named) this.#name(this.#named, fields, user, engaged);
    if (user === engaged) {
      this.#selfDirected.push(user);
      return undefined;
    }
    // A typed array ignores what is written beyond its end.
    if (this.#count === this.#instants.length) this.#makeRoom();
    const i = this.#count++;
    if (this.#isWide) {
      this.#users[i] = BigInt(user);
      this.#engaged[i] = BigInt(engaged);
    } else {
      this.#users[i] = user as number;
      this.#engaged[i] = engaged as number;
    }
    this.#messages[i] = message;
    this.#instants[i] = instant;
    return undefined;
  }

  #makeRoom(): void {
    this.#users = doubled(this.#users);
    this.#engaged = doubled(this.#engaged);
    this.#messages = doubled(this.#messages);
    this.#instants = doubled(this.#instants);
  }

  #name(named: NamedIds, fields: LineFields, user: UserId, engaged: UserId): void {
    const { user_id = '', engaged_with_user_id, other_id, rec_id = '' } = this.#form.constants;
    if (this.#user < 0) named.addText(user, user_id);
    else named.add(user, fields, this.#user);
    if (this.#engagedAt < 0) named.addText(engaged, engaged_with_user_id ?? other_id ?? rec_id);
    else named.add(engaged, fields, this.#engagedAt);
  }

  #judgeCount(fields: LineFields): string | undefined {
    const { width, endsInDelimiter } = this.#form;
    if (endsInDelimiter && fields.count > (width ?? this.#least)) fields.dropEmptyEnd();
    const { count } = fields;
    if (width !== undefined) return count === width ? undefined : countReason(count, String(width));
    if (count === this.#most || count === this.#least) return undefined;
    return countReason(count, this.#least === this.#most ? String(this.#most) : `${this.#least} or ${this.#most}`);
  }

  /** The end that a row names, 0 if it is before 1970; −1 if none; NaN if it is no time. */
  #endOf(fields: LineFields): number {
    const place = this.#until;
    if (place >= fields.count || isEmpty(fields, place)) return -1;
    return Math.max(0, instantOfBytes(fields.bytes, fields.from(place), fields.to(place), this.#times));
  }

  columns(): Omit<ActivityRows, 'lines' | 'rejects'> {
    return {
      users: this.#users.subarray(0, this.#count),
      engaged: this.#engaged.subarray(0, this.#count),
      messages: this.#messages.subarray(0, this.#count),
      instants: this.#instants.subarray(0, this.#count),
      selfDirected: this.#selfDirected,
      named: this.#named?.take() ?? [],
      unwanted: this.unwanted,
    };
  }
}

/** The same values, with room for as many again. */
function doubled<Column extends UserColumn | Float64Array>(column: Column): Column {
  const bytes = new Uint8Array(2 * column.byteLength);
  bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  return new (column.constructor as new (buffer: ArrayBuffer) => Column)(bytes.buffer);
}

/** Their values were judged when the mapping was read. */
function constantsOf({ constants, userIds }: TableForm): {
  user: UserId;
  engaged: UserId;
  message: bigint;
  time: number;
} {
  const isText = userIds === 'text';
  const { user_id, engaged_with_user_id, other_id, rec_id, message_id, timestamp } = constants;
  return {
    user: constantId(user_id, isText),
    engaged: constantId(engaged_with_user_id ?? other_id ?? rec_id, isText),
    message: BigInt(constantId(message_id, isText)),
    time: timestamp === undefined ? Number.NaN : instantBy(textTimes, timestamp),
  };
}

/** Whether a field has a value; `*` is any. */
export function isWanted(fields: LineFields, place: number, value: string): boolean {
  if (place >= fields.count) return false;
  const text = fields.text(place);
  return value === '*' ? text !== '' : text === Buffer.from(value).toString('latin1');
}
