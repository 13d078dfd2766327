import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kith as kithWith } from '../harness/command-line.ts';
import type { TestNetwork } from '../harness/network.ts';
import type { Activity } from '../oracle/network.ts';
import { writeFolder } from '../oracle/write-folder.ts';
import { CommandLineNetwork, day, dense, expected, expectOneSentence, nothing, options } from './dense-day.ts';

let scene: CommandLineNetwork;
let network: TestNetwork;
let env: Record<string, string>;
beforeAll(async () => {
  scene = await CommandLineNetwork.open();
  ({ network, env } = scene);
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

describe('the steps one by one', () => {
  test('give the same result as one run, and are refused out of order', async () => {
    await network.reset();
    const input = scene.written(dense);
    const early = await scene.kith('recommend');
    expect(early).toMatchObject({ code: 2 });
    expectOneSentence(early);
    const unchecked = await scene.kith('check');
    expect(unchecked).toMatchObject({ code: 2 });
    expectOneSentence(unchecked);

    expect(await scene.kith('ingest', '--input', input)).toMatchObject({ code: 0 });
    expect(await scene.kith('publish')).toMatchObject({ code: 2 });
    const asOf = new Date(options.asOf * 1000).toISOString();
    expect(await scene.kith('closest', '--as-of', asOf)).toMatchObject({ code: 0 });
    const tooEarly = await scene.kith('publish');
    expect(tooEarly).toMatchObject({ code: 2 });
    expectOneSentence(tooEarly);
    expect(tooEarly.stderr).toContain('kith recommend');
    expect(await scene.kith('recommend', '--as-of', '2001-01-01')).toMatchObject({ code: 2 });
    expect(await scene.kith('recommend', '--window-days', '7')).toMatchObject({ code: 2 });
    expect(await network.tables()).toEqual(nothing);
    expect(await scene.kith('recommend')).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(nothing);
    expect(await scene.kith('publish')).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(expected);
    const checked = await scene.kith('check');
    expect(checked).toMatchObject({ code: 0 });
    expect(checked.stdout).not.toContain('failed');

    // Publishing it again changes nothing, and neither does publishing something else.
    expect(await scene.kith('publish')).toMatchObject({ code: 0 });
    expect(await scene.kith('publish', '--as-of', '2001-01-01')).toMatchObject({ code: 2 });
    expect(await scene.kith('publish', '--min-reputation', '0.9')).toMatchObject({ code: 2 });
    expect(await network.tables()).toEqual(expected);

    // What is shown is a run that is over: recommending again from the same connections is a run of its own.
    const starts = 'SELECT DISTINCT updated_at FROM graph_recs.rec_reasons';
    const before = (await network.pool.query(starts)).rows[0].updated_at;
    expect(await scene.kith('recommend')).toMatchObject({ code: 0 });
    expect(await scene.kith('publish', '--as-of', asOf)).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(expected);
    expect((await network.pool.query(starts)).rows[0].updated_at.getTime()).toBeGreaterThan(before.getTime());
    const runs = JSON.parse((await scene.kith('runs', '--json')).stdout) as {
      status: string;
      steps: { name: string }[];
    }[];
    const whole = ['closest', 'reputation', 'recommend', 'publish'];
    expect(runs.toReversed().map(({ status, steps }) => [status, steps.map(({ name }) => name)])).toEqual([
      ['done', ['ingest']],
      ['published', whole],
      ['published', whole],
    ]);
  });

  test('go on with a run that failed, and do no more than they say', async () => {
    await network.reset();
    const input = scene.written(dense);
    expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
    const newcomer: Activity = { type: 'like', user: 7_000, engaged: 5, message: 7n, at: options.asOf + 5 };
    const more = scene.written({ activities: [newcomer], suspended: new Map() }, options.asOf + day);
    const strict = { ...env, KITH_MAX_ROW_CHANGE_PERCENT: '0' };
    const failing = await kithWith(['run', '--input', more], strict);
    expect(failing).toMatchObject({ code: 3, stderr: expect.stringContaining('row counts') });
    const before = await network.tables();
    expect(await kithWith(['publish'], strict)).toMatchObject({ code: 3 });
    const recommended = await kithWith(['recommend'], strict);
    expect(recommended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Run .*: done$/m) });
    expect(recommended.stdout).not.toMatch(/ {2}(tables|checks)$/m);
    expect(await network.tables()).toEqual(before);
    expect(await scene.kith('publish')).toMatchObject({ code: 0 });
    expect(await network.tables()).not.toEqual(before);
    const runs = JSON.parse((await scene.kith('runs', '--json')).stdout) as { status: string }[];
    expect(runs.map(({ status }) => status)).toEqual(['published', 'published']);
  });

  test('kith check exits with 3 and names the check when a row is wrong', async () => {
    await network.pool.query('UPDATE graph_recs.recommendations SET score = score + 1 WHERE rank = 1');
    const checked = await scene.kith('check');
    expect(checked).toMatchObject({ code: 3 });
    expect(checked.stdout).toMatch(/failed +sums/);
    expectOneSentence(checked);
  });
});

