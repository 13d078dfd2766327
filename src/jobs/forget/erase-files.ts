import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse';
import { visibleJson } from '../../control-characters.ts';
import { numbersIn, textsIn } from '../../ingest/forgotten.ts';
import type { ShownId, UserId } from '../../user-id.ts';
import { type Mask, masked, maskOf } from './mask.ts';

const draft = '.part';

/** Somebody, also as people see them. */
interface Somebody {
  userId: UserId;
  seen: ShownId;
}

/** A row without somebody: masked, or removed altogether; as it is if it does not name them. */
type Without = (row: RowOfFile, mask: Mask, seen: ShownId) => string;

/** What names users in the files that runs and `kith reputation` leave in the home. */
const withoutUser: Readonly<Record<string, Without>> = {
  // A rejected line can't be read as a row.
  'rejects.csv': ({ record: [, , , text = ''], raw }, _, seen) => (mayName(text, seen) ? '' : raw),
  'reputation_score.csv': ({ record: [user], raw }, _, seen) => (user === String(seen) ? '' : raw),
  'log.jsonl': ({ raw }, mask) => withoutUserInLog(raw, mask),
};

/** Only what a log line tells of errors, and of what was left undone, has users. */
function withoutUserInLog(raw: string, mask: Mask): string {
  try {
    const line = JSON.parse(raw) as Record<string, unknown>;
    const { why, error, leftUndone } = line;
    const told = { why, error, leftUndone };
    const now = masked(told, mask);
    return isDeepStrictEqual(now, told) ? raw : `${visibleJson(JSON.stringify({ ...line, ...now }))}\n`;
  } catch {
    // A line that was cut off.
    return mask(raw);
  }
}

/** Whether any number or text in a line is that of the user. */
function mayName(line: string, id: ShownId): boolean {
  return typeof id === 'string'
    ? textsIn(Buffer.from(line).toString('latin1')).includes(Buffer.from(id).toString('latin1'))
    : numbersIn(line).includes(String(id));
}

/** How many rows of the files in these folders' subfolders name somebody. */
export async function countInFiles(folders: readonly string[], somebody: Somebody): Promise<number> {
  let rows = 0;
  for (const file of await filesIn(folders)) rows += await readFile(file, somebody, async () => undefined);
  return rows;
}

/** Writes the files that name somebody anew, without them. @returns how many rows did */
export async function eraseInFiles(folders: readonly string[], somebody: Somebody): Promise<number> {
  let rows = 0;
  for (const file of await filesIn(folders)) {
    const path = `${file.path}${draft}`;
    const changed = await readFile(file, somebody, (texts) =>
      pipeline(texts, createWriteStream(path, { mode: 0o600 })),
    );
    if (changed > 0) {
      await chmod(path, 0o600);
      await rename(path, file.path);
    } else await rm(path, { force: true });
    rows += changed;
  }
  return rows;
}

interface NamingFile {
  path: string;
  without: Without;
}

async function filesIn(folders: readonly string[]): Promise<NamingFile[]> {
  const files: NamingFile[] = [];
  for (const folder of folders)
    for (const run of await readdir(folder).catch(() => [] as string[]))
      for (const name of await readdir(join(folder, run)).catch(() => [] as string[])) {
        const without = withoutUser[name];
        if (without) files.push({ path: join(folder, run, name), without });
      }
  return files;
}

/** Gives the rows without somebody to `take`. @returns how many name them */
async function readFile(
  { path, without }: NamingFile,
  { userId, seen }: Somebody,
  take: (texts: AsyncIterable<string>) => Promise<void>,
): Promise<number> {
  const mask = maskOf(userId, seen);
  let found = 0;
  async function* left(): AsyncGenerator<string> {
    for await (const row of path.endsWith('.jsonl') ? linesOf(path) : recordsOf(path)) {
      const text = without(row, mask, seen);
      if (text !== row.raw) found++;
      yield text;
    }
  }
  const texts = left();
  await take(texts);
  // Whoever only counts has not read them.
  for await (const _ of texts);
  return found;
}

/** A row of CSV, or a line of JSON without fields. */
interface RowOfFile {
  record: readonly string[];
  /** As it is written. */
  raw: string;
}

async function* recordsOf(path: string): AsyncGenerator<RowOfFile> {
  let cut: string | undefined;
  const parser = parse({
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_records_with_error: true,
    on_skip: (_, raw) => {
      cut = raw;
    },
  });
  const reading = pipeline(createReadStream(path), parser);
  // Whoever iterates is told of its errors, too, and may stop earlier.
  reading.catch(() => undefined);
  yield* parser as AsyncIterable<RowOfFile>;
  await reading;
  // A run that was killed may have left a quote open: what follows it is the text of a last row.
  if (cut !== undefined) yield { record: ['', '', '', cut], raw: cut };
}

async function* linesOf(path: string): AsyncGenerator<RowOfFile> {
  for await (const line of createInterface({ input: createReadStream(path) })) yield { record: [], raw: `${line}\n` };
}
