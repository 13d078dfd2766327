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
