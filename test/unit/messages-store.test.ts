import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../src/config/project.ts';
import type { Message } from '../../src/messages/message.ts';
import { MessageStore } from '../../src/messages/message-store.ts';

let dir: string;
let files = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kith-messages-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const monday = Date.parse('2024-05-20T00:00:00Z') / 1000;
const day = 86_400;
const end = monday + 100 * day;
/** The ISO week of `monday`, as isoWeek counts. */
const week = 2838;

function message(id: number | bigint, userId: number, at: number, words: string, isGood?: boolean): Message {
  return { id: BigInt(id), userId, at, words, isGood };
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

async function add(store: MessageStore, messages: Message[]): Promise<number> {
  const take = await store.stage();
  take(messages);
  return store.commit();
}

async function newStore(...batches: Message[][]): Promise<MessageStore> {
  const store = await MessageStore.open(join(dir, `${files++}.duckdb`));
  for (const batch of batches) await add(store, batch);
  return store;
}

async function weeks(store: MessageStore, asOf = end) {
  await store.findUnscored('model', asOf);
  return (await collect(store.unscoredWeeks(asOf))).map(({ userId, week, text }) => [userId, week, text]);
}

describe('the messages of a network', () => {
  test('make a text per user and ISO week, by created_at, then id', async () => {
    await using store = await newStore([
      message(9_007_199_254_740_993n, 2, monday + 5, 'third'),
      message(9_007_199_254_740_992n, 2, monday + 5, 'second'),
      message(9, 2, monday, 'first'),
      message(7, 2, monday + 6, ''),
      message(5, 1, monday + 7 * day - 1, 'sunday'),
      message(4, 1, monday + 7 * day, 'monday'),
      message(3, 1, monday - 1, 'the sunday before'),
    ]);
    expect(await weeks(store)).toEqual([
      [1, week - 1, 'the sunday before'],
      [1, week, 'sunday'],
      [1, week + 1, 'monday'],
      [2, week, 'first second third'],
    ]);
  });

  test('are the same weeks, in the same order, however many are put in order at once', async () => {
    const some = Array.from({ length: 60 }, (_, i) =>
      message(i, (i * 7) % 11, monday + ((i * 5) % 13) * day, `w${i}`, i % 3 > 0),
    );
    const path = join(dir, `${files++}.duckdb`);
    const read = async (atOnce?: number) => {
      await using store = await MessageStore.open(path, undefined, atOnce);
      await add(store, some);
      return [await weeks(store), await collect(store.labelledWeeks(end))];
    };
    const whole = await read();
    expect(whole[0]?.length).toBeGreaterThan(20);
    for (const atOnce of [1, 7, 25]) expect(await read(atOnce)).toEqual(whole);
  });

  test('count up to as-of, that instant included', async () => {
    await using store = await newStore([message(1, 1, monday, 'a'), message(2, 1, monday + 1, 'b')]);
    expect(await weeks(store, monday)).toEqual([[1, week, 'a']]);
    expect(await weeks(store, monday - 1)).toEqual([]);
  });

  test('without a word are a week all the same', async () => {
    await using store = await newStore([message(1, 1, monday, '')]);
    expect(await weeks(store)).toEqual([[1, week, '']]);
  });

  test('are kept once, however often and in whatever order they arrive', async () => {
    const some = [message(1, 1, monday, 'a', true), message(2, 1, monday + 1, 'b'), message(3, 2, monday, 'c', false)];
    await using once = await newStore(some);
    await using often = await newStore([...some, ...some], some.toReversed(), [some[1] as Message]);
    expect(await often.count(monday)).toEqual({ messages: 3, upToAsOf: 2 });
    expect(await weeks(often)).toEqual(await weeks(once));
    expect(await add(often, some)).toBe(0);
  });

  test('of one id that say different things leave one, whichever came first', async () => {
    const versions = [
      message(1, 1, monday, 'as it was'),
      message(1, 1, monday, 'as it was', false),
      message(1, 1, monday, 'edited', true),
      message(1, 1, monday, 'edited'),
    ];
    const kept = [];
    for (const order of [versions, versions.toReversed()]) {
      await using apart = await newStore(...order.map((version) => [version]));
      await using together = await newStore(order);
      kept.push(await weeks(apart), await weeks(together));
      expect(await collect(apart.labelledWeeks(end))).toEqual([{ userId: 1, week, text: 'edited', isGood: true }]);
    }
    for (const each of kept) expect(each).toEqual([[1, week, 'edited']]);
  });

  test('of labelled users are for training; a user is good if any message says so', async () => {
    await using store = await newStore([
      message(1, 1, monday, 'a', false),
      message(2, 1, monday + 9 * day, 'b', true),
      message(3, 2, monday, 'c', false),
      message(4, 2, monday, 'd'),
      message(5, 3, monday, 'e'),
    ]);
    expect(await collect(store.labelledWeeks(end))).toEqual([
      { userId: 1, week, text: 'a', isGood: true },
      { userId: 1, week: week + 1, text: 'b', isGood: true },
      { userId: 2, week, text: 'c d', isGood: false },
    ]);
    expect(await collect(store.labelledWeeks(monday + day))).toMatchObject([{ isGood: false }, { userId: 2 }]);
  });

  test('that were staged but not committed are gone', async () => {
    const path = join(dir, `${files++}.duckdb`);
    {
      await using store = await MessageStore.open(path);
      (await store.stage())([message(1, 1, monday, 'a')]);
    }
    await using store = await MessageStore.open(path);
    expect(await store.count(end)).toEqual({ messages: 0, upToAsOf: 0 });
    expect(await add(store, [message(2, 1, monday, 'b')])).toBe(1);
  });

  test('are in one process at a time', async () => {
    const path = join(dir, `${files++}.duckdb`);
    await using store = await MessageStore.open(path);
    await store.count(end);
    const script = `
      import { MessageStore } from ${JSON.stringify(join(projectRoot, 'src', 'messages', 'message-store.ts'))};
      const said = [];
      for (const path of process.argv.slice(1)) await MessageStore.open(path).then(() => said.push('opened'), (error) => said.push(error.message));
      console.log(said.join('; '));`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, join(dir, 'other.duckdb'), path];
    const { stdout } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
    expect(stdout.trim()).toBe(`opened; ${path} is in use by another Kith process: wait for it to finish.`);
  });
});

