import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import neo4j from 'neo4j-driver';
import type { Settings } from '../../src/config/settings.ts';
import { BadInputError } from '../../src/errors.ts';
import { runPart } from '../../src/jobs/by-hand.ts';
import type { RunOptions } from '../../src/jobs/run-options.ts';
import { planRun } from '../../src/jobs/run-options.ts';
import type { ReputationSummary } from '../../src/jobs/run-summary.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { writeModel } from '../../src/scoring/reputation/model-folder.ts';
import { bullishModel } from '../harness/hand-made-model.ts';
import { TestNetwork } from '../harness/network.ts';
import { S3Server } from '../harness/s3-server.ts';

let network: TestNetwork;
let model: string;
beforeAll(async () => {
  // Only messages arrive in the second week.
  network = await TestNetwork.open({ KITH_STALE_AFTER_DAYS: '30' });
  model = join(network.folder('model'));
  await writeModel(model, bullishModel(), 1, {});
});
beforeEach(() => network.reset());
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

interface Written {
  id: number | bigint;
  user_id: number;
  body: string;
  created_at: string;
}

const message = (id: number | bigint, user_id: number, created_at: string, body: string): Written => ({
  id,
  user_id,
  body,
  created_at,
});

/**
 * User 10 is close to 20, who is close to 1, 2, 3 and 4; what they write decides who of them is recommended to 10.
 * The weeks of June 2024 begin on the 3rd, 10th and 17th.
 */
const activities = ['10,20', '20,1', '20,2', '20,3', '20,4'].map(
  (pair, i) => `${pair},${100 + i},2024-06-18 00:00:00,like\n`,
);
const written: Written[] = [
  message(1n, 1, '2024-06-03T00:00:00Z', 'Bullish!'),
  message(2n, 1, '2024-06-10T00:00:00Z', 'the bears'),
  message(3n, 1, '2024-06-16T23:59:59Z', 'and now bullish'),
  message(4n, 1, '2024-06-17T00:00:00Z', '@bullish the'),
  message(9007199254740993n, 2, '2024-06-04T00:00:00Z', 'bullish'),
  message(9007199254740995n, 2, '2024-06-11T00:00:00Z', 'bear'),
  message(5n, 3, '2024-06-04T00:00:00Z', 'bullishness'),
  message(6n, 3, '2024-06-20T00:00:00Z', 'bullish, but after as-of'),
  message(7n, 99, '2024-06-04T00:00:00Z', 'bullish, but not in the graph'),
];
const expected = 'user_id,pred\n1,0.6666666666666666\n2,0.5\n3,0\n99,1\n';

async function day(date: string, messages: readonly (Written | string)[], likes: readonly string[] = activities) {
  const folder = network.folder(date);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'like.csv'), likes.join(''));
  const lines = messages.map((each) =>
    typeof each === 'string' ? each : JSON.stringify({ ...each, id: 0 }).replace('"id":0', `"id":${each.id}`),
  );
  if (lines.length > 0) await writeFile(join(folder, 'messages.jsonl'), `${lines.join('\n')}\n`);
  return folder;
}

async function run(options: RunOptions & { settings?: Partial<Settings> }) {
  const { run, summary } = await network.run(options);
  const { recommendations } = await network.tables();
  const csv = await readFile(join(network.settings.home, 'runs', run.id, 'reputation_score.csv'), 'utf8').catch(
    () => undefined,
  );
  return { summary, csv, reputation: summary.reputation as ReputationSummary, recommendations };
}

async function preds(): Promise<Record<string, number>> {
  const { uri, username, password } = network.stack.neo4j;
  await using driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { disableLosslessIntegers: true });
  const { records } = await driver.executeQuery(
    'MATCH (u:User) WHERE u.reputation IS NOT NULL RETURN u.userId AS id, u.reputation AS pred ORDER BY id',
  );
  return Object.fromEntries(records.map((record) => [record.get('id'), record.get('pred')]));
}

