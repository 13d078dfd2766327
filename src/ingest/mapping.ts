import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { BadInputError, messageOf } from '../errors.ts';
import type { Folder } from '../storage/folder.ts';
import { openFile } from '../storage/open-file.ts';
import { faultOfText, largestUserId, type UserIdKind } from '../user-id.ts';
import { activityTypes } from './activity-type.ts';
import type { Delimiter, Encoding } from './file-form.ts';
import { columnsOf, type FileKind, timeColumn, wordKinds } from './file-kinds.ts';
import { instantOfText, isPattern, type TimeForm, textTimes } from './time-forms.ts';

/** The mapping that lies beside the files it is about. */
export const mappingFile = 'kith.mapping.yaml';

const kinds: readonly FileKind[] = [...activityTypes, ...wordKinds, 'user', 'messages'];
const delimiters: Readonly<Record<string, Delimiter>> = {
  ',': ',',
  ';': ';',
  '|': '|',
  '\t': '\t',
  comma: ',',
  semicolon: ';',
  pipe: '|',
  tab: '\t',
  blanks: 'blanks',
};
const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const satisfies readonly Encoding[];
const epochs: Readonly<Record<string, TimeForm>> = {
  'epoch seconds': { kind: 'epoch', cut: 0 },
  'epoch milliseconds': { kind: 'epoch', cut: 3 },
  'epoch microseconds': { kind: 'epoch', cut: 6 },
  text: textTimes,
};

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const entry = z.strictObject({
  file: z.string().min(1),
  kind: z.enum(kinds, `one of ${kinds.join(', ')}`),
  header: z.boolean().optional(),
  delimiter: z
    .string()
    .refine((text) => text in delimiters, `one of ${Object.keys(delimiters).slice(4).join(', ')}`)
    .transform((text) => delimiters[text] as Delimiter)
    .optional(),
  encoding: z.enum(encodings, `one of ${encodings.join(', ')}`).optional(),
  columns: z.record(z.string(), z.union([z.string().min(1), z.number().int().min(1).max(256)])).optional(),
  constants: z.record(z.string(), scalar).optional(),
  where: z.record(z.string(), scalar).optional(),
  time: z
    .string()
    .refine(
      (text) => text in epochs || isPattern(text),
      `${Object.keys(epochs).join(', ')}, or a pattern such as DD/MM/YYYY HH:mm`,
    )
    .transform((text): TimeForm => epochs[text] ?? { kind: 'pattern', pattern: text })
    .optional(),
  list: z.string().min(1).optional(),
});
const shape = z.strictObject({ files: z.array(entry).min(1) });

/** How the files of a name are read, where that can't be found out. */
export type Mapped = z.infer<typeof entry>;

export interface Mapping {
  entries: readonly Mapped[];
  /** Where it was read, for a person. */
  place: string;
}

/**
 * The mapping that is given, or else the one that lies in the folder; undefined if there is none.
 *
 * @param location of a mapping that is given: a path, `file:` URL or `s3://bucket/path`
 * @throws BadInputError naming what of it is wrong
 */
export async function mappingOf(
  folder: Folder,
  location?: string,
  userIds: UserIdKind = 'int',
): Promise<Mapping | undefined> {
  const file = location === undefined ? folder.files().get(mappingFile) : undefined;
  if (location === undefined && file === undefined) return undefined;
  const place = location ?? (file?.path as string);
  const bytes = location === undefined ? await folder.open(mappingFile) : await textOfFile(location);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += (chunk as Buffer).length;
    if (size > mostBytes) throw new BadInputError(`${place} has more than ${mostBytes} bytes: it is no mapping.`);
    chunks.push(chunk as Buffer);
  }
  return { entries: parseMapping(Buffer.concat(chunks).toString('utf8'), place, userIds), place };
}

const mostBytes = 1024 * 1024;

async function textOfFile(location: string): Promise<AsyncIterable<Buffer>> {
  return (await openFile(location, 'mapping (--mapping, KITH_MAPPING)')).bytes;
}

/** @throws BadInputError naming what is wrong */
export function parseMapping(text: string, place: string, userIds: UserIdKind = 'int'): readonly Mapped[] {
  let read: unknown;
  try {
    // Aliases could make a small text a huge one.
    read = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n');
    throw new BadInputError(
      `${place} is no YAML${error instanceof YAMLParseError ? '' : ' that Kith reads'}: ${reason}`,
    );
  }
  const parsed = shape.safeParse(read);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = (issue?.path ?? []).map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${String(part)}`));
    throw new BadInputError(`${place}${where.length > 0 ? `, ${where.join('').slice(1)}` : ''}: ${issue?.message}.`);
  }
  for (const mapped of parsed.data.files) refuseWrong(mapped, place, userIds);
  return parsed.data.files;
}

function refuseWrong({ file, kind, columns = {}, constants = {} }: Mapped, place: string, userIds: UserIdKind): void {
  const names = columnsOf[kind].map(({ name }) => name);
  const wrong = (what: string): never => {
    throw new BadInputError(`${place}, ${file}: ${what}.`);
  };
  for (const name of [...Object.keys(columns), ...Object.keys(constants)])
    if (!names.includes(name)) wrong(`${kind} has no column ${name}, only ${names.join(', ')}`);
  for (const [name, value] of Object.entries(constants)) {
    if (name in columns) wrong(`${name} is both a column and a constant`);
    if (name === timeColumn(kind)) {
      if (!Number.isFinite(instantOfText(value) ?? Number.NaN)) wrong(`${name}: "${value}" is not a time Kith knows`);
    } else if (/_id$|^id$/.test(name)) {
      const largest = largestUserId[name === 'message_id' || name === 'id' ? 'bigint' : userIds];
      const isId = userIds === 'text' ? faultOfText(value) === undefined : isWithin(value, largest);
      if (!isId) wrong(`${name}: "${value}" is no id`);
    } else if (kind === 'user' && !/^[01]$/.test(value)) wrong(`${name} is not 1 or 0`);
  }
}

function isWithin(text: string, largest: bigint): boolean {
  return /^\d{1,19}$/.test(text) && BigInt(text) <= largest;
}

/** What a mapping says of a file; the first entry whose pattern fits. In a pattern `*` is any text but a slash, `**` any, `?` a character. */
export function mappedFile(mapping: Mapping | undefined, file: string): Mapped | undefined {
  return mapping?.entries.find(({ file: pattern }) => matches(pattern, file));
}

function matches(pattern: string, file: string): boolean {
  const expression = pattern.replace(/\*\*|./gsu, (piece) => {
    if (piece === '**') return '.*';
    if (piece === '*') return '[^/]*';
    return piece === '?' ? '[^/]' : piece.replace(/[\\^$.|+()[\]{}]/, '\\$&');
  });
  return new RegExp(`^${expression}$`, 'su').test(file);
}
