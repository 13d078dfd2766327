import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parseActivities } from '../../src/ingest/activity-rows.ts';
import { ParsingThreads } from '../../src/ingest/parsing-threads.ts';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';

const noLimit = Number.POSITIVE_INFINITY;

/** Line `i` of a like.csv: mostly good, now and then bad, quoted or towards oneself. */
function line(i: number): string {
  if (i % 10_007 === 0) return `${i},none,1,2024-01-30 00:00:00,like`;
  if (i % 5_003 === 0) return `"${i}",7,"1",2024-01-30 00:00:00,"like"`;
  if (i % 3_001 === 0) return `${i},${i},1,2024-01-30 00:00:00,like`;
  return `${i},${i + 1},9223372036854775807,2024-01-30 00:00:00,like`;
}

const linesOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${line(from + i)}\n`).join('');

test('blocks come back in the order of the calls, just as they would without a thread', async () => {
  const blocks = Array.from({ length: 12 }, (_, i) => Buffer.from(linesOf(i * 2_000, 1 + ((i * 977) % 2_000))));
  await using threads = new ParsingThreads();
  const parsed = await Promise.all(blocks.map((block) => threads.parse(block, 'like', noLimit)));
  expect(parsed).toEqual(blocks.map((block) => parseActivities(block, 'like', noLimit)));
  expect(parsed.flatMap(({ rejects }) => rejects.map(({ bytes }) => bytes.toString()))).toContain(line(10_007));
});

test('a thread that fails is told to everybody who waits, and to whoever comes later', async () => {
  await using threads = new ParsingThreads();
  const good = Buffer.from(linesOf(1, 10));
  const broken = threads.parse({ length: -1 } as unknown as Buffer, 'like', noLimit);
  const later = threads.parse(good, 'like', noLimit).then(() => threads.parse(good, 'like', noLimit));
  await expect(broken).rejects.toThrow(/"length"|first argument/);
  await expect(later.then(() => threads.parse(good, 'like', noLimit))).rejects.toThrow(/"length"|first argument/);
});

test('a large file is read by threads: nothing is lost, and bad rows keep their lines', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kith-parsing-'));
  try {
    const count = 700_000;
    const bad = Array.from({ length: Math.floor(count / 10_007) + 1 }, (_, i) => i * 10_007);
    const selfDirected = Array.from({ length: count }, (_, i) => i).filter(
      (i) => i % 10_007 !== 0 && i % 5_003 !== 0 && i % 3_001 === 0,
    );
    await mkdir(join(dir, '20240131'));
    const text = linesOf(0, count);
    expect(text.length).toBeGreaterThan(32 * 1024 * 1024);
    await writeFile(join(dir, '20240131', 'like.csv'), text);
    const rejectsPath = join(dir, 'rejects.csv');
    const options = { workDir: join(dir, 'work'), rejectsPath, limits: inputLimits };
    await using staged = await readFolder(await openFolder(join(dir, '20240131')), options);
    expect(staged.files).toEqual([
      {
        file: 'like.csv',
        lines: count,
        parsed: count - bad.length,
        rejected: bad.length,
        selfDropped: selfDirected.length,
      },
    ]);
    expect(staged.activities.like).toBe(count - bad.length - selfDirected.length);
    const rejects = parse(await readFile(rejectsPath)).slice(1);
    expect(rejects.map(([file, number, , row]: string[]) => [file, number, row])).toEqual(
      bad.map((i) => ['like.csv', `${i + 1}`, line(i)]),
    );
  } finally {
    await rm(dir, { recursive: true });
  }
});
