import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { writeModel } from '../../src/scoring/reputation/model-folder.ts';
import { kith } from '../harness/command-line.ts';
import { bullishModel } from '../harness/hand-made-model.ts';
import { TestNetwork } from '../harness/network.ts';
import { denseNetwork } from '../oracle/arbitrary-network.ts';
import { writeFolder, writeReputation } from '../oracle/write-folder.ts';

const { network: given, options } = denseNetwork(2);
const reputation = new Map(given.activities.map(({ user }) => [user, (user % 10) / 10]));

let network: TestNetwork;
let env: Record<string, string>;
let out: string;

beforeAll(async () => {
  network = await TestNetwork.open();
  env = { KITH_HOME: network.settings.home };
  out = mkdtempSync(join(tmpdir(), 'kith-export-'));
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

describe('kith export', () => {
  test('says that nothing is published, and leaves nothing behind and what is there alone', async () => {
    mkdirSync(join(out, 'none.partial', 'mine'), { recursive: true });
    const { code, stderr } = await kith(['export', '--out', join(out, 'none')], env);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing has been published') });
    expect(readdirSync(out, { recursive: true })).toEqual(['none.partial', join('none.partial', 'mine')]);
  });

  test.each(['parquet', 'csv'])('writes the tables and scores of one run as %s', async (format) => {
    await network.reset();
    const input = network.folder('20240601');
    await writeFolder(given, input);
    await writeReputation(reputation, `${input}.csv`);
    const { asOf, reputation: _, ...weighting } = options;
    const { run } = await network.run({
      input,
      reputation: `${input}.csv`,
      asOf: new Date(asOf * 1000).toISOString(),
      allow: 'stale',
      settings: { weighting },
    });
    const folder = join(out, format);
    // One is empty, and one is a link to an empty one.
    if (format === 'csv') mkdirSync(folder);
    else {
      mkdirSync(join(out, 'other disk'));
      symlinkSync(join(out, 'other disk'), folder);
    }
    const { code, stdout } = await kith(['export', '--out', folder, '--format', format], env);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(run.id) });
    const tables = ['closest_connections', 'rec_reasons', 'recommendations', 'scores'];
    expect(readdirSync(folder).sort()).toEqual(
      [...tables.map((name) => `${name}.${format}`), 'published_run.json'].sort(),
    );
    expect(readdirSync(out).filter((name) => name.includes('.partial'))).toEqual(['none.partial']);
    expect(readdirSync(join(out, 'none.partial'))).toEqual(['mine']);
    expect(JSON.parse(readFileSync(join(folder, 'published_run.json'), 'utf8'))).toMatchObject({
      run_id: run.id,
      filtered: true,
    });
    const db = await (await DuckDBInstance.create(':memory:')).connect();
    const lines = async (table: string, line: string) => {
      const found = await db.runAndReadAll(
        `SELECT concat_ws(',', ${line}) AS line FROM '${join(folder, `${table}.${format}`)}'`,
      );
      return found
        .getRows()
        .map(([text]) => String(text))
        .sort();
    };
    const weight = (column: string) => `CAST(${column} AS DECIMAL(38, 12))`;
    const published = await network.tables();
    expect(await lines('closest_connections', `user_id, closest_connection, ${weight('weight')}`)).toEqual(
      published.closest,
    );
    expect(await lines('recommendations', 'user_id, rec_id')).toEqual(published.recommendations);
    expect(await lines('rec_reasons', `user_id, rec_id, reason_id, ${weight('weight')}`)).toEqual(published.reasons);
    const scores = [...reputation].map(([user, pred]) => `${user},${pred.toFixed(1)}`).sort();
    expect(await lines('scores', 'user_id, CAST(pred AS DECIMAL(3, 1))')).toEqual(scores);
    db.closeSync();
  });

  test('writes the user-weeks behind the scores of a model; none that the run did not use', async () => {
    await network.reset();
    const input = network.folder('20240601');
    const follows = '1,2,2024-05-20 00:00:00\n2,3,2024-05-21 00:00:00\n';
    mkdirSync(input);
    writeFileSync(join(input, 'follow.csv'), follows);
    const message = (id: number, user_id: number, created_at: string, body: string) =>
      JSON.stringify({ id, user_id, body, created_at });
    const messages = [
      message(1, 1, '2024-05-08T00:00:00Z', 'Bullish!'),
      message(2, 1, '2024-05-14T00:00:00Z', 'the bears'),
      message(3, 2, '2024-05-22T00:00:00Z', 'so bullish'),
      message(4, 2, '2024-06-02T00:00:00Z', 'bullish, but after the as-of'),
    ];
    writeFileSync(join(input, 'messages.jsonl'), messages.join('\n'));
    const model = network.folder('model');
    await writeModel(model, bullishModel(), 1, {});
    await network.run({ input, model, allow: 'stale' });
    const weeks = async (folder: string, format: string) => {
      const db = await (await DuckDBInstance.create(':memory:')).connect();
      const file = join(folder, `user_weeks.${format}`);
      const found = await db.runAndReadAll(`SELECT concat_ws(',', user_id, week, probability) FROM '${file}'`);
      db.closeSync();
      return found.getRows().map(([line]) => String(line));
    };
    const lines = ['1,2024-W19,0.993307', '1,2024-W20,0.006693', '2,2024-W21,0.993307'];
    for (const format of ['parquet', 'csv']) {
      const folder = join(out, `weeks-${format}`);
      const exported = await kith(['export', '--out', folder, '--format', format], env);
      expect(exported).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Left out') });
      expect((await weeks(folder, format)).sort()).toEqual(lines.sort());
    }
    // An old message that comes later changes a week that the run has used.
    const more = network.folder('20240602');
    mkdirSync(more);
    writeFileSync(join(more, 'follow.csv'), follows);
    writeFileSync(join(more, 'messages.jsonl'), message(5, 1, '2024-05-15T00:00:00Z', 'bullish'));
    expect(await kith(['ingest', '--input', more], env)).toMatchObject({ code: 0 });
    const late = join(out, 'weeks-late');
    const exported = await kith(['export', '--out', late], env);
    expect(exported).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Left out: user_weeks, since messages'),
    });
    expect(readdirSync(late)).toContain('scores.parquet');
    expect(readdirSync(late)).not.toContain('user_weeks.parquet');
  });

  test('refuses a folder that holds something, and keeps it', async () => {
    const folder = join(out, 'mine');
    mkdirSync(folder);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const { code, stderr } = await kith(['export', '--out', folder], env);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('holds something already') });
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });
});

