import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Settings } from '../../src/config/settings.ts';
import { BadInputError, EngineError, InterruptedError } from '../../src/errors.ts';
import { dayFiles, unreadIn } from '../../src/ingest/day-folder.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { readBytes } from '../../src/storage/read-bytes.ts';
import { writeWhole } from '../../src/storage/write-whole.ts';
import { inputLimits } from '../harness/input-limits.ts';
import { UnreliableLine } from '../harness/s3/unreliable-line.ts';
import { S3Server } from '../harness/s3-server.ts';
import { until } from '../harness/until.ts';

const bucket = 'kith-test';
let server: S3Server;
let s3: S3Settings;
let client: S3Client;
let home: string;
let folders = 0;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-storage-'));
  server = await S3Server.start();
  s3 = server.settings;
  client = new S3Client({
    endpoint: s3.endpoint,
    region: s3.region,
    forcePathStyle: true,
    credentials: { accessKeyId: s3.keys?.accessKey ?? '', secretAccessKey: s3.keys?.secretKey ?? '' },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
});

afterAll(async () => {
  client?.destroy();
  await server?.[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

/**
 * Where a test works: a folder named 20240131 in a folder of its own, and how a file gets in and out of it without
 * Kith.
 */
interface Place {
  folder: string;
  put(file: string, content: string | Buffer): Promise<void>;
  remove(file: string): Promise<void>;
}

function diskPlace(): Place {
  const folder = join(home, String(folders++), '20240131');
  return {
    folder,
    async put(file, content) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), content);
    },
    remove: (file) => rm(join(folder, file)),
  };
}

