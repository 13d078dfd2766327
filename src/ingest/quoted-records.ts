import { CsvError, parse } from 'csv-parse/sync';
import type { TableForm } from './file-form.ts';

/** Why csv-parse can't read a record. */
export type QuoteFault = 'unclosed quote' | 'stray quote';

type Written = Pick<TableForm, 'delimiter' | 'hasBlanks'>;

/** Lines per call of csv-parse: a call costs 30 µs, and if one line is bad, all are read again. */
const batch = 64;
const separator = Buffer.from('\n');

/**
 * Reads records with quotes, strictly, using csv-parse. Each is the bytes of one record without its line end. Fields
 * are returned as latin1, one character per byte.
 *
 * In strict mode every quote opens a field, closes it, or is part of a doubled pair. So records with an even number of
 * quotes can be read together: each ends where it should, or there is an error. A record with an odd number could
 * swallow others, and is always bad.
 */
export function parseQuoted(
  records: readonly Buffer[],
  form: Written = { delimiter: ',', hasBlanks: false },
): (string[] | QuoteFault)[] {
  const parseAlone = (record: Buffer) => parseOne(record, form);
  const results: (string[] | QuoteFault)[] = [];
  const even: number[] = [];
  for (const [i, record] of records.entries())
    if (countQuotes(record) % 2 === 0) even.push(i);
    else results[i] = parseAlone(record);
  for (let from = 0; from < even.length; from += batch) {
    const places = even.slice(from, from + batch);
    const some = places.map((i) => records[i] as Buffer);
    for (const [k, result] of (parseTogether(some, form) ?? some.map(parseAlone)).entries())
      results[places[k] as number] = result;
  }
  return results;
}

/** Undefined if any of them is bad. */
function parseTogether(records: readonly Buffer[], form: Written): string[][] | undefined {
  if (records.length === 1) return undefined;
  try {
    const parsed = strictly(Buffer.concat(records.flatMap((record) => [record, separator])), form);
    return parsed.length === records.length ? parsed : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

function countQuotes(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x22); at >= 0; at = bytes.indexOf(0x22, at + 1)) count++;
  return count;
}

function parseOne(record: Buffer, form: Written): string[] | QuoteFault {
  try {
    const parsed = strictly(record, form);
    return parsed.length === 1 ? (parsed[0] as string[]) : 'stray quote';
  } catch (error) {
    if (error instanceof CsvError) return error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'unclosed quote' : 'stray quote';
    throw error;
  }
}

function strictly(text: Buffer, { delimiter, hasBlanks }: Written): string[][] {
  return parse(text, {
    encoding: 'latin1',
    bom: false,
    record_delimiter: '\n',
    relax_column_count: true,
    delimiter: delimiter === 'blanks' ? ' ' : delimiter,
    trim: hasBlanks,
  });
}