describe('kith readers', () => {
  test('makes a role that can only read the published tables, lists it and removes it', async () => {
    const added = await kith(['readers', 'add', 'app_reader', '--limit', '2'], env);
    expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining('shown only now') });
    expect(added.stderr).not.toContain('postgres');
    const url = added.stdout.trim();
    const reader = new pg.Client({ connectionString: url });
    reader.on('error', () => undefined);
    await reader.connect();
    for (const name of [
      'closest_connections',
      'recommendations',
      'rec_reasons',
      'published_run',
      'recommendations_with_reasons',
    ])
      expect((await reader.query(`SELECT count(*) FROM graph_recs.${name}`)).rows).toHaveLength(1);
    for (const refused of [
      'DELETE FROM graph_recs.recommendations',
      'SELECT * FROM kith.runs',
      'CREATE TABLE graph_recs.mine (a int)',
      'SET TRANSACTION READ WRITE; DELETE FROM graph_recs.rec_reasons',
    ])
      await expect(reader.query(refused)).rejects.toThrow(/permission denied|read-only/);
    expect((await reader.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '30s' }]);
    expect(JSON.parse((await kith(['readers', 'list', '--json'], env)).stdout)).toEqual([
      { name: 'app_reader', limit: 2, connections: 1, timeout: '30s' },
    ]);
    expect(await kith(['readers', 'add', 'app_reader'], env)).toMatchObject({ code: 2 });
    expect(await kith(['readers', 'add', 'kith'], env)).toMatchObject({ code: 2 });
    expect(await kith(['readers', 'remove', 'kith'], env)).toMatchObject({ code: 2 });
    // Something else is granted to it: it stays, and may come in.
    await network.pool.query('GRANT SELECT ON kith.runs TO app_reader');
    const kept = await kith(['readers', 'remove', 'app_reader'], env);
    expect(kept).toMatchObject({ code: 1, stderr: expect.stringMatching(/^kith: .*app_reader.*\n$/) });
    expect((await kith(['readers', 'list'], env)).stdout).toContain('app_reader  0 of 2 connections');
    await network.pool.query('REVOKE SELECT ON kith.runs FROM app_reader');
    expect(await kith(['readers', 'remove', 'app_reader'], env)).toMatchObject({ code: 0 });
    await expect(reader.query('SELECT 1')).rejects.toThrow();
    await reader.end().catch(() => undefined);
    expect((await kith(['readers', 'list'], env)).stdout).toContain('no readers yet');
  });
});

describe('kith completion', () => {
  test.each([
    ['kith ru', ['run', 'runs']],
    ['kith readers ', ['add', 'list', 'remove', '--help']],
    ['kith reputation train --in', ['--input']],
  ])('completes "%s" in bash', async (line, expected) => {
    const { stdout } = await kith(['completion', 'bash'], env);
    const words = line.split(' ');
    const { stdout: found } = spawnSync(
      'bash',
      [
        '-c',
        `${stdout}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _kith; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
      { encoding: 'utf8' },
    );
    expect(found.trim().split('\n')).toEqual(expected);
  });

  test('is there for zsh and fish, and names other shells', async () => {
    expect((await kith(['completion', 'zsh'], env)).stdout).toMatch(/^#compdef kith/);
    expect((await kith(['completion', 'fish'], env)).stdout).toContain(
      "complete -c kith -f -n '__fish_use_subcommand' -a run",
    );
    expect(await kith(['completion', 'tcsh'], env)).toMatchObject({ code: 2, stderr: expect.stringContaining('tcsh') });
    expect(existsSync(join(out, 'none'))).toBe(false);
  });
});
