import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statement } from '../../src/config/project.ts';
import { readSettings } from '../../src/config/settings.ts';
import { sparkPath } from '../../src/spark/application.ts';
import { reasonIn } from '../../src/spark/log-reasons.ts';
import { sparkPopulation } from '../../src/spark/population.ts';
import { cut } from '../../src/spark/powers.ts';
import { RowsByUser, readRows } from '../../src/spark/row-files.ts';
import { sparkHome } from '../../src/spark/spark-home.ts';
import { closestStatements, recommendStatements } from '../../src/spark/statements.ts';
import { TaskProgress } from '../../src/spark/task-progress.ts';
import type { UserId } from '../../src/user-id.ts';
import { halved } from '../oracle/exact.ts';
import { seededRandom } from '../oracle/seeded-random.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-spark-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* parts(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

test('Java that is asked whether it is there gets no settings', () => {
  for (const bin of ['java', 'spark'].map((name) => join(folder, name, 'bin'))) mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, 'java', 'bin', 'java'), `#!/bin/sh\nenv > ${join(folder, 'environment')}\n`, {
    mode: 0o700,
  });
  writeFileSync(join(folder, 'spark', 'bin', 'spark-sql'), '');
  const before = { ...process.env };
  const given = { SPARK_HOME: join(folder, 'spark'), JAVA_HOME: join(folder, 'java'), KITH_S3_SECRET_KEY: 'hush-hush' };
  try {
    Object.assign(process.env, given);
    expect(sparkHome()).toBe(given.SPARK_HOME);
  } finally {
    for (const name of Object.keys(given)) delete process.env[name];
    Object.assign(process.env, before);
  }
  const environment = readFileSync(join(folder, 'environment'), 'utf8');
  expect(environment).toContain('PATH=');
  expect(environment).not.toMatch(/KITH_|hush/);
});

describe('rows by user', () => {
  test('come whole, wherever their files are cut', async () => {
    const random = seededRandom(3);
    const users = Array.from({ length: 60 }, (_, i) => ({ id: i * 7, rows: random(5), reasons: random(9) }));
    const text = (id: number, rows: number) => Array.from({ length: rows }, (_, i) => `${id}\t${i}\tx\n`);
    const cutAnywhere = (lines: string[]) => {
      const pieces: string[] = [];
      for (let i = 0; i < lines.length; ) {
        const count = 1 + random(4);
        pieces.push(lines.slice(i, i + count).join(''));
        i += count;
      }
      return pieces;
    };
    for (let round = 0; round < 20; round++) {
      const recommendations = new RowsByUser(parts(...cutAnywhere(users.flatMap(({ id, rows }) => text(id, rows)))));
      const reasons = new RowsByUser(parts(...cutAnywhere(users.flatMap((user) => text(user.id, user.reasons)))));
      let seen: UserId = -1;
      for (;;) {
        const part = await recommendations.next();
        const last = part?.lastUser ?? Number.POSITIVE_INFINITY;
        const among = users.filter(({ id }) => id > seen && id <= last);
        expect(part?.rows.toString() ?? '').toBe(among.flatMap(({ id, rows }) => text(id, rows)).join(''));
        expect((await reasons.upTo(last)).toString()).toBe(
          among.flatMap((user) => text(user.id, user.reasons)).join(''),
        );
        if (!part) break;
        seen = last;
      }
    }
  });

  test('may have ids beyond what a number holds', async () => {
    const [even, odd] = [2n ** 53n, 2n ** 53n + 1n];
    const text = `7\t1\n${even}\t1\n${odd}\t1\n${odd}\t2\n${2n ** 63n - 1n}\t5\n`;
    const rows = new RowsByUser(parts(...text.split(/(?<=\n)/)));
    expect((await rows.upTo(even)).toString()).toBe(`7\t1\n${even}\t1\n`);
    expect((await rows.upTo(odd)).toString()).toBe(`${odd}\t1\n${odd}\t2\n`);
    expect((await rows.next())?.lastUser).toBe(2n ** 63n - 1n);
  });

  test('are refused of a table that is not complete', async () => {
    writeFileSync(join(folder, 'part-00000'), '1\t2\n');
    await expect(readRows(folder).next()).rejects.toThrow(`Spark has not completed ${folder}`);
  });
});

