import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { generate } from '../../src/generate/generate.ts';
import { writeModel } from '../../src/scoring/reputation/model-folder.ts';
import { type EndedCommand, kith as kithIn, RunningCommand } from '../harness/command-line.ts';
import { bullishModel, slowModel } from '../harness/hand-made-model.ts';
import { S3Server } from '../harness/s3-server.ts';

/** No engine is needed here: a home of its own, with nothing in it. */
let home: string;
let days: string;
let bullish: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'kith-reputation-'));
  days = join(home, '20240601');
  bullish = join(home, 'bullish');
  await generate({ users: 2000, activities: 100, messages: 6000, seed: 3, goodPercent: 6, out: days });
  await writeModel(bullish, bullishModel(), 1, {});
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const kith = (...args: string[]): Promise<EndedCommand> => kithIn(['reputation', ...args], { KITH_HOME: home });

function rowsOf(file: string): string[][] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}

describe('kith reputation train', () => {
  test('shows its progress and how good the model is, writes its folder, and gives the same model twice', async () => {
    const models = [join(home, 'models', 'a'), join(home, 'models', 'b')];
    for (const model of models) {
      const { code, stdout, stderr } = await kith('train', '--input', days, '--model', model, '--seed', '4');
      expect(stderr).toMatch(/messages +6,000 lines, 6,000 parsed, 0 rejected/);
      expect(stderr).toMatch(/test +\d+ users, \d+ of them good, \d+ user-weeks/);
      expect(stderr).toMatch(/round 1, epoch [\d.]+: loss 0\.\d+, validation loss 0\.\d+, validation AUC [01]\.\d+/);
      expect(stdout).toMatch(/AUC by user +0\.[89]\d+/);
      expect(code).toBe(0);
    }
    const [a, b] = models.map((model) =>
      readdirSync(model)
        .filter((name) => name !== 'model-card.md')
        .map((name) => [name, readFileSync(join(model, name), 'base64')]),
    );
    expect(a).toEqual(b);
    expect(readFileSync(join(models[0] as string, 'model-card.md'), 'utf8')).toContain(
      'messages up to 2024-06-01T00:00:00Z',
    );
    const left = readdirSync(join(home, 'reputation'), { recursive: true }).map(String);
    expect(left.filter((name) => !name.includes('/'))).toHaveLength(1);
    expect(left.filter((name) => name.includes('/'))).toEqual([expect.stringMatching(/\/rejects\.csv$/)]);
  });

  test('without labels or messages, or with a wrong option, says what is wrong', async () => {
    const empty = mkdtempSync(join(home, 'empty-'));
    const unlabelled = mkdtempSync(join(home, 'unlabelled-'));
    writeFileSync(
      join(unlabelled, 'messages.jsonl'),
      '{"id":1,"user_id":1,"body":"x","created_at":"2024-01-01T00:00:00Z"}\n',
    );
    const model = join(home, 'models', 'none');
    const results = [
      await kith('train', '--input', empty, '--model', model),
      await kith('train', '--input', unlabelled, '--model', model),
      await kith('train', '--input', days, '--model', model, '--seed', '-1'),
      await kith('train', '--input', days, '--model', home),
      await kith('train', '--input', days, '--model', model, '--as-of', 'noon'),
      await kith('train', '--input', days),
    ];
    expect(results.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2]);
    const said = results.map(({ stderr }) => stderr);
    expect(said[0]).toContain('has no messages.jsonl (plain or .gz)');
    expect(said[1]).toContain('there are 0 good ones');
    expect(said[2]).toContain('--seed should be a whole number');
    expect(said[3]).toContain('which is not part of a Kith model');
    expect(said[4]).toContain('--as-of should be a time');
    expect(said[5]).toContain("required option '--model <dir>'");
    expect(existsSync(model)).toBe(false);
  });
});

