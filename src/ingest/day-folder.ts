import { createHash } from 'node:crypto';
import { BadInputError, FolderMissingError } from '../errors.ts';
import { count } from '../figures.ts';
import { typeByName } from '../storage/file-types.ts';
import { type Folder, holdsParts } from '../storage/folder.ts';
import { activityTypes } from './activity-type.ts';
import { type FileKind, isActivity, wordKinds } from './file-kinds.ts';
import { inputNamed, meaningOf } from './file-names.ts';
import { parseInstant } from './instant.ts';
import { type Mapped, type Mapping, mappedFile, mappingFile } from './mapping.ts';

/** A file in a day's folder. */
export interface DayFile {
  kind: FileKind;
  /** Its name in the folder, e.g. `follow.csv.gz`, or `follow/part-00000.csv`. */
  file: string;
  /** Bytes as stored. */
  size: number;
  /** What the mapping says of it. */
  mapped?: Mapped;
}

/**
 * Which of the graph's files a folder holds, in the order in which they are read.
 *
 * @throws BadInputError if a file is there twice, such as plain and gzipped, or anything looks like input but can't be
 *   read
 * @throws FolderMissingError if no activity file is there at all, or a file is not complete yet
 */
export function dayFiles(folder: Folder, mapping?: Mapping): DayFile[] {
  // Messages are not read here, but a folder that has them twice is just as doubtful.
  const messages = messageFiles(folder, mapping);
  const found = [...activityTypes, ...wordKinds, 'user' as const].flatMap((kind) => filesOf(folder, kind, mapping));
  if (!found.some(({ kind }) => isActivity(kind))) {
    const names = activityTypes.map((type) => `${type}.csv`).join(', ');
    const others = unreadIn(folder, mapping);
    const there = [...found, ...messages].map(({ file }) => file);
    throw new FolderMissingError(
      `${folder.location} holds none of ${names} (plain or .gz)${
        others
          ? `, but ${namesOf(others)}: name each file by what its rows are, or say what they are in ${mappingFile} (docs/inputs).`
          : there.length > 0
            ? `, only ${namesOf({ names: there.slice(0, mostNames), more: Math.max(0, there.length - mostNames) })}: add what users did, ` +
              'at least one of those files, which may be empty.'
            : '; give the folder of one day.'
      }`,
    );
  }
  return found;
}

/**
 * The files of messages that a folder holds.
 *
 * @throws as {@link dayFiles}, but not if there are no activities
 */
export function messageFiles(folder: Folder, mapping?: Mapping): DayFile[] {
  refuseLookalikes(folder, mapping);
  return filesOf(folder, 'messages', mapping);
}

/** The files of a kind: one, or parts, and those that a mapping names. */
function filesOf(folder: Folder, kind: FileKind, mapping: Mapping | undefined): DayFile[] {
  const found: DayFile[] = [];
  const parts = new Map<string | undefined, string>();
  for (const [file, { size }] of folder.files()) {
    const mapped = mappedFile(mapping, file);
    if (mapped) {
      if (mapped.kind === kind) found.push({ kind, file, size, mapped });
      continue;
    }
    const named = meaningOf(file) === 'input' ? inputNamed(file) : undefined;
    if (named?.kind !== kind) continue;
    // A whole beside parts is as doubtful as the same part twice.
    const other =
      parts.get(named.part) ?? parts.get(undefined) ?? (named.part === undefined ? [...parts.values()][0] : undefined);
    if (other !== undefined)
      throw new BadInputError(`${folder.location} holds both ${other} and ${file}; remove one of them.`);
    parts.set(named.part, file);
    found.push({ kind, file, size });
  }
  return found;
}

/** Names in errors and summaries; more of them would hide what they are about. */
const mostNames = 20;