test('the users of Spark are read range by range', async () => {
  const write = (table: string, text: string) => {
    mkdirSync(join(folder, table));
    writeFileSync(join(folder, table, 'part-00000.txt'), text);
    writeFileSync(join(folder, table, '_SUCCESS'), '');
  };
  write('boundary_rows', '0\n40\n70\n');
  write('followed_rows', '3\t1\n3\t9\n39\t3\n40\t2\n100\t5\n');
  const population = sparkPopulation({ computed: folder });
  const ranges = await population.ranges(5_000);
  expect(ranges).toEqual([
    { first: 0n, end: 40n },
    { first: 40n, end: 70n },
    { first: 70n, end: 2n ** 63n },
  ]);
  const read = population.followed();
  const others: unknown[] = [];
  for (const range of ranges) others.push(await read(range));
  expect(others).toEqual([
    [
      { userId: 3n, others: [1n, 9n] },
      { userId: 39n, others: [3n] },
    ],
    [{ userId: 40n, others: [2n] }],
    [{ userId: 100n, others: [5n] }],
  ]);
});

describe('why Spark failed', () => {
  test.each([
    [
      'an overflow',
      'x.SparkArithmeticException: [ARITHMETIC_OVERFLOW] overflow. SQLSTATE: 22003\n\tat a.b\n[ARITHMETIC_OVERFLOW] overflow. SQLSTATE: 22003\n',
      '[ARITHMETIC_OVERFLOW] overflow. SQLSTATE: 22003',
    ],
    [
      'a full disk',
      'org.apache.spark.SparkException: Job aborted.\nCaused by: java.io.IOException: No space left on device\n[TASK_WRITE_FAILED] Task failed. SQLSTATE: 58030\n',
      'No space left on device',
    ],
    [
      'too little memory',
      'Exception in thread "main" java.lang.IllegalArgumentException: System memory 1 must be at least 2. Please increase.\n',
      'java.lang.IllegalArgumentException: System memory 1 must be at least 2. Please increase',
    ],
    ['nothing', '26/11/26 21:19:28 WARN Something: else\n', undefined],
  ])('%s', (_, log, reason) => {
    expect(reasonIn(log)).toBe(reason);
  });
});

test('progress follows the log', async () => {
  const log = join(folder, 'spark.log');
  writeFileSync(log, 'WARNING: x\n');
  const progress = new TaskProgress(log, ['edges', 'closest']);
  expect(await progress.look()).toEqual({ doing: 'starting Spark' });
  expect(progress.statement).toBeUndefined();
  writeFileSync(log, 'Spark master: local[2], Application Id: local-1\n', { flag: 'a' });
  expect(await progress.look()).toEqual({ doing: 'Spark: edges (1 of 2)' });
  writeFileSync(log, 'Time taken: 1.5 seconds\nTime ta', { flag: 'a' });
  expect(await progress.look()).toEqual({ doing: 'Spark: closest (2 of 2)' });
  writeFileSync(log, 'ken: 2 seconds, Fetched 1 row(s)\n', { flag: 'a' });
  expect(await progress.look()).toEqual({ doing: 'ending Spark' });
});

test('paths that would mean something in a statement are refused', () => {
  expect(sparkPath('/data/kith 1/große-2@x_+=~.y')).toBe('file:/data/kith 1/große-2@x_+=~.y');
  for (const path of [
    "/a'b",
    '/a`b',
    '/a*',
    '/a{b}',
    '/a$b',
    '/a\\b',
    '/a;b',
    '/a\nb',
    '/a:b',
    '/a,b',
    's3a://b',
    'a/b',
  ])
    expect(() => sparkPath(path)).toThrow("Spark can't be given the path");
});

