import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareTable, DifferentRowsError } from '../../bench/compare.ts';
import { type Day, firstDay, laterDay, networkOf } from '../../bench/data.ts';
import { latencyOf } from '../../bench/latency.ts';
import { MemorySampler, peakOf } from '../../bench/memory.ts';
import { readOptions } from '../../bench/options.ts';
import { type Peer, runPeer } from '../../bench/peer.ts';
import { fillPlaces } from '../../bench/report.ts';
import { Results } from '../../bench/results.ts';
import { BadInputError, InterruptedError } from '../../src/errors.ts';
import { drawLineChart } from '../../src/pictures/line-chart.ts';
import { expectedCircles } from '../oracle/circles.ts';
import type { Network, OracleOptions } from '../oracle/network.ts';
import { expectedTables, type Tables } from '../oracle/oracle.ts';
import { networkOfFolder } from '../oracle/read-folder.ts';

const { signal } = new AbortController();
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kith-bench-test-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the yardstick', () => {
  let peer: Peer;
  let given: Network;
  let options: OracleOptions;
  let expected: Tables;
  let first: Day;
  let second: Day;

  beforeAll(async () => {
    const network = networkOf(join(home, 'data'), 6000, 1, 'supernodes');
    first = await firstDay(network, signal);
    second = await laterDay(network, 1, 300, signal);
    // The oracle reads no quotes.
    const flags = Array.from({ length: network.users }, (_, user) => `${user},,,,,,,,,,,${user % 19 === 0 ? 1 : 0}\n`);
    writeFileSync(join(first.folder, 'user.csv'), flags.join(''));
    writeFileSync(join(second.folder, 'user.csv'), '19,,,,,,,,,,,0\n20,,,,,,,,,,,1\n20,,,,,,,,,,,0\n');
    peer = await runPeer([first.folder, second.folder], second.asOf, 'second-degree', join(home, 'duckdb'), signal);
    const [history, later] = [networkOfFolder(first.folder), networkOfFolder(second.folder)];
    given = {
      activities: [...history.activities, ...later.activities],
      suspended: new Map([...history.suspended, ...later.suspended]),
    };
    options = {
      asOf: second.asOf,
      windowSeconds: 90 * 86_400,
      decay: { kind: 'linear' },
      bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 },
      reputation: undefined,
      minReputation: 0.5,
    };
    expected = expectedTables(given, options);
  });

  /** The closest connections as they are published, in a file. */
  function published(change: (lines: string[]) => string[]): string {
    const rows = expected.closest.map((line) => line.split(',') as [string, string, string]);
    rows.sort((a, b) => Number(a[0]) - Number(b[0]) || Number(b[2]) - Number(a[2]) || Number(a[1]) - Number(b[1]));
    let rank = 0;
    const lines = rows.map((row, i) => {
      rank = rows[i - 1]?.[0] === row[0] ? rank + 1 : 1;
      return `${row.join(',')},${rank}`;
    });
    const file = join(home, 'published.csv');
    writeFileSync(file, `${change(lines).join('\n')}\n`);
    return file;
  }

  const compare = (change: (lines: string[]) => string[]) =>
    compareTable('closest-connections', published(change), peer, signal);

  test('has exactly the tables of the definition, over two folders, with supernodes and users who were suspended and pardoned', async () => {
    expect(await compare((lines) => lines)).toBe(expected.closest.length);
    const rows = (name: string) =>
      readFileSync(join(home, 'duckdb', `${name}.csv`), 'utf8')
        .trimEnd()
        .split('\n')
        .slice(1);
    expect(rows('recommendations').sort()).toEqual(expected.recommendations);
    const keys = (lines: string[]) => lines.map((line) => line.split(',').slice(0, 3).join(',')).sort();
    expect(keys(rows('reasons'))).toEqual(keys(expected.reasons));
  });

  test('has exactly the tables of circles, too, with sources, and weights to the seventh decimal', async () => {
    const dir = join(home, 'circles');
    const circles = await runPeer([first.folder, second.folder], second.asOf, 'circles', dir, signal);
    const tables = expectedCircles(given, options);
    const file = join(home, 'circles.csv');
    const compareAll = (table: string, lines: readonly string[]) => {
      writeFileSync(file, `${lines.join('\n')}\n`);
      return compareTable(table, file, circles, signal);
    };
    expect(await compareAll('recommendations', tables.recommendations)).toBe(tables.recommendations.length);
    expect(await compareAll('rec-reasons', tables.reasons)).toBe(tables.reasons.length);
    expect(tables.reasons.filter((line) => line.endsWith(',popular + engages-with-you'))).not.toEqual([]);
    const [one = '', ...others] = tables.reasons;
    for (const another of [one.replace(/,[a-z +-]+$/, ',second-degree'), one.replace(/\d,([a-z +-]+)$/, ',$1')])
      await expect(compareAll('rec-reasons', [another, ...others])).rejects.toThrow(DifferentRowsError);
  });

  test('finds a weight that differs in the twelfth decimal, a wrong rank, a missing row and an extra row', async () => {
    const last = (lines: string[], change: (line: string) => string) => [
      ...lines.slice(0, -1),
      change(lines.at(-1) as string),
    ];
    const anotherWeight = (line: string) =>
      line.replace(/(\d),(\d+)$/, (_, digit, rank) => `${(Number(digit) + 1) % 10},${rank}`);
    for (const change of [
      (lines: string[]) => last(lines, anotherWeight),
      (lines: string[]) => last(lines, (line) => `${line}0`),
      (lines: string[]) => lines.slice(1),
      (lines: string[]) => [...lines, '4000000,1,0.500000000000,1'],
    ])
      await expect(compare(change)).rejects.toThrow(DifferentRowsError);
  });

  test('can be stopped', async () => {
    const folders = [first.folder, second.folder];
    await expect(runPeer(folders, first.asOf, 'circles', join(home, 'stopped'), AbortSignal.abort())).rejects.toThrow(
      InterruptedError,
    );
  });
});