function s3Place(): Place {
  const key = `${folders++}/20240131`;
  return {
    folder: `s3://${bucket}/${key}`,
    put: async (file, content) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${key}/${file}`, Body: Buffer.from(content) }));
    },
    remove: async (file) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: `${key}/${file}` }));
    },
  };
}

async function bytesOf(folder: string, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await (await openFolder(folder, s3)).open(file)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Connections of this machine to the S3 server. */
function connections(): number {
  const established = '01';
  const port = server.port.toString(16).toUpperCase().padStart(4, '0');
  const lines = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  return lines.filter((line) => {
    const [, , remote = '', state] = line.trim().split(/ +/);
    return remote.endsWith(`:${port}`) && state === established;
  }).length;
}

async function namesIn(folder: string): Promise<string[]> {
  return [...(await openFolder(folder, s3)).files().keys()];
}

/** What a promise fails with; fails itself if it doesn't. */
async function problemOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: Error) => error,
  );
}

describe.each([
  ['disk', diskPlace],
  ['S3', s3Place],
])('a folder on %s', (_, newPlace) => {
  test('has the last part of its path as its name, with or without a slash at the end', async () => {
    const { folder, put } = newPlace();
    await put('like.csv', 'a');
    for (const input of [folder, `${folder}/`]) {
      const { name, location } = await openFolder(input, s3);
      expect({ name, location }).toEqual({ name: '20240131', location: folder });
    }
  });

  test('lists the files directly in it, by name, with their sizes and paths', async () => {
    const { folder, put } = newPlace();
    for (const [file, content] of [
      ['user.csv', 'abc'],
      ['like.csv', ''],
      ['Zoë 100% #1?+&.csv', 'z'],
      ['deeper/follow.csv', 'x'],
      ['like.csv.gz', 'ab'],
    ] as const)
      await put(file, content);
    expect([...(await openFolder(folder, s3)).files()]).toMatchObject([
      ['Zoë 100% #1?+&.csv', { size: 1, path: `${folder}/Zoë 100% #1?+&.csv` }],
      ['like.csv', { size: 0, path: `${folder}/like.csv` }],
      ['like.csv.gz', { size: 2, path: `${folder}/like.csv.gz` }],
      ['user.csv', { size: 3, path: `${folder}/user.csv` }],
    ]);
    expect((await bytesOf(folder, 'Zoë 100% #1?+&.csv')).toString()).toBe('z');
  });

  test('that holds only folders exists and has no files', async () => {
    const { folder, put } = newPlace();
    await put('deeper/follow.csv', 'x');
    expect(await namesIn(folder)).toEqual([]);
    expect([...(await openFolder(folder, s3)).others()]).toEqual([['deeper', 'a folder']]);
  });

  test('is refused if a file has nearly the name of one; a folder of the name may hold its parts', async () => {
    const { folder, put } = newPlace();
    for (const name of [
      'like.csv',
      'mention.csv/part-00000.csv',
      'user.csv.zst',
      'notes/x',
      '_SUCCESS',
      'reputation_score.csv',
    ])
      await put(name, '');
    const opened = await openFolder(folder, s3);
    expect(() => dayFiles(opened)).toThrow(
      `${folder} holds what looks like input but can't be read: user.csv.zst (compressed by zstd: unpack it with \`zstd -d\`); `,
    );
    expect(unreadIn(opened)).toEqual({ names: ['notes/'], more: 0 });
  });

  test('that is missing or is a file is refused', async () => {
    const { folder, put } = newPlace();
    await put('like.csv', 'a');
    for (const [input, says] of [
      [`${folder}0`, '202401310 does not exist'],
      [`${folder}/like.csv`, 'give the folder that contains it'],
    ] as const) {
      const problem = await problemOf(openFolder(input, s3));
      expect(problem).toBeInstanceOf(BadInputError);
      expect(problem.message).toContain(says);
      expect(problem.message).toContain(input);
    }
  });

  test('gives the bytes of a file as they are stored', async () => {
    const { folder, put } = newPlace();
    const bytes = gzipSync(randomBytes(1_000_000));
    await put('like.csv.gz', bytes);
    await put('empty.csv', '');
    expect((await bytesOf(folder, 'like.csv.gz')).equals(bytes)).toBe(true);
    expect((await bytesOf(folder, 'empty.csv')).length).toBe(0);
  });

  test('is read unzipped, and its bytes are counted as stored', async () => {
    const { folder, put } = newPlace();
    const text = randomBytes(300_000).toString('hex');
    const zipped = gzipSync(text);
    await put('like.csv.gz', zipped);
    const opened = await openFolder(folder, s3);
    const chunks: Buffer[] = [];
    let counted = 0;
    const onBytes = (bytes: number) => {
      counted += bytes;
    };
    for await (const chunk of readBytes(opened, 'like.csv.gz', { limits: inputLimits, onBytes })) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe(text);
    expect(counted).toBe(zipped.length);
  });

  test('refuses a file that does not exist, or no longer does, with its path', async () => {
    const { folder, put, remove } = newPlace();
    await put('like.csv', 'a');
    await put('reply.csv', 'a');
    const opened = await openFolder(folder, s3);
    await remove('reply.csv');
    for (const file of ['none.csv', 'reply.csv']) {
      const problem = await problemOf(opened.open(file));
      expect(problem).toBeInstanceOf(BadInputError);
      expect(problem.message).toContain(`${folder}/${file}`);
    }
  });

  test.each(['like.csv', 'like.csv.gz'])('stops giving the bytes of %s when the signal aborts', async (file) => {
    const { folder, put } = newPlace();
    const bytes = randomBytes(2_000_000);
    await put(file, file.endsWith('.gz') ? gzipSync(bytes) : bytes);
    const opened = await openFolder(folder, s3);
    const abort = new AbortController();
    const read = async () => {
      for await (const _ of readBytes(opened, file, { limits: inputLimits, signal: abort.signal })) abort.abort();
    };
    expect(await problemOf(read())).toBeInstanceOf(InterruptedError);
    expect(await problemOf(read())).toBeInstanceOf(InterruptedError);
  });
});

