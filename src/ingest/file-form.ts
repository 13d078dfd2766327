import { several } from '../figures.ts';
import type { UserIdKind } from '../user-id.ts';
import { columnsOf, type FileKind } from './file-kinds.ts';
import { type TimeForm, textTimes, timesFound } from './time-forms.ts';

export type Delimiter = ',' | ';' | '\t' | '|' | 'blanks';
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Which rows of a file are meant: the value that a column or key has, or `*` for any that is not empty. */
export type Wanted = Readonly<Record<string, string>>;

/** A file of rows and columns. */
export interface TableForm {
  kind: 'table';
  delimiter: Delimiter;
  /** Whether blanks around a value are no part of it. */
  hasBlanks: boolean;
  /** Whether a row may end in a delimiter, behind which there is nothing. */
  endsInDelimiter: boolean;
  /** The number of columns of every row, from its header; undefined: as many as a row of the kind has without one. */
  width: number | undefined;
  /** The place of each column that there is. */
  places: Readonly<Record<string, number>>;
  /** The value of columns that are the same in every row. */
  constants: Readonly<Record<string, string>>;
  /** By the place of a column. */
  wanted: Wanted;
  times: TimeForm;
  /** What user ids may be; `int` if undefined. */
  userIds?: UserIdKind;
}

/** A file of JSON objects. */
export interface JsonForm {
  kind: 'json';
  /** `lines`: an object a line, and nothing else; `objects`: however they are written, also in an array. */
  layout: 'lines' | 'objects';
  /** The keys that lead to the list of objects within a page; undefined: there is no page around them. */
  list: readonly string[] | undefined;
  /** The keys that lead to each column's value; undefined: messages as `parse-message.ts` knows them. */
  keys: Readonly<Record<string, readonly string[]>> | undefined;
  constants: Readonly<Record<string, string>>;
  /** By dotted keys. */
  wanted: Wanted;
  times: TimeForm;
  /** What user ids may be; `int` if undefined. */
  userIds?: UserIdKind;
}

/** How a file is read, as a look at its beginning has found. */
export interface FileForm {
  rows: TableForm | JsonForm;
  /** How often it is gzipped. */
  gzips: number;
  /** Read by DuckDB, which gives the columns as a table. */
  isParquet: boolean;
  encoding: Encoding;
  /** Whether lines end in CR alone. */
  endsInCr: boolean;
  /** Lines before the first row: comments and the header. */
  skipped: number;
  /** What stands before the JSON in a file of JavaScript, in bytes. */
  prefix: number;
  /** What is unusual, for a person; empty for a plain file. */
  found: readonly string[];
}

/** The form of files of a kind as they should be. */
export function plainTable(kind: FileKind): TableForm {
  const places: Record<string, number> = {};
  if (kind === 'user') Object.assign(places, { user_id: 0, suspended: 11 });
  else for (const [i, { name }] of columnsOf[kind].entries()) places[name] = i;
  return {
    kind: 'table',
    delimiter: ',',
    hasBlanks: false,
    endsInDelimiter: false,
    width: undefined,
    places,
    constants: {},
    wanted: {},
    times: textTimes,
  };
}

export const plainMessages: JsonForm = {
  kind: 'json',
  layout: 'lines',
  list: undefined,
  keys: undefined,
  constants: {},
  wanted: {},
  times: textTimes,
};

/** A form, and what of it has to be told. */
export function plainForm(kind: FileKind): FileForm {
  return {
    rows: kind === 'messages' ? plainMessages : plainTable(kind),
    gzips: 0,
    isParquet: false,
    encoding: 'utf-8',
    endsInCr: false,
    skipped: 0,
    prefix: 0,
    found: [],
  };
}

const delimiterNames: Readonly<Record<Delimiter, string>> = {
  ',': 'commas',
  ';': '`;`',
  '\t': 'tabs',
  '|': '`|`',
  blanks: 'blanks',
};

/** What of a table differs from a plain one, for a person. */
export function tableFound(kind: FileKind, form: TableForm, isHeader: boolean, comments: number): string[] {
  const found: string[] = [];
  if (comments > 0) found.push(several(comments, 'comment line'));
  if (isHeader) found.push('header');
  if (form.delimiter !== ',') found.push(delimiterNames[form.delimiter]);
  if (form.hasBlanks) found.push('blanks around values');
  if (form.endsInDelimiter) found.push('a delimiter at the end of lines');
  const time = form.places.timestamp;
  if (!isHeader && kind === 'follow' && time !== undefined && time !== 2) found.push(`time in column ${time + 1}`);
  const times = timesFound(form.times);
  if (times) found.push(times);
  return found;
}
