import { CsvError, parse } from 'csv-parse/sync';
import { BadInputError, inQuotes } from '../errors.ts';
import { several } from '../figures.ts';
import type { UserIdKind } from '../user-id.ts';
import { type Delimiter, plainTable, type TableForm, tableFound } from './file-form.ts';
import { columnsOf, type FileKind, hasFlag, otherColumn, placesOf, timeColumn } from './file-kinds.ts';
import { kept } from './line-fields.ts';
import type { Mapped } from './mapping.ts';
import {
  commonTimes,
  epochOf,
  instantBy,
  instantOfText,
  refuseUnknownTimes,
  someRows,
  type TimeForm,
  textTimes,
} from './time-forms.ts';

export interface LookedAt {
  path: string;
  kind: FileKind;
  mapped?: Mapped;
  /** Whether the text is all of the file. */
  isWhole: boolean;
  userIds?: UserIdKind;
}

export interface TableLook {
  rows: TableForm;
  skipped: number;
  found: string[];
}

const delimiters: readonly Delimiter[] = [',', ';', '\t', '|', 'blanks'];
/** How many lines tell how a file is written. */
const mostLines = 200;

/** How many columns user.csv has at least without a header. */
const leastOfUsers = 12;

const isWhole = (text: string | undefined) => /^\d+$/.test((text ?? '').trim());
/** Where ids are texts, a time tells a row from a header. */
const isTime = (text: string | undefined) =>
  isWhole(text) || Number.isFinite(instantOfText((text ?? '').trim()) ?? Number.NaN);
const isIdOf = (userIds: UserIdKind | undefined) => (text: string | undefined) =>
  userIds === 'text' ? (text ?? '').trim() !== '' : isWhole(text);
/** Headers of neo4j-admin have names such as `:START_ID`. */
const isNamed = (text: string | undefined) => /^:?[\p{L}_]/u.test((text ?? '').trim());

/**
 * Finds how a table is written from its first lines; undefined for messages without a header, which are no table.
 *
 * @throws BadInputError if it can't be found out, or something that rows need is not there
 */
export function lookAtTable(text: string, about: LookedAt): TableLook | undefined {
  const { kind, mapped } = about;
  const lines = text.split('\n', mostLines).map((line) => line.replace(/\r$/, ''));
  // The last line may be cut off.
  if (!about.isWhole && lines.length < mostLines) lines.pop();
  const comments = commentsAbove(lines, about);
  const commented = headerInComment((lines[comments - 1] ?? '').slice(1).trim(), lines.slice(comments), about);
  const first = commented ?? headerIn(lines[comments] ?? '', about);
  const isHeader = first !== undefined;
  if (kind === 'messages' && !isHeader && !mapped) return undefined;
  const skipped = comments + (isHeader && !commented ? 1 : 0);
  const rows = lines.slice(skipped).filter((line) => line !== '');
  const delimiter = mapped?.delimiter ?? first?.delimiter ?? commonDelimiter(rows, about);
  const sample = rows.map((line) => cellsOf(line, delimiter) ?? []);
  if (!isHeader) refuseUnknownHeader(sample, about);
  const form: TableForm = { ...plainTable(kind), delimiter, ...placesIn(first?.names, sample, about) };
  form.constants = mapped?.constants ?? {};
  const isText = about.userIds === 'text';
  const isSpaced =
    delimiter !== 'blanks' &&
    sample.some((cells, i) => {
      const line = rows[i] as string;
      if (line.includes('"')) return !isText && (hasBlanks(cells, form) || hasBlanksAtQuotes(line, delimiter));
      return hasBlanks(cells, form);
    });
  // Whether a text has blanks at its ends is told from its own row alone.
  form.hasBlanks = isSpaced || (isText && delimiter !== 'blanks');
  const width = form.width ?? (kind === 'follow' ? 4 : columnsOf[kind].length);
  const ends = sample.filter((cells) => cells.length === width + 1 && cells.at(-1) === '').length;
  form.endsInDelimiter = kind !== 'user' && delimiter !== 'blanks' && ends * 2 > sample.length;
  form.wanted = wantedIn(first?.names, about);
  form.times = timesIn(sample, form, about);
  refuseMissing(form, sample, isHeader, about);
  return {
    rows: form,
    skipped,
    found: tableFound(kind, { ...form, hasBlanks: isSpaced }, isHeader, comments - (commented ? 1 : 0)),
  };
}

