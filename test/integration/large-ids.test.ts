import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { generate } from '../../src/generate/generate.ts';
import { withDatabase } from '../../src/jobs/with-database.ts';
import { writeModel } from '../../src/scoring/reputation/model-folder.ts';
import { type EndedCommand, kith as kithWith } from '../harness/command-line.ts';
import { bullishModel } from '../harness/hand-made-model.ts';
import { TestNetwork } from '../harness/network.ts';

let network: TestNetwork;
let model: string;
let input: string;
beforeAll(async () => {
  network = await TestNetwork.open({ KITH_USER_IDS: 'bigint' });
  model = network.folder('model');
  await writeModel(model, bullishModel(), 1, {});
  input = network.folder('20240619');
  mkdirSync(input);
  writeFileSync(join(input, 'like.csv'), likes);
  writeFileSync(join(input, 'messages.jsonl'), messages);
});
afterAll(async () => {
  if (!network) return;
  rmSync(join(network.settings.home, 'forgotten'), { force: true });
  await network.reset();
  // Other tests share the home.
  await withDatabase({ ...network.settings, userIds: 'int' }, undefined, async () => undefined);
  await network[Symbol.asyncDispose]();
});

const kith = (...args: string[]): Promise<EndedCommand> =>
  kithWith(args, { KITH_HOME: network.settings.home, KITH_USER_IDS: 'bigint' });

/** Neighbours are one number as doubles. */
const [me, near, unknown] = [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n];
const [one, two, three, four] = [4n, 3n, 2n, 1n].map((less) => 2n ** 63n - less) as [bigint, bigint, bigint, bigint];
const likes = [
  [me, near],
  ...[one, two, three, four].map((other) => [near, other]),
  // A circle, so that everybody is close to somebody.
  [four, me],
]
  .map(([user, engaged], i) => `${user},${engaged},${100 + i},2024-06-18 00:00:00,like\n`)
  .join('');
const messages = (
  [
    [one, '03', 'Bullish!'],
    [one, '10', 'the bears'],
    [two, '04', 'bullish'],
    [three, '04', 'bullishness'],
    [unknown, '04', 'bullish, but not in the graph'],
  ] as const
)
  .map(
    ([user, day, body], id) =>
      `{"id":${id},"user_id":${user},"body":"${body}","created_at":"2024-06-${day}T00:00:00Z"}\n`,
  )
  .join('');
const scores = `user_id,pred\n${unknown},1\n${one},0.5\n${two},1\n${three},0\n`;
const recommended = [`${me},${one}`, `${me},${two}`];

test('messages are scored, and a list of scores filters, for exactly the users they name', async () => {
  await network.reset();
  const out = join(network.settings.home, 'scores.csv');
  expect(await kith('reputation', 'score', '--input', input, '--model', model, '--out', out)).toMatchObject({
    code: 0,
  });
  expect(readFileSync(out, 'utf8')).toBe(scores);
  expect(await kith('run', '--input', input, '--model', model)).toMatchObject({ code: 0 });
  const byModel = await network.tables();
  expect(byModel.recommendations.filter((line) => line.startsWith(`${me},`))).toEqual(recommended);
  expect(await kith('run', '--input', input, '--reputation', out)).toMatchObject({ code: 0 });
  expect(await network.tables()).toEqual(byModel);
});

test('a model is trained as by the same messages of small ids', async () => {
  const small = join(mkdtempSync(join(network.settings.home, 'small-')), '20240601');
  await generate({ users: 300, activities: 100, messages: 1500, seed: 3, goodPercent: 20, out: small });
  const large = network.folder('20240601');
  mkdirSync(large);
  const lines = readFileSync(join(small, 'messages.jsonl'), 'utf8');
  writeFileSync(
    join(large, 'messages.jsonl'),
    lines.replace(/"user_id":(\d+)/g, (_, id: string) => `"user_id":${2n ** 62n + BigInt(id)}`),
  );
  const trained = [];
  for (const [i, folder] of [small, large].entries()) {
    const dir = join(network.settings.home, `trained-${i}`);
    const { code, stderr } = await kith('reputation', 'train', '--input', folder, '--model', dir);
    expect(code === 0 ? '' : stderr).toBe('');
    trained.push(
      readdirSync(dir)
        .filter((name) => name !== 'model-card.md')
        .map((name) => [name, readFileSync(join(dir, name), 'base64')]),
    );
  }
  expect(trained[1]).toEqual(trained[0]);
});

test('the graph is made again, and tables and scores are exported, with every id as it was', async () => {
  await network.reset();
  expect(await kith('run', '--input', input, '--model', model)).toMatchObject({ code: 0 });
  const before = await network.tables();
  expect(await kith('rebuild', '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('6 users') });
  expect(await kith('run', '--input', input, '--model', model)).toMatchObject({ code: 0 });
  expect(await network.tables()).toEqual(before);

  for (const format of ['csv', 'parquet']) {
    const out = join(network.settings.home, `exported-${format}`);
    expect(await kith('export', '--out', out, '--format', format)).toMatchObject({ code: 0 });
    const connection = await (await DuckDBInstance.create()).connect();
    const rowsOf = async (table: string, columns: string) =>
      (await (await connection.run(`SELECT ${columns} FROM '${out}/${table}.${format}' ORDER BY ALL`)).getRows()).map(
        String,
      );
    expect(await rowsOf('recommendations', 'user_id::BIGINT, rec_id::BIGINT')).toEqual(before.recommendations);
    expect(await rowsOf('scores', 'user_id::BIGINT, pred')).toEqual([`${one},0.5`, `${two},1`, `${three},0`]);
    connection.disconnectSync();
  }
});

test('forgetting one leaves the neighbours', async () => {
  await network.reset();
  expect(await kith('run', '--input', input, '--model', model)).toMatchObject({ code: 0 });
  expect(await kith('forget', String(two), '--yes')).toMatchObject({ code: 0 });
  const { rows } = await network.pool.query(
    `SELECT DISTINCT id::text FROM graph_recs.closest_connections, unnest(ARRAY[user_id, closest_connection]) AS id ORDER BY 1`,
  );
  expect(rows.map(({ id }) => BigInt(id))).toEqual([me, near, one, three, four]);
  expect(await kith('run', '--input', input, '--model', model, '--allow', 'shrink')).toMatchObject({ code: 0 });
  const { closest, recommendations } = await network.tables();
  expect([...closest, ...recommendations].filter((line) => line.includes(String(two)))).toEqual([]);
  expect(recommendations.filter((line) => line.startsWith(`${me},`))).toEqual([`${me},${one}`]);
});
