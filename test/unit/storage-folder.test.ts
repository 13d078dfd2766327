import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { BadInputError, FolderChangedError, FolderMissingError, InterruptedError } from '../../src/errors.ts';
import { dayFiles, messageFiles, unreadIn } from '../../src/ingest/day-folder.ts';
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
    expect(() => dayFiles(alone)).toThrow(
      /holds none of follow\.csv, reply\.csv, like\.csv, mention\.csv .*, only user\.csv: add what users did/,
    );
    const withMessages = await openFolder(await day({ 'messages.jsonl': '' }));
    expect(() => dayFiles(withMessages)).toThrow(
      /, only user\.csv, messages\.jsonl: add what users did, at least one of those files/,
    );
    await day({ 'like.csv': '', 'like.csv.gz': '' });
    const both = await openFolder(path);
    expect(() => dayFiles(both)).toThrow(/holds both like\.csv and like\.csv\.gz/);
  });
});

describe('what in a folder is no plain file', () => {
  /** Makes something of each kind at a path. */
  const kinds: [kind: RegExp, make: (path: string) => Promise<unknown>][] = [
    [/a folder/, (path) => mkdir(path)],
    [/a named pipe/, async (path) => spawnSync('mkfifo', [path])],
    [/a device/, (path) => symlink('/dev/zero', path)],
    [/a link to nothing/, (path) => symlink(join(home, 'nothing'), path)],
    [/a link that can't be followed \(ELOOP\)/, (path) => symlink(path, path)],
    [/a folder/, (path) => symlink(home, path)],
  ];

  test.each(['follow.csv', 'like.csv.gz', 'user.csv', 'messages.jsonl', 'messages.jsonl.gz'])(
    'is refused by its name and kind under the name %s',
    async (file) => {
      for (const [kind, make] of kinds) {
        const path = await day({ 'reply.csv': '' });
        await make(join(path, file));
        const folder = await openFolder(path);
        for (const read of [() => dayFiles(folder), () => messageFiles(folder)]) {
          expect(read).toThrow(BadInputError);
          expect(read).toThrow(kind);
          expect(read).toThrow(`${file} (`);
        }
        await rm(path, { recursive: true });
      }
    },
  );

  test('may be a socket', async () => {
    const path = await day({ 'reply.csv': '' });
    const server = createServer().listen(join(path, 'follow.csv'));
    await once(server, 'listening');
    const folder = await openFolder(path);
    expect(() => dayFiles(folder)).toThrow(/follow\.csv \(a socket, not a plain file\)/);
    server.close();
  });

  test('is named if it has another name; a link to a plain file is one', async () => {
    const path = await day({ 'reply.csv': '', 'notes.txt': '', '.hidden': '', _SUCCESS: '' });
    await writeFile(join(home, 'elsewhere.csv'), 'x');
    await symlink(join(home, 'elsewhere.csv'), join(path, 'like.csv'));
    await mkdir(join(path, 'older'));
    await symlink('/dev/zero', join(path, 'zeros'));
    const folder = await openFolder(path);
    expect(dayFiles(folder)).toMatchObject([{ file: 'reply.csv' }, { file: 'like.csv', size: 1 }]);
    expect(unreadIn(folder)).toEqual({ names: ['notes.txt', 'older/', 'zeros'], more: 0 });
    expect(await textOf(path, 'like.csv')).toBe('x');
  });

  test('is not waited for if it takes the place of a plain file', async () => {
    const path = await day({ 'like.csv': 'abc' });
    const folder = await openFolder(path);
    for (const [kind, make] of kinds.slice(0, 3)) {
      await rm(join(path, 'like.csv'), { recursive: true });
      await make(join(path, 'like.csv'));
      const read = async () => {
        for await (const _ of readBytes(folder, 'like.csv', { limits: inputLimits }));
      };
      await expect(read()).rejects.toThrow(BadInputError);
      await expect(read()).rejects.toThrow(kind);
    }
  });
});

describe('a folder with names that are nearly right', () => {
  test('is refused with all of them and the right ones', async () => {
    const path = await day({
      'follow.csv': '',
      'likes.csv': '',
      'REPLY.CSV': '',
      'user.csv.txt': '',
      'blocks.csv': '',
    });
    await mkdir(join(path, 'mention.csv'));
    const folder = await openFolder(path);
    expect(() => dayFiles(folder)).toThrow(
      `${path} holds what looks like input but can't be read: REPLY.CSV (should be reply.csv or reply.csv.gz), ` +
        'blocks.csv (should be block.csv or block.csv.gz), ' +
        'likes.csv (should be like.csv or like.csv.gz), user.csv.txt (should be user.csv or user.csv.gz), ' +
        'mention.csv (a folder without files of rows); ' +
        'give each as a plain file or gzip under its right name, or take it out of the folder.',
    );
  });

  test('names twenty of them', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `like (${i + 10}).csv`);
    const folder = await openFolder(await day(Object.fromEntries(names.map((name) => [name, '']))));
    expect(() => dayFiles(folder)).toThrow(/like \(29\)\.csv \([^)]*\), and 5 more; /);
  });

  test('may be complete later if a file is still being copied', async () => {
    const folder = await openFolder(await day({ 'follow.csv': '', 'like.csv.part': '' }));
    expect(() => dayFiles(folder)).toThrow(FolderMissingError);
    expect(() => dayFiles(folder)).toThrow(/like\.csv\.part, whose name says that it is still being copied/);
  });
});

