import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { Graph } from '../../src/graph/graph.ts';
import { type GraphSize, graphSize } from '../../src/graph/schema.ts';
import { kith } from '../harness/command-line.ts';
import { TestNetwork } from '../harness/network.ts';
import type { Network } from '../oracle/network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { writeFolder } from '../oracle/write-folder.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

const asOf = Date.UTC(2024, 5, 1) / 1000;

async function sizeOfGraph(): Promise<GraphSize> {
  await using graph = new Graph(network.stack.neo4j);
  // Awaited here: the connection is open only until this function ends.
  return await graphSize(graph);
}

/** A ring of users who like each other, and who are all known not to be suspended. */
function ring(users: number): Network {
  const activities = Array.from({ length: users }, (_, user) =>
    [1, 2, 3].map((step) => ({
      type: 'like' as const,
      user,
      engaged: (user + step) % users,
      message: BigInt(user * 10 + step),
      at: asOf - 60 * user - step,
    })),
  ).flat();
  return { activities, suspended: new Map(Array.from({ length: users }, (_, user) => [user, false])) };
}

describe('a bad row', () => {
  // user, engaged, message, time, rel_type
  const bad: [file: string, row: string | Buffer, reason: RegExp][] = [
    ['like.csv', '1,2,3,2024-05-30 12:00:00', /^4 columns instead of 5$/],
    ['like.csv', '1,2,3,2024-05-30 12:00:00,like,', /^6 columns instead of 5$/],
    ['like.csv', '', /^empty line$/],
    ['like.csv', 'one,2,3,2024-05-30 12:00:00,like', /^user_id is not a whole number$/],
    ['like.csv', '1.0,2,3,2024-05-30 12:00:00,like', /^user_id is not a whole number$/],
    ['like.csv', '-1,2,3,2024-05-30 12:00:00,like', /^user_id is out of range$/],
    ['like.csv', '1,2147483648,3,2024-05-30 12:00:00,like', /^engaged_with_user_id is out of range$/],
    ['like.csv', '1,,3,2024-05-30 12:00:00,like', /^engaged_with_user_id is empty$/],
    ['like.csv', '1,2,,2024-05-30 12:00:00,like', /^message_id is empty$/],
    ['like.csv', '1,2,9223372036854775808,2024-05-30 12:00:00,like', /^message_id is out of range$/],
    ['like.csv', '1,2,3e3,2024-05-30 12:00:00,like', /^message_id is not a whole number$/],
    ['like.csv', '1,2,3,2024-02-30 12:00:00,like', /^timestamp does not exist$/],
    ['like.csv', '1,2,3,2024-05-30 24:00:00,like', /^timestamp does not exist$/],
    ['like.csv', '1,2,3,1717070400,like', /^timestamp is a number, unlike the first times of this file$/],
    ['like.csv', '1,2,3,2024-05-30 12:00:00,liked', /^rel_type is not like$/],
    ['like.csv', '1,2,3,2024-05-30 12:00:00,reply', /^rel_type is not like$/],
    ['like.csv', '1,2,3,"2024-05-30 12:00:00,like', /^unclosed quote$/],
    ['like.csv', '1,2,3,2024-05-30" 12:00:00,"like', /^stray quote$/],
    ['like.csv', Buffer.from('1,2,3,2024-05-30 12:00:00,lik\xe9', 'latin1'), /^broken UTF-8$/],
    ['like.csv', '1,2\0,3,2024-05-30 12:00:00,like', /^NUL byte$/],
    ['follow.csv', '1,2', /^2 columns instead of 3 or 4$/],
    ['follow.csv', '1,2,2024-05-30 12:00:00,follow,x', /^5 columns instead of 3 or 4$/],
    ['follow.csv', '1,2,2024-05-30 12:00:00,followed', /^rel_type is not follow$/],
    ['user.csv', '1,a,b', /^3 columns instead of at least 12$/],
    ['user.csv', 'x,,,,,,,,,,,0', /^user_id is not a whole number$/],
    ['user.csv', '1,,,,,,,,,,,2', /^suspended is not 1 or 0$/],
    ['user.csv', '1,,,,,,,,,,,true', /^suspended is not 1 or 0$/],
    ['user.csv', '1,,"open,,,,,,,,,0', /^unclosed quote$/],
  ];

  test('goes to rejects.csv with its file, line, reason and text, and takes no good row with it', async () => {
    await network.reset();
    const good = ring(30);
    const input = network.folder('20240601');
    writeFolder(good, input);
    const expected: { file: string; line: string; reason: RegExp; text: string }[] = [];
    for (const file of ['follow.csv', 'like.csv', 'user.csv']) {
      const rows: (string | Buffer)[] = readFileSync(join(input, file), 'utf8').split('\n').slice(0, -1);
      for (const [i, [, row, reason]] of bad.filter(([of]) => of === file).entries()) {
        // Between good rows, wherever there are some.
        rows.splice(2 * i, 0, row);
        expected.push({ file, line: '', reason, text: String(row) });
      }
      for (const row of expected.filter((one) => one.file === file)) {
        const place = rows.findIndex((other) => String(other) === row.text);
        row.line = String(place + 1);
      }
      writeFileSync(join(input, file), Buffer.concat(rows.flatMap((row) => [Buffer.from(row), Buffer.from('\n')])));
    }
    const { summary } = await network.run({ input, settings: { maxRejectedPercent: 100 } });
    const rejects = parse(readFileSync(summary.rejects ?? ''), { columns: true }) as Record<string, string>[];
    expect(rejects.map(({ file, line, text }) => ({ file, line, text }))).toEqual(
      expect.arrayContaining(expected.map(({ file, line, text }) => ({ file, line, text }))),
    );
    expect(rejects).toHaveLength(bad.length);
    for (const { file, line, reason } of expected)
      expect(rejects.find((row) => row.file === file && row.line === line)?.reason).toMatch(reason);
    for (const { file, lines, parsed, rejected } of summary.files ?? []) {
      expect(rejected).toBe(bad.filter(([of]) => of === file).length);
      expect(parsed + rejected).toBe(lines);
    }
    expect(await sizeOfGraph()).toMatchObject({ users: 30, activities: good.activities.length });
    const { dropped: _, ...tables } = expectedTables(good, {
      asOf,
      ...network.settings.weighting,
      reputation: undefined,
    });
    expect(await network.tables()).toEqual(tables);
  });

  test('is let pass up to 1 % of a file; beyond it the run stops with 2, and graph and tables stay as they were', async () => {
    await network.reset();
    const env = { KITH_HOME: network.settings.home };
    const before = network.folder('20240601');
    writeFolder(ring(20), before);
    await network.run({ input: before });
    const [tables, size] = [await network.tables(), await sizeOfGraph()];

    const input = network.folder('20240601');
    writeFolder(ring(99), input);
    const rows = readFileSync(join(input, 'like.csv'), 'utf8');
    writeFileSync(join(input, 'like.csv'), `${rows}nonsense\nnonsense\nnonsense\n`);
    writeFileSync(join(input, 'mention.csv'), 'nonsense\n1,2,3,2024-05-01 00:00:00,\n');
    const stopped = await kith(['run', '--input', input], env);
    expect(stopped).toMatchObject({ code: 2, stdout: '' });
    // The 3 of like.csv are exactly 1 %.
    expect(stopped.stderr).toMatch(
      /\/mention\.csv has 1 bad row in 2 lines, more than 1 % .*first is line 1: 1 column/,
    );
    expect(stopped.stderr).not.toMatch(/ at .*:\d+:\d+/);
    const [, rejects] = /It is in (\S+\.csv);/.exec(stopped.stderr) ?? [];
    expect(readFileSync(rejects ?? '', 'utf8')).toContain('mention.csv,1,');
    expect(await network.tables()).toEqual(tables);
    expect(await sizeOfGraph()).toEqual(size);

    writeFileSync(join(input, 'mention.csv'), '');
    // Neither an empty line at the end, nor what is no input, stops a run; the latter is named.
    writeFileSync(join(input, 'user.csv'), '\n', { flag: 'a' });
    writeFileSync(join(input, 'notes.txt'), '');
    writeFileSync(join(input, 'reputation_score.csv'), '');
    const { code, stdout } = await kith(['run', '--input', input], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +not read: notes\.txt$/m);
    expect(stdout).toMatch(/^ +user\.csv +99 lines, 99 parsed, 0 rejected$/m);
  });

  test('in a file that is cut off in the middle of its gzip stops the run before anything changes', async () => {
    const [tables, size] = [await network.tables(), await sizeOfGraph()];
    const input = network.folder('20240602');
    writeFolder(ring(200), input);
    const whole = gzipSync(readFileSync(join(input, 'like.csv')));
    writeFileSync(join(input, 'mention.csv.gz'), whole.subarray(0, whole.length / 2));
    writeFileSync(join(input, 'mention.csv'), '');
    const both = await kith(['run', '--input', input], { KITH_HOME: network.settings.home });
    expect(both).toMatchObject({ code: 2 });
    expect(both.stderr).toMatch(/holds both mention\.csv and mention\.csv\.gz/);
    const cut = network.folder('20240602');
    writeFolder(ring(200), cut, { gzip: true });
    writeFileSync(join(cut, 'like.csv.gz'), whole.subarray(0, whole.length / 2));
    const truncated = await kith(['run', '--input', cut], { KITH_HOME: network.settings.home });
    expect(truncated).toMatchObject({ code: 2, stdout: '' });
    expect(truncated.stderr).toMatch(/like\.csv\.gz is cut off, damaged or not gzip/);
    expect(truncated.stderr).not.toMatch(/ at .*:\d+:\d+/);
    expect(await network.tables()).toEqual(tables);
    expect(await sizeOfGraph()).toEqual(size);
  });
});