describe('times', () => {
  test('are given as percentiles by rank', () => {
    const times = Array.from({ length: 1000 }, (_, i) => 1000 - i);
    expect(latencyOf(times)).toEqual({ users: 1000, median: 500, p99: 990, max: 1000 });
    expect(latencyOf([3])).toEqual({ users: 1, median: 3, p99: 3, max: 3 });
  });
});

const testOnLinux = process.platform === 'linux' ? test : test.skip;

describe('memory', () => {
  testOnLinux('of a process grows with what it holds', async () => {
    const sampler = new MemorySampler('/nowhere/at/all', process.pid);
    const before = peakOf(sampler.stop());
    const held = Buffer.alloc(200 * 2 ** 20, 1);
    const after = peakOf(new MemorySampler('/nowhere/at/all', process.pid).stop());
    expect(held).toHaveLength(200 * 2 ** 20);
    expect((after?.by.kith ?? 0) - (before?.by.kith ?? 0)).toBeGreaterThan(150 * 2 ** 20);
    expect(Object.keys(after?.by ?? {})).toEqual(['kith']);
  });

  test('has a peak within a period', () => {
    const samples = [1, 5, 3].map((total, at) => ({ at, total, by: { neo4j: total } }));
    expect(peakOf(samples)).toEqual({ bytes: 5, by: { neo4j: 5 } });
    expect(peakOf(samples, 2, 9)).toEqual({ bytes: 3, by: { neo4j: 3 } });
    expect(peakOf(samples, 3, 9)).toBeUndefined();
  });
});

describe('the options', () => {
  const read = (...args: string[]) => readOptions(args, { results: 'results', report: 'page.md' });

  test('accept sizes such as 300k and 10M, and put parts in order', () => {
    expect(read('--sizes', '20k,1.5M', '--only', 'show,first')).toMatchObject({
      sizes: [20_000, 1_500_000],
      only: ['first', 'show'],
      simulateDays: 0,
    });
    expect(read('--simulate-days', '30', '--activities', '300k')).toMatchObject({
      sizes: [300_000],
      only: ['days', 'report'],
      simulateDays: 30,
    });
    expect(read('--set', 'KITH_SESSIONS=3', '--set', 'KITH_LOADER=merge')?.set).toMatchObject({
      KITH_SESSIONS: '3',
      KITH_LOADER: 'merge',
    });
  });

  test.each([
    [['--sizes', '1G']],
    [['--sizes', '10']],
    [['--only', 'second']],
    [['--rankings', 'circle']],
    [['--set', 'KITH_RANKING=circles']],
    [['--set', 'SESSIONS=3']],
    [['--input', 'x', '--supernodes']],
    [['--name', '../x']],
    [['--more']],
    [['more']],
  ])('that are wrong are told: %j', (args) => {
    expect(() => read(...args)).toThrow(BadInputError);
  });
});

describe('results', () => {
  test('replace earlier ones of the same size, and are sorted by size', () => {
    const results = new Results(join(home, 'results'));
    const entry = (size: number, median: number) =>
      ({ size, figures: { random: { median } } }) as unknown as Parameters<typeof results.write<'show'>>[1];
    for (const [size, median] of [
      [20, 1],
      [3, 2],
      [20, 3],
    ] as const)
      results.write('show', entry(size, median));
    expect(results.read('show').map(({ size, figures }) => [size, figures.random.median])).toEqual([
      [3, 2],
      [20, 3],
    ]);
    expect(results.read('days')).toEqual([]);
  });
});

describe('the page', () => {
  test('has only the text between two marks replaced', () => {
    const page = 'a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb $& <!-- bench:y --><!-- /bench:y -->';
    const filled = fillPlaces(page, { x: 'new $1', y: 'Y' });
    expect(filled).toBe(
      'a\n<!-- bench:x -->\n\nnew $1\n\n<!-- /bench:x -->\nb $& <!-- bench:y -->\n\nY\n\n<!-- /bench:y -->',
    );
    expect(fillPlaces(filled, { x: 'new $1', y: 'Y' })).toBe(filled);
    expect(() => fillPlaces(page, { x: '' })).toThrow(/bench:y/);
    expect(() => fillPlaces('<!-- bench:x -->', { x: '' })).toThrow(BadInputError);
  });

  test('has lines where their points are: on equal logarithmic axes linear growth is parallel to the dotted line', () => {
    const axis = { label: 'n', isLogarithmic: true, text: String };
    const svg = drawLineChart({
      title: 'a < b',
      x: axis,
      y: axis,
      series: [
        {
          name: 'linear',
          points: [
            [10, 10],
            [100, 100],
            [1000, 1000],
          ],
        },
      ],
      linearThrough: [100, 100],
    });
    expect(svg).toContain('<title>a &lt; b</title>');
    const [dotted, drawn] = [...svg.matchAll(/d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)/g)].map((match) => {
      const [x1, y1, x2, y2] = match.slice(1).map(Number) as [number, number, number, number];
      return (y2 - y1) / (x2 - x1);
    });
    expect(drawn).toBeCloseTo(dotted as number, 2);
  });
});
