import type { TableForm } from './file-form.ts';
import { LineFields } from './line-fields.ts';
import { longestLine } from './lines.ts';
import { parseQuoted } from './quoted-records.ts';
import type { Reject } from './rejects.ts';

/** What became of some lines. */
export interface JudgedLines {
  /** Lines that were judged, and how many of them belong to good records; a record may have several lines. */
  lines: number;
  parsed: number;
  /** Of these lines. */
  bytes: number;
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

/**
 * Reads a table of records block by block. Newlines may be inside quotes, so a record is all lines up to an even number of
 * quotes. If a record of several lines turns out to be bad, only its first line is rejected, and reading continues from
 * the next: a stray quote can't cost good rows.
 */
export class RecordReader {
  readonly #form: TableForm;
  /** Takes a record, or returns why it is bad. */
  readonly #judge: (fields: LineFields) => string | undefined;
  readonly #fields = new LineFields();
  /** Lines since the one that left a quote open. */
  #waiting: Line[] = [];
  #quoted: QuotedLine[] = [];
  #rows = emptyRows();

  constructor(form: TableForm, judge: (fields: LineFields) => string | undefined) {
    this.#form = form;
    this.#judge = judge;
  }

  /** Takes a block of whole lines and returns what could be judged; its lines follow those returned before. */
  read(block: Buffer): JudgedLines {
    const fields = this.#fields;
    for (let at = 0; at < block.length; at = fields.next) {
      this.#scan(block, at);
      if (this.#waiting.length === 0 && isWhole(fields)) this.#judgeLine();
      else this.#waiting.push({ bytes: block.subarray(at, fields.next), text: fields.line, quotes: fields.quotes });
    }
    this.#judgeWaiting(false);
    return this.#give();
  }

  /** Judges what is still open at the end of the file. */
  end(): JudgedLines {
    this.#judgeWaiting(true);
    return this.#give();
  }

  #give(): JudgedLines {
    for (const [i, record] of parseQuoted(
      this.#quoted.map(({ bytes }) => bytes),
      this.#form,
    ).entries()) {
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
    else if (fields.quotes === 0 || fields.unquote()) reason = this.#judge(fields);
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
      this.#scan(head.bytes, 0);
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
    const [fields] = parseQuoted([record], this.#form);
    return this.#addRecord(fields ?? 'stray quote');
  }

  #addRecord(record: string[] | string): string | undefined {
    if (typeof record === 'string') return record;
    this.#fields.take(record);
    return this.#judge(this.#fields);
  }

  #scan(bytes: Buffer, from: number): void {
    const { delimiter, hasBlanks } = this.#form;
    if (delimiter === ',') this.#fields.scan(bytes, from);
    else this.#fields.scanBy(bytes, from, delimiter);
    if (hasBlanks) this.#fields.trim();
  }
}

function emptyRows(): JudgedLines {
  return { lines: 0, parsed: 0, bytes: 0, rejects: [] };
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
