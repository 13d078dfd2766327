import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { BadInputError } from '../../src/errors.ts';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { RejectsFile } from '../../src/ingest/rejects.ts';
import { instantBy } from '../../src/ingest/time-forms.ts';
import type { Message } from '../../src/messages/message.ts';
import { readMessages } from '../../src/messages/read-messages.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-forms-'));
});
afterEach(() => rm(home, { recursive: true }));

type Files = Record<string, string | Buffer>;

async function write(files: Files, above = ''): Promise<string> {
  const path = join(home, above, '20240601');
  await rm(path, { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

async function read(files: Files, limits = inputLimits, above = '') {
  const path = await write(files, above);
  const options = { workDir: join(home, 'work'), rejectsPath: join(home, 'rejects.csv'), limits };
  await using staged = await readFolder(await openFolder(path), options);
  const rows: string[] = [];
  for (const type of ['follow', 'reply', 'like', 'mention'] as const)
    for await (const batch of staged.readActivities(type, 100))
      for (const [i, user] of batch.users.entries())
        rows.push(`${type} ${[user, batch.engaged[i], batch.at[i], batch.messages[i] ?? '-'].join(' ')}`);
  const flags: string[] = [];
  for await (const { userIds, suspended } of staged.readUsers(100))
    for (const [i, id] of userIds.entries()) if (suspended[i] !== null) flags.push(`${id} ${suspended[i] ? 1 : 0}`);
  return { rows, flags, files: staged.files, forms: staged.files.map(({ form }) => form), unread: staged.unread };
}

const at = 1717052400;
/** Three follows of `at`, as a table with a delimiter. */
const follows = (between = ',', time = '2024-05-30 07:00:00') =>
  ['1,2', '2,3', '3,1'].map((pair) => `${pair.replace(',', between)}${between}${time}\n`).join('');
const quotedFollows = (between: string) => follows('","').replace(/.+/g, '"$&"').replaceAll('","', `"${between}"`);
const read3 = ['follow 1 2 1717052400 -', 'follow 2 3 1717052400 -', 'follow 3 1 1717052400 -'];

/** As it should be, with how it is told in the summary. */
const tables: [name: string, file: string, content: string | Buffer, form: string | undefined][] = [
  ['a plain file', 'follow.csv', follows(), undefined],
  ['semicolons', 'follow.csv', follows(';'), '`;`'],
  ['tabs', 'follow.tsv', follows('\t'), 'tabs'],
  ['pipes', 'follow.csv', follows('|'), '`|`'],
  ['blanks, with a time that holds one', 'follow.txt', follows('  '), 'blanks'],
  ['a blank after a comma', 'follow.csv', follows(', '), 'blanks around values'],
  ['a blank after a comma, before quotes', 'follow.csv', quotedFollows(', '), 'blanks around values'],
  ['a blank before a comma, behind quotes', 'follow.csv', quotedFollows(' ,'), 'blanks around values'],
  ['a header', 'follow.csv', `user_id,engaged_with_user_id,timestamp\n${follows()}`, 'header'],
  [
    'a header in quotes, after a mark',
    'follow.csv',
    `\ufeff"User ID";"Target";"Time"\r\n${follows(';')}`,
    'header, `;`',
  ],
  ['CR alone', 'follow.csv', follows().replaceAll('\n', '\r'), 'lines end in CR'],
  ['CRLF', 'follow.csv', follows().replaceAll('\n', '\r\n'), undefined],
  ['UTF-16', 'follow.csv', Buffer.from(`\ufeff${follows()}`, 'utf16le'), 'UTF-16'],
  ['UTF-16 without a mark, big-endian', 'follow.csv', Buffer.from(follows(), 'utf16le').swap16(), 'UTF-16'],
  ['gzip under a plain name', 'follow.csv', gzipSync(follows()), 'gzip'],
  ['gzip twice', 'follow.csv.gz', gzipSync(gzipSync(follows())), 'gzipped twice'],
  [
    'comments of SNAP',
    'follow.txt',
    `# Nodes: 3\n# From To Time\n${follows('\t', String(at))}`,
    '1 comment line, header, tabs, epoch seconds',
  ],
  [
    'KONECT',
    'follow.txt',
    `% asym\n${follows(' ', `1 ${at}`)}`,
    '1 comment line, blanks, time in column 4, epoch seconds',
  ],
  ['a comment that is the header', 'follow.csv', `#source,target,time\n${follows()}`, 'header'],
  ['epoch milliseconds', 'follow.csv', follows(',', `${at}123`), 'epoch milliseconds'],
  ['epoch microseconds', 'follow.csv', follows(',', `${at}123456`), 'epoch microseconds'],
  ['epoch seconds with a decimal comma', 'follow.csv', follows(';', `${at},25`), '`;`, epoch seconds'],
  [
    "Excel's first line",
    'follow.csv',
    `sep=;\r\nuser_id;target;time\r\n${follows(';')}`,
    '1 comment line, header, `;`',
  ],
  [
    'Windows-1252 beside what is used',
    'follow.csv',
    Buffer.from(`user_id;target;time;note\r\n${follows(';').replaceAll('\n', ';schön\r\n')}`, 'latin1'),
    'header, `;`',
  ],
  ["Twitter's times", 'follow.csv', follows(',', 'Thu May 30 07:00:00 +0000 2024'), undefined],
  ['times of pandas with a zone', 'follow.csv', follows(',', '2024-05-30 02:00:00 -0500'), undefined],
  [
    'other columns, in another order',
    'follow.csv',
    'name,created_at,followee_id,follower_id,note\n' +
      '"a, b",2024-05-30T07:00:00Z,2,1,"x ""y"""\nc,2024-05-30T07:00:00Z,3,2,\nd,2024-05-30T07:00:00Z,1,3,é\n',
    'header',
  ],
  ['JSON lines', 'follow.jsonl', jsonLines(), 'JSON lines, epoch seconds'],
  ['a JSON list', 'follow.json', `[\n${jsonLines().trim().replaceAll('\n', ',\n')}\n]\n`, 'a JSON list, epoch seconds'],
  [
    'a page',
    'follow.json',
    `{"ok": true, "next": {"a": [{}]}, "data": [${jsonLines().trim().replaceAll('\n', ',')}]}`,
    'the list "data" of JSON pages, epoch seconds',
  ],
];

/** Three follows in a tar archive, as `tar` writes it. */
function tarred(): Buffer {
  const header = Buffer.alloc(512);
  header.write('follow.csv');
  header.write('ustar', 257);
  return Buffer.concat([header, Buffer.from(follows())]);
}

function jsonLines(): string {
  return [
    [1, 2],
    [2, 3],
    [3, 1],
  ]
    .map(([from, to]) => `${JSON.stringify({ from, to, created: at })}\n`)
    .join('');
}

describe('a file as people have it', () => {
  test.each(tables)('with %s is read rightly', async (_, file, content, form) => {
    const { rows, forms, files } = await read({ [file]: content });
    expect({ rows, forms }).toEqual({ rows: read3, forms: [form] });
    expect(files).toMatchObject([{ lines: 3, parsed: 3, rejected: 0 }]);
  });

  test('with a delimiter at the end of lines is read rightly', async () => {
    const { rows, forms } = await read({
      'like.csv': '1,4,1001,2024-05-30 07:00:00,like,\n2,5,1002,2024-05-30 07:00:00,,\n',
    });
    expect(rows).toEqual(['like 1 4 1717052400 1001', 'like 2 5 1717052400 1002']);
    expect(forms).toEqual(['a delimiter at the end of lines']);
  });

  test('is Parquet', async () => {
    const path = join(home, 'x.parquet');
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(
      `COPY (SELECT * FROM (VALUES ('n, "1"', 2, 1), ('a\nb', 3, 2), (NULL, 1, 3)) t (name, target, source),
      (SELECT TIMESTAMP '2024-05-30 07:00:00' AS time)) TO '${path}' (FORMAT parquet)`,
    );
    const { readFile } = await import('node:fs/promises');
    const { rows, forms } = await read({ 'follow.parquet': await readFile(path) });
    expect({ rows, forms }).toEqual({ rows: read3, forms: ['Parquet'] });
  });

  test.each(['s*', 's?', '[s]', 'back\\[slash]'])('is Parquet below a folder that is called %s', async (above) => {
    const connection = await (await DuckDBInstance.create()).connect();
    const parquet = async (rows: string) => {
      const path = join(home, 'x.parquet');
      await connection.run(
        `COPY (SELECT * FROM (VALUES ${rows}) t (source, target), (SELECT '2024-05-30 07:00:00' AS time)) TO '${path}' (FORMAT parquet)`,
      );
      const { readFile } = await import('node:fs/promises');
      return { 'follow.parquet': await readFile(path) };
    };
    // To DuckDB the name would be a pattern, which these fit.
    for (const other of ['s', 's2', 'slash']) await write(await parquet('(8, 9)'), other);
    const { rows } = await read(await parquet('(1, 2), (2, 3), (3, 1)'), inputLimits, above);
    expect(rows).toEqual(read3);
  });

  test('is Parquet of which a mapping takes some rows; folders named like columns are none', async () => {
    const path = join(home, 'x.parquet');
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(
      `COPY (SELECT 1 AS who, range + 2 AS target, TIMESTAMP '2024-05-30 07:00:00' AS day, range = 1 AS meant FROM range(3))
      TO '${path}' (FORMAT parquet)`,
    );
    const { readFile } = await import('node:fs/promises');
    home = await mkdtemp(join(home, 'time=2020-01-01-'));
    const { rows, files } = await read({
      'follow.parquet': await readFile(path),
      'kith.mapping.yaml':
        'files: [{ file: follow.parquet, kind: follow, columns: { user_id: who, timestamp: day }, where: { meant: true } }]',
    });
    expect(rows).toEqual([`follow 1 3 ${at} -`]);
    expect(files).toMatchObject([{ lines: 3, parsed: 3, unwanted: 2 }]);
    home = dirname(home);
  });

  test('is Parquet that says more than its size may: it is refused like any bomb', async () => {
    const path = join(home, 'x.parquet');
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(
      `COPY (SELECT 1 AS user_id, 2 AS target, TIMESTAMP '2024-05-30 07:00:00' AS time FROM range(100000))
      TO '${path}' (FORMAT parquet)`,
    );
    const { readFile } = await import('node:fs/promises');
    const files = { 'follow.parquet': await readFile(path) };
    await expect(read(files, { ...inputLimits, maxUnpackedBytes: 1_000_000 })).rejects.toThrow(
      /follow\.parquet has [\d,]+ bytes and unpacks to more than 1,000,000 \(KITH_MAX_UNPACKED_SIZE\)/,
    );
  });

  test('is in several parts, in a folder or beside each other', async () => {
    const [one, two, three] = follows().trim().split('\n');
    for (const files of [
      {
        'follow/part-00000.csv': `${one}\n${two}`,
        'follow/part-00001.csv.gz': gzipSync(`${three}`),
        'follow/_SUCCESS': '',
      },
      { 'follow-000.csv': `${one}`, 'follow-001.csv.gz': gzipSync(`${two}\n${three}`) },
      { 'follow.csv/part-00000-3fa85f64-5717-c000.csv': follows(), 'follow.csv/.part-00000.crc': 'x' },
    ] as Files[]) {
      const { rows, unread } = await read(files);
      expect({ rows, unread }).toEqual({ rows: read3, unread: undefined });
    }
    await expect(read({ 'follow.csv': follows(), 'follow-001.csv': follows() })).rejects.toThrow(/holds both/);
    await expect(read({ 'follow-001.csv': follows(), 'follow-001.csv.gz': gzipSync('') })).rejects.toThrow(
      /holds both/,
    );
    await expect(read({ 'follow.csv': follows(), 'follow.tsv': follows() })).rejects.toThrow(/holds both/);
  });

  test('of users has names for its columns, and words for its flags', async () => {
    const user = 'id,name,is_suspended\n7,"a\nb",true\n8,c,0\n9,,False\n';
    const { flags, forms } = await read({ 'follow.csv': follows(), 'user.csv': user });
    expect(flags).toEqual(['7 1', '8 0', '9 0']);
    expect(forms).toEqual([undefined, 'header']);
    const words = ['1,al,the user was banned once,,,,,,,,,1\n', '2,bo,,,,,,,,,,0\n'].join('');
    expect(await read({ 'follow.csv': follows(), 'user.csv': words })).toMatchObject({
      flags: ['1 1', '2 0'],
      forms: [undefined, undefined],
    });
    const json = '[{"id": 7, "suspended": true},{"id": 8, "suspended": 0}]';
    expect((await read({ 'follow.csv': follows(), 'user.json': json })).flags).toEqual(['7 1', '8 0']);
  });

  test('whose rows disagree with its beginning has bad rows', async () => {
    const lines = `${follows(',', String(at)).repeat(80)}4,5,2024-05-30 07:00:00\n4;6;${at}\n4,7,${at}000\n`;
    const { files, rows } = await read({ 'follow.csv': lines }, { ...inputLimits, maxRejectedPercent: 50 });
    expect(files).toMatchObject([{ lines: 243, rejected: 3, form: 'epoch seconds' }]);
    expect(rows).toEqual(read3);
    const rejects = (await import('node:fs')).readFileSync(join(home, 'rejects.csv'), 'utf8').split('\n');
    expect(rejects.slice(1, 4)).toEqual([
      'follow.csv,241,"timestamp is not in epoch seconds, as this file\'s times are","4,5,2024-05-30 07:00:00"',
      'follow.csv,242,1 column instead of 3 or 4,"4;6;1717052400"'.replace(/"4;6;(\d+)"/, '"4;6;$1"'),
      `follow.csv,243,timestamp is more than a day in the future,"4,7,${at}000"`,
    ]);
  });

  test('counts its lines from its own first one', async () => {
    const text = `# by hand\nsource,target,time\n${follows()}x,2,2024-05-30\n`;
    await read({ 'follow.csv': text }, { ...inputLimits, maxRejectedPercent: 50 });
    const rejects = (await import('node:fs')).readFileSync(join(home, 'rejects.csv'), 'utf8');
    expect(rejects).toContain('follow.csv,6,user_id is not a whole number,');
  });
});

describe('a file that is not read is refused by name, with what to do', () => {
  const refused: [name: string, file: string, content: string | Buffer, says: RegExp][] = [
    ['GML', 'follow.csv', 'Creator "Gephi"\ngraph\n[\n  node\n  [\n id 1\n', /is GML, .*: export its edges as CSV/],
    [
      'Matrix Market',
      'follow.csv',
      '%%MatrixMarket matrix coordinate\n% x\n3 3 2\n1 2\n2 3\n',
      /is a Matrix Market file/,
    ],
    [
      'a MySQL dump',
      'like.csv',
      '-- MySQL dump 10.13\n--\n/*!40101 SET NAMES utf8 */;\n',
      /is SQL, .*: export the table as CSV/,
    ],
    ['a dump of Postgres', 'like.csv', '--\n-- PostgreSQL database dump\n--\n\nSET timeout = 0;\n', /is SQL/],
    ['SQL', 'like.csv', 'INSERT INTO likes VALUES (1,2,3);\n', /is SQL/],
    [
      'what psql prints',
      'follow.csv',
      ` user_id | other |         at\n---------+-------+---------------------\n${follows('|').repeat(2)}(6 rows)\n`,
      /is a table as `psql` or `mysql` draws it .*: export it as CSV, in psql with `\\copy/,
    ],
    [
      'what mysql prints',
      'follow.csv',
      '+---+---+\n| u | v |\n+---+---+\n| 1 | 2 |\n',
      /is a table as `psql` or `mysql` draws/,
    ],
    [
      'a header of neo4j-admin',
      'follow.csv',
      ':START_ID,:END_ID,:TYPE\n1,2,FOLLOWS\n2,3,FOLLOWS\n3,1,FOLLOWS\n',
      /names Kith doesn't know \(":START_ID", ":END_ID", ":TYPE"\): name its columns .*"columns:" in kith\.mapping\.yaml/,
    ],
    [
      'zstd',
      'follow.csv',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]),
      /follow\.csv is compressed by zstd: unpack it with `zstd -d`/,
    ],
    ['bzip2', 'follow.csv', Buffer.from('BZh91AY'), /is compressed by bzip2: unpack it with `bunzip2`/],
    ['zstd, by its name', 'follow.csv.zst', '', /: follow\.csv\.zst \(compressed by zstd: unpack it with `zstd -d`\)/],
    [
      'bzip2, by its name',
      'follow-1.csv.bz2',
      '',
      /follow-1\.csv\.bz2 \(compressed by bzip2: unpack it with `bunzip2`\)/,
    ],
    [
      'ZIP, by its name',
      'follow.zip',
      '',
      /follow\.zip \(a ZIP archive or an Excel workbook: unpack it with `unzip`, or/,
    ],
    ['tar, by its name', 'follow.csv.tar.gz', '', /follow\.csv\.tar\.gz \(a tar archive: unpack it with `tar xf`\)/],
    [
      'tar within gzip',
      'follow.csv.gz',
      gzipSync(tarred()),
      /follow\.csv\.gz is a tar archive: unpack it with `tar xf`/,
    ],
    ['zstd within gzip', 'follow.csv.gz', gzipSync(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])), /is compressed by zstd: /],
    [
      'Parquet within gzip',
      'follow.csv.gz',
      gzipSync('PAR1....PAR1'),
      /is Parquet within gzip: unpack it with `gunzip`/,
    ],
    [
      'what is no gzip under its name',
      'follow.csv.gz',
      follows(),
      /follow\.csv\.gz is damaged or not gzip, unlike its name: copy it again, or name it follow\.csv\./,
    ],
    ['nothing under the name of gzip', 'follow.csv.gz', '', /is damaged or not gzip, unlike its name: /],
    ['gzip that is cut off', 'follow.csv.gz', gzipSync(follows()).subarray(0, -9), /is cut off, damaged or not gzip/],
    [
      'files whose names say nothing',
      'following_accounts.csv',
      'Account address\n',
      /holds none of .*, but following_accounts\.csv: name each file by what its rows are, or say .* kith\.mapping\.yaml/,
    ],
    [
      'a weight before the time',
      'like.csv',
      follows(',', `10,${at}`),
      /has rows of 4 columns instead of 5 \(user_id, .*, rel_type or not\): say which is which under "columns:" in /,
    ],
    [
      'times of its own in JSON',
      'follow.json',
      jsonLines().replaceAll(String(at), '"30/05/2024"'),
      /times such as "30\/05\/2024"/,
    ],
    ['xz', 'follow.csv', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), /is compressed by xz: /],
    ['ZIP', 'follow.csv', Buffer.from('PK\x03\x04..'), /is a ZIP archive or an Excel workbook: /],
    ['gzip three times', 'follow.csv.gz', gzipSync(gzipSync(gzipSync('x'))), /is gzipped more than 2 times: /],
    ['a web page', 'follow.csv', '<!DOCTYPE html><html></html>', /is XML or HTML: export the data as CSV/],
    [
      'an unknown header',
      'follow.csv',
      `alpha,beta,gamma\n${follows()}`,
      /header whose names Kith doesn't know \("alpha", "beta", "gamma"\): .*kith\.mapping\.yaml/,
    ],
    [
      'a header without times',
      'follow.csv',
      'source,target\n1,2\n2,3\n',
      /has no column for timestamp: .*"constants:", such as timestamp: 2024-05-01/,
    ],
    ['no times', 'follow.csv', '1,2\n2,3\n3,1\n', /has no column for timestamp, only 2 columns: /],
    [
      'times of its own',
      'follow.csv',
      follows(',', '5/30/2024 7:00'),
      /times such as "5\/30\/2024 7:00", in no form that Kith knows: .*"time:"/,
    ],
    [
      'JSON without what is needed',
      'follow.json',
      '[{"a": 1, "b": 2}]',
      /is JSON without a key for user_id and engaged_with_user_id and timestamp that Kith knows \(it has "a", "b"\): /,
    ],
    [
      'several lists',
      'follow.json',
      `{"one": [${jsonLines().split('\n')[0]}], "two": [{"x": 1}]}`,
      /has several lists in its JSON \("one", "two"\): .*"list:"/,
    ],
    [
      'JSON that is cut off',
      'follow.json',
      `[${jsonLines().trim().replaceAll('\n', ',')}, {"from": 1`,
      /ends within a value that begins in line 1: /,
    ],
    [
      'ids beyond 2^31 − 1',
      'follow.csv',
      `1,2,2024-05-30\n1500000000000000001,2,2024-05-30\n`,
      /line 2: user_id is out of range\. .* User ids beyond 2\^31 − 1 need KITH_USER_IDS=bigint\.$/,
    ],
    ['damaged Parquet', 'follow.parquet', Buffer.from('PAR1....PAR1'), /is damaged, or Parquet that can't be read/],
  ];
  test.each(refused)('%s', async (_, file, content, says) => {
    const problem = read({ [file]: content });
    await expect(problem).rejects.toThrow(BadInputError);
    await expect(problem).rejects.toThrow(says);
  });
});

describe('messages', () => {
  const json = (id: number, more = {}) => ({
    id,
    user_id: 1,
    body: `é ${id}`,
    created_at: '2024-05-30T07:00:00Z',
    ...more,
  });
  async function messages(files: Files) {
    const path = await write(files);
    await using rejects = await RejectsFile.create(join(home, 'rejects.csv'));
    const found: Message[] = [];
    const counts = await readMessages(await openFolder(path), { limits: inputLimits, rejects }, (some) =>
      found.push(...some),
    );
    return { counts, found: found.map(({ id, userId, at: instant, words }) => `${id} ${userId} ${instant} ${words}`) };
  }
  const both = [`1 1 ${at} 1`, `2 1 ${at} 2`].map((text) => text.replace(/ \d$/, ''));
  const plainly = ({ counts, found }: Awaited<ReturnType<typeof messages>>) => ({
    forms: counts.map(({ form }) => form),
    found: found.map((text) => text.trim()),
  });

  test.each<[string, string | Buffer, string | undefined]>([
    ['messages.jsonl', `${JSON.stringify(json(1))}\n${JSON.stringify(json(2))}\n`, undefined],
    [
      'messages.jsonl',
      `${JSON.stringify(json(1))},\n${JSON.stringify(json(2))},\n`,
      'JSON with a comma at the end of lines',
    ],
    ['messages.jsonl', JSON.stringify([json(1), json(2)]), 'a JSON list'],
    ['messages.json', JSON.stringify([json(1), json(2)], null, 2), 'a JSON list'],
    [
      'messages.json',
      `${JSON.stringify(json(1), null, 2)}\n${JSON.stringify(json(2), null, 2)}\n`,
      'JSON objects over several lines',
    ],
    [
      'messages.json',
      `${JSON.stringify({ response: { status: 200 }, cursor: { more: true }, messages: [json(1)] })}\n` +
        JSON.stringify({ response: { status: 200 }, messages: [json(2)] }),
      'the list "messages" of JSON pages',
    ],
    [
      'messages.jsonl',
      [1, 2].map((id) => `${JSON.stringify(json(id, { created_at: at * 1000 }))}\n`).join(''),
      'epoch milliseconds',
    ],
    ['messages.csv', `id,user_id,body,created_at\n1,1,"é\n1",${at}\n2,1,"é, ""2""",${at}\n`, 'header, epoch seconds'],
    [
      'messages.jsonl',
      Buffer.from([json(1), json(2, { body: 'éé' })].map((one) => `${JSON.stringify(one)}\n`).join(''), 'latin1'),
      'Windows-1252',
    ],
  ])('in %s are read rightly, however they are written', async (file, content, form) => {
    expect(plainly(await messages({ [file]: content }))).toEqual({ forms: [form], found: both });
  });

  test.each([
    [
      'messages.csv',
      `id,user_id,body,created_at\n${[1, 2, 3].map((id) => `${id},1,"a, b",30.05.2024 07:00\n`).join('')}`,
    ],
    [
      'messages.jsonl',
      [1, 2, 3].map((id) => `${JSON.stringify(json(id, { created_at: '30.05.2024 07:00' }))}\n`).join(''),
    ],
  ])('with times of their own are refused with what to do: %s', async (file, content) => {
    await expect(messages({ [file]: content })).rejects.toThrow(
      /times such as "30\.05\.2024 07:00", in no form .*"time:"/,
    );
  });

  test('of a large list on one line are read', async () => {
    const many = Array.from({ length: 30_000 }, (_, i) => json(i + 1));
    const text = JSON.stringify(many);
    expect(text.length).toBeGreaterThan(2 * 1024 * 1024);
    const { counts, found } = await messages({ 'messages.jsonl': text });
    expect(counts).toMatchObject([{ lines: 30_000, parsed: 30_000 }]);
    expect(found).toHaveLength(30_000);
  });
});

describe('a mapping', () => {
  const mapping = (entries: string) => `files:\n${entries}`;

  test('says what is what in files of any name', async () => {
    const { rows, files, unread } = await read({
      'kith.mapping.yaml': mapping(`
  - file: stars-*.csv
    kind: like
    delimiter: semicolon
    columns: { user_id: who, engaged_with_user_id: 3, timestamp: day }
    constants: { message_id: 5 }
    where: { what: star }
    time: DD/MM/YYYY
`),
      'stars-1.csv': 'who;what;whom;day\n1;star;2;30/05/2024\n2;fork;3;30/05/2024\n',
      'stars-2.csv': 'who;what;whom;day\n3;star;1;30/05/2024\n',
    });
    const midnight = at - 7 * 3600;
    expect(rows).toEqual([`like 1 2 ${midnight} 5`, `like 3 1 ${midnight} 5`]);
    expect(files).toMatchObject([{ lines: 2, parsed: 2, unwanted: 1 }, { lines: 1 }]);
    expect(unread).toBeUndefined();
  });

  test('gives a date to follows that have none', async () => {
    const { rows } = await read({
      'kith.mapping.yaml': mapping(
        '  - { file: follow.txt, kind: follow, constants: { timestamp: 2024-05-30T07:00:00Z } }\n',
      ),
      'follow.txt': '# a SNAP edge list\n1\t2\n2\t3\n3\t1\n',
    });
    expect(rows).toEqual(read3);
  });

  test('names keys of JSON, those of ids that no JavaScript number holds, and the list', async () => {
    const { rows } = await read({
      'kith.mapping.yaml': mapping(`
  - file: tweets.js
    kind: reply
    list: tweets
    columns: { user_id: from.id, engaged_with_user_id: tweet.to, message_id: tweet.id, timestamp: tweet.at }
    where: { tweet.to: "*" }
`),
      'follow.csv': '',
      'tweets.js': JSON.stringify({
        tweets: [
          { from: { id: 1 }, tweet: { to: 2, at, id: 0 } },
          { from: { id: 1 }, tweet: { at } },
        ],
        others: [{}],
      }).replace('"id":0', '"id":9007199254740993'),
    });
    expect(rows).toEqual([`reply 1 2 ${at} 9007199254740993`]);
  });

  test.each([
    ['files: x', /kith\.mapping\.yaml, files: /],
    ['files: [', /kith\.mapping\.yaml is no YAML: /],
    [mapping('  - { file: a, kind: follows }'), /files\[1\]\.kind: one of follow, /],
    [mapping('  - { file: a, kind: follow, colums: {} }'), /files\[1\]: .*colums/],
    [
      mapping('  - { file: a, kind: follow, columns: { who: 1 } }'),
      /kith\.mapping\.yaml, a: follow has no column who, only user_id, /,
    ],
    [mapping('  - { file: a, kind: follow, constants: { timestamp: soon } }'), /"soon" is not a time Kith knows/],
    [mapping('  - { file: a, kind: follow, constants: { user_id: bob } }'), /user_id: "bob" is no id/],
    [mapping('  - { file: a, kind: follow, time: HH:mm }'), /files\[1\]\.time: .*a pattern such as/],
    [
      mapping('  - { file: follow.csv, kind: follow, columns: { user_id: who } }'),
      /has no column "who", which the mapping names for user_id/,
    ],
  ])('that is wrong is refused with what is wrong: %j', async (text, says) => {
    const problem = read({ 'kith.mapping.yaml': text, 'follow.csv': follows() });
    await expect(problem).rejects.toThrow(BadInputError);
    await expect(problem).rejects.toThrow(says);
  });

  test.each([
    ['M/D/YYYY h:mm:ss A', '5/30/2024 7:00:00 am'],
    ['DD.MM.YYYY HH:mm:ss.SSS', '30.05.2024 07:00:00.999'],
    ['MMM D, YYYY, hh:mm A Z', 'May 30, 2024, 07:00 AM UTC'],
  ])('says that times are written as %s', async (time, text) => {
    const { rows } = await read({
      'kith.mapping.yaml': mapping(`  - { file: follow.csv, kind: follow, time: "${time}" }`),
      'follow.csv': follows(';', text),
    });
    expect(rows).toEqual(read3);
  });

  test('knows noon and midnight, and no thirteenth hour before noon', () => {
    const hourOf = (text: string) => instantBy({ kind: 'pattern', pattern: 'D/M/YYYY h A' }, `1/1/1970 ${text}`) / 3600;
    expect(['12 AM', '1 am', '12 PM', '11 pm', '0 AM', '13 PM'].map(hourOf)).toEqual([
      0,
      1,
      12,
      23,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test('may lie elsewhere', async () => {
    await writeFile(join(home, 'mine.yaml'), mapping('  - { file: x.csv, kind: follow }'));
    const limits = { ...inputLimits, mapping: join(home, 'mine.yaml') };
    expect((await read({ 'x.csv': follows() }, limits)).rows).toEqual(read3);
    await expect(read({ 'x.csv': '' }, { ...limits, mapping: join(home, 'no.yaml') })).rejects.toThrow(
      /no\.yaml: there is no such mapping/,
    );
  });
});
