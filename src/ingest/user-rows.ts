import { columnReason, countReason, idReason, userId } from './columns.ts';
import { LineFields } from './line-fields.ts';
import { longestLine } from './lines.ts';
import { parseQuoted } from './quoted-records.ts';
import type { Reject } from './rejects.ts';

/** The contents of some lines of user.csv. */
export interface UserRows {
  /** Lines that were judged, and how many of them belong to good records; a record may have several lines. */
  lines: number;
  parsed: number;
  /** Of these lines. */
  bytes: number;
  userIds: number[];
  suspended: boolean[];
  rejects: Reject[];
}

interface Line {
  /** Includes its line end, which may be text within quotes. */
  bytes: Buffer;
  /** Without it. */
  text: Buffer;
  quotes: number;
}

/** A line that only csv-parse can read, with its position among those judged. */
interface QuotedLine {
  line: number;
  bytes: Buffer;
}

/** If a record's quotes are not closed after this many lines, or 1 MiB, its quote was not meant as one. */
const mostLines = 1000;
const leastColumns = 12;
const suspendedColumn = 11;

/**
 * Reads user.csv block by block. Newlines may be inside quotes, so a record is all lines up to an even number of
 * quotes. If a record of several lines turns out to be bad, only its first line is rejected, and reading continues from
 * the next: a stray quote can't cost good users.
 */
export class UserReader {
  readonly #fields = new LineFields();
  /** Lines since the one that left a quote open. */
  #waiting: Line[] = [];
  #quoted: QuotedLine[] = [];
  #rows = emptyRows();

  /** Takes a block of whole lines and returns what could be judged; its lines follow those returned before. */
  read(block: Buffer): UserRows {
    const fields = this.#fields;
    for (let at = 0; at < block.length; at = fields.next) {
      fields.scan(block, at);
      if (this.#waiting.length === 0 && isWhole(fields)) this.#judgeLine();
      else this.#waiting.push({ bytes: block.subarray(at, fields.next), text: fields.line, quotes: fields.quotes });
    }
    this.#judgeWaiting(false);
    return this.#give();
  }

  /** Judges what is still open at the end of the file. */
  end(): UserRows {
    this.#judgeWaiting(true);
    return this.#give();
  }

  #give(): UserRows {
    for (const [i, record] of parseQuoted(this.#quoted.map(({ bytes }) => bytes)).entries()) {
      const { line, bytes } = this.#quoted[i] as QuotedLine;
      const reason = this.#addRecord(record);
      if (reason === undefined) this.#rows.parsed++;
      else this.#rows.rejects.push({ line, reason, bytes });
    }
    const rows = this.#rows;
    rows.rejects.sort((a, b) => a.line - b.line);
    this.#quoted = [];
    this.#rows = emptyRows();
    return rows;
  }

  /** Judges the scanned line, which is a complete record. */
  #judgeLine(): void {
    const fields = this.#fields;
    const line = this.#rows.lines++;
    this.#rows.bytes += fields.next - fields.start;
    let reason: string | undefined;
    if (fields.isTooLong) reason = 'longer than 1 MiB';
    else if (fields.isEmpty) reason = 'empty line';
    else if (fields.quotes === 0 || fields.unquote()) reason = this.#add();
    else {
      this.#quoted.push({ line, bytes: fields.line });
      return;
    }
    if (reason === undefined) this.#rows.parsed++;
    else this.#rows.rejects.push({ line, reason, bytes: fields.line });
  }

  #judgeWaiting(atEnd: boolean): void {
    const waiting = this.#waiting;
    let first = 0;
    while (first < waiting.length) {
      const head = waiting[first] as Line;
      this.#fields.scan(head.bytes, 0);
      if (isWhole(this.#fields)) {
        this.#judgeLine();
        first++;
        continue;
      }
      const after = recordEnd(waiting, first);
      if (after === 'not yet' && !atEnd) break;
      const reason = typeof after === 'number' ? this.#addLines(waiting.slice(first, after)) : 'unclosed quote';
      const judged = reason === undefined ? (after as number) - first : 1;
      if (reason === undefined) this.#rows.parsed += judged;
      else this.#rows.rejects.push({ line: this.#rows.lines, reason, bytes: head.text });
      this.#rows.lines += judged;
      for (const { bytes } of waiting.slice(first, first + judged)) this.#rows.bytes += bytes.length;
      first += judged;
    }
    this.#waiting = waiting.slice(first);
  }

  #addLines(lines: readonly Line[]): string | undefined {
    const record = Buffer.concat(lines.map(({ bytes, text }, i) => (i < lines.length - 1 ? bytes : text)));
    const [fields] = parseQuoted([record]);
    return this.#addRecord(fields ?? 'stray quote');
  }

  #addRecord(record: string[] | string): string | undefined {
    if (typeof record === 'string') return record;
    this.#fields.take(record);
    return this.#add();
  }

  /** Adds the record whose fields are known, or returns why it is bad. */
  #add(): string | undefined {
    const fields = this.#fields;
    if (fields.count < leastColumns) return countReason(fields.count, `at least ${leastColumns}`);
    const user = userId(fields, 0);
    if (user < 0) return idReason(fields, 0, 'user_id', user);
    const flag = fields.bytes[fields.from(suspendedColumn)];
    const isOne = fields.to(suspendedColumn) - fields.from(suspendedColumn) === 1;
    if (!isOne || (flag !== 0x30 && flag !== 0x31))
      return columnReason(fields, suspendedColumn, 'suspended is not 1 or 0');
    this.#rows.userIds.push(user);
    this.#rows.suspended.push(flag === 0x31);
    return undefined;
  }
}

function emptyRows(): UserRows {
  return { lines: 0, parsed: 0, bytes: 0, userIds: [], suspended: [], rejects: [] };
}

function isWhole(fields: LineFields): boolean {
  return fields.quotes % 2 === 0 || fields.isTooLong;
}

/** Where a record that begins with an open quote ends: the index after its last line. */
function recordEnd(lines: readonly Line[], first: number): number | 'never' | 'not yet' {
  let quotes = 0;
  let bytes = 0;
  for (let i = first; i < lines.length; i++) {
    const line = lines[i] as Line;
    quotes += line.quotes;
    bytes += line.text.length;
    if (i - first >= mostLines || bytes > longestLine) return 'never';
    if (quotes % 2 === 0) return i + 1;
  }
  return 'not yet';
}
