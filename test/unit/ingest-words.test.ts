import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RowType, wordTypes } from '../../src/ingest/activity-type.ts';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-words-'));
});
afterEach(() => rm(home, { recursive: true }));

async function read(files: Record<string, string>, horizon?: number) {
  const path = join(home, '20240601');
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  for (const [name, text] of Object.entries({ 'follow.csv': '', ...files })) await writeFile(join(path, name), text);
  const limits = { ...inputLimits, maxRejectedPercent: 100 };
  const options = { workDir: join(home, 'work'), rejectsPath: join(home, 'rejects.csv'), limits, horizon };
  await using staged = await readFolder(await openFolder(path), options);
  const words: string[] = [];
  for (const type of [...wordTypes, 'follow'] as RowType[])
    for await (const { users, engaged, at, messages } of staged.readActivities(type, 100))
      for (const [i, user] of users.entries())
        words.push([type, user, engaged[i], at[i], messages[i] ?? '-'].join(' '));
  const flags: string[] = [];
  for await (const { userIds, suspended } of staged.readUsers(100))
    for (const [i, id] of userIds.entries()) flags.push(`${id} ${suspended[i]}`);
  return { words, flags, staged };
}

const at = Date.UTC(2024, 4, 30, 7) / 1000;
const date = Date.UTC(2024, 5, 1) / 1000;

test('files of words are read, with the end of a block if it has one, whatever their age', async () => {
  const { words, flags, staged } = await read(
    {
      'unfollow.csv': '1,2,2024-05-30 07:00:00\n1,2,2024-05-30 07:00:00\n',
      'block.csv': '1,3,2024-05-30 07:00:00\n1,4,2024-05-30 07:00:00,2024-06-01\n1,5,2024-05-30 07:00:00,\n',
      'mute.csv': `muted_id;user_id;created_at;expires_at\n3;2;${at};${date}\n4;2;${at};\n`,
      'unblock.csv': '1,3,2024-05-31\n',
      'unmute.csv': '2,3,2024-05-31\n',
      'dismiss.csv': '7,8,2024-05-30T07:00:00Z\n9,9,2024-05-30\n',
    },
    date,
  );
  const day = date - 86_400;
  expect(words).toEqual([
    `unfollow 1 2 ${at} -`,
    ...[`block 1 3 ${at} -`, `block 1 4 ${at} ${date}`, `block 1 5 ${at} -`],
    ...[`mute 2 3 ${at} ${date}`, `mute 2 4 ${at} -`],
    ...[`unblock 1 3 ${day} -`, `unmute 2 3 ${day} -`, `dismiss 7 8 ${at} -`],
  ]);
  expect(flags.map((text) => text.split(' ')[0])).toEqual(['1', '2', '3', '4', '5', '7', '8', '9']);
  expect(staged).toMatchObject({ words: 9, repeated: 1, expired: 0, newest: undefined, activities: { follow: 0 } });
});

test('an end before 1970 is an end', async () => {
  const ends = ['1960-01-01', '1969-12-31 23:59:59', '1970-01-01', ''];
  const block = ends.map((end, i) => `1,${i + 2},2024-05-30 07:00:00,${end}\n`).join('');
  const { words } = await read({ 'block.csv': block });
  expect(words).toEqual([`block 1 2 ${at} 0`, `block 1 3 ${at} 0`, `block 1 4 ${at} 0`, `block 1 5 ${at} -`]);
});

test('a snapshot is as of the date of its folder', async () => {
  const { words } = await read({ 'follows-snapshot.csv': '1,2\n1,3\n2,1\n' });
  expect(words).toEqual([`snapshot 1 2 ${date} -`, `snapshot 1 3 ${date} -`, `snapshot 2 1 ${date} -`]);
});

test('deleted users are suspended, and discoverable is a word of the folder’s date', async () => {
  const { words, flags } = await read({
    'user.csv': 'user_id,suspended,deleted,discoverable\n1,0,1,1\n2,0,0,0\n3,1,0,true\n4,0,0,1\n4,0,0,0\n',
  });
  expect(flags).toEqual(['1 true', '2 false', '3 true', '4 false']);
  expect(words).toEqual([
    ...[`hide 2 2 ${date} -`, `hide 4 4 ${date} -`],
    ...[`reveal 1 1 ${date} -`, `reveal 3 3 ${date} -`, `reveal 4 4 ${date} -`],
  ]);
});

test('of what a file says nothing, nothing is known', async () => {
  expect(await read({ 'user.csv': 'user_id,discoverable\n1,0\n2,1\n' })).toMatchObject({
    words: [`hide 1 1 ${date} -`, `reveal 2 2 ${date} -`],
    flags: ['1 null', '2 null'],
  });
  // Who is not deleted may still be suspended.
  expect((await read({ 'user.csv': 'user_id,deleted\n1,0\n2,1\n' })).flags).toEqual(['1 null', '2 true']);
});

test('flags beside suspended may be empty or absent in some rows', async () => {
  const flags = ['1 false', '2 true', '3 false'];
  const words = [`hide 3 3 ${date} -`];
  const table = 'user_id,suspended,deleted,discoverable\n1,0,,\n2,,1,\n3,0,0,0\n4,,,\n';
  expect(await read({ 'user.csv': table })).toMatchObject({ flags: [...flags, '4 null'], words });
  const lines = [
    '{"user_id":1,"suspended":0}',
    '{"user_id":2,"suspended":0,"deleted":1}',
    '{"user_id":3,"suspended":false,"deleted":null,"discoverable":false}',
  ];
  const { staged, ...found } = await read({ 'user.jsonl': lines.join('\n') });
  expect(found).toEqual({ flags, words });
  expect(staged.files.map(({ rejected }) => rejected)).toEqual([0, 0]);
});

test('suspended may not be empty where a row could say nothing else', async () => {
  await read({ 'user.csv': 'user_id,suspended\n1,\n2,0\n' });
  expect(await readFile(join(home, 'rejects.csv'), 'utf8')).toContain('user.csv,2,suspended is not 1 or 0');
});

test('a bad word is a rejected row with its reason', async () => {
  await read({
    'block.csv': '1,2\n1,x,2024-05-30\n1,2,2024-05-30,soon\n1,2,2024-05-30,2024-02-30\n',
    'dismiss.csv': '1,,1\n',
  });
  const rejects = await readFile(join(home, 'rejects.csv'), 'utf8');
  expect(rejects.split('\n').map((line) => line.split(',').slice(0, 3).join(','))).toEqual([
    'file,line,reason',
    'block.csv,1,2 columns instead of 3 or 4',
    'block.csv,2,other_id is not a whole number',
    'block.csv,3,until is not a time Kith knows',
    'block.csv,4,until does not exist',
    'dismiss.csv,1,rec_id is empty',
    '',
  ]);
});