function refuseLookalikes(folder: Folder, mapping: Mapping | undefined): void {
  const others = folder.others();
  const found: string[] = [];
  for (const name of new Set([...folder.files().keys(), ...others.keys()])) {
    if (mappedFile(mapping, name)) continue;
    const meaning = meaningOf(name);
    if (meaning === 'unfinished')
      throw new FolderMissingError(
        `${folder.location} holds ${name}, whose name says that it is still being copied: wait until it has its final name, or remove it.`,
      );
    const kind = others.get(name);
    const isOfParts = kind === 'a folder' && holdsParts(name);
    if (isOfParts && ![...folder.files().keys()].some((file) => isPartOf(name, file)))
      found.push(`${name} (a folder without files of rows)`);
    else if (meaning === 'input' && kind !== undefined && !isOfParts) found.push(`${name} (${kind}, not a plain file)`);
    if (isOfParts) continue;
    if (typeof meaning !== 'object') continue;
    const type = typeByName(name);
    found.push(
      type
        ? `${name} (${type.name}: ${type.remedy})`
        : `${name} (should be ${meaning.shouldBe} or ${meaning.shouldBe}.gz)`,
    );
  }
  if (found.length === 0) return;
  const more = found.length > mostNames ? `, and ${count(found.length - mostNames)} more` : '';
  throw new BadInputError(
    `${folder.location} holds what looks like input but can't be read: ${found.slice(0, mostNames).join(', ')}${more}; ` +
      'give each as a plain file or gzip under its right name, or take it out of the folder.',
  );
}

function isPartOf(folder: string, file: string): boolean {
  return file.startsWith(`${folder}/`) && meaningOf(file) === 'input';
}

/** What a folder holds that is neither input nor beside it. */
export interface UnreadNames {
  /** At most 20; a folder's name ends in a slash. */
  names: string[];
  /** How many there are beyond these. */
  more: number;
}

/** What in the folder Kith doesn't know and doesn't read; undefined if there is nothing of the kind. */
export function unreadIn(folder: Folder, mapping?: Mapping): UnreadNames | undefined {
  const all = [...folder.files().keys(), ...folder.others().keys()].filter(
    (name) => meaningOf(name) === 'unknown' && name !== mappingFile && !mappedFile(mapping, name),
  );
  if (all.length === 0) return undefined;
  const names = all.slice(0, mostNames).map((name) => (folder.others().get(name) === 'a folder' ? `${name}/` : name));
  return { names, more: all.length - names.length };
}

/** For a person. */
export function namesOf({ names, more }: UnreadNames): string {
  return `${names.join(', ')}${more > 0 ? `, and ${count(more)} more` : ''}`;
}

/** A fingerprint of a folder's input files: the names, sizes and versions of those that are read. */
export function versionOf(folder: Folder, mapping?: Mapping): string {
  const names = [...dayFiles(folder, mapping), ...messageFiles(folder, mapping)].map(({ file }) => file);
  const parts: unknown[] = names.flatMap((name) => {
    const found = folder.files().get(name);
    return found ? [[name, found.size, found.version]] : [];
  });
  if (mapping) parts.push(mapping.entries);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** How far a clock may be wrong, or a time zone forgotten, in seconds. */
const doubtfulSeconds = 86_400;

/**
 * The latest instant that a row of the folder may have, as epoch seconds: a day beyond both the clock and the folder's
 * date. What is later can't have happened yet, so it is a mistake. Whether such a row is bad depends on when it is read:
 * the same input gives the same tables at any time only if no row of it is in the future.
 */
export function latestInstant(folder: Folder): number {
  return Math.max(Date.now() / 1000, asOfOfFolder(folder.name) ?? 0) + doubtfulSeconds;
}

/** 00:00 UTC of a folder named YYYYMMDD, as epoch seconds; undefined if the name is not a valid date. */
export function asOfOfFolder(name: string): number | undefined {
  const date = /^(\d{4})(\d\d)(\d\d)$/.exec(name);
  return date ? parseInstant(`${date[1]}-${date[2]}-${date[3]}`) : undefined;
}
