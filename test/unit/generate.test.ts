import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { BadInputError, InterruptedError } from '../../src/errors.ts';
import { type GenerateOptions, generate } from '../../src/generate/generate.ts';
import { createPopulation, label } from '../../src/generate/population.ts';

const activityFiles = ['follow.csv', 'reply.csv', 'mention.csv', 'like.csv'];
const allFiles = [...activityFiles, 'messages.jsonl', 'user.csv'].sort();
const size = { users: 1200, activities: 30_000, messages: 6000, seed: 5 };
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-generate-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const make = (out: string, more: Partial<GenerateOptions> = {}) =>
  generate({ users: 50, activities: 500, messages: 100, seed: 1, out: join(home, out), ...more });

async function digest(out: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of allFiles) hash.update(await readFile(join(home, out, file)));
  return hash.digest('hex');
}

async function linesOf(out: string, file: string): Promise<string[]> {
  const text = await readFile(join(home, out, file), 'utf8');
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

async function activitiesOf(out: string): Promise<{ user: number; engaged: number; at: string; file: string }[]> {
  const rows = await Promise.all(
    activityFiles.map(async (file) =>
      (await linesOf(out, file)).map((line) => {
        const cells = line.split(',');
        return { user: Number(cells[0]), engaged: Number(cells[1]), at: cells.at(-2) ?? '', file };
      }),
    ),
  );
  return rows.flat();
}

describe('the bytes', () => {
  test('are the same for the same options, and different for another seed', async () => {
    await make('same-1');
    await make('same-2');
    await make('other', { seed: 2 });
    expect(await digest('same-1')).toBe(await digest('same-2'));
    expect(await digest('other')).not.toBe(await digest('same-1'));
  });

  test('are the same inside gzip', async () => {
    await make('plain');
    const { files } = await make('zipped', { gzip: true });
    expect((await readdir(join(home, 'zipped'))).sort()).toEqual(allFiles.map((file) => `${file}.gz`).sort());
    expect(Object.keys(files).sort()).toEqual(allFiles.map((file) => `${file}.gz`).sort());
    for (const file of allFiles) {
      const unzipped = gunzipSync(await readFile(join(home, 'zipped', `${file}.gz`)));
      expect(unzipped.equals(await readFile(join(home, 'plain', file)))).toBe(true);
    }
  });

  test('of the follows stay as they are when only the number of messages changes', async () => {
    await make('few-messages', { messages: 10 });
    await make('more-messages', { messages: 300 });
    expect(await linesOf('few-messages', 'follow.csv')).toEqual(await linesOf('more-messages', 'follow.csv'));
  });
});

describe('another part', () => {
  test('has the same users, who do different things to mostly the same people', async () => {
    const of = { users: 300, activities: 6000, messages: 0, suspendedPercent: 5 };
    await make('whole', of);
    await make('20240102', { ...of, days: 1, part: 0 });
    await make('parted/20240102', { ...of, days: 1, part: 2 });
    const edges = async (out: string) => (await activitiesOf(out)).map(({ user, engaged }) => `${user} ${engaged}`);
    const [known, same, other] = await Promise.all(['whole', '20240102', 'parted/20240102'].map(edges));
    // Of the same part even the order of the users is the same, whatever the dates.
    expect(same).toEqual(known);
    expect(other?.filter((edge, i) => edge === known?.[i]).length).toBeLessThan(600);
    const there = new Set(known);
    expect(other?.filter((edge) => there.has(edge)).length).toBeGreaterThan(3000);
    const flags = async (out: string) => (await linesOf(out, 'user.csv')).map((line) => line.at(-1));
    expect(await flags('parted/20240102')).toEqual(await flags('whole'));
  });

  test('beyond the 999 whose messages have ids of their own is refused', async () => {
    await expect(make('20240102', { part: 1000 })).rejects.toThrow(/part should be a whole number from 0 to 999/);
  });

  test('has its own messages, and refers to them', async () => {
    const ids = async (out: string) =>
      (await linesOf(out, 'messages.jsonl')).map((line) => /^{"id":(\d+)/.exec(line)?.[1] ?? line);
    const referred = async (out: string) => (await linesOf(out, 'like.csv')).map((line) => line.split(',')[2]);
    const days = ['days/20240102', 'days/20240103', 'days/20240104'];
    for (const [part, day] of days.entries()) await make(day, { part, days: 1 });
    const written = (await Promise.all(days.map(ids))).flat();
    expect(new Set(written).size).toBe(300);
    expect(written.every((id) => BigInt(id) < 2n ** 63n)).toBe(true);
    const own = new Set(await ids('days/20240104'));
    expect((await referred('days/20240104')).filter((id) => own.has(id ?? '')).length).toBeGreaterThan(20);
    expect((await linesOf('days/20240103', 'messages.jsonl'))[0]?.split('"body"')[1]).not.toBe(
      (await linesOf('days/20240102', 'messages.jsonl'))[0]?.split('"body"')[1],
    );
  });
});

describe('the as-of', () => {
  test('is the date that the folder is named after', async () => {
    expect((await make('20240229')).asOf.toISOString()).toBe('2024-02-29T00:00:00.000Z');
  });

  test.each([
    ['a-name', 0, '2024-01-01T00:00:00.000Z'],
    ['another', 366, '2024-01-02T00:00:00.000Z'],
    ['20230229', 3, '2024-01-04T00:00:00.000Z'],
  ])('of a folder named %s with seed %i is %s', async (name, seed, asOf) => {
    expect((await make(name, { seed })).asOf.toISOString()).toBe(asOf);
  });
});

describe('a network', () => {
  const out = '20240601';
  const shape = { ...size, suspendedPercent: 5, goodPercent: 4 };
  const population = createPopulation(shape);
  let files: Record<string, number>;
  beforeAll(async () => {
    ({ files } = await make(out, shape));
  });

  test('has exactly as many rows as were asked for', async () => {
    for (const file of [...activityFiles, 'messages.jsonl'])
      expect((await linesOf(out, file)).length).toBe(files[file]);
    expect(activityFiles.reduce((sum, file) => sum + (files[file] ?? 0), 0)).toBe(size.activities);
    expect(files['messages.jsonl']).toBe(size.messages);
  });

  test('has the columns of the contract', async () => {
    const shaped: Record<string, RegExp> = {
      'follow.csv': /^\d+,\d+,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,follow$/,
      'reply.csv': /^\d+,\d+,\d{18},\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,reply$/,
      'mention.csv': /^\d+,\d+,\d{18},\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,mention$/,
      'like.csv': /^\d+,\d+,\d{18},\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,like$/,
    };
    for (const [file, shape] of Object.entries(shaped))
      expect((await linesOf(out, file)).filter((line) => !shape.test(line))).toEqual([]);
    const ids = (await activitiesOf(out)).flatMap(({ user, engaged }) => [user, engaged]);
    expect(ids.filter((id) => id >= size.users)).toEqual([]);
  });

  test('has its suspended users in column 11 of user.csv, and some users are not in it', async () => {
    const records: string[][] = parse(await readFile(join(home, out, 'user.csv')));
    expect(records.length).toBe(files['user.csv']);
    for (const record of records) expect(record).toHaveLength(12);
    const suspended = new Set(records.filter((record) => record[11] === '1').map((record) => Number(record[0])));
    expect(suspended.size).toBe(60);
    for (const user of suspended) expect(population.suspended[user]).toBe(1);
    const listed = new Set(records.map((record) => Number(record[0])));
    expect(listed.size).toBe(size.users - 24);
    const active = new Set((await activitiesOf(out)).map(({ user }) => user));
    expect([...active].some((user) => !listed.has(user))).toBe(true);
    expect([...listed].filter((user) => !active.has(user)).length).toBeGreaterThan(size.users * 0.05);
  });

  test('keeps mostly to its communities', async () => {
    const rows = await activitiesOf(out);
    const own = rows.filter(({ user, engaged }) => population.community[user] === population.community[engaged]);
    expect(population.communities).toBeGreaterThan(10);
    expect(own.length / rows.length).toBeGreaterThan(0.75);
    expect(own.length).toBeLessThan(rows.length);
  });

  test.each(['user', 'engaged'] as const)('has a heavy tail by %s', async (side) => {
    const counts = new Map<number, number>();
    for (const row of await activitiesOf(out)) counts.set(row[side], (counts.get(row[side]) ?? 0) + 1);
    const sorted = [...counts.values()].sort((a, b) => b - a);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    expect(sorted[0]).toBeGreaterThan(25 * median);
    expect(sorted.slice(0, sorted.length / 10).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(size.activities * 0.3);
  });

  test('has a suspended user among the most active', async () => {
    const counts = new Map<number, number>();
    for (const { user } of await activitiesOf(out)) counts.set(user, (counts.get(user) ?? 0) + 1);
    const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 30);
    expect(most.some(([user]) => population.suspended[user] === 1)).toBe(true);
  });

  test('has a little self-activity and a few repeated rows', async () => {
    const rows = await activitiesOf(out);
    const self = rows.filter(({ user, engaged }) => user === engaged).length;
    expect(self).toBeGreaterThan(0);
    expect(self).toBeLessThan(size.activities * 0.02);
    const lines = (await Promise.all(activityFiles.map((file) => linesOf(out, file)))).flat();
    const repeated = lines.length - new Set(lines).size;
    expect(repeated).toBeGreaterThan(0);
    expect(repeated).toBeLessThan(size.activities * 0.02);
  });

  test('has activities on both sides of the as-of and of a 90-day window, and follows older than that', async () => {
    const rows = await activitiesOf(out);
    const instants = new Set(rows.map(({ at }) => at));
    for (const at of ['2024-05-31 23:59:59', '2024-06-01 00:00:00', '2024-06-01 00:00:01'])
      expect(instants).toContain(at);
    for (const at of ['2024-03-02 23:59:59', '2024-03-03 00:00:00', '2024-03-03 00:00:01'])
      expect(instants).toContain(at);
    expect(rows.filter(({ at }) => at > '2024-06-01 00:00:01')).toEqual([]);
    expect(rows.some(({ at, file }) => file === 'follow.csv' && at < '2024-02-20')).toBe(true);
  });

  test('refers to existing messages if their author wrote any, with ids beyond 2^53', async () => {
    const ids = new Set((await linesOf(out, 'messages.jsonl')).map((line) => /^\{"id":(\d+),/.exec(line)?.[1] ?? ''));
    expect(ids.size).toBe(size.messages);
    expect([...ids].filter((id) => BigInt(id) <= 2n ** 53n)).toEqual([]);
    const likes = (await linesOf(out, 'like.csv')).map((line) => line.split(',')[2] ?? '');
    expect(likes.filter((id) => ids.has(id)).length).toBeGreaterThan(likes.length * 0.5);
  });

  test('has messages whose labels are one per user and as many as asked for', async () => {
    const labels = new Map<number, number>();
    let links = 0;
    for (const line of await linesOf(out, 'messages.jsonl')) {
      const message: { user_id: number; created_at: string; body: string; links?: object[]; recommended?: number } =
        JSON.parse(line);
      expect(message.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(message.body.length).toBeGreaterThan(0);
      links += message.links ? 1 : 0;
      if (message.recommended === undefined) continue;
      expect(labels.get(message.user_id) ?? message.recommended).toBe(message.recommended);
      labels.set(message.user_id, message.recommended);
    }
    expect(links).toBeGreaterThan(0);
    const good = [...labels.values()].filter((value) => value === 1).length;
    expect(population.label.filter((value) => value === label.good).length).toBe(48);
    expect(good).toBeGreaterThan(40);
    expect(good).toBeLessThanOrEqual(48);
    expect(labels.size - good).toBeGreaterThan(150);
  });
});

describe('the folder', () => {
  test('may be empty, and its parents are created', async () => {
    await mkdir(join(home, 'empty'));
    await make('empty');
    await make('a/b/c');
    expect((await readdir(join(home, 'empty'))).sort()).toEqual(allFiles);
    expect((await readdir(join(home, 'a/b/c'))).sort()).toEqual(allFiles);
  });

  test('is replaced only with force', async () => {
    await make('twice');
    const before = await digest('twice');
    await expect(make('twice', { seed: 9 })).rejects.toThrow(/not empty.*--force/);
    expect(await digest('twice')).toBe(before);
    await make('twice', { seed: 9, force: true });
    expect(await digest('twice')).not.toBe(before);
  });

  test('is left alone, even with force, when it holds anything else', async () => {
    await mkdir(join(home, 'precious'));
    await writeFile(join(home, 'precious', 'notes.txt'), 'keep');
    await expect(make('precious', { force: true })).rejects.toThrow(/notes\.txt/);
    expect(await readdir(join(home, 'precious'))).toEqual(['notes.txt']);
  });

  test('and its hidden sibling do not exist after an interruption', async () => {
    const interrupt = new AbortController();
    const stopped = make('stopped', {
      activities: 20_000,
      onProgress: () => interrupt.abort(),
      signal: interrupt.signal,
    });
    await expect(stopped).rejects.toThrow(InterruptedError);
    expect((await readdir(home)).filter((name) => name.includes('stopped'))).toEqual([]);
  });

  test('can hold no activities and no messages', async () => {
    const { files } = await make('nothing', { users: 2, activities: 0, messages: 0 });
    expect((await readdir(join(home, 'nothing'))).sort()).toEqual(allFiles);
    expect(files['follow.csv']).toBe(0);
    expect(files['messages.jsonl']).toBe(0);
  });

  test('can hold a network of two users', async () => {
    await make('two', { users: 2, activities: 300, messages: 20, suspendedPercent: 100, goodPercent: 100 });
    expect((await activitiesOf('two')).length).toBe(300);
  });
});

describe('a wrong option', () => {
  test.each<[string, Partial<GenerateOptions>]>([
    ['users', { users: 1 }],
    ['activities', { activities: -1 }],
    ['messages', { messages: 1.5 }],
    ['seed', { seed: Number.NaN }],
    ['days', { days: 0 }],
    ['part', { part: 0.5 }],
    ['suspended', { suspendedPercent: 101 }],
    ['good', { goodPercent: -0.1 }],
    ['out', { out: 's3://bucket/20240601' }],
    ['out', { out: '' }],
  ])('is named: %s', async (name, wrong) => {
    await expect(make('wrong', wrong)).rejects.toThrow(BadInputError);
    await expect(make('wrong', wrong)).rejects.toThrow(`option ${name} `);
  });

  test('that names a file as the folder is refused', async () => {
    await writeFile(join(home, 'a-file'), '');
    await expect(make('a-file')).rejects.toThrow(BadInputError);
    await expect(make('a-file/below')).rejects.toThrow(BadInputError);
  });
});
