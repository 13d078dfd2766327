import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { BadInputError, InterruptedError } from '../../src/errors.ts';
import { type ReadOptions, readFolder, type StagedFolder } from '../../src/ingest/read-folder.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-ingest-'));
});
afterEach(() => rm(home, { recursive: true }));

const rejectsOf = async () => parse(await readFile(join(home, 'run', 'rejects.csv')));

const lenient = { limits: { ...inputLimits, maxRejectedPercent: 100 } };

async function read(files: Record<string, string | Buffer>, options: Partial<ReadOptions> = {}, date = '20240131') {
  const path = join(home, date);
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  return readFolder(await openFolder(path), {
    workDir: join(home, 'work'),
    rejectsPath: join(home, 'run', 'rejects.csv'),
    limits: inputLimits,
    ...options,
  });
}

async function contentOf(staged: StagedFolder, batchSize = 3) {
  const users: string[] = [];
  for await (const batch of staged.readUsers(batchSize))
    users.push(...batch.userIds.map((id, i) => `${id} ${batch.suspended[i]}`));
  const activities: string[] = [];
  for (const type of ['follow', 'reply', 'like', 'mention'] as const)
    for await (const batch of staged.readActivities(type, batchSize)) {
      expect(batch.users.length).toBeLessThanOrEqual(batchSize);
      batch.users.forEach((user, i) => {
        activities.push(`${type} ${user} ${batch.engaged[i]} ${batch.at[i]} ${batch.messages[i]}`);
      });
    }
  return { users, activities };
}

const day = {
  'follow.csv': '5,6,2024-01-30 00:00:00\n5,6,2024-01-30T00:00:00Z,FOLLOW\n5,7,2024-01-29 00:00:00,follow\n',
  'reply.csv': '9,5,9223372036854775807,2024-01-30 00:00:01,reply\n',
  'like.csv':
    '5,6,2,2024-01-30 00:00:00,like\n5,6,1,2024-01-30 00:00:00,like\n5,6,1,2024-01-29 00:00:00,\n8,8,1,2024-01-30 00:00:00,like\n',
  'mention.csv': '6,5,1,1969-12-31 23:59:59,mention\n',
  'user.csv': ['6,,,,,,,,,,,1', '6,,,,,,,,,,,0', '5,,,,,,,,,,,0', '100,,,,,,,,,,,1'].join('\n'),
};
const dayContent = {
  users: ['5 false', '6 true', '7 null', '8 null', '9 null', '100 true'],
  activities: [
    'follow 5 6 1706572800 null',
    'follow 5 7 1706486400 null',
    'reply 9 5 1706572801 9223372036854775807',
    'like 5 6 1706486400 1',
    'like 5 6 1706572800 1',
    'like 5 6 1706572800 2',
    'mention 6 5 -1 1',
  ],
};