describe('a run with a model', () => {
  test('recommends those whose share of good weeks is high enough, and leaves the list of scores', async () => {
    const { summary, csv, reputation, recommendations } = await run({ input: await day('20240619', written), model });
    expect(csv).toBe(expected);
    expect(reputation).toMatchObject({ scored: 3, model: { folder: model, weeks: 7, scored: 7 } });
    expect(await preds()).toEqual({ 1: 2 / 3, 2: 0.5, 3: 0 });
    expect(recommendations).toEqual(['10,1', '10,2']);
    expect(summary.messages).toBe(9);
    expect(summary.files?.at(-1)).toMatchObject({ file: 'messages.jsonl', lines: 9, parsed: 9, rejected: 0 });
  });

  test('counts all weeks ever ingested, and scores only what is new', async () => {
    await run({ input: await day('20240619', written), model });
    const next = await run({
      input: await day('20240627', [message(8n, 3, '2024-06-24T00:00:00Z', 'bullish'), written[0] as Written]),
      model,
    });
    // Of user 3 the week of the 17th counts by now, and that of the 24th is new.
    expect(next.csv).toBe('user_id,pred\n1,0.6666666666666666\n2,0.5\n3,0.6666666666666666\n99,1\n');
    expect(next.reputation.model).toMatchObject({ weeks: 9, scored: 2 });
    expect(next.summary.messages).toBe(1);
    expect(next.recommendations).toEqual(['10,1', '10,2', '10,3']);
    const again = await run({ input: await day('20240619', []), model, allow: 'earlier' });
    expect(again.csv).toBe(expected);
    expect(again.reputation.model?.scored).toBe(0);
  });

  test('gives the same result in whatever order and number of folders messages arrive', async () => {
    await run({ input: await day('20240618', written.slice(4).toReversed()), model });
    await run({ input: await day('20240618', []), reputation: false });
    const { csv } = await run({ input: await day('20240619', written.slice(0, 5)), model });
    expect(csv).toBe(expected);
  });

  test('called alone, recommend scores too', async () => {
    const { settings } = network;
    const signal = new AbortController().signal;
    const input = await day('20240619', written);
    for (const [name, options] of [
      ['ingest', { input }],
      ['closest', { input }],
      ['recommend', { model }],
      ['publish', {}],
    ] as const)
      await runPart(name, await planRun(settings, options), silent, signal);
    expect((await network.tables()).recommendations).toEqual(['10,1', '10,2']);
  });

  test('has its messages and scores removed by a reset', async () => {
    await run({ input: await day('20240619', written), model });
    await network.reset();
    expect((await readdir(network.settings.home)).filter((name) => name.startsWith('messages'))).toEqual([]);
    const { csv, recommendations } = await run({ input: await day('20240619', []), model });
    expect(csv).toBe('user_id,pred\n');
    expect(recommendations).toEqual([]);
  });
});

describe('a day on S3', () => {
  test('is read from there, and gets its list of scores next to its files', async () => {
    await using server = await S3Server.start();
    const { endpoint, region, keys } = server.settings;
    const client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId: keys?.accessKey ?? '', secretAccessKey: keys?.secretKey ?? '' },
    });
    await client.send(new CreateBucketCommand({ Bucket: 'kith' }));
    const local = await day('20240619', written);
    const Key = (file: string) => `graph_data/20240619/${file}`;
    for (const file of await readdir(local))
      await client.send(
        new PutObjectCommand({ Bucket: 'kith', Key: Key(file), Body: await readFile(join(local, file)) }),
      );
    const input = 's3://kith/graph_data/20240619';
    const { recommendations, reputation } = await run({ input, model, settings: { s3: server.settings } });
    expect(recommendations).toEqual(['10,1', '10,2']);
    expect(reputation.list).toBe(`${input}/reputation_score.csv`);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'kith', Key: Key('reputation_score.csv') }));
    expect(await Body?.transformToString()).toBe(expected);
    // The list lies among the inputs of the next run, which it is none of.
    const again = await run({ input: `${input}/`, model, settings: { s3: server.settings } });
    expect(again.reputation.list).toBe(reputation.list);
    client.destroy();
  });
});

