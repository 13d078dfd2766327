import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BadInputError, InterruptedError } from '../../src/errors.ts';
import { readReputationList } from '../../src/scoring/reputation/reputation-list.ts';
import { UserScores } from '../../src/scoring/reputation/user-scores.ts';
import { inputLimits } from '../harness/input-limits.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-scores-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(content: string | Buffer, name = 'scores.csv', signal?: AbortSignal) {
  const path = join(folder, name);
  await writeFile(path, content);
  return [...(await readReputationList(path, { limits: inputLimits, signal }))];
}

describe('a list of scores', () => {
  test('has a pred in [0, 1] for each user, as exact as it is written', async () => {
    expect(await read('user_id,pred\n7,0.5\n0,0\n2147483647,1\n3,0.499999\n4,1e-6\n')).toEqual([
      [7, 0.5],
      [0, 0],
      [2_147_483_647, 1],
      [3, 0.499999],
      [4, 0.000001],
    ]);
  });

  test('may come with a byte order mark, CRLF, quotes, gzip, and without a last newline', async () => {
    expect(await read('\uFEFFuser_id,pred\r\n"7","0.5"\r\n8,.25')).toEqual([
      [7, 0.5],
      [8, 0.25],
    ]);
    expect(await read(gzipSync('user_id,pred\n7,0.5\n'), 'scores.csv.gz')).toEqual([[7, 0.5]]);
  });

  test('may name nobody', async () => {
    expect(await read('user_id,pred\n')).toEqual([]);
  });

  test.each([
    ['', /scores\.csv is empty/],
    ['7,0.5\n', /scores\.csv:1: the first line should be the header user_id,pred/],
    ['user_id,pred,week\n', /scores\.csv:1: .*header/],
    ['user_id,pred\n7\n', /scores\.csv:2: 1 column/],
    ['user_id,pred\n7,0.5,x\n', /scores\.csv:2: 3 columns/],
    ['user_id,pred\n1,0.5\n-7,0.5\n', /scores\.csv:3: user_id/],
    ['user_id,pred\n7.0,0.5\n', /scores\.csv:2: user_id/],
    ['user_id,pred\n2147483648,0.5\n', /scores\.csv:2: user_id/],
    ['user_id,pred\n7,\n', /scores\.csv:2: pred/],
    ['user_id,pred\n7,-0.1\n', /scores\.csv:2: pred/],
    ['user_id,pred\n7,1.000001\n', /scores\.csv:2: pred/],
    ['user_id,pred\n7,NaN\n', /scores\.csv:2: pred/],
    ['user_id,pred\n7,1e999\n', /scores\.csv:2: pred/],
    ['user_id,pred\n7,0.5\n\n8,2\n', /scores\.csv:4: pred/],
    ['user_id,pred\n7,0.5\n07,0.5\n', /scores\.csv:3: user 07 already has a score/],
    ['user_id,pred\n7,"0.5\n', /scores\.csv:\d+ can't be read/],
  ])('%j is refused, with its line', async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
    await expect(read(content)).rejects.toThrow(BadInputError);
  });

  test('that is cut off, missing or a folder is refused', async () => {
    const whole = gzipSync('user_id,pred\n7,0.5\n');
    await expect(read(whole.subarray(0, 20), 'cut.csv.gz')).rejects.toThrow(/cut\.csv\.gz.* can't be read/);
    await expect(readReputationList(join(folder, 'none.csv'), { limits: inputLimits })).rejects.toThrow(
      /none\.csv: there is no such file/,
    );
    await expect(readReputationList(folder, { limits: inputLimits })).rejects.toThrow(BadInputError);
  });

  test('that unpacks to more than the limits, or is no plain file, is refused', async () => {
    await writeFile(join(folder, 'bomb.csv.gz'), gzipSync(`user_id,pred\n${'\n'.repeat(1_000_000)}`));
    const read = readReputationList(join(folder, 'bomb.csv.gz'), {
      limits: { maxUnpackedBytes: 1_000_000, maxUnpackedRatio: 1 },
    });
    await expect(read).rejects.toThrow(/bomb\.csv\.gz has [\d,]+ bytes and unpacks to more than 1,000,000 /);
    await expect(read).rejects.toThrow(BadInputError);
    await expect(readReputationList('/dev/zero', { limits: inputLimits })).rejects.toThrow(/it is a device/);
  });

  test('is not a wrong one when reading it was stopped', async () => {
    await expect(read('user_id,pred\n', 'stopped.csv', AbortSignal.abort())).rejects.toThrow(InterruptedError);
  });
});

describe('scores of users', () => {
  test('are kept for more users than a Map can hold, each once and in order', () => {
    const scores = new UserScores();
    const users = 2 ** 24 + 1000;
    for (let i = 0; i < users; i++) if (!scores.add(i, i / users)) throw new Error(`user ${i} is not new`);
    expect(scores.size).toBe(users);
    expect(scores.add(2 ** 24 + 5, 1)).toBe(false);
    expect(scores.add(2 ** 31 - 1, 0.25)).toBe(true);
    expect([scores.has(0), scores.has(users - 1), scores.has(users), scores.has(2 ** 31 - 1)]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    let count = 0;
    let last: [number | bigint, number] = [-1, -1];
    for (const score of scores) {
      if (score[0] !== count && count < users) throw new Error(`${score[0]} instead of ${count}`);
      last = score;
      count++;
    }
    expect([count, last]).toEqual([users + 1, [2 ** 31 - 1, 0.25]]);
  });
});
