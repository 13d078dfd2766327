import { isUtf8 } from 'node:buffer';
import { type ActivityRows, RowBuilder } from './activity-rows.ts';
import type { RowType } from './activity-type.ts';
import { type JsonForm, plainTable, type TableForm } from './file-form.ts';
import { columnsOf, type FileKind, kindOfRows } from './file-kinds.ts';
import { LineFields } from './line-fields.ts';
import { longestLine } from './lines.ts';
import { valueAt } from './look-json.ts';
import type { Reject } from './rejects.ts';
import { type UserRows, UserTable } from './user-rows.ts';

/** The lines of a block, without their LF or CRLF. */
export function* linesOf(block: Buffer): Generator<Buffer> {
  for (let at = 0; at < block.length; ) {
    const found = block.indexOf(0x0a, at);
    const end = found < 0 ? block.length : found;
    yield block.subarray(at, end > at && block[end - 1] === 0x0d ? end - 1 : end);
    at = end + 1;
  }
}

/** The object on a line, or why there is none. */
export function objectOfLine(bytes: Buffer, form: Pick<JsonForm, 'keys'>): Record<string, unknown> | string {
  if (bytes.length > longestLine) return 'longer than 1 MiB';
  if (bytes.length === 0) return 'empty line';
  if (!isUtf8(bytes)) return 'broken UTF-8';
  try {
    const json: unknown = JSON.parse(withQuotedIds(bytes.toString('utf8'), form.keys));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch {
    // It is told like anything else that is no object.
  }
  return 'no JSON object';
}

const hasLongNumber = /[1-9]\d{15}/;

/** A JavaScript number can't hold more than 15 digits. A quoted name with a colon can only be a key. */
function withQuotedIds(line: string, keys: JsonForm['keys']): string {
  if (!keys || !hasLongNumber.test(line)) return line;
  const names = [...new Set(Object.values(keys).map((path) => path.at(-1) as string))];
  const escaped = names.map((name) => name.replace(/[^\w]/g, '\\$&')).join('|');
  return line.replace(new RegExp(`("(?:${escaped})"\\s*:\\s*)([1-9]\\d{15,})(?=\\s*[,}])`, 'g'), '$1"$2"');
}

/** Whether an object is one of those that a mapping asks for. */
export function isWantedObject(object: Record<string, unknown>, wanted: JsonForm['wanted']): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const found = valueAt(object, name.split('.'));
    return value === '*' ? found !== undefined && found !== '' : found === value;
  });
}

/** The columns that an object has values for, as a table. */
function tableOf(
  kind: FileKind,
  { keys = {}, constants, times, userIds }: JsonForm,
): { form: TableForm; paths: (readonly string[])[] } {
  const names = columnsOf[kind].map(({ name }) => name).filter((name) => keys[name] !== undefined);
  const places = Object.fromEntries(names.map((name, place) => [name, place]));
  const form = { ...plainTable(kind), places, width: names.length, constants, times, userIds };
  return { form, paths: names.map((name) => keys[name] as readonly string[]) };
}

const isBroken = (text: string) => /\p{Surrogate}/u.test(text);

/** Judges the lines of a block as rows, whose values are given to `add`. */
function judgeLines(
  block: Buffer,
  form: JsonForm,
  paths: readonly (readonly string[])[],
  add: (fields: LineFields) => string | undefined,
): { lines: number; unwanted: number; rejects: Reject[] } {
  const fields = new LineFields();
  const judged = { lines: 0, unwanted: 0, rejects: [] as Reject[] };
  for (const bytes of linesOf(block)) {
    const object = objectOfLine(bytes, form);
    let reason: string | undefined;
    if (typeof object === 'string') reason = object;
    else if (!isWantedObject(object, form.wanted)) judged.unwanted++;
    else {
      const values = paths.map((path) => valueAt(object, path) ?? '');
      fields.take(values.map((value) => Buffer.from(value).toString('latin1')));
      // Half a character, as JSON can write it, would become another one.
      reason = form.userIds === 'text' && values.some(isBroken) ? 'broken UTF-8' : add(fields);
    }
    if (reason !== undefined) judged.rejects.push({ line: judged.lines, reason, bytes });
    judged.lines++;
  }
  return judged;
}

/** Parses a block of lines that are an object each. */
export function parseJsonActivities(block: Buffer, type: RowType, latest: number, form: JsonForm): ActivityRows {
  const table = tableOf(kindOfRows(type), form);
  const rows = new RowBuilder(type, latest, table.form);
  const judged = judgeLines(block, form, table.paths, (fields) => rows.add(fields));
  return { ...rows.columns(), ...judged };
}

/** The users of a block of lines that are an object each. */
export function parseJsonUsers(block: Buffer, form: JsonForm): UserRows {
  const table = tableOf('user', form);
  const users = new UserTable(table.form);
  const judged = judgeLines(block, form, table.paths, (fields) => users.add(fields));
  return { ...users.take(), ...judged, parsed: judged.lines - judged.rejects.length, bytes: block.length };
}
