import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import type { S3Settings } from '../../src/config/settings.ts';
import { BadInputError, FolderMissingError } from '../../src/errors.ts';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { RejectsFile } from '../../src/ingest/rejects.ts';
import { readMessages } from '../../src/messages/read-messages.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';
import { S3Server } from '../harness/s3-server.ts';

const bucket = 'kith-forms';
let server: S3Server;
let s3: S3Settings;
let client: S3Client;
let home: string;
let folders = 0;
let parquet: Buffer;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-forms-'));
  server = await S3Server.start();
  s3 = server.settings;
  client = new S3Client({
    endpoint: s3.endpoint,
    region: s3.region,
    forcePathStyle: true,
    credentials: { accessKeyId: s3.keys?.accessKey ?? '', secretAccessKey: s3.keys?.secretKey ?? '' },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const path = join(home, 'x.parquet');
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(
    `COPY (SELECT * FROM (VALUES (2, 1), (3, 2), (1, 3)) t (target, source), (SELECT TIMESTAMP '2024-05-30 07:00:00' AS time))
    TO '${path}' (FORMAT parquet)`,
  );
  parquet = await readFile(path);
});

afterAll(async () => {
  client?.destroy();
  await server?.[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

type Files = Readonly<Record<string, string | Buffer>>;

async function onDisk(files: Files): Promise<string> {
  const folder = join(home, String(folders++), '20240601');
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  }
  return folder;
}

async function onS3(files: Files): Promise<string> {
  const key = `${folders++}/20240601`;
  for (const [file, content] of Object.entries(files))
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${key}/${file}`, Body: Buffer.from(content) }));
  return `s3://${bucket}/${key}`;
}

const [one, two, three] = ['1,2', '2,3', '3,1'].map((pair) => `${pair},2024-05-30 07:00:00\n`) as [
  string,
  string,
  string,
];
const all = one + two + three;

describe.each([
  ['disk', onDisk],
  ['S3', onS3],
])('files on %s', (_, write) => {
  async function read(files: Files, limits = inputLimits) {
    const folder = await openFolder(await write(files), s3);
    const rejectsPath = join(home, 'rejects.csv');
    const rows: string[] = [];
    await using staged = await readFolder(folder, { workDir: join(home, 'work'), rejectsPath, limits });
    for await (const { users, engaged, at } of staged.readActivities('follow', 100))
      for (const [i, user] of users.entries()) rows.push(`${user} ${engaged[i]} ${at[i]}`);
    const rejects = (await readFile(rejectsPath, 'utf8')).split('\n').slice(1, -1);
    return { rows, files: staged.files.map(({ file, form }) => [file, form]), rejects };
  }
  const good = ['1 2 1717052400', '2 3 1717052400', '3 1 1717052400'];

  test.each<[string, () => Files, [string, string | undefined][]]>([
    ['plain', () => ({ 'follow.csv': all }), [['follow.csv', undefined]]],
    ['gzip', () => ({ 'follow.csv.gz': gzipSync(all) }), [['follow.csv.gz', undefined]]],
    ['gzip twice', () => ({ 'follow.csv.gz': gzipSync(gzipSync(all)) }), [['follow.csv.gz', 'gzipped twice']]],
    ['gzip under a plain name', () => ({ 'follow.csv': gzipSync(all) }), [['follow.csv', 'gzip']]],
    ['Parquet', () => ({ 'follow.parquet': parquet }), [['follow.parquet', 'Parquet']]],
    ['Parquet under a plain name', () => ({ 'follow.csv': parquet }), [['follow.csv', 'Parquet']]],
    [
      'parts of a folder',
      () => ({ 'follow/part-0.csv': one, 'follow/part-1.csv.gz': gzipSync(two + three), 'follow/_SUCCESS': '' }),
      [
        ['follow/part-0.csv', undefined],
        ['follow/part-1.csv.gz', undefined],
      ],
    ],
    [
      'a part of Parquet',
      () => ({ 'follow.parquet/part-0.parquet': parquet }),
      [['follow.parquet/part-0.parquet', 'Parquet']],
    ],
    [
      'numbered parts, each with its own header',
      () => ({ 'follow-000.csv.gz': gzipSync(one + two), 'follow-001.csv': 'time,to,from\n2024-05-30 07:00:00,1,3\n' }),
      [
        ['follow-000.csv.gz', undefined],
        ['follow-001.csv', 'header'],
      ],
    ],
  ])('are read: %s', async (__, files, forms) => {
    expect(await read(files())).toEqual({ rows: good, files: forms, rejects: [] });
  });

  test('have their bad rows told by part and line', async () => {
    const files = {
      'follow/part-0.csv': one,
      'follow/part-1.csv.gz': gzipSync(`from,to,time\n2,3,2024-05-30 07:00:00\n3,x,\n`),
    };
    const { rejects } = await read(files, { ...inputLimits, maxRejectedPercent: 50 });
    expect(rejects).toEqual(['follow/part-1.csv.gz,3,engaged_with_user_id is not a whole number,"3,x,"']);
  });

  test.each<[string, () => Files, RegExp]>([
    [
      'zstd',
      () => ({ 'follow.csv': Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]) }),
      /follow\.csv is compressed by zstd: unpack it/,
    ],
    ['zstd, by its name', () => ({ 'follow.csv.zst': '' }), /follow\.csv\.zst \(compressed by zstd: unpack it/],
    [
      'ZIP as a part',
      () => ({ 'follow/part-0.csv': 'PK\x03\x04' }),
      /follow\/part-0\.csv is a ZIP archive .*: unpack it/,
    ],
    ['no gzip', () => ({ 'follow.csv.gz': all }), /follow\.csv\.gz is damaged or not gzip, unlike its name: /],
    [
      'both',
      () => ({ 'follow.csv': all, 'follow.csv.gz': gzipSync(all) }),
      /holds both follow\.csv and follow\.csv\.gz; remove one/,
    ],
    [
      'a file and a folder',
      () => ({ 'follow.csv': all, 'follow/0.csv': all }),
      /holds both follow(\.csv|\/0\.csv) and follow(\.csv|\/0\.csv); remove one/,
    ],
    [
      'a file and a part',
      () => ({ 'follow.csv.gz': gzipSync(all), 'follow-1.csv': all }),
      /holds both follow.* and follow.*; remove one/,
    ],
    [
      'damaged Parquet',
      () => ({ 'follow.parquet': parquet.subarray(0, -30) }),
      /follow\.parquet is damaged, or Parquet that can't be read/,
    ],
    [
      'a part folder without parts',
      () => ({ 'like.csv': '', 'follow/_SUCCESS': '' }),
      /follow \(a folder without files of rows\)/,
    ],
  ])('are refused by name: %s', async (__, files, says) => {
    const problem = read(files());
    await expect(problem).rejects.toThrow(BadInputError);
    await expect(problem).rejects.toThrow(says);
  });

  test('that unpack to too much are refused, whatever packs them', async () => {
    const limits = { ...inputLimits, maxUnpackedBytes: 50 };
    for (const content of [gzipSync(all), gzipSync(gzipSync(all)), parquet])
      await expect(read({ 'follow.csv': content }, limits)).rejects.toThrow(
        /unpacks to more than 50 \(KITH_MAX_UNPACKED_SIZE\)/,
      );
  });

  test('of which none is of activities are told by their names', async () => {
    const problem = read({ 'following_accounts.csv': 'Account address\n' });
    await expect(problem).rejects.toThrow(FolderMissingError);
    await expect(problem).rejects.toThrow(/holds none of follow\.csv, .*, but following_accounts\.csv: name each file/);
  });

  test('of messages may be parts, too', async () => {
    const message = (id: number) =>
      `${JSON.stringify({ id, user_id: 1, body: 'x', created_at: '2024-05-30T07:00:00Z' })}\n`;
    const folder = await openFolder(
      await write({ 'messages/0.jsonl': message(1), 'messages/1.jsonl.gz': gzipSync(`[${message(2)},${message(3)}]`) }),
      s3,
    );
    const ids: bigint[] = [];
    await using rejects = await RejectsFile.create(join(home, 'rejects.csv'));
    await readMessages(folder, { limits: inputLimits, rejects }, (some) =>
      ids.push(...some.map(({ id }) => BigInt(id))),
    );
    expect(ids).toEqual([1n, 2n, 3n]);
  });

  test('leave nothing in the temporary folder', async () => {
    const before = await readdir(tmpdir());
    await read({ 'follow.parquet': parquet });
    await expect(read({ 'follow.parquet': parquet.subarray(0, -30) })).rejects.toThrow(BadInputError);
    expect(
      (await readdir(tmpdir())).filter((name) => name.startsWith('kith-parquet-') && !before.includes(name)),
    ).toEqual([]);
  });
});