test('kith check does not judge the published rows by flags and follows that were ingested later', async () => {
  await network.reset();
  const input = scene.written(dense);
  expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
  expect((await scene.kith('check')).stdout).not.toContain('skipped  no ');
  const [first] = expected.recommendations;
  const [user, rec] = (first ?? '').split(',');
  const later = network.folder('20240101');
  writeFolder(
    {
      activities: [{ type: 'follow', user: Number(user), engaged: Number(rec), message: null, at: options.asOf - day }],
      suspended: new Map([[Number(rec), true]]),
    },
    later,
  );
  expect(await scene.kith('ingest', '--input', later, '--as-of', '2030-01-01')).toMatchObject({ code: 0 });
  const checked = await scene.kith('check');
  expect(checked).toMatchObject({ code: 0 });
  for (const name of ['no followed', 'no suspended'])
    expect(checked.stdout).toMatch(new RegExp(`skipped +${name} .*can't be judged, since run \\d{8}-`));
  // The graph has it now, so the next run knows it, too.
  expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
  expect((await network.tables()).recommendations).not.toContain(first);
});

test('a folder that comes between two steps is in the tables of both or of neither: closest has to be computed again', async () => {
  await network.reset();
  const asOf = ['--as-of', new Date(options.asOf * 1000).toISOString()];
  expect(await scene.kith('ingest', '--input', scene.written(dense))).toMatchObject({ code: 0 });
  const [first] = expected.recommendations;
  const [user, rec] = (first ?? '').split(',');
  const late = (user_id: number) => {
    const folder = network.folder('20240101');
    writeFolder({ activities: [], suspended: new Map([[user_id, true]]) }, folder);
    appendFileSync(join(folder, 'mute.csv'), `${user},${rec},${new Date((options.asOf - day) * 1000).toISOString()}\n`);
    return folder;
  };
  const refused = async (part: string) => {
    const refusal = await scene.kith(part);
    expect(refusal).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^kith: Run \S+ has ingested a folder since closest connections were computed: /),
    });
    expect(refusal.stderr).toContain(`call \`kith closest\` again before \`kith ${part}\``);
    expectOneSentence(refusal);
  };
  expect(await scene.kith('closest', ...asOf)).toMatchObject({ code: 0 });
  expect(await scene.kith('ingest', '--input', late(8_888), '--as-of', '2030-01-01')).toMatchObject({ code: 0 });
  await refused('recommend');
  expect(await scene.kith('closest', ...asOf)).toMatchObject({ code: 0 });
  expect(await scene.kith('recommend')).toMatchObject({ code: 0 });
  const other = expected.closest.map((line) => Number(line.split(',')[1])).find((id) => id !== Number(rec)) as number;
  expect(await scene.kith('ingest', '--input', late(other), '--as-of', '2030-01-01')).toMatchObject({ code: 0 });
  await refused('publish');
  expect(await network.tables()).toEqual(nothing);
  for (const part of [['closest', ...asOf], ['recommend'], ['publish']])
    expect(await scene.kith(...part)).toMatchObject({ code: 0 });
  const { closest, recommendations } = await network.tables();
  expect(recommendations.length).toBeGreaterThan(0);
  const published = [...closest, ...recommendations].map((line) => line.split(',').slice(0, 2));
  expect(published.filter(([u, w]) => u === user && w === rec)).toEqual([]);
  expect(published.filter((pair) => pair.includes(String(other)))).toEqual([]);
});

test('lists that another list of scores was used with are not shown as those of the published run', async () => {
  await network.reset();
  const asOf = ['--as-of', new Date(options.asOf * 1000).toISOString()];
  const users = [...new Set(dense.activities.flatMap(({ user, engaged }) => [user, engaged]))];
  const listOf = (name: string, isGood: (user: number) => boolean) => {
    const path = network.folder(name);
    writeFileSync(path, `user_id,pred\n${users.map((user) => `${user},${isGood(user) ? 1 : 0}\n`).join('')}`);
    return path;
  };
  const even = listOf('even.csv', (user) => user % 2 === 0);
  const odd = listOf('odd.csv', (user) => user % 2 === 1);
  const again = listOf('again.csv', (user) => user % 2 === 0);
  const run = await scene.kith('run', '--input', scene.written(dense), '--reputation', even);
  expect(run).toMatchObject({ code: 0 });
  const { recommendations } = await network.tables();
  const user = (recommendations[0] ?? '').split(',')[0] as string;
  const published = recommendations.filter((line) => line.startsWith(`${user},`));
  interface Seen {
    fromTables?: string;
    recommendations: { userId: number }[];
  }
  const seen = async () => {
    const { fromTables, recommendations } = JSON.parse((await scene.kith('show', user, '--json')).stdout) as Seen;
    expect(recommendations.map(({ userId }) => `${user},${userId}`).sort()).toEqual(published);
    return fromTables;
  };
  expect(await seen()).toBeUndefined();

  expect(await scene.kith('closest', ...asOf, '--reputation', even)).toMatchObject({ code: 0 });
  const other = await scene.kith('recommend', '--reputation', odd);
  const id = /Run (\S+), as of/.exec(other.stdout)?.[1];
  expect(id).toBeDefined();
  expect(await seen()).toBe(`the graph has the scores of run ${id} now`);
  for (const asked of [
    ['show', user, '--why', '1'],
    ['preview', user],
  ]) {
    const refused = await scene.kith(...asked);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`the graph has the scores of run ${id} now`),
    });
    expectOneSentence(refused);
  }
  // Equal scores of another file are as good.
  expect(await scene.kith('recommend', '--reputation', again)).toMatchObject({ code: 0 });
  expect(await seen()).toBeUndefined();
  expect(await scene.kith('preview', user)).toMatchObject({ code: 0 });
});
