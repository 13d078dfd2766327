import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { BadInputError } from '../../src/errors.ts';
import type { FileCount } from '../../src/ingest/judge-file.ts';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { RejectsFile } from '../../src/ingest/rejects.ts';
import { readMessages } from '../../src/messages/read-messages.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';
import { goodLines, type MangledFolder, writeMangled } from '../harness/mangled-folder.ts';

/** The cases are the same every time; KITH_TEST_SEED and KITH_TEST_CASES try others, or a failing one again. */
const first = Number(process.env.KITH_TEST_SEED ?? 0);
const cases = Number(process.env.KITH_TEST_CASES ?? 1000);

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kith-mangled-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What was read: the counts of files, and a word for each good row. */
interface Found {
  files: FileCount[];
  rows: Set<string>;
}

async function readAll(dir: string, input: string, maxRejectedPercent: number): Promise<Found> {
  const limits = { ...inputLimits, maxRejectedPercent };
  const rejectsPath = join(dir, 'rejects.csv');
  const folder = await openFolder(input);
  const found: Found = { files: [], rows: new Set() };
  await using staged = await readFolder(folder, { workDir: join(dir, 'work'), rejectsPath, limits });
  found.files.push(...staged.files);
  for (const type of ['follow', 'reply', 'like', 'mention'] as const)
    for await (const { users, engaged } of staged.readActivities(type, 1000))
      for (const [i, user] of users.entries()) found.rows.add(`${type}.csv ${user} ${engaged[i]}`);
  for await (const { userIds, suspended } of staged.readUsers(1000))
    for (const [i, user] of userIds.entries()) if (suspended[i] !== null) found.rows.add(`user.csv ${user}`);
  await using rejects = await RejectsFile.append(rejectsPath);
  const messages = await readMessages(folder, { limits, rejects }, (some) => {
    for (const { id } of some) found.rows.add(`messages.jsonl ${id}`);
  });
  found.files.push(...messages);
  return found;
}

/** A file's lines, without their ends. */
function linesOf(bytes: Buffer): string[] {
  const lines = bytes
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  // After the last newline there is no line; neither are up to ten empty ones at the end.
  for (let left = bytes.at(-1) === 0x0a ? 11 : 10; left > 0 && lines.at(-1) === ''; left--) lines.pop();
  return lines;
}

/** What was found to be written in another way, as it would be in a plain file. */
function asUtf8Lines(bytes: Buffer, form: string): Buffer {
  const text = form.includes('UTF-16') ? Buffer.from(new TextDecoder('utf-16le').decode(bytes)) : bytes;
  return form.includes('CR') ? Buffer.from(text.toString('latin1').replaceAll('\r', '\n'), 'latin1') : text;
}

/** The word for a good line. */
function wordOf(file: string, line: string): string {
  if (file === 'messages.jsonl') return `${file} ${(JSON.parse(line) as { id: number }).id}`;
  const [user, engaged] = line.replaceAll('"', '').split(',');
  return file === 'user.csv' ? `${file} ${user}` : `${file} ${user} ${engaged}`;
}

function expectAll({ files, rows }: Found, { contents }: MangledFolder, rejectsPath: string): void {
  expect(files.map(({ file }) => file.replace('.gz', '')).sort()).toEqual([...contents.keys()].sort());
  const rejects = parse(readFileSync(rejectsPath), { columns: true }) as { file: string; line: string; text: string }[];
  for (const { file, lines, parsed, rejected, form = '' } of files) {
    const name = file.replace('.gz', '');
    const bytes = asUtf8Lines(contents.get(name) as Buffer, form);
    const all = linesOf(bytes);
    const before = form.includes('header') ? 1 : 0;
    if (form.includes('JSON')) {
      // Objects, not lines.
      expect(parsed + rejected).toBe(lines);
      continue;
    }
    const count = all.length - before;
    expect({ file, form, lines, judged: parsed + rejected }).toEqual({ file, form, lines: count, judged: count });
    const bad = rejects.filter((row) => row.file === file);
    expect(bad).toHaveLength(rejected);
    for (const { line, text } of bad) {
      const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
        Buffer.from(all[Number(line) - 1] ?? '?', 'latin1'),
      );
      expect(text).toBe(whole.slice(0, text.length));
    }
    // A quote may make what lies before the next one a part of a user's text.
    if (name === 'user.csv' && bytes.includes('"')) continue;
    const left = new Set(all);
    // Under a header every row has as many columns as that.
    const isOfWidth = (line: string) => before === 0 || line.split(',').length === all[0]?.split(',').length;
    for (const good of (goodLines[name] ?? []).filter(isOfWidth))
      if (left.has(Buffer.from(good).toString('latin1'))) expect(rows).toContain(wordOf(name, good));
  }
}

async function tryCase(seed: number): Promise<'read' | 'refused'> {
  const dir = mkdtempSync(join(home, `${seed}-`));
  const input = join(dir, '20240601');
  const mangled = writeMangled(input, seed);
  const names = readdirSync(input);
  let outcome: 'read' | 'refused' = 'read';
  try {
    const found = await readAll(dir, input, seed % 4 === 0 ? 1 : 100);
    expect(mangled.mustFail).toEqual([]);
    expectAll(found, mangled, join(dir, 'rejects.csv'));
  } catch (error) {
    if (!(error instanceof BadInputError)) throw new Error(`${mangled.story.join('; ')}`, { cause: error });
    outcome = 'refused';
    expect(error.exitCode).toBe(2);
    const reasons = mangled.mustFail.length > 0 ? mangled.mustFail : ['bad rows', 'kith.mapping.yaml', ' is '];
    expect({ error: error.message, isExpected: reasons.some((part) => error.message.includes(part)) }).toMatchObject({
      isExpected: true,
    });
  }
  expect(existsSync(join(dir, 'work', 'staging'))).toBe(false);
  expect(readdirSync(input)).toEqual(names);
  rmSync(dir, { recursive: true });
  return outcome;
}

/** A case that takes minutes waits for something that never comes. */
async function orHung<T>(work: Promise<T>): Promise<T> {
  const end = new AbortController();
  const hung = sleep(300_000, undefined, { signal: end.signal }).then(() => Promise.reject(new Error('it hangs')));
  try {
    return await Promise.race([work, hung]);
  } finally {
    hung.catch(() => undefined);
    end.abort();
  }
}

test(`of ${cases} mangled folders each is refused with exit code 2, or every good row of it is read`, async () => {
  const outcomes = { read: 0, refused: 0 };
  for (let seed = first; seed < first + cases; seed++)
    try {
      outcomes[await orHung(tryCase(seed))]++;
    } catch (error) {
      throw new Error(`KITH_TEST_SEED=${seed} KITH_TEST_CASES=1 repeats this case`, { cause: error });
    }
  // Neither is the rare case.
  if (cases >= 1000) expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(cases / 5);
});