describe('kith reputation score', () => {
  test('writes the share of good weeks of each user, and the probability of each week', async () => {
    const [out, weeks] = [join(home, 'scores.csv'), join(home, 'weeks.csv')];
    const { code, stdout } = await kith('score', '--input', days, '--model', bullish, '--out', out, '--weeks', weeks);
    expect(stdout).toMatch(/^[\d,]+ users scored by [\d,]+ user-weeks in [\d.]+ s: /);
    expect(code).toBe(0);
    const [header, ...users] = rowsOf(out);
    expect(header).toEqual(['user_id', 'pred']);
    const [weekHeader, ...rows] = rowsOf(weeks);
    expect(weekHeader).toEqual(['user_id', 'week', 'probability']);
    const shares = new Map<string, [good: number, all: number]>();
    for (const [user, week, probability] of rows as [string, string, string][]) {
      expect(week).toMatch(/^2024-W\d\d$/);
      expect(['0.993307', '0.006693']).toContain(probability);
      const [good, all] = shares.get(user) ?? [0, 0];
      shares.set(user, [good + Number(Number(probability) >= 0.5), all + 1]);
    }
    expect(users).toEqual([...shares].map(([user, [good, all]]) => [user, String(good / all)]));
  });

  test('takes messages up to as-of, by default the date of the folder', async () => {
    const folder = mkdtempSync(join(home, 'late-'));
    const line = (id: number, at: string) =>
      JSON.stringify({ id, user_id: id, body: 'bullish', created_at: at, recommended: 1 });
    writeFileSync(
      join(folder, 'messages.jsonl'),
      `${line(1, '2024-05-31T23:59:59Z')}\n${line(2, '2024-06-01T00:00:00Z')}\n${line(3, '2024-06-01T00:00:01Z')}\n`,
    );
    const out = join(home, 'late.csv');
    await kith('score', '--input', folder, '--model', bullish, '--out', out);
    expect(rowsOf(out).slice(1)).toEqual([
      ['1', '1'],
      ['2', '1'],
      ['3', '1'],
    ]);
    await kith('score', '--input', folder, '--model', bullish, '--out', out, '--as-of', '2024-06-01');
    expect(rowsOf(out).slice(1)).toEqual([
      ['1', '1'],
      ['2', '1'],
    ]);
  });

  test('takes the model of KITH_MODEL, and writes to S3', async () => {
    await using server = await S3Server.start();
    const { endpoint = '', keys } = server.settings;
    const credentials = { accessKeyId: keys?.accessKey ?? '', secretAccessKey: keys?.secretKey ?? '' };
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
    await client.send(new CreateBucketCommand({ Bucket: 'kith' }));
    const env = {
      KITH_HOME: home,
      KITH_MODEL: bullish,
      KITH_S3_ENDPOINT: endpoint,
      KITH_S3_ACCESS_KEY: credentials.accessKeyId,
      KITH_S3_SECRET_KEY: credentials.secretAccessKey,
    };
    const out = join(home, 'beside.csv');
    expect((await kith('score', '--input', days, '--model', bullish, '--out', out)).code).toBe(0);
    const args = ['reputation', 'score', '--input', days, '--out', 's3://kith/scores.csv'];
    expect(await kithIn(args, env)).toMatchObject({ code: 0 });
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'kith', Key: 'scores.csv' }));
    expect(await Body?.transformToString()).toBe(readFileSync(out, 'utf8'));
    client.destroy();
  });

  test('leaves an earlier file as it was when it fails', async () => {
    const out = join(home, 'kept.csv');
    writeFileSync(out, 'as it was');
    const folder = mkdtempSync(join(home, 'bad-'));
    writeFileSync(join(folder, 'messages.jsonl'), 'no JSON\n');
    const failed = [
      await kith('score', '--input', folder, '--model', bullish, '--out', out),
      await kith('score', '--input', days, '--model', join(home, 'nowhere'), '--out', out),
      await kith('score', '--input', days, '--out', out),
    ];
    expect(failed.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(failed[0]?.stderr).toMatch(/messages\.jsonl has 1 bad row in 1 line.*the first is line 1: no JSON object/s);
    expect(failed[1]?.stderr).toContain('holds no model.json of a model');
    expect(failed[2]?.stderr).toContain("Give a model's folder: --model DIR, or KITH_MODEL.");
    expect(readFileSync(out, 'utf8')).toBe('as it was');
  });
});

describe('problems are reported before the work begins', () => {
  test.each<[string, () => string[], string]>([
    ['a folder as --out', () => ['--out', home], 'is a folder; give the path of a file'],
    ['a device as --out', () => ['--out', '/dev/full'], 'is a device, not a file'],
    ['a folder as --weeks', () => ['--out', join(home, 'x.csv'), '--weeks', home], 'is a folder'],
    ['a path under a file', () => ['--out', join(days, 'like.csv', 'x.csv')], 'part of its path is a file'],
    ['a bucket as --out', () => ['--out', 's3://bucket'], 'is a bucket; give the path of a file in it'],
    [
      'one file for both',
      () => ['--out', join(home, 'x.csv'), '--weeks', join(home, '.', 'x.csv')],
      'are the same file',
    ],
    [
      'an as-of before all messages',
      () => ['--out', join(home, 'x.csv'), '--as-of', '2000-01-01'],
      'is later than 2000-01-01',
    ],
  ])('%s', async (_, options, sentence) => {
    const { code, stderr } = await kith('score', '--input', days, '--model', bullish, ...options());
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
    expect(existsSync(join(home, 'x.csv'))).toBe(false);
  });

  test('folders that can not be made, as under /proc', async () => {
    const { code, stderr } = await kith('score', '--input', days, '--model', bullish, '--out', '/proc/x/y.csv');
    expect(stderr).toContain('/proc/x/y.csv');
    expect([2, 4]).toContain(code);
  });
});

test.each([
  ['SIGINT', 'train'],
  ['SIGINT', 'score'],
  ['SIGTERM', 'score'],
] as const)('%s ends %s with 130 and leaves nothing', async (signal, command) => {
  const own = mkdtempSync(join(home, 'stopped-'));
  const slow = join(home, 'slow');
  await writeModel(slow, slowModel(), 1, {});
  const output = command === 'train' ? ['--model', join(own, 'model')] : ['--model', slow, '--out', join(own, 'x.csv')];
  const running = new RunningCommand(['reputation', command, '--input', days, ...output], { KITH_HOME: own });
  await running.says(command === 'train' ? 'round 1,' : 'messages  ');
  const { code } = await running.end(signal);
  expect(code).toBe(130);
  const left = readdirSync(own, { recursive: true }).map(String);
  expect(left.filter((name) => /duckdb|x\.csv|model/.test(name))).toEqual([]);
});

test('kith reputation and its commands have help with examples', async () => {
  const help = await Promise.all([['--help'], ['train', '--help'], ['score', '--help']].map((args) => kith(...args)));
  expect(help.map(({ code }) => code)).toEqual([0, 0, 0]);
  for (const { stdout } of help.slice(1)) expect(stdout).toContain('Examples:');
  expect(help[0]?.stdout).toContain('train');
});
