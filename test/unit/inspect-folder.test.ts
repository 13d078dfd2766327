import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { inspectFolder } from '../../src/inspect/inspect-folder.ts';
import { openFolder } from '../../src/storage/open-folder.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-inspect-test-'));
});
afterEach(() => rm(home, { recursive: true }));

const inspect = async (name: string, files: Record<string, string>) => {
  const dir = join(home, name);
  await mkdir(dir);
  for (const [file, text] of Object.entries(files)) await writeFile(join(dir, file), text);
  const inspected = await inspectFolder(await openFolder(dir), readSettings({ KITH_HOME: join(home, 'kith') }));
  expect((await readdir(dir)).sort()).toEqual(Object.keys(files).sort());
  expect(await readdir(home)).toEqual([name]);
  return inspected;
};

test('a folder is counted, its span and the fitting as-of are told, and nothing is touched', async () => {
  const found = await inspect('20240601', {
    'follow.csv': 'source;target;time\n1;2;2024-05-30 07:00:00\n2;3;2024-06-01 06:00:00\n2;3;2024-06-01 06:00:00\n',
    'like.csv': '1,2,5,2019-05-30 07:00:00,like\n',
    'messages.jsonl': '{"id":1,"user_id":7,"body":"x","created_at":"2024-05-30T07:00:00Z"}\n',
    'notes.txt': '',
  });
  expect(found).toMatchObject({
    files: [
      { file: 'follow.csv', lines: 3, parsed: 3, form: 'header, `;`' },
      { file: 'like.csv', lines: 1 },
      { file: 'messages.jsonl' },
    ],
    refused: [],
    rejected: [],
    counts: { users: 3, repeated: 1, activities: { follow: 2, like: 1 }, unread: { names: ['notes.txt'] } },
    messages: { count: 1, users: 1 },
    named: Date.UTC(2024, 5, 1) / 1000,
    fitting: Date.UTC(2024, 5, 2) / 1000,
    counting: 1,
  });
  expect(found.counts.oldest).toBe(Date.UTC(2019, 4, 30, 7) / 1000);
});

test('what a run would reject is told by reason, with the first row', async () => {
  const found = await inspect('export', {
    'follow.csv': '1,2,2024-05-30\nx,2,2024-05-30\n3,y,2024-05-30\nz,2,2024-05-30\n',
  });
  expect(found).toMatchObject({
    refused: ['follow.csv'],
    rejected: [
      { file: 'follow.csv', reason: 'user_id is not a whole number', line: 2, rows: 2, text: 'x,2,2024-05-30' },
      { reason: 'engaged_with_user_id is not a whole number', line: 3, rows: 1 },
    ],
    named: undefined,
  });
});
