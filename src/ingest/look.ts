import type { InputLimits } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { typeOf } from '../storage/file-types.ts';
import type { Folder } from '../storage/folder.ts';
import { readHead } from '../storage/read-bytes.ts';
import { decoded, encodingOf } from './encodings.ts';
import { type FileForm, plainForm } from './file-form.ts';
import type { FileKind } from './file-kinds.ts';
import { lookAtJson } from './look-json.ts';
import { lookAtTable } from './look-table.ts';
import type { Mapped } from './mapping.ts';
import { lookAtParquet } from './parquet.ts';

export interface LookOptions {
  limits: InputLimits;
  signal?: AbortSignal;
  mapped?: Mapped;
}

/** How much of a file is looked at, unpacked; more of it only if a list of JSON begins later. */
const headBytes = 64 * 1024;
const longHeadBytes = 1024 * 1024;
/** Text that is neither a table nor JSON, by how it begins. */
const foreignTexts: readonly { form: RegExp; is: string; remedy: string }[] = [
  {
    form: /^\s*<(\?xml|!doctype|html|rss|feed|graphml|gexf)/i,
    is: 'is XML or HTML',
    remedy: 'export the data as CSV',
  },
  {
    form: /^\s*((#|creator|comment|version)[^\n]*\n\s*)*graph\s*\[/i,
    is: 'is GML, a description of a graph',
    remedy: 'export its edges as CSV, with the time of each',
  },
  {
    form: /^%%MatrixMarket/i,
    is: 'is a Matrix Market file, whose first row is the size of the matrix',
    remedy: 'write its entries as CSV, with the time of each',
  },
  {
    form: /^(\s|--[^\n]*\n|\/\*[^\n]*\n)*(\/\*!|(set|use|begin|create|drop|insert into|lock tables|copy)\b[^,;|\t\n]*\s*[;(])/i,
    is: "is SQL, such as a database's dump",
    remedy: 'export the table as CSV',
  },
  {
    form: /^([^\n|]+\|[^\n]*\n *-+(\+-+)+\s*(\n|$)|\+-+(\+-+)+\+\s*\n\|)/,
    is: 'is a table as `psql` or `mysql` draws it on a terminal',
    remedy: 'export it as CSV, in psql with `\\copy … TO … CSV HEADER`',
  },
];
/** Who zips more often has made a mistake. */
const mostGzips = 2;

/**
 * Looks at the beginning of a file once, to find how it is written.
 *
 * @throws BadInputError naming the file, what it is, and what to do, if it can't be read as a file of its kind
 */
export async function look(folder: Folder, file: string, kind: FileKind, options: LookOptions): Promise<FileForm> {
  const { mapped } = options;
  const path = `${folder.location}/${file}`;
  const form = plainForm(kind);
  const found: string[] = [];
  let gzips = 0;
  let head = await readHead(folder, file, headBytes, { ...options, gzips });
  for (; typeOf(head.bytes) === 'gzip'; head = await readHead(folder, file, headBytes, { ...options, gzips })) {
    gzips++;
    if (gzips > mostGzips) throw refused(path, `is gzipped more than ${mostGzips} times`, 'unpack it with `gunzip`');
  }
  const isNamedGzip = file.endsWith('.gz');
  if (isNamedGzip && gzips === 0)
    throw refused(path, 'is damaged or not gzip, unlike its name', `copy it again, or name it ${file.slice(0, -3)}`);
  if (gzips > (isNamedGzip ? 1 : 0)) found.push(gzips === 2 ? 'gzipped twice' : 'gzip');
  const type = typeOf(head.bytes);
  if (type === 'parquet' && gzips > 0) throw refused(path, 'is Parquet within gzip', 'unpack it with `gunzip`');
  if (type === 'parquet') {
    const rows = await lookAtParquet(folder, file, kind, options);
    return { ...form, rows, isParquet: true, found: ['Parquet'] };
  }
  if (type !== undefined && typeof type === 'object') throw refused(path, `is ${type.name}`, type.remedy);
  const encoding = mapped?.encoding ?? encodingOf(head.bytes, kind);
  let text = decoded(head.bytes, encoding);
  if (encoding !== 'utf-8') found.push(encoding === 'windows-1252' ? 'Windows-1252' : 'UTF-16');
  const endsInCr = !text.includes('\n') && /\r./s.test(text);
  if (endsInCr) {
    text = text.replaceAll('\r', '\n');
    found.push('lines end in CR');
  }
  const foreign = foreignTexts.find(({ form }) => form.test(text));
  if (foreign) throw refused(path, foreign.is, foreign.remedy);
  const about = { path, kind, mapped, isWhole: head.isWhole, userIds: options.limits.userIds };
  let json = lookAtJson(text, about);
  if (json === 'more') {
    head = await readHead(folder, file, longHeadBytes, { ...options, gzips });
    json = lookAtJson(decoded(head.bytes, encoding), { ...about, isLast: true });
  }
  if (json === 'more') throw new Error('A look at JSON never ends.');
  if (json)
    return {
      ...form,
      rows: json.rows,
      prefix: json.prefix,
      gzips,
      encoding,
      endsInCr,
      found: [...found, ...json.found],
    };
  const table = lookAtTable(text, about);
  if (!table) return { ...form, gzips, encoding, endsInCr, found };
  return {
    ...form,
    rows: table.rows,
    skipped: table.skipped,
    gzips,
    encoding,
    endsInCr,
    found: [...found, ...table.found],
  };
}

function refused(path: string, what: string, remedy: string): BadInputError {
  return new BadInputError(`${path} ${what}: ${remedy}.`);
}
