import { BadInputError, inQuotes } from '../errors.ts';
import { type JsonForm, plainMessages } from './file-form.ts';
import { columnsOf, type FileKind, hasFlag, placesOf, timeColumn } from './file-kinds.ts';
import { ObjectLines } from './json-records.ts';
import type { LookedAt } from './look-table.ts';
import { commonTimes, refuseUnknownTimes, type TimeForm, textTimes, timesFound } from './time-forms.ts';

export interface JsonLook {
  rows: JsonForm;
  prefix: number;
  found: string[];
}

/** What Twitter's archives begin with. */
const assignment = /^window\.YTD\.\w+\.part\d+\s*=\s*/;
/** How deep within an object a list or a value is looked for. */
const mostKeys = 3;
const mostObjects = 200;

type Json = Record<string, unknown>;

/**
 * Finds how JSON is written from its beginning; undefined if it is none, `more` if a list may begin later.
 *
 * @throws BadInputError if it can't be found out which values or which list are meant
 */
export function lookAtJson(text: string, about: LookedAt & { isLast?: boolean }): JsonLook | 'more' | undefined {
  const { kind, mapped } = about;
  const prefix = assignment.exec(text)?.[0].length ?? 0;
  const body = text.slice(prefix);
  const start = body.trimStart();
  if (!/^(\{|\[)/.test(start)) return undefined;
  const lines = start.split('\n').map((line) => line.trimEnd());
  const isLines = start.startsWith('{') && isObject(lines[0]) && prefix === 0;
  const given = mapped?.list?.split('.');
  let list = given;
  let objects = objectsIn(start, list);
  // An object that is longer than a look is no list of others, unless it holds one.
  if (!given && !start.startsWith('[') && !isOfKind(objects[0], kind, about)) {
    list = listIn(start, about, isLines ? objects[0] : undefined);
    if (list) objects = objectsIn(start, list);
    else if (objects.length === 0) {
      if (about.isWhole || about.isLast) return undefined;
      return 'more';
    }
  } else if (objects.length === 0 && !about.isWhole && !about.isLast) return 'more';
  if (objects.length === 0 && !list && !start.startsWith('[')) return undefined;
  // An opened bracket alone is a stray character, not a list.
  if (start.startsWith('[') && objects.length === 0 && start.replace(/[[\]\s]/g, '') !== '') return undefined;
  const isPlain = isLines && !list && !lines.some((line) => line.endsWith(','));
  const found: string[] = [];
  if (prefix > 0) found.push("a Twitter archive's list");
  else if (list) found.push(`the list "${list.join('.')}" of JSON pages`);
  else if (start.startsWith('[')) found.push('a JSON list');
  else if (isLines && !isPlain) found.push('JSON with a comma at the end of lines');
  else if (!isPlain) found.push('JSON objects over several lines');
  else if (kind !== 'messages') found.push('JSON lines');
  const keys = keysOf(objects, about);
  const times = timesIn(objects, keys, about);
  const told = timesFound(times);
  if (told) found.push(told);
  const rows: JsonForm = {
    ...plainMessages,
    layout: isPlain ? 'lines' : 'objects',
    list,
    keys,
    times,
    constants: mapped?.constants ?? {},
    wanted: mapped?.where ?? {},
  };
  return { rows, prefix: Buffer.byteLength(text.slice(0, prefix)), found };
}

function isObject(text: string | undefined): boolean {
  return objectOf((text ?? '').replace(/,$/, '')) !== undefined;
}

function objectOf(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** The first whole objects. */
function objectsIn(text: string, list: readonly string[] | undefined): Json[] {
  const lines = new ObjectLines(list).take(Buffer.from(text, 'latin1')).toString('utf8');
  return lines
    .split('\n', mostObjects)
    .map(objectOf)
    .filter((object) => object !== undefined);
}

/** Whether an object is a row of the kind, or is said to be by a mapping. */
function isOfKind(object: Json | undefined, kind: FileKind, { mapped }: LookedAt): boolean {
  if (!object) return false;
  if (mapped?.columns) return true;
  const places = placesOf(kind, namesIn(object));
  return columnsOf[kind].filter(({ name, isNeeded }) => isNeeded && places.has(name)).length >= 2;
}

/**
 * The keys of the one list of objects within the first object.
 *
 * @throws BadInputError if there are several of which none has the kind's name
 */
function listIn(text: string, { path, kind }: LookedAt, first: Json | undefined): string[] | undefined {
  const lists = first ? listsOf(first) : listsBegun(text);
  if (lists.length <= 1) return lists[0];
  const usual = lists.filter((keys) => [kind, `${kind}s`, 'messages', 'data', 'items'].includes(keys.at(-1) ?? ''));
  if (usual.length === 1) return usual[0];
  throw new BadInputError(
    `${path} has several lists in its JSON (${inQuotes(lists.map((keys) => keys.join('.')))}): say which is meant under "list:" in ` +
      'kith.mapping.yaml.',
  );
}

function listsOf(object: Json, above: string[] = []): string[][] {
  return Object.entries(object).flatMap(([key, value]) => {
    const keys = [...above, key];
    if (Array.isArray(value)) return value.length > 0 && value.every((one) => isJson(one)) ? [keys] : [];
    return isJson(value) && keys.length < mostKeys ? listsOf(value, keys) : [];
  });
}

/** The lists that begin in an object which is not seen whole: only those right within it. */
function listsBegun(text: string): string[][] {
  const keys = new Set([...text.matchAll(/"([^"\\]{1,100})"\s*:\s*\[\s*\{/g)].map(([, key]) => key as string));
  return [...keys].map((key) => [key]).filter((list) => objectsIn(text, list).length > 0);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The dotted names of an object's values. */
function namesIn(object: Json, above = ''): string[] {
  return Object.entries(object).flatMap(([key, value]) =>
    isJson(value) && above.split('.').length < mostKeys ? namesIn(value, `${above}${key}.`) : [`${above}${key}`],
  );
}

/** @throws BadInputError if it isn't known which of the values are meant */
function keysOf(objects: readonly Json[], about: LookedAt): JsonForm['keys'] {
  const { path, kind, mapped } = about;
  const columns = Object.entries(mapped?.columns ?? {});
  const wrong = columns.find(([, value]) => typeof value !== 'string');
  if (wrong) throw new BadInputError(`${path} is JSON, but the mapping gives ${wrong[0]} by a number: give its key.`);
  const given = Object.fromEntries(columns.map(([name, value]) => [name, String(value).split('.')]));
  if (kind === 'messages' && columns.length === 0 && !mapped?.constants && objects.every((object) => isKnown(object)))
    return undefined;
  const names = [...new Set(objects.flatMap((object) => namesIn(object)))];
  const places = placesOf(kind, names);
  const keys = {
    ...Object.fromEntries([...places].map(([name, place]) => [name, (names[place] as string).split('.')])),
    ...given,
  };
  for (const name of Object.keys(mapped?.constants ?? {})) delete keys[name];
  const missing = columnsOf[kind]
    .filter(({ name, isNeeded }) => isNeeded && !keys[name] && mapped?.constants?.[name] === undefined)
    .map(({ name }) => name);
  if (kind === 'user' && !hasFlag({ ...keys, ...mapped?.constants })) missing.push('suspended');
  if (missing.length === 0 || (kind === 'messages' && !mapped)) return missing.length === 0 ? keys : undefined;
  throw new BadInputError(
    `${path} is JSON without a key for ${missing.join(' and ')} that Kith knows (it has ${inQuotes(names.slice(0, 12))}): say which it ` +
      'is under "columns:" in kith.mapping.yaml, or give all the same under "constants:".',
  );
}

/** Whether a message is as `parse-message.ts` knows it. */
function isKnown(object: Json): boolean {
  const owner = object.user_id ?? (isJson(object.user) ? object.user.id : undefined);
  return ['id', 'body', 'created_at'].every((key) => object[key] !== undefined) && owner !== undefined;
}

function timesIn(objects: readonly Json[], keys: JsonForm['keys'], { path, kind, mapped }: LookedAt): TimeForm {
  if (mapped?.time) return mapped.time;
  const name = timeColumn(kind);
  if (name === undefined) return textTimes;
  const place = keys === undefined ? [name] : keys[name];
  const texts = place ? objects.flatMap((object) => valueAt(object, place) ?? []) : [];
  refuseUnknownTimes(texts, path);
  return commonTimes(texts) ?? textTimes;
}

/** The text or number that keys lead to; undefined if there is none. */
export function valueAt(object: Json, keys: readonly string[]): string | undefined {
  let value: unknown = object;
  for (const key of keys) value = isJson(value) || Array.isArray(value) ? (value as Json)[key] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