describe('exactly one list of scores', () => {
  const everybody = ['10,1', '10,2', '10,3', '10,4'];
  const withModel = () => ({
    reputation: { ...network.settings.reputation, model },
  });

  test('comes from KITH_MODEL if nothing else is said', async () => {
    const { recommendations } = await run({ input: await day('20240619', written), settings: withModel() });
    expect(recommendations).toEqual(['10,1', '10,2']);
  });

  test('is a CSV rather than KITH_MODEL', async () => {
    const csv = join(network.folder('scores.csv'));
    await writeFile(csv, 'user_id,pred\n4,1\n');
    const input = await day('20240619', written);
    const { recommendations, reputation } = await run({ input, reputation: csv, settings: withModel() });
    expect(recommendations).toEqual(['10,4']);
    expect(reputation).toEqual({ list: csv, scored: 1 });
  });

  test('is none with --no-reputation, and none by default, even if a model exists', async () => {
    await writeModel(join(network.settings.home, 'model'), bullishModel(), 1, {});
    const input = await day('20240619', written);
    const forced = await run({ input, reputation: false, settings: withModel() });
    expect(forced.recommendations).toEqual(everybody);
    const unsaid = await run({ input });
    expect(unsaid.recommendations).toEqual(everybody);
    expect(unsaid.summary.reputation).toBe('none');
    expect(await preds()).toEqual({});
  });

  test.each([false, 'scores.csv'] as const)('is not two: --model contradicts reputation %s', async (reputation) => {
    const planned = planRun(network.settings, { input: await day('20240619', written), model, reputation });
    await expect(planned).rejects.toThrow(BadInputError);
    await expect(planned).rejects.toThrow('contradict each other');
  });

  test('with a missing model is refused before anything starts', async () => {
    const planned = planRun(network.settings, { input: await day('20240619', written), model: '/nowhere' });
    await expect(planned).rejects.toThrow('/nowhere holds no model.json of a model');
  });
});

describe('bad messages', () => {
  const bad = ['{"id": 1', '{"id": 1, "user_id": -1, "body": "x", "created_at": "2024-06-01T00:00:00Z"}'];

  test('are put aside with file, line and reason', async () => {
    const lenient = { maxRejectedPercent: 20 };
    const input = await day('20240619', [...written.slice(0, 4), ...bad, ...written.slice(4)]);
    const { csv, summary } = await run({ input, model, settings: lenient });
    expect(csv).toBe(expected);
    expect(summary.files?.at(-1)).toEqual({
      file: 'messages.jsonl',
      lines: 11,
      parsed: 9,
      rejected: 2,
      selfDropped: 0,
    });
    const rejects = (await readFile(summary.rejects as string, 'utf8')).split('\n');
    expect(rejects.slice(0, 3)).toEqual([
      'file,line,reason,text',
      'messages.jsonl,5,no JSON object,"{""id"": 1"',
      expect.stringContaining('messages.jsonl,6,user_id is not a whole number,'),
    ]);
  });

  test('that are too numerous stop the run before its activities or messages are used', async () => {
    await run({ input: await day('20240619', written), model });
    const before = await network.tables();
    const input = await day(
      '20240620',
      [...bad, message(50n, 4, '2024-06-03T00:00:00Z', 'bullish')],
      ['10,30,900,2024-06-18 00:00:00,like\n'],
    );
    await expect(run({ input, model })).rejects.toThrow(
      /messages\.jsonl has 2 bad rows in 3 lines.*the first is line 1: no JSON object/,
    );
    expect(await network.tables()).toEqual(before);
    const after = await run({ input: await day('20240619', []), model });
    expect(after.csv).toBe(expected);
    expect(after.summary.graph).toEqual({ users: 6, activities: 5 });
  });
});
