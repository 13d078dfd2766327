import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { BadInputError } from '../../src/errors.ts';
import { RejectsFile } from '../../src/ingest/rejects.ts';
import type { Message } from '../../src/messages/message.ts';
import { readMessages } from '../../src/messages/read-messages.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-read-messages-'));
});
afterEach(() => rm(home, { recursive: true }));

async function read(files: Record<string, string | Buffer>, limits = inputLimits) {
  const path = join(home, '20240131');
  await mkdir(path, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  await using rejects = await RejectsFile.create(join(home, 'rejects.csv'));
  const messages: Message[] = [];
  const [count] = await readMessages(await openFolder(path), { limits, rejects }, (some) => messages.push(...some));
  return { count, ids: messages.map(({ id }) => Number(id)) };
}

const message = (id: number, at = '2024-01-30T00:00:00Z') =>
  `${JSON.stringify({ id, user_id: 1, body: 'x', created_at: at })}\n`;

describe("a folder's messages", () => {
  test('may end in empty lines, which are no messages', async () => {
    for (const end of ['\n', '\r\n', '\n\n\n'])
      expect(await read({ 'messages.jsonl': message(1) + message(2) + end })).toEqual({
        count: { file: 'messages.jsonl', lines: 2, parsed: 2, rejected: 0, selfDropped: 0 },
        ids: [1, 2],
      });
  });

  test('are bad if they are more than a day in the future', async () => {
    const { count, ids } = await read({
      'messages.jsonl': message(1) + message(2, '2999-01-01T00:00:00Z') + message(3),
    });
    expect({ count, ids }).toMatchObject({ count: { lines: 3, parsed: 2, rejected: 1 }, ids: [1, 3] });
    const rows = parse(await readFile(join(home, 'rejects.csv')));
    expect(rows[1]?.slice(0, 3)).toEqual(['messages.jsonl', '2', 'created_at is more than a day in the future']);
  });

  test('are refused as soon as too many are bad, or their file unpacks beyond reason', async () => {
    const bomb = { 'messages.jsonl.gz': gzipSync(Buffer.alloc(20_000_000, '\n')) };
    await expect(read(bomb)).rejects.toThrow(/bad rows in its first [\d,]+ lines/);
    const limits = { ...inputLimits, maxRejectedPercent: 100, maxUnpackedBytes: 1_000_000 };
    await expect(read(bomb, limits)).rejects.toThrow(/unpacks to more than 1,000,000 /);
    await expect(read(bomb, limits)).rejects.toThrow(BadInputError);
  });

  test('are not read from a folder in which something else would be overlooked', async () => {
    const beside = { 'messages.jsonl': message(1), 'messages (1).jsonl': message(2) };
    await expect(read(beside)).rejects.toThrow(/messages \(1\)\.jsonl \(should be messages\.jsonl/);
  });
});