test('weights whose sums could pass what whole numbers hold stop a run before anything is loaded', async () => {
  await network.reset();
  const input = network.folder('20240601');
  writeFolder(ring(1_000), input);
  const { weighting } = network.settings;
  const heavy = { ...weighting, windowSeconds: 36_500 * 86_400, bases: { ...weighting.bases, like: 999_999 } };
  await expect(network.run({ input, settings: { weighting: heavy } })).rejects.toThrow(
    /KITH_BASE_LIKE=999\.999 and a window of 36,500 days, the weights of 3,000 activities .* lower bases/,
  );
  expect(await sizeOfGraph()).toMatchObject({ users: 0, activities: 0 });
});

describe('a mistake is told in one sentence with exit code 2, before anything is started', () => {
  // An engine that somebody tried to start in there would end with 4.
  const nowhere = { KITH_HOME: '/dev/null/kith' };
  let folder: string;
  let good: string;
  let undated: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kith-mistakes-'));
    good = join(folder, '20240601');
    undated = join(folder, 'export');
    for (const input of [good, undated]) writeFolder(ring(4), input);
  });

  async function refused(args: string[], env: Record<string, string> = {}): Promise<string> {
    const { code, stdout, stderr } = await kith(args, { ...nowhere, ...env });
    expect({ args, env, code, stdout, stderr }).toMatchObject({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kith: [^\n]+\.\n$/);
    return stderr;
  }

  /** Writes a file of its own and gives its path. */
  function file(name: string, content: string | Buffer): string {
    const path = join(mkdtempSync(join(folder, 'file-')), name);
    writeFileSync(path, content);
    return path;
  }

  test('about the folder', async () => {
    const empty = join(folder, '20240602');
    mkdirSync(empty);
    const usersOnly = join(folder, '20240603');
    mkdirSync(usersOnly);
    writeFileSync(join(usersOnly, 'user.csv'), '');
    const [missing, noFolder, nothing, onlyUsers, noDate, noSuchDate, wrongScheme] = await Promise.all([
      refused(['run', '--input', join(folder, '20240609')]),
      refused(['run', '--input', join(good, 'like.csv'), '--as-of', '2024-06-01']),
      refused(['run', '--input', empty]),
      refused(['ingest', '--input', usersOnly]),
      refused(['run', '--input', undated]),
      refused(['ingest', '--input', undated]),
      refused(['run', '--input', 'ftp://server/20240601']),
    ]);
    expect(missing).toMatch(/20240609 does not exist/);
    expect(noFolder).toMatch(/like\.csv is a file/);
    for (const text of [nothing, onlyUsers]) expect(text).toMatch(/holds none of follow\.csv/);
    for (const text of [noDate, noSuchDate]) expect(text).toMatch(/export is not named by a date.*--as-of/);
    expect(wrongScheme).toContain('ftp://');
  });

  test('about what in a folder would be overlooked, whoever reads it', async () => {
    const odd = join(folder, '20240604');
    writeFolder(ring(4), odd);
    for (const name of ['likes.csv', 'REPLY.CSV', 'like.csv.zst', 'user.csv.txt', 'blocks.csv'])
      writeFileSync(join(odd, name), '');
    mkdirSync(join(odd, 'messages.jsonl'));
    const model = ['--model', join(folder, 'model')];
    const said = await Promise.all([
      refused(['run', '--input', odd]),
      refused(['ingest', '--input', odd]),
      refused(['enqueue', '--input', odd]),
      refused(['reputation', 'train', '--input', odd, ...model], { KITH_HOME: join(folder, 'home') }),
    ]);
    for (const text of said) {
      for (const [name, file] of [
        ['likes.csv', 'like.csv'],
        ['REPLY.CSV', 'reply.csv'],
        ['blocks.csv', 'block.csv'],
        ['user.csv.txt', 'user.csv'],
      ])
        expect(text).toContain(`${name} (should be ${file} or ${file}.gz)`);
      expect(text).toContain('like.csv.zst (compressed by zstd: unpack it with `zstd -d`)');
      expect(text).toContain('messages.jsonl (a folder without files of rows)');
    }
  });

  test('about an option', async () => {
    const run = (...args: string[]) => refused(['run', '--input', good, ...args]);
    const asOfs = await Promise.all(['yesterday', '2024-02-30', '0000-01-01', ''].map((text) => run('--as-of', text)));
    for (const text of asOfs) expect(text).toContain('--as-of');
    const windows = await Promise.all(['0', '-1', '1.5', '36501', 'x'].map((days) => run('--window-days', days)));
    for (const text of windows) expect(text).toContain('--window-days');
    const least = await Promise.all(['1.01', '-0.5', 'good', ''].map((text) => run('--min-reputation', text)));
    for (const text of least) expect(text).toContain('--min-reputation');
  });

  test('about the list of scores, with its line', async () => {
    const run = (path: string) => refused(['run', '--input', good, '--reputation', path]);
    const whole = gzipSync(
      `user_id,pred\n${Array.from({ length: 5_000 }, (_, user) => `${user},0.${user}\n`).join('')}`,
    );
    const [missing, header, empty, pred, id, columns, twice, quote, cut] = await Promise.all([
      run(join(folder, 'none.csv')),
      run(file('scores.csv', 'user,score\n1,0.5\n')),
      run(file('scores.csv', '')),
      run(file('scores.csv', 'user_id,pred\n1,0.5\n2,1.5\n')),
      run(file('scores.csv', 'user_id,pred\n2147483648,0.5\n')),
      run(file('scores.csv', 'user_id,pred\n1,0.5\n2,0.5\n3\n')),
      run(file('scores.csv', 'user_id,pred\n1,0.5\n1,0.6\n')),
      run(file('scores.csv', 'user_id,pred\n1,"0.5\n')),
      run(file('scores.csv.gz', whole.subarray(0, whole.length / 2))),
    ]);
    expect(missing).toMatch(/none\.csv: there is no such file.*--reputation/);
    expect(header).toMatch(/scores\.csv:1: .*header user_id,pred/);
    expect(empty).toMatch(/scores\.csv is empty/);
    expect(pred).toMatch(/scores\.csv:3: pred /);
    expect(id).toMatch(/scores\.csv:2: user_id /);
    expect(columns).toMatch(/scores\.csv:4: 1 columns? instead of 2/);
    expect(twice).toMatch(/scores\.csv:3: user 1 already has a score/);
    expect(quote).toMatch(/scores\.csv/);
    expect(cut).toMatch(/scores\.csv\.gz.* can't be read/);
  });

  test('about a setting, never showing a value that may be secret', async () => {
    const run = (name: string, value: string) => refused(['run', '--input', good], { [name]: value });
    const wrong: [string, string][] = [
      ['KITH_WINDOW_DAYS', '0'],
      ['KITH_DECAY', 'cubic'],
      ['KITH_BASE_LIKE', '0.0005'],
      ['KITH_MIN_REPUTATION', '1.5'],
      ['KITH_MAX_REJECTED_PERCENT', 'one'],
      ['KITH_POSTGRES_URL', 'someone:hush-hush@server/kith'],
      ['KITH_NEO4J_URI', 'http://someone:hush-hush@server'],
    ];
    const said = await Promise.all(wrong.map(([name, value]) => run(name, value)));
    for (const [i, [name]] of wrong.entries())
      expect(said[i]).toMatch(new RegExp(`^kith: Wrong settings: ${name} should be `));
    expect(said.join('')).not.toContain('hush');
    expect(await run('KITH_NEO4J_URI', 'bolt://server:7687')).toContain('KITH_NEO4J_PASSWORD');
  });
});
