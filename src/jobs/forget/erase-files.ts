import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { numbersIn, textsIn } from '../../ingest/forgotten.ts';
import type { ShownId } from '../../user-id.ts';

const draft = '.part';

/** What names users in the files that runs and `kith reputation` leave in the home: CSV, or a JSON object a line. */
const namesUser: Readonly<Record<string, (record: readonly string[], id: ShownId) => boolean>> = {
  // A rejected line can't be read as a row.
  'rejects.csv': ([, , , text = ''], id) => mayName(text, id),
  'reputation_score.csv': ([user], id) => user === String(id),
  'log.jsonl': ([line = ''], id) => mayName(whyIn(line), id),
};

/** What a log line tells of errors and checks; the rest has no users. */
function whyIn(line: string): string {
  try {
    const { why, error, leftUndone } = JSON.parse(line) as Record<string, unknown>;
    return JSON.stringify([why, error, leftUndone]);
  } catch {
    return line;
  }
}

/** Whether any number or text in a line is that of the user. */
function mayName(line: string, id: ShownId): boolean {
  return typeof id === 'string'
    ? textsIn(Buffer.from(line).toString('latin1')).includes(Buffer.from(id).toString('latin1'))
    : numbersIn(line).includes(String(id));
}

/** How many rows of the files in these folders' subfolders name a user. */
export async function countInFiles(folders: readonly string[], id: ShownId): Promise<number> {
  let rows = 0;
  for (const file of await filesIn(folders)) rows += await readFile(file, id, async () => undefined);
  return rows;
}

/** Writes the files that name a user anew, without those rows. @returns how many rows were removed */
export async function eraseInFiles(folders: readonly string[], id: ShownId): Promise<number> {
  let rows = 0;
  for (const file of await filesIn(folders)) {
    const path = `${file.path}${draft}`;
    const removed = await readFile(file, id, (texts) => pipeline(texts, createWriteStream(path, { mode: 0o600 })));
    if (removed > 0) {
      await chmod(path, 0o600);
      await rename(path, file.path);
    } else await rm(path, { force: true });
    rows += removed;
  }
  return rows;
}

interface NamingFile {
  path: string;
  names: (record: readonly string[], id: ShownId) => boolean;
}

async function filesIn(folders: readonly string[]): Promise<NamingFile[]> {
  const files: NamingFile[] = [];
  for (const folder of folders)
    for (const run of await readdir(folder).catch(() => [] as string[]))
      for (const name of await readdir(join(folder, run)).catch(() => [] as string[])) {
        const names = namesUser[name];
        if (names) files.push({ path: join(folder, run, name), names });
      }
  return files;
}

/** Gives the records that don't name the user, as they are written, to `take`. @returns how many do */
async function readFile(
  { path, names }: NamingFile,
  id: ShownId,
  take: (texts: AsyncIterable<string>) => Promise<void>,
): Promise<number> {
  let found = 0;
  async function* others(): AsyncGenerator<string> {
    for await (const { record, raw } of path.endsWith('.jsonl') ? linesOf(path) : recordsOf(path))
      if (names(record, id)) found++;
      else yield raw;
  }
  const texts = others();
  await take(texts);
  // Whoever only counts has not read them.
  for await (const _ of texts);
  return found;
}

interface RecordOfFile {
  record: readonly string[];
  /** As it is written. */
  raw: string;
}

async function* recordsOf(path: string): AsyncGenerator<RecordOfFile> {
  const parser = parse({ raw: true, relax_column_count: true, relax_quotes: true });
  const reading = pipeline(createReadStream(path), parser);
  yield* parser as AsyncIterable<RecordOfFile>;
  await reading;
}

async function* linesOf(path: string): AsyncGenerator<RecordOfFile> {
  for await (const line of createInterface({ input: createReadStream(path) }))
    yield { record: [line], raw: `${line}\n` };
}