describe('reading a folder', () => {
  test('stages every user and every distinct activity, in order', async () => {
    await using staged = await read(day);
    expect(staged).toMatchObject({
      asOf: 1706659200,
      users: 6,
      activities: { follow: 2, reply: 1, like: 3, mention: 1 },
      repeated: 1,
      files: [
        { file: 'follow.csv', lines: 3, parsed: 3, rejected: 0, selfDropped: 0 },
        { file: 'reply.csv', lines: 1 },
        { file: 'like.csv', lines: 4, parsed: 4, rejected: 0, selfDropped: 1 },
        { file: 'mention.csv', lines: 1 },
        { file: 'user.csv', lines: 4 },
      ],
    });
    expect(await contentOf(staged)).toEqual(dayContent);
    expect(await contentOf(staged, 1)).toEqual(dayContent);
    expect(await rejectsOf()).toEqual([['file', 'line', 'reason', 'text']]);
  });

  test('judges activities that are too old and leaves them out, except follows; their users stay', async () => {
    await using staged = await read(day, { horizon: 1_706_572_800 });
    expect(staged).toMatchObject({
      users: 6,
      activities: { follow: 2, reply: 1, like: 0, mention: 0 },
      expired: 4,
      repeated: 1,
      files: [{ parsed: 3 }, { parsed: 1 }, { file: 'like.csv', lines: 4, parsed: 4, rejected: 0 }, { parsed: 1 }, {}],
    });
    const kept = dayContent.activities.filter((line) => /^(follow|reply)/.test(line));
    expect(await contentOf(staged)).toEqual({ users: dayContent.users, activities: kept });
  });

  test('stages the same from shuffled, gzipped, quoted, CRLF files with byte order marks', async () => {
    const other = Object.fromEntries(
      Object.entries(day).map(([name, text]) => {
        const lines = text.trimEnd().split('\n').reverse();
        const quoted = lines.map((line) =>
          line
            .split(',')
            .map((field) => `"${field}"`)
            .join(','),
        );
        return [`${name}.gz`, gzipSync(`\ufeff${quoted.join('\r\n')}`)];
      }),
    );
    await using staged = await read(other);
    expect(await contentOf(staged)).toEqual(dayContent);
    expect(staged.files.map(({ file }) => file)).toContain('user.csv.gz');
  });

  test('leaves nothing in the work folder, and is not disturbed by leftovers of a killed run', async () => {
    await mkdir(join(home, 'work', 'staging'), { recursive: true });
    await writeFile(join(home, 'work', 'staging', 'rows.duckdb'), 'torn');
    const staged = await read(day);
    await staged[Symbol.asyncDispose]();
    expect(existsSync(join(home, 'work', 'staging'))).toBe(false);
  });

  test('keeps each bad row with its file, line, reason and text', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `1,2,${i},2024-01-30 00:00:00,like`);
    const broken = Buffer.concat([Buffer.from('1,2,"'), Buffer.from([0xff]), Buffer.from('",2024-01-30,like')]);
    const before = Buffer.from(`${lines.join('\r\n')}\r\n1,"x, ""y""",3,2024-01-30,like\r\n`);
    const long = `1,2,${'é'.repeat(5000)},2024-01-30,like`;
    await using staged = await read({ 'like.csv': Buffer.concat([before, broken, Buffer.from(`\r\n\r\n${long}`)]) });
    expect(staged.files).toMatchObject([{ lines: 1004, parsed: 1000, rejected: 4 }]);
    const rows = await rejectsOf();
    expect(rows).toEqual([
      ['file', 'line', 'reason', 'text'],
      ['like.csv', '1001', 'engaged_with_user_id is not a whole number', '1,"x, ""y""",3,2024-01-30,like'],
      ['like.csv', '1002', 'broken UTF-8', '1,2,"\ufffd",2024-01-30,like'],
      ['like.csv', '1003', 'empty line', ''],
      ['like.csv', '1004', 'message_id is not a whole number', long.slice(0, 4096)],
    ]);
  });

  test('stops at more bad rows than allowed, and names the first', async () => {
    const lines = Array.from({ length: 200 }, (_, i) => `1,2,${i},2024-01-30 00:00:00,like\n`);
    lines[7] = 'x,2,1,2024-01-30,like\n';
    lines[9] = '\n';
    await (await read({ 'like.csv': lines.join('') }))[Symbol.asyncDispose]();
    const tooBad = read({ 'like.csv': lines.slice(1).join('') });
    await expect(tooBad).rejects.toThrow(
      /like\.csv has 2 bad rows in 199 lines.*line 7: user_id is not a whole number.*rejects\.csv/,
    );
    await expect(tooBad).rejects.toBeInstanceOf(BadInputError);
    expect(await rejectsOf()).toHaveLength(3);
    expect(existsSync(join(home, 'work', 'staging'))).toBe(false);
  });

  test('does not stop for one bad row in a small file, only for one that is half of it', async () => {
    const rows = (good: number) => `${'1,2,3,2024-01-30 00:00:00,like\n'.repeat(good)}nonsense\n`;
    for (const good of [2, 20, 50]) {
      await using staged = await read({ 'like.csv': rows(good) });
      expect(staged.files).toMatchObject([{ lines: good + 1, parsed: good, rejected: 1 }]);
    }
    for (const good of [0, 1]) await expect(read({ 'like.csv': rows(good) })).rejects.toThrow(/has 1 bad row in/);
    const limits = { ...inputLimits, minRejectedRows: 5 };
    await (await read({ 'like.csv': rows(3).repeat(4) }, { limits }))[Symbol.asyncDispose]();
    await expect(read({ 'like.csv': rows(3).repeat(5) }, { limits })).rejects.toThrow(/has 5 bad rows in 20 lines/);
    await expect(read({ 'like.csv': rows(1).repeat(4) }, { limits })).rejects.toThrow(/has 4 bad rows in 8 lines/);
  });

  test('takes up to ten empty lines at the end of a file for no rows', async () => {
    const row = '1,2,3,2024-01-30 00:00:00,like\n';
    const user = '5,,,,,,,,,,,0\n';
    for (const end of ['\n', '\r\n', '\n'.repeat(10), '\r']) {
      await using staged = await read({ 'like.csv': row + end, 'user.csv.gz': gzipSync(user + end) });
      expect(staged.files).toMatchObject([
        { lines: 1, parsed: 1, rejected: 0 },
        { lines: 1, parsed: 1, rejected: 0 },
      ]);
    }
    await using staged = await read({ 'like.csv': `${row.repeat(3)}\n${row}${'\n'.repeat(11)}` }, lenient);
    expect(staged.files).toMatchObject([{ lines: 6, parsed: 4, rejected: 2 }]);
    expect((await rejectsOf()).map(([, line]) => line)).toEqual(['line', '4', '6']);
  });

  test('rejects what is more than a day beyond the clock and the date of the folder', async () => {
    const like = (time: string) => `1,2,3,${time},like\n`;
    const late = {
      'like.csv': `${like('2024-01-30 00:00:00')}${like('2999-03-02 00:00:00')}${like('2999-03-02 00:00:01')}`,
    };
    await using today = await read(late, lenient);
    expect(today.files).toMatchObject([{ lines: 3, parsed: 1, rejected: 2 }]);
    expect((await rejectsOf()).at(-1)?.slice(0, 3)).toEqual([
      'like.csv',
      '3',
      'timestamp is more than a day in the future',
    ]);
    await using then = await read(late, lenient, '29990301');
    expect(then.files).toMatchObject([{ lines: 3, parsed: 2, rejected: 1 }]);
    expect((await rejectsOf()).map(([, line]) => line)).toEqual(['line', '3']);
    const soon = new Date(Date.now() + 23 * 3_600_000).toISOString();
    await using tomorrow = await read({ 'like.csv': like(soon) });
    expect(tomorrow.files).toMatchObject([{ parsed: 1, rejected: 0 }]);
  });

  test('keeps the first hundred thousand bad rows of a file, and counts the others', async () => {
    const bad = '\n'.repeat(100_005);
    const like = `${bad}1,2,3,2024-01-30 00:00:00,like\n`;
    await using staged = await read({ 'like.csv': like, 'mention.csv': 'nonsense\n' }, lenient);
    expect(staged.files).toMatchObject([{ lines: 100_006, parsed: 1, rejected: 100_005 }, { rejected: 1 }]);
    const rows = await rejectsOf();
    expect(rows).toHaveLength(1 + 100_000 + 1 + 1);
    expect(rows.slice(-3)).toEqual([
      ['like.csv', '100000', 'empty line', ''],
      ['like.csv', '', 'and 5 more, which are not kept', ''],
      ['mention.csv', '1', '1 column instead of 5', 'nonsense'],
    ]);
  });

  test('keeps 32 MiB of bad rows of a file', async () => {
    const line = `${'1'.repeat(4096)}\n`;
    await using staged = await read({ 'like.csv': line.repeat(9000) }, lenient);
    expect(staged.files).toMatchObject([{ lines: 9000, rejected: 9000 }]);
    const { size } = await stat(join(home, 'run', 'rejects.csv'));
    expect(size).toBeGreaterThan(32 * 2 ** 20);
    expect(size).toBeLessThan(32 * 2 ** 20 + 20_000);
  });

  test('stops a file of empty lines as soon as there can be no more good ones', async () => {
    // 64 MB in 65 KB.
    const bomb = gzipSync(Buffer.alloc(64_000_000, '\n'));
    let lines = 0;
    const onProgress = ({ rows }: { rows: number }) => {
      lines = rows;
    };
    const refused = read({ 'like.csv.gz': bomb }, { onProgress });
    await expect(refused).rejects.toThrow(BadInputError);
    await expect(refused).rejects.toThrow(
      /like\.csv\.gz has ([\d,]+) bad rows in its first \1 lines, more than 1 % .* of all that it can have; .*The first 100,000 are in /,
    );
    expect(lines).toBeLessThan(1_000_000);
    expect(await rejectsOf()).toHaveLength(100_002);
    await expect(read({ 'like.csv': '\n'.repeat(2_000_000) }, { onProgress })).rejects.toThrow(/in its first/);
    expect(lines).toBeLessThan(600_000);
  });

  test('never stops a file early that ends within the limit', async () => {
    // All bad rows come first, and every good one is as short as can be.
    const good = '1,,,,,,,,,,,0\n';
    const day = { 'follow.csv': '', 'user.csv': `${'\n'.repeat(900)}${good.repeat(89_100)}` };
    await using staged = await read(day);
    expect(staged.files).toMatchObject([{}, { lines: 90_000, parsed: 89_100, rejected: 900 }]);
    await expect(read({ ...day, 'user.csv': `\n${day['user.csv']}` })).rejects.toThrow(
      /has 901 bad rows in [\d,]+ lines/,
    );
  });

  test('names what it does not know and does not read', async () => {
    await using staged = await read({ 'follow.csv': '', 'notes.txt': '', 'reputation_score.csv': '', '.x': '' });
    expect(staged.unread).toEqual({ names: ['notes.txt'], more: 0 });
    await using nothing = await read({ 'follow.csv': '' });
    expect(nothing.unread).toBeUndefined();
  });

  test('accepts empty files', async () => {
    await using staged = await read({ 'like.csv': '', 'follow.csv': '\ufeff', 'user.csv.gz': gzipSync('') });
    expect(staged).toMatchObject({ users: 0, repeated: 0, files: [{ lines: 0 }, { lines: 0 }, { lines: 0 }] });
    expect(await contentOf(staged)).toEqual({ users: [], activities: [] });
  });

  test('stops when the signal aborts', async () => {
    const text = '1,2,3,2024-01-30 00:00:00,like\n'.repeat(50_000);
    const abort = new AbortController();
    const stopped = read({ 'like.csv': text }, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(stopped).rejects.toBeInstanceOf(InterruptedError);
    expect(existsSync(join(home, 'work', 'staging'))).toBe(false);
    await expect(read(day, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(InterruptedError);
  });

  test('reports progress in bytes as stored', async () => {
    const seen: { bytes: number; totalBytes: number; rows: number }[] = [];
    const sorts: number[] = [];
    await using staged = await read(day, {
      onProgress: (progress) => seen.push(progress),
      onSort: () => sorts.push(seen.length),
    });
    // Sorting begins once, when everything has been read.
    expect(sorts).toEqual([seen.length]);
    const size = Object.values(day).join('').length;
    expect(seen.at(-1)).toMatchObject({ file: 'user.csv', bytes: size, totalBytes: size, rows: 13 });
    expect(staged.users).toBe(6);
  });

  test('keeps the order over many row groups', async () => {
    const lines: string[] = [];
    for (let i = 0; i < 200_000; i++)
      lines.push(`${(i * 7919) % 50_021},${50_021 + (i % 7)},${i},2024-01-30 00:00:00,`);
    await using staged = await read({ 'like.csv': lines.join('\n'), 'reply.csv': lines.join('\n') });
    let last = '';
    let count = 0;
    for await (const { users, engaged, messages } of staged.readActivities('reply', 10_000))
      for (let i = 0; i < users.length; i++, count++) {
        const key = [users[i], engaged[i], messages[i]].map((part) => String(part).padStart(10, '0')).join();
        if (key <= last) throw new Error(`${key} comes after ${last}`);
        last = key;
      }
    expect(count).toBe(200_000);
  });

  test("writes files for Neo4j's importer", async () => {
    await using staged = await read(day);
    const { nodes, relationships } = await staged.writeImportFiles(join(home, 'it\'s "here"'), 1706659200);
    const texts = (paths: string[]) => Promise.all(paths.map((path) => readFile(path, 'utf8')));
    expect(await texts(nodes)).toEqual([
      ':ID,userId:long,suspended:boolean,flaggedAt:long\n',
      '0,5,false,1706659200\n1,6,true,1706659200\n2,7,false,\n3,8,false,\n4,9,false,\n5,100,true,1706659200\n',
    ]);
    expect(Object.keys(relationships)).toEqual(['FOLLOWED', 'REPLIED_TO', 'LIKED', 'MENTIONED']);
    expect(await texts(Object.values(relationships).flat())).toEqual([
      ':START_ID,:END_ID,at:long\n',
      '0,1,1706572800\n0,2,1706486400\n',
      ':START_ID,:END_ID,at:long,messageId:long\n',
      '4,0,1706572801,9223372036854775807\n',
      ':START_ID,:END_ID,at:long,messageId:long\n',
      '0,1,1706486400,1\n0,1,1706572800,1\n0,1,1706572800,2\n',
      ':START_ID,:END_ID,at:long,messageId:long\n',
      '1,0,-1,1\n',
    ]);
  });

  test('has no importer file for a type without activities', async () => {
    await using staged = await read({ 'follow.csv': '1,2,2024-01-30 00:00:00\n', 'like.csv': '' });
    const { relationships } = await staged.writeImportFiles(join(home, 'import'), 1706659200);
    expect(Object.keys(relationships)).toEqual(['FOLLOWED']);
  });
});
