import { appendFileSync, existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { kith as kithWith, RunningCommand } from '../harness/command-line.ts';
import { heldInPostgres } from '../harness/held-locks.ts';
import type { TestNetwork } from '../harness/network.ts';
import { CommandLineNetwork, dense, dropped, expected, expectOneSentence, nothing } from './dense-day.ts';

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

describe('kith run', () => {
  test('prints the rows, the rejected lines, what each filter dropped, the checks and the seconds, and logs plain lines', async () => {
    const input = scene.written(dense);
    appendFileSync(join(input, 'like.csv'), '1,2,3,yesterday,like\n');
    const { code, stdout, stderr } = await kithWith(['run', '--input', input], {
      ...env,
      KITH_MAX_REJECTED_PERCENT: '100',
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(expected);
    for (const [table, rows] of [
      ['closest_connections', expected.closest],
      ['recommendations', expected.recommendations],
      ['rec_reasons', expected.reasons],
    ] as const)
      expect(stdout).toMatch(new RegExp(`${table} +${rows.length.toLocaleString('en')} rows`));
    const [, lines, parsed] = /like\.csv +([\d,]+) lines, ([\d,]+) parsed, 1 rejected/.exec(stdout) ?? [];
    expect(Number(lines?.replaceAll(',', '')) - 1).toBe(Number(parsed?.replaceAll(',', '')));
    const [, rejects] = /rejected lines: (.+)/.exec(stdout) ?? [];
    expect(existsSync(rejects ?? '')).toBe(true);
    const count = (value: number) => value.toLocaleString('en');
    expect(stdout).toContain(`suspended ${count(dropped.suspended)} activities`);
    expect(stdout).toContain(
      `self ${count(dropped.self)}, followed ${count(dropped.followed)}, reputation ${count(dropped.reputation)} candidates`,
    );
    expect(stdout).toContain('NOBODY WAS FILTERED BY REPUTATION');
    expect(stdout.match(/^ {4}passed /gm)?.length).toBeGreaterThanOrEqual(8);
    expect(stdout).toMatch(/skipped +row counts/);
    expect(stdout).toMatch(/seconds +ingest \d/);
    for (const step of ['ingest', 'closest', 'reputation', 'recommend', 'publish'])
      expect(stderr).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:]+Z ${step}: done in`, 'm'));
    expect(stdout + stderr).not.toContain('\u001b');
    expect(stderr).not.toMatch(/warning/i);
  });

  test('is refused while another run is in progress, and the other one succeeds', async () => {
    const input = scene.written(dense);
    const reader = await heldInPostgres(network.stack, 'SELECT FROM graph_recs.closest_connections LIMIT 1');
    const first = new RunningCommand(['run', '--input', input], env);
    try {
      await first.says('publish: begins');
      for (const args of [['run', '--input', input], ['ingest', '--input', input], ['publish'], ['reset', '--yes']]) {
        const second = await scene.kith(...args);
        expect(second).toMatchObject({ code: 5, stdout: '' });
        expectOneSentence(second);
      }
    } finally {
      await reader[Symbol.asyncDispose]();
    }
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(await network.tables()).toEqual(expected);
  });
});

test("a run's times come from Postgres' clock, not from that of the process that began it", async () => {
  await network.reset();
  const input = scene.written(dense);
  const ahead = `--import=${join(projectRoot, 'test', 'harness', 'ten-minutes-ahead.mjs')}`;
  // Without engines of its own it has nothing to do with the clock of files.
  const { neo4j, postgres } = JSON.parse((await scene.kith('status', '--json')).stdout);
  const elsewhere = {
    KITH_HOME: join(mkdtempSync(join(network.settings.home, 'ahead-')), 'home'),
    KITH_NEO4J_URI: neo4j.uri,
    KITH_NEO4J_PASSWORD: neo4j.password,
    KITH_POSTGRES_URL: postgres.url,
    NODE_OPTIONS: ahead,
  };
  expect(await kithWith(['run', '--input', input], elsewhere)).toMatchObject({ code: 0 });
  expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
  expect(await scene.kith('check')).toMatchObject({ code: 0 });
  const { rows } = await network.pool.query<{ started: number }>(
    'SELECT extract(epoch FROM now() - started_at)::integer AS started FROM kith.runs ORDER BY finished_at',
  );
  const [first, second] = rows.map(({ started }) => started);
  expect(first).toBeGreaterThanOrEqual(second as number);
  expect(second).toBeGreaterThanOrEqual(0);
});

describe('kith reset', () => {
  test('does nothing without --yes, and empties everything with it', async () => {
    await network.run({ input: scene.written(dense) });
    const refused = await scene.kith('reset');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expectOneSentence(refused);
    expect(await network.tables()).toEqual(expected);
    const { code, stdout } = await scene.kith('reset', '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Emptied: 130 users and [\d,]+ activities/);
    expect(await network.tables()).toEqual(nothing);
    expect(existsSync(join(network.settings.home, 'runs'))).toBe(false);
    expect((await scene.kith('reset', '--yes')).stdout).toMatch(/^Emptied: 0 users and 0 activities/);
    expect(await scene.kith('recommend')).toMatchObject({ code: 2 });
  });
});