/** How many lines are comments above the rows. Ids that are texts may begin like one: what is a row is none. */
function commentsAbove(lines: readonly string[], about: LookedAt): number {
  let comments = 0;
  // A first line `sep=;` is Excel's.
  while (/^([#%]|sep=.$)/i.test(lines[comments] ?? '')) comments++;
  if (about.userIds !== 'text' || headerIn(lines[comments] ?? '', about)) return comments;
  const isRow = rowsAmong(lines, about);
  const first = lines.slice(0, comments).findIndex(isRow);
  return first < 0 ? comments : first;
}

/** Tells lines that are rows without a header, of as many columns as others, one of which is a time. */
function rowsAmong(lines: readonly string[], about: LookedAt): (line: string) => boolean {
  const { kind, mapped } = about;
  const time = timeColumn(kind);
  const tells = (cell: string) => {
    if (kind === 'user') return /^(0|1|true|false)$/i.test(cell.trim());
    if (time === undefined || mapped?.constants?.[time] !== undefined) return true;
    if (mapped?.time) return Number.isFinite(instantBy(mapped.time, cell.trim()));
    return Number.isFinite(instantOfText(cell.trim()) ?? Number.NaN) || epochOf(cell.trim()) !== undefined;
  };
  const filled = lines.filter((line) => line !== '');
  const delimiter = mapped?.delimiter ?? commonDelimiter(filled, about);
  /** How many columns a line has if it may be a row: a mark alone is no id. */
  const widthOf = (line: string) => {
    const [id = '', ...others] = cellsOf(line, delimiter) ?? [];
    return others.some(tells) && !/^[#%]$/.test(id) ? others.length + 1 : 0;
  };
  const widths = [...(mapped ? [] : widthsOf(kind)), mostCommon(filled.map(widthOf).filter((width) => width > 0))];
  return (line) => {
    const width = widthOf(line);
    return width > 0 && (widths.includes(width) || (kind === 'user' && width >= leastOfUsers));
  };
}

/** The names of a header, and what is between them; undefined if the line is none. */
function headerIn(
  line: string,
  { kind, mapped, userIds }: LookedAt,
): { names: string[]; delimiter: Delimiter } | undefined {
  if (mapped?.header === false || line === '') return undefined;
  const mappedNames = Object.values(mapped?.columns ?? {}).filter((value) => typeof value === 'string');
  let best: { names: string[]; delimiter: Delimiter; score: number } | undefined;
  for (const delimiter of mapped?.delimiter ? [mapped.delimiter] : delimiters) {
    const names = cellsOf(line, delimiter)?.map((name) => Buffer.from(name, 'latin1').toString('utf8').trim());
    if (!names || names.some(userIds === 'text' ? isTime : isWhole)) continue;
    // Words of a text in a row of user.csv are no names.
    if (delimiter === 'blanks' && names.some((name) => /[,;|]/.test(name))) continue;
    const score = placesOf(kind, names).size + mappedNames.filter((name) => names.includes(name)).length;
    if (score > (best?.score ?? 0) || (mapped?.header && !best)) best = { names, delimiter, score };
  }
  return best && (mapped?.header || best.score >= 2) ? best : undefined;
}

/** The names in the comment above the rows, if it is a header: as many as a row has columns. */
function headerInComment(
  line: string,
  lines: readonly string[],
  about: LookedAt,
): { names: string[]; delimiter: Delimiter } | undefined {
  const header = headerIn(line, about);
  if (!header) return undefined;
  const rows = lines.filter((one) => one !== '');
  const delimiter = about.mapped?.delimiter ?? commonDelimiter(rows, about);
  const isAbove = rows.length > 0 && cellsOf(rows[0] as string, delimiter)?.length === header.names.length;
  return isAbove ? { names: header.names, delimiter } : undefined;
}

/** The cells of a line, with one character per byte; undefined if its quotes are wrong. */
function cellsOf(line: string, delimiter: Delimiter): string[] | undefined {
  if (delimiter === 'blanks')
    return line
      .trim()
      .replace(/(\d{4}-\d\d-\d\d) (?=\d\d:)/g, '$1\0')
      .split(/[ \t]+/)
      .map((cell) => cell.replace('\0', ' '));
  if (!line.includes('"')) return line.split(delimiter);
  return parsed(line, { delimiter, ltrim: true });
}

/** The cells of a line that has quotes; undefined if they are wrong. */
function parsed(line: string, how: { delimiter: string; ltrim?: boolean; trim?: boolean }): string[] | undefined {
  try {
    return parse(line, { relax_column_count: true, ...how })[0];
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

/** The delimiter by which most lines are rows; a comma if none makes any. */
function commonDelimiter(rows: readonly string[], { kind, userIds }: LookedAt): Delimiter {
  const isId = isIdOf(userIds);
  // Whole numbers tell where a row is cut; texts don't, but the time behind them does.
  const needsTime = userIds === 'text' && timeColumn(kind) === 'timestamp';
  const least = kind === 'user' ? leastOfUsers : 2;
  const isRow = (cells: string[] | undefined) =>
    cells !== undefined &&
    cells.length >= least &&
    isId(cells[0]) &&
    (kind === 'user' || isId(cells[1])) &&
    (!needsTime || cells.slice(1).some(isTime));
  const counts = delimiters.map((delimiter) => rows.filter((line) => isRow(cellsOf(line, delimiter))).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

function hasBlanks(cells: readonly string[], { places }: TableForm): boolean {
  return Object.values(places).some((place) => {
    const cell = cells[place] ?? '';
    return cell.trim() !== cell && cell.trim() !== '';
  });
}

/** Whether a line is written as `"1", "2"`: its cells don't show it, since what is in quotes begins with them. */
function hasBlanksAtQuotes(line: string, delimiter: Delimiter): boolean {
  const isRead = (trim: boolean) => parsed(line, { delimiter, trim }) !== undefined;
  return !isRead(false) && isRead(true);
}

/** @throws BadInputError if the first line names columns that aren't known */
function refuseUnknownHeader(
  [names = [], ...others]: readonly string[][],
  { path, kind, mapped, userIds }: LookedAt,
): void {
  const isValue = userIds === 'text' ? isTime : isWhole;
  const isLikely = names.length >= 2 && names.every(isNamed) && others.length > 0 && mapped?.header !== false;
  const isAbove = others.filter((cells) => cells.length === names.length && cells.some(isValue)).length;
  if (!isLikely || isAbove * 2 <= others.length) return;
  throw new BadInputError(
    `${path} begins with a header whose names Kith doesn't know (${inQuotes(names.slice(0, 6))}): name its columns ` +
      `${columnsOf[kind].map(({ name }) => name).join(', ')}, or say which is which under "columns:" in kith.mapping.yaml.`,
  );
}

/** Where the columns are, and how many a row has. */
function placesIn(
  names: string[] | undefined,
  sample: readonly string[][],
  { path, kind, mapped }: LookedAt,
): Pick<TableForm, 'places' | 'width'> {
  const columns = mapped?.columns;
  if (names === undefined && columns === undefined) return placesWithoutHeader(sample, kind, mapped);
  const places: Record<string, number> = names ? Object.fromEntries(placesOf(kind, names)) : {};
  for (const [name, value] of Object.entries(columns ?? {})) {
    const place = typeof value === 'number' ? value - 1 : (names ?? []).indexOf(value);
    if (place < 0) throw new BadInputError(`${path} has no column "${value}", which the mapping names for ${name}.`);
    places[name] = place;
  }
  for (const name of Object.keys(mapped?.constants ?? {})) delete places[name];
  const width = names?.length ?? mostCommon(sample.map(({ length }) => length));
  if (Object.values(places).some((place) => place >= kept))
    throw new BadInputError(`${path} has more than ${kept} columns before one that is used: leave out some.`);
  return { places, width };
}

function mostCommon(numbers: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const one of numbers) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** Those of the kind; only the time of a follow may be elsewhere, behind a weight, as in files of KONECT. */
function placesWithoutHeader(
  sample: readonly string[][],
  kind: FileKind,
  mapped: Mapped | undefined,
): Pick<TableForm, 'places' | 'width'> {
  const { places, width } = plainTable(kind);
  const constants = Object.keys(mapped?.constants ?? {});
  if (constants.length > 0) {
    // The others come in their usual order.
    const left = columnsOf[kind].filter(({ name }) => !constants.includes(name));
    const columns = mostCommon(sample.map(({ length }) => length)) ?? left.length;
    return { places: Object.fromEntries(left.slice(0, columns).map(({ name }, i) => [name, i])), width: columns };
  }
  const isTime = (place: number) => commonTimes(sample.flatMap((cells) => cells[place]?.trim() ?? [])) !== undefined;
  const isBehind = kind === 'follow' && sample.length >= someRows && sample.every(({ length }) => length === 4);
  if (!isBehind || isTime(2) || !isTime(3)) return { places, width };
  return { places: { user_id: 0, engaged_with_user_id: 1, timestamp: 3 }, width: 4 };
}

/** Which rows are meant, by the places of their columns. */
export function wantedIn(
  names: readonly string[] | undefined,
  { path, mapped }: Pick<LookedAt, 'path' | 'mapped'>,
): Record<string, string> {
  const wanted: Record<string, string> = {};
  for (const [name, value] of Object.entries(mapped?.where ?? {})) {
    const place = /^\d+$/.test(name) ? Number(name) - 1 : (names ?? []).indexOf(name);
    if (place < 0 || place >= kept)
      throw new BadInputError(`${path} has no column "${name}", which the mapping asks for.`);
    wanted[place] = value;
  }
  return wanted;
}

/** @throws BadInputError if the times of all rows are in no form that is known */
function timesIn(sample: readonly string[][], form: TableForm, { path, kind, mapped, userIds }: LookedAt): TimeForm {
  const isId = isIdOf(userIds);
  if (mapped?.time) return mapped.time;
  const name = timeColumn(kind);
  const place = name === undefined ? undefined : form.places[name];
  if (name === undefined || place === undefined) return textTimes;
  const textsOf = (rows: readonly string[][]) =>
    rows.flatMap((cells) => cells[place]?.trim() ?? []).filter((text) => text !== '');
  const common = commonTimes(textsOf(sample));
  if (common) return common;
  // Only where everything else is as it should be; a line of a message may be none of its own.
  const ids = ['user_id', otherColumn(kind) ?? 'user_id'].map((id) => form.places[id]);
  const good = sample.filter((cells) => ids.every((id) => id !== undefined && isId(cells[id])));
  if (good.length === sample.length || kind === 'messages') refuseUnknownTimes(textsOf(good), path);
  return textTimes;
}

/** @throws BadInputError if a needed column is missing from the header, or from every row */
function refuseMissing(
  form: TableForm,
  sample: readonly string[][],
  isHeader: boolean,
  { path, kind, userIds }: LookedAt,
): void {
  const needed = columnsOf[kind].filter(({ name, isNeeded }) => isNeeded && form.constants[name] === undefined);
  const missing = needed.filter(({ name }) => form.places[name] === undefined).map(({ name }) => name);
  if (kind === 'user' && !hasFlag({ ...form.places, ...form.constants })) missing.push('suspended');
  const isShort =
    kind === 'follow' &&
    !isHeader &&
    sample.length >= someRows &&
    sample.every((cells) => cells.length === 2 && cells.every(isIdOf(userIds)));
  if (isShort && form.places.timestamp !== undefined) missing.push('timestamp');
  if (missing.length === 0) {
    if (form.width === undefined && kind !== 'user') refuseOtherWidth(sample, path, kind);
    return;
  }
  const [name] = missing;
  throw new BadInputError(
    `${path} has no column for ${missing.join(' and ')}${isHeader ? '' : `, only ${several(sample[0]?.length ?? 0, 'column')}`}: add ` +
      `${missing.length === 1 ? 'it' : 'them'}, say which it is under "columns:" in kith.mapping.yaml, or give all rows the same under ` +
      `"constants:", such as ${name}: ${name === 'timestamp' || name === 'created_at' ? '2024-05-01' : '1'}.`,
  );
}

/** @throws BadInputError if all rows of a file without a header have so many columns as none of its kind has */
function refuseOtherWidth(sample: readonly string[][], path: string, kind: FileKind): void {
  const count = sample[0]?.length ?? 0;
  const names = columnsOf[kind].map(({ name, isNeeded }) => (isNeeded ? name : `${name} or not`));
  const widths = widthsOf(kind);
  // An empty last column is told by what it is.
  const isOther = (cells: readonly string[]) => cells.length === count && cells.at(-1) !== '';
  if (sample.length < someRows || count < 2 || widths.includes(count) || !sample.every(isOther)) return;
  throw new BadInputError(
    `${path} has rows of ${count} columns instead of ${widths.join(' or ')} (${names.join(', ')}): say ` +
      'which is which under "columns:" in kith.mapping.yaml, and give what is in no row under "constants:".',
  );
}

/** How many columns a row without a header may have. */
function widthsOf(kind: FileKind): number[] {
  const columns = columnsOf[kind];
  const isShort = ['follow', 'block', 'mute'].includes(kind);
  return isShort ? [columns.length - 1, columns.length] : [columns.length];
}