test('powers are cut into whole parts that are exact to 1e-15 of a weight', () => {
  for (const [age, halfLife] of [
    [0, 86_400],
    [86_400, 86_400],
    [1, 2_592_000],
    [7_776_000, 2_592_000],
    [5_000_001, 864],
  ] as const) {
    const { coarse, fine } = cut(1_001, age, halfLife);
    const exact = (1_001n * halved(age, halfLife)) / 1_000n;
    const given = (BigInt(coarse) * 10n ** 11n + BigInt(fine)) * 10n ** 43n;
    const distance = exact > given ? exact - given : given - exact;
    expect(distance < 10n ** 45n).toBe(true);
  }
});

test('every statement is there, once in an application, and names no value that is not given to it', () => {
  const given = new Set([
    ...['accepted', 'asOf', 'horizon', 'window', 'follow', 'reply', 'like', 'mention', 'one', 'powers', 'computed'],
    ...['scores', 'popularAtMost', 'strangersAtMost', 'followsUntil', 'dismissedSince', 'activeSince'],
  ]);
  const weighting = { windowSeconds: 1, bases: { follow: 1, reply: 1, like: 1, mention: 1 }, minReputation: 0 };
  for (const ranking of ['second-degree', 'circles'] as const)
    for (const decay of [{ kind: 'linear' }, { kind: 'exponential', halfLifeSeconds: 1 }] as const)
      for (const recommendEngaged of [true, false])
        for (const popularAtMost of [undefined, 3])
          for (const files of [
            closestStatements({ ranking, weighting: { ...weighting, decay } }, recommendEngaged),
            recommendStatements(
              { ranking, recommendEngaged, popularAtMost, strangersAtMost: popularAtMost, activeDays: popularAtMost },
              recommendEngaged,
            ),
          ]) {
            expect(new Set(files).size).toBe(files.length);
            for (const file of files)
              for (const [, name] of statement(file).matchAll(/\$\{([^}]*)\}/g))
                expect(given).toContain(name?.replace('spark.kith.', ''));
          }
});

test("Spark's own settings are pairs", () => {
  const { spark, engine, lake, home } = readSettings({
    KITH_ENGINE: 'spark',
    KITH_HOME: folder,
    KITH_SPARK_CONF: 'spark.executor.cores=4; spark.driver.extraJavaOptions=-Da=b -Dc=d',
  });
  expect(engine).toBe('spark');
  expect(lake).toBe(home);
  expect(spark.conf).toEqual({
    'spark.executor.cores': '4',
    'spark.driver.extraJavaOptions': '-Da=b -Dc=d',
  });
  expect(() => readSettings({ KITH_SPARK_CONF: 'executor.cores=4' })).toThrow('KITH_SPARK_CONF should be');
  expect(() => readSettings({ KITH_SPARK_MASTER: 'mesos://x' })).toThrow('KITH_SPARK_MASTER should be');
});

test('the lake is a folder, or a place on S3, and nothing else', () => {
  const lakeOf = (given: string) => {
    const { lake, lakeUrl } = readSettings({ KITH_HOME: folder, KITH_LAKE: given });
    return { lake, lakeUrl };
  };
  expect(lakeOf('/shared/kith')).toEqual({ lake: '/shared/kith', lakeUrl: undefined });
  expect(lakeOf('s3://bucket/kith/')).toEqual({ lake: folder, lakeUrl: 's3://bucket/kith' });
  for (const wrong of ['s3a://bucket/kith', 'hdfs://host/kith', 's3://key@bucket/kith'])
    expect(() => lakeOf(wrong)).toThrow('KITH_LAKE should be a path, or s3://bucket/prefix');
  expect(sparkPath('s3://bucket/kith/spark/a-1')).toBe('s3a://bucket/kith/spark/a-1');
  expect(() => sparkPath("s3://bucket/it's")).toThrow("Spark can't be given the path");
});