test('a reader in another process is waited for', async () => {
  const path = join(dir, `${files++}.duckdb`);
  await (await MessageStore.open(path))[Symbol.asyncDispose]();
  const script = `
    import { DuckDbFile } from ${JSON.stringify(join(projectRoot, 'src', 'storage', 'duckdb-file.ts'))};
    const file = await DuckDbFile.open(process.argv[1], undefined, { readOnly: true });
    console.log('reads');
    for await (const _ of process.stdin);
    await file[Symbol.asyncDispose]();`;
  const reader = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, path], {
    cwd: projectRoot,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(reader.stdout, 'data');
  const opening = MessageStore.open(path);
  // Long enough to have found it in use.
  const early = await Promise.race([opening.then(() => 'opened'), sleep(200, 'waits')]);
  reader.stdin.end();
  await using store = await opening;
  expect([early, await store.count(end)]).toEqual(['waits', { messages: 0, upToAsOf: 0 }]);
});

describe('the cache of scores', () => {
  const some = [message(1, 1, monday, 'a'), message(2, 1, monday + 7 * day, 'b'), message(3, 2, monday, 'c')];

  async function score(store: MessageStore, model: string, asOf = end, probability = 600_000): Promise<number> {
    const { unscored } = await store.findUnscored(model, asOf);
    const found = await collect(store.unscoredWeeks(asOf));
    expect(found).toHaveLength(unscored);
    await store.addScores(
      model,
      found.map(({ userId, week, content }) => ({ userId, week, content, probability })),
    );
    return unscored;
  }

  test('holds what was scored: the next day scores only what is new', async () => {
    await using store = await newStore(some);
    expect(await score(store, 'm')).toBe(3);
    expect(await score(store, 'm')).toBe(0);
    await add(store, [message(4, 2, monday + 14 * day, 'd')]);
    expect(await score(store, 'm')).toBe(1);
  });

  test('forgets a week that has got another message', async () => {
    await using store = await newStore(some);
    await score(store, 'm', end, 100_000);
    await add(store, [message(4, 1, monday + 1, '')]);
    expect(await score(store, 'm', end, 700_000)).toBe(1);
    expect(await collect(store.weekScores('m'))).toEqual([
      { userId: 1, week, probability: 700_000 },
      { userId: 1, week: week + 1, probability: 100_000 },
      { userId: 2, week, probability: 100_000 },
    ]);
  });

  test('knows a week as of another instant for another text', async () => {
    await using store = await newStore([...some, message(4, 1, monday + 60, 'z')]);
    expect(await score(store, 'm', monday)).toBe(2);
    expect(await score(store, 'm', end)).toBe(2);
    expect(await collect(store.weekScores('m'))).toHaveLength(3);
  });

  test('is of the three models that were used last', async () => {
    await using store = await newStore(some);
    for (const model of ['m', 'n', 'o']) expect(await score(store, model)).toBe(3);
    for (const model of ['m', 'n', 'o', 'm']) expect(await score(store, model)).toBe(0);
    expect(await score(store, 'p')).toBe(3);
    expect(await score(store, 'm')).toBe(0);
    expect(await score(store, 'n')).toBe(3);
  });

  test('gives the share of weeks at or above the threshold', async () => {
    await using store = await newStore(some);
    await store.findUnscored('m', end);
    const found = await collect(store.unscoredWeeks(end));
    await store.addScores(
      'm',
      found.map(({ userId, week, content }, i) => ({
        userId,
        week,
        content,
        probability: [499_999, 500_000, 0][i] as number,
      })),
    );
    expect(await collect(store.shares('m', 500_000))).toEqual([
      { userId: 1, good: 1, weeks: 2 },
      { userId: 2, good: 0, weeks: 1 },
    ]);
  });

  test('outlives the process', async () => {
    const path = join(dir, `${files++}.duckdb`);
    {
      await using store = await MessageStore.open(path);
      await add(store, some);
      await score(store, 'm');
    }
    await using store = await MessageStore.open(path);
    expect(await score(store, 'm')).toBe(0);
  });
});
