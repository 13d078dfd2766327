import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { BadInputError, InterruptedError } from '../../src/errors.ts';
import { dayFiles } from '../../src/ingest/day-folder.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { readBytes } from '../../src/storage/read-bytes.ts';
import { inputLimits } from '../harness/input-limits.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith folder-'));
});
afterEach(async () => {
  await chmod(home, 0o700);
  await rm(home, { recursive: true });
});

async function day(files: Record<string, string | Buffer>) {
  const path = join(home, '20240131');
  await mkdir(path, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  return path;
}

async function textOf(path: string, file: string) {
  const chunks: Buffer[] = [];
  for await (const chunk of readBytes(await openFolder(path), file, { limits: inputLimits })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a folder', () => {
  test('is opened by its path, with or without a slash, and by its file: URL', async () => {
    const path = await day({ 'like.csv': 'a' });
    for (const input of [path, `${path}/`, pathToFileURL(path).href, `file:${path}`]) {
      const folder = await openFolder(input);
      expect([folder.name, folder.location, [...folder.files().keys()]]).toEqual(['20240131', path, ['like.csv']]);
      expect(await textOf(input, 'like.csv')).toBe('a');
    }
  });

  test('that can not be read says so in one sentence', async () => {
    const path = await day({ 'like.csv': 'a' });
    await expect(openFolder(join(home, 'none'))).rejects.toThrow(/none does not exist/);
    await expect(openFolder(join(path, 'like.csv'))).rejects.toThrow(/like\.csv is a file/);
    await expect(openFolder('https://host/20240131')).rejects.toThrow(/not https:/);
    await expect(openFolder('file://host/20240131')).rejects.toThrow(BadInputError);
    await expect(openFolder('')).rejects.toThrow(BadInputError);
  });

  test.each(['s3://', 's3:/x', 's3:x', 's3:///x', 's3://-/x', 's3://a b/x'])(
    'on S3 that is written as %s is refused before anything is asked',
    async (input) => {
      await expect(openFolder(input)).rejects.toThrow(
        `${input} is not a location on S3; write it as s3://bucket/path.`,
      );
      await expect(openFolder(input)).rejects.toBeInstanceOf(BadInputError);
    },
  );

  test('on S3 with keys in its URL is refused without repeating them', async () => {
    const problem = await openFolder('s3://key:hush-hush@bucket/x').catch((error: Error) => error.message);
    expect(problem).toMatch(/set KITH_S3_ACCESS_KEY/);
    expect(problem).not.toMatch(/hush/);
  });

  test('lists the files of the graph in their order, plain or gzipped', async () => {
    const folder = await openFolder(
      await day({ 'user.csv': '', 'like.csv': 'abc', 'follow.csv.gz': gzipSync(''), 'notes.txt': '' }),
    );
    expect(dayFiles(folder)).toMatchObject([
      { kind: 'follow', file: 'follow.csv.gz' },
      { kind: 'like', file: 'like.csv', size: 3 },
      { kind: 'user', file: 'user.csv', size: 0 },
    ]);
  });

  test('is refused with a file both plain and gzipped, or without any activity file', async () => {
    const path = await day({ 'user.csv': '' });
    const alone = await openFolder(path);
    expect(() => dayFiles(alone)).toThrow(/holds none of follow\.csv, reply\.csv, like\.csv, mention\.csv/);
    await day({ 'like.csv': '', 'like.csv.gz': '' });
    const both = await openFolder(path);
    expect(() => dayFiles(both)).toThrow(/holds both like\.csv and like\.csv\.gz/);
  });
});

describe("a file's bytes", () => {
  test('are unzipped, also when several gzip files follow one another', async () => {
    const path = await day({ 'like.csv.gz': Buffer.concat([gzipSync('one\n'), gzipSync('two\n')]) });
    expect(await textOf(path, 'like.csv.gz')).toBe('one\ntwo\n');
  });

  test.each([
    ['cut off', gzipSync('one\n'.repeat(1000)).subarray(0, 30)],
    ['empty', Buffer.alloc(0)],
    ['not gzip', Buffer.from('1,2,3\n')],
    ['followed by something else', Buffer.concat([gzipSync('one\n'), Buffer.from('two\n')])],
    [
      'damaged',
      (() => {
        const bytes = gzipSync('one two three four\n'.repeat(10));
        bytes[bytes.length - 6] = 255 - (bytes[bytes.length - 6] as number);
        return bytes;
      })(),
    ],
  ])('of a gzip file that is %s are refused with its name', async (_, bytes) => {
    const path = await day({ 'like.csv.gz': bytes });
    await expect(textOf(path, 'like.csv.gz')).rejects.toThrow(/like\.csv\.gz is cut off, damaged or not gzip/);
    await expect(textOf(path, 'like.csv.gz')).rejects.toBeInstanceOf(BadInputError);
  });

  test('are counted as stored', async () => {
    const zipped = gzipSync('x'.repeat(100_000));
    const folder = await openFolder(await day({ 'like.csv.gz': zipped, 'reply.csv': 'y'.repeat(600_000) }));
    for (const [file, size] of [
      ['like.csv.gz', zipped.length],
      ['reply.csv', 600_000],
    ] as const) {
      let counted = 0;
      let read = 0;
      for await (const chunk of readBytes(folder, file, {
        limits: inputLimits,
        onBytes: (bytes) => (counted += bytes),
      }))
        read += chunk.length;
      expect([counted, read]).toEqual([size, file === 'reply.csv' ? 600_000 : 100_000]);
    }
  });

  test.each(['like.csv', 'like.csv.gz'])('of %s stop coming when the signal aborts', async (file) => {
    const text = randomBytes(2_000_000);
    const folder = await openFolder(await day({ [file]: file.endsWith('.gz') ? gzipSync(text) : text }));
    const abort = new AbortController();
    const read = async () => {
      for await (const _ of readBytes(folder, file, { limits: inputLimits, signal: abort.signal })) abort.abort();
    };
    await expect(read()).rejects.toBeInstanceOf(InterruptedError);
    await expect(read()).rejects.toBeInstanceOf(InterruptedError);
  });
});