describe.each([
  ['disk', diskPlace],
  ['S3', s3Place],
])('a file written to %s', (_, newPlace) => {
  test('holds the text as UTF-8 and replaces what was there', async () => {
    const { folder, put } = newPlace();
    await put('scores.csv', 'old and longer than the new');
    await writeWhole(`${folder}/scores.csv`, ['user_id,pred\n', '1,0.5 ä€😀\n'], { s3 });
    expect((await bytesOf(folder, 'scores.csv')).toString()).toBe('user_id,pred\n1,0.5 ä€😀\n');
    expect(await namesIn(folder)).toEqual(['scores.csv']);
  });

  test('may be empty, and in a folder that did not exist', async () => {
    const { folder } = newPlace();
    await writeWhole(`${folder}/a/b.csv`, [], { s3 });
    expect((await bytesOf(`${folder}/a`, 'b.csv')).length).toBe(0);
  });

  test('may come in tiny pieces, even in halves of a character', async () => {
    const { folder } = newPlace();
    const halves = '€😀'.repeat(150_001).split('');
    await writeWhole(`${folder}/scores.csv`, halves, { s3 });
    expect((await bytesOf(folder, 'scores.csv')).toString()).toBe(halves.join(''));
  });

  test.each([
    ['at once', 0],
    ['after many megabytes', 15],
  ])('is what it was if its text throws %s', async (_, megabytes) => {
    const { folder, put } = newPlace();
    await put('scores.csv', 'old');
    const fault = new Error('no more');
    async function* broken() {
      for (let i = 0; i < megabytes; i++) yield 'x'.repeat(2 ** 20);
      throw fault;
    }
    expect(await problemOf(writeWhole(`${folder}/scores.csv`, broken(), { s3 }))).toBe(fault);
    expect(await problemOf(writeWhole(`${folder}/fresh.csv`, broken(), { s3 }))).toBe(fault);
    expect((await bytesOf(folder, 'scores.csv')).toString()).toBe('old');
    expect(await namesIn(folder)).toEqual(['scores.csv']);
  });

  test.each([
    ['at once', 0],
    ['after many megabytes', 15],
  ])('is what it was if the signal aborts %s, even while the text is silent', async (_, megabytes) => {
    const { folder, put } = newPlace();
    await put('scores.csv', 'old');
    const abort = new AbortController();
    async function* silent() {
      for (let i = 0; i < megabytes; i++) yield 'x'.repeat(2 ** 20);
      setTimeout(() => abort.abort(), 50);
      await new Promise(() => undefined);
    }
    const { signal } = abort;
    const problem = await problemOf(writeWhole(`${folder}/scores.csv`, silent(), { s3, signal }));
    expect(problem).toBeInstanceOf(InterruptedError);
    expect((await bytesOf(folder, 'scores.csv')).toString()).toBe('old');
    expect(await namesIn(folder)).toEqual(['scores.csv']);
  });

  test('is not begun if the signal has already aborted', async () => {
    const { folder, put } = newPlace();
    await put('like.csv', '');
    let asked = false;
    function* text() {
      asked = true;
      yield 'x';
    }
    const work = writeWhole(`${folder}/scores.csv`, text(), { s3, signal: AbortSignal.abort() });
    expect(await problemOf(work)).toBeInstanceOf(InterruptedError);
    expect(asked).toBe(false);
    expect(await namesIn(folder)).toEqual(['like.csv']);
  });

  test('lets its text clean up when writing fails', async () => {
    const { folder } = newPlace();
    let ended = false;
    const abort = new AbortController();
    function* text() {
      try {
        for (let i = 0; ; i++) {
          if (i === 10) abort.abort();
          yield 'x'.repeat(2 ** 20);
        }
      } finally {
        ended = true;
      }
    }
    await problemOf(writeWhole(`${folder}/scores.csv`, text(), { s3, signal: abort.signal }));
    expect(ended).toBe(true);
  });

  test('is refused in place of a folder, before its text is requested', async () => {
    const { folder, put } = newPlace();
    await put('like.csv', 'a');
    const text: Iterable<string> = {
      [Symbol.iterator]: () => {
        throw new Error('asked');
      },
    };
    for (const location of [folder, `${folder}/scores.csv/`]) {
      const problem = await problemOf(writeWhole(location, text, { s3 }));
      expect(problem).toBeInstanceOf(BadInputError);
      expect(problem.message).toBe(`${location} is a folder; give the path of a file.`);
    }
    expect(await namesIn(folder)).toEqual(['like.csv']);
  });
});