describe("a file's bytes", () => {
  test('that unpack to more than the limits are refused with the figures and the setting', async () => {
    const bomb = gzipSync('\n'.repeat(3_000_000));
    const folder = await openFolder(await day({ 'like.csv.gz': bomb }));
    const read = async (maxUnpackedBytes: number) => {
      let bytes = 0;
      const limits = { maxUnpackedBytes, maxUnpackedRatio: 10 };
      for await (const chunk of readBytes(folder, 'like.csv.gz', { limits })) bytes += chunk.length;
      return bytes;
    };
    // A ratio of a thousand does no harm in so small a file.
    expect(await read(3_000_000)).toBe(3_000_000);
    const refused = read(2_999_999);
    await expect(refused).rejects.toThrow(BadInputError);
    await expect(refused).rejects.toThrow(
      `like.csv.gz has ${bomb.length.toLocaleString('en')} bytes and unpacks to more than 2,999,999 (KITH_MAX_UNPACKED_SIZE)`,
    );
  });

  test('that unpack to more than 64 MiB may not be more than a ratio', async () => {
    const bomb = Buffer.concat(Array.from({ length: 65 }, () => gzipSync(Buffer.alloc(2 ** 20))));
    const folder = await openFolder(await day({ 'like.csv.gz': bomb }));
    const read = async (maxUnpackedRatio: number) => {
      let bytes = 0;
      const limits = { maxUnpackedBytes: 2 ** 40, maxUnpackedRatio };
      for await (const chunk of readBytes(folder, 'like.csv.gz', { limits })) bytes += chunk.length;
      return bytes;
    };
    expect(await read(2000)).toBe(65 * 2 ** 20);
    await expect(read(200)).rejects.toThrow(
      `unpacks to more than 67,108,864 (200 times its size, KITH_MAX_UNPACKED_RATIO)`,
    );
  });

  test('end where the file ended when the folder was listed, or it is changing', async () => {
    const path = await day({ 'like.csv': 'abc' });
    const folder = await openFolder(path);
    await appendFile(join(path, 'like.csv'), 'd');
    const read = async () => {
      for await (const _ of readBytes(folder, 'like.csv', { limits: inputLimits }));
    };
    await expect(read()).rejects.toThrow(FolderChangedError);
  });

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