describe('a file written to disk', () => {
  test('is refused under a file, and in the place of a device', async () => {
    const { folder, put } = diskPlace();
    await put('like.csv', 'a');
    for (const location of [join(folder, 'like.csv', 'scores.csv'), '/dev/null'])
      expect(await problemOf(writeWhole(location, ['x'], {}))).toBeInstanceOf(BadInputError);
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  test('goes to the target of a link, and may be given as a file: URL', async () => {
    const { folder, put } = diskPlace();
    await put('real/scores.csv', 'old');
    await symlink(join('real', 'scores.csv'), join(folder, 'scores.csv'));
    await writeWhole(`file://${folder}/scores.csv`, ['new'], {});
    expect(await readFile(join(folder, 'real', 'scores.csv'), 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['real', 'scores.csv']);
  });

  test('is refused at the URL of anything else', async () => {
    const problem = await problemOf(writeWhole('https://host/scores.csv', ['x'], {}));
    expect(problem).toBeInstanceOf(BadInputError);
    expect(problem.message).toMatch(/not https:/);
  });
});

describe('S3', () => {
  test('is left without a connection, whatever was listed, read, or not read to its end', async () => {
    const { folder, put } = s3Place();
    await put('like.csv', randomBytes(5_000_000));
    client.destroy();
    await until('the end of other connections', () => connections() === 0);
    await writeWhole(`${folder}/user.csv`, ['1'], { s3 });
    expect((await bytesOf(folder, 'like.csv')).length).toBe(5_000_000);
    const opened = await openFolder(folder, s3);
    const [half, unread] = await Promise.all([opened.open('like.csv'), opened.open('like.csv')]);
    half.once('data', () => half.destroy());
    unread.destroy();
    await once(half, 'close');
    // The server takes a moment to see the end; it would keep a connection for half a minute.
    await until('the end of all connections', () => connections() === 0, { seconds: 25 });
  });

  const wrong = 'w'.repeat(20);
  test.each([
    ['an unknown access key', (keys: { secretKey: string }) => ({ ...keys, accessKey: wrong })],
    ['a wrong secret key', (keys: { accessKey: string }) => ({ ...keys, secretKey: wrong })],
  ])('refuses %s in a sentence without the keys', async (_, change) => {
    const keys = s3.keys ?? { accessKey: '', secretKey: '' };
    const settings: S3Settings = { ...s3, keys: { ...keys, ...change(keys) } };
    for (const work of [
      () => openFolder(`s3://${bucket}/20240131`, settings),
      () => writeWhole(`s3://${bucket}/scores.csv`, ['x'], { s3: settings }),
    ]) {
      const problem = await problemOf(work());
      expect(problem).toBeInstanceOf(BadInputError);
      expect(problem.message).toMatch(
        /^s3:\/\/kith-test\/\S+: S3 at http:\S+ refuses the keys \(\w+\); check KITH_S3_ACCESS_KEY and KITH_S3_SECRET_KEY/,
      );
      for (const secret of [wrong, keys.accessKey, keys.secretKey]) expect(problem.message).not.toContain(secret);
    }
  });

  test('says that a bucket is missing', async () => {
    for (const work of [
      () => openFolder('s3://none/20240131', s3),
      () => writeWhole('s3://none/scores.csv', ['x'], { s3 }),
    ]) {
      const problem = await problemOf(work());
      expect(problem).toBeInstanceOf(BadInputError);
      expect(problem.message).toMatch(/^s3:\/\/none\/\S+: S3 at \S+ has no such bucket/);
    }
  });

  test("says that its server can't be reached", async () => {
    const away: S3Settings = { ...s3, endpoint: 'http://127.0.0.1:1' };
    for (const work of [
      () => openFolder(`s3://${bucket}/20240131`, away),
      () => writeWhole(`s3://${bucket}/scores.csv`, ['x'], { s3: away }),
    ]) {
      const problem = await problemOf(work());
      expect(problem).toBeInstanceOf(EngineError);
      expect(problem.message).toMatch(
        /^S3 at http:\/\/127\.0\.0\.1:1 can't be reached for s3:\S+ \(.*ECONNREFUSED.*\)/,
      );
    }
  });

  test('lists a folder of more objects than one answer holds', async () => {
    const { folder, put } = s3Place();
    const names = Array.from({ length: 1005 }, (_, i) => `part-${String(i).padStart(4, '0')}`);
    const left = names.values();
    const putAll = async () => {
      for (const name of left) await put(name, name);
    };
    await Promise.all(Array.from({ length: 8 }, putAll));
    expect(await namesIn(folder)).toEqual(names);
    expect((await bytesOf(folder, 'part-1004')).toString()).toBe('part-1004');
  });

  test('takes the marker of an empty folder for a folder without files, and a whole bucket for a folder', async () => {
    const { folder, put } = s3Place();
    await put('', '');
    expect(await namesIn(folder)).toEqual([]);
    expect((await openFolder(`s3://${bucket}`, s3)).name).toBe(bucket);
  });

  test('refuses an object that was replaced after its folder was listed', async () => {
    const { folder, put } = s3Place();
    await put('like.csv', 'a');
    const opened = await openFolder(folder, s3);
    await put('like.csv', 'b');
    const problem = await problemOf(opened.open('like.csv'));
    expect(problem).toBeInstanceOf(BadInputError);
    expect(problem.message).toMatch(
      /20240131\/like\.csv has changed since .* the folder is changing while it is being read/,
    );
  });

  test('leaves no part of an upload that fails or is stopped', async () => {
    const { folder } = s3Place();
    const abort = new AbortController();
    async function* text(then: () => void) {
      for (let i = 0; i < 12; i++) yield 'x'.repeat(2 ** 20);
      then();
      for (;;) yield 'x'.repeat(2 ** 20);
    }
    const fault = new Error('no more');
    const fail = () => {
      throw fault;
    };
    expect(await problemOf(writeWhole(`${folder}/a.csv`, text(fail), { s3 }))).toBe(fault);
    const { signal } = abort;
    const stopped = writeWhole(
      `${folder}/b.csv`,
      text(() => abort.abort()),
      { s3, signal },
    );
    expect(await problemOf(stopped)).toBeInstanceOf(InterruptedError);
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? []).toEqual([]);
    await expect(openFolder(folder, s3)).rejects.toThrow(/does not exist/);
  });
});

describe('a line to S3 that breaks', () => {
  let line: UnreliableLine;
  let through: S3Settings;
  beforeEach(async () => {
    line = await UnreliableLine.to(server.port);
    through = { ...s3, endpoint: line.endpoint };
  });
  afterEach(() => line[Symbol.asyncDispose]());

  const ranges = () => line.requests.map((head) => /^range: (.*)$/im.exec(head)?.[1]).filter((range) => range);

  /** Reads a file over a line that breaks after 700,000 bytes of it, so many times. */
  async function read(folder: string, file: string, breaks: number): Promise<Buffer> {
    const opened = await openFolder(folder, through);
    line.breakAfter(700_000, breaks);
    const chunks: Buffer[] = [];
    for await (const chunk of await opened.open(file)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  test('in the middle of a download is resumed at the byte where it broke', async () => {
    const { folder, put } = s3Place();
    const bytes = randomBytes(2_000_000);
    await put('like.csv', bytes);
    expect((await read(folder, 'like.csv', 1)).equals(bytes)).toBe(true);
    expect(ranges()).toEqual([expect.stringMatching(/^bytes=[1-9]\d{4,5}-$/)]);
    expect(line.requests.at(-1)).toMatch(/^if-match: "/im);
    expect(line.received).toBeLessThan(2_000_000 + 300_000);
  });

  test('for good ends the download with an error', async () => {
    const { folder, put } = s3Place();
    await put('like.csv', randomBytes(2_000_000));
    const problem = await problemOf(read(folder, 'like.csv', 1000));
    expect(problem).toBeInstanceOf(EngineError);
    expect(problem.message).toMatch(
      /20240131\/like\.csv stopped for good after [\d,]+ of 2,000,000 bytes: S3 at \S+ can't be reached .* is right\.$/,
    );
    expect(ranges().length).toBeGreaterThanOrEqual(3);
  });

  test('while the object is replaced ends the download', async () => {
    const { folder, put } = s3Place();
    await put('like.csv', randomBytes(2_000_000));
    const opened = await openFolder(folder, through);
    line.breakAfter(700_000);
    const drain = async () => {
      let isFirst = true;
      for await (const _ of await opened.open('like.csv')) {
        if (isFirst) await put('like.csv', randomBytes(2_000_000));
        isFirst = false;
      }
    };
    const problem = await problemOf(drain());
    expect(problem).toBeInstanceOf(BadInputError);
    expect(problem.message).toMatch(/the folder is changing while it is being read/);
  });

  test('is closed when the stream is destroyed, even while no bytes arrive', async () => {
    const { folder, put } = s3Place();
    await put('like.csv', randomBytes(20_000_000));
    const stream = await (await openFolder(folder, through)).open('like.csv');
    await new Promise((resolve) => stream.once('readable', resolve));
    const ended = new Promise((resolve) => stream.once('close', resolve));
    expect(line.connections).toBeGreaterThan(0);
    stream.destroy();
    await ended;
    await until('the connection to be closed', () => line.connections === 0, { pauseMs: 5 });
    expect(line.received).toBeLessThan(15_000_000);
  });

  test('that changes a byte on its way is noticed', async () => {
    const { folder, put } = s3Place();
    await put('like.csv', randomBytes(2_000_000));
    const opened = await openFolder(folder, through);
    line.spoilAfter(700_000);
    const read = async () => {
      for await (const _ of readBytes(opened, 'like.csv', { limits: inputLimits }));
    };
    const problem = await problemOf(read());
    expect(problem).toBeInstanceOf(EngineError);
    expect(problem.message).toMatch(/20240131\/like\.csv arrived damaged/);
  });

  test('transfers 80 MB up and down with only some of it in memory', async () => {
    const { folder } = s3Place();
    const { signal } = new AbortController();
    const sent = createHash('sha256');
    const before = bufferedNow();
    let produced = 0;
    let ahead = 0;
    let buffered = 0;
    function* text() {
      while (produced < 80_000_000) {
        const piece = `${randomBytes(5000).toString('hex')}\n`;
        sent.update(piece);
        produced += piece.length;
        ahead = Math.max(ahead, produced - line.sent);
        if (produced % 5_000_000 < piece.length) buffered = Math.max(buffered, bufferedNow() - before);
        yield piece;
      }
    }
    await writeWhole(`${folder}/scores.csv`, text(), { s3: through, signal });
    expect(ahead).toBeLessThan(20_000_000);
    expect(buffered).toBeLessThan(50_000_000);

    const listed = await openFolder(folder, through);
    const start = line.received;
    const received = createHash('sha256');
    let read = 0;
    ahead = 0;
    for await (const chunk of await listed.open('scores.csv')) {
      received.update(chunk as Buffer);
      read += (chunk as Buffer).length;
      // A consumer that is slower than the line.
      if (read % 5_000_000 < (chunk as Buffer).length) await new Promise((resolve) => setTimeout(resolve, 50));
      ahead = Math.max(ahead, line.received - start - read);
    }
    expect(read).toBe(produced);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    expect(ahead).toBeLessThan(20_000_000);
  });
});

/** Bytes of buffers that something still holds. */
function bufferedNow(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}
