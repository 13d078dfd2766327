import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { EngineError } from '../../src/errors.ts';
import { Accepted } from '../../src/ingest/accepted.ts';
import { Forgotten } from '../../src/ingest/forgotten.ts';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { countInFiles, eraseInFiles } from '../../src/jobs/forget/erase-files.ts';
import { MessageStore } from '../../src/messages/message-store.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import type { UserId } from '../../src/user-id.ts';
import { inputLimits } from '../harness/input-limits.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kith-forgotten-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const settings = () => readSettings({ KITH_HOME: home });

/** User 7, who is forgotten, and others; 8 is named only beside 7, and rows 3 of follow.csv and 2 of user.csv are bad. */
function writeDay(): string {
  const day = join(home, 'input', '20240601');
  mkdirSync(day, { recursive: true });
  const files = {
    'follow.csv': ['7,1,2024-05-01', '1,2,2024-05-01', '7,x,2024-05-01', '0007,2,2024-05-02', '1,70,2024-05-02'],
    'like.csv': ['8,7,11,2024-05-01,like', '1,2,77,2024-05-01,like', '7,7,5,2024-05-01,like'],
    'block.csv': ['2,7,2024-05-01'],
    'user.csv': ['user_id,suspended,discoverable', '7,1,0', '1,x,0', '2,0,1'],
  };
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(day, name), `${lines.join('\n')}\n`);
  return day;
}

async function read(forgotten?: Forgotten) {
  return readFolder(await openFolder(writeDay()), {
    workDir: join(home, 'work'),
    rejectsPath: join(home, 'rejects.csv'),
    limits: inputLimits,
    ...(forgotten && { forgotten }),
  });
}

async function usersIn(folder: Awaited<ReturnType<typeof read>>): Promise<UserId[]> {
  const ids: UserId[] = [];
  for await (const batch of folder.readUsers(100)) ids.push(...batch.userIds);
  return ids;
}

describe('who was forgotten', () => {
  test('is known by a hash, in a file that only its owner reads and that holds no id', () => {
    expect(Forgotten.of(settings()).isEmpty).toBe(true);
    expect(Forgotten.add(settings(), 1234567)).toBe(false);
    expect(Forgotten.add(settings(), 7)).toBe(false);
    expect(Forgotten.add(settings(), 1234567)).toBe(true);
    const forgotten = Forgotten.of(settings());
    expect([7, 1234567, 8].map((id) => forgotten.has(id))).toEqual([true, true, false]);
    const file = join(home, 'forgotten');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^([0-9a-f]{64}\n){3}$/);
    expect(['user 007 …', '{"id":1234567}', '71', '1.17'].map((text) => forgotten.isIn(text))).toEqual([
      ...[true, true, false, false],
    ]);
  });

  test('would come back if the secret were another, so nothing is read then', () => {
    Forgotten.add(settings(), 7);
    writeFileSync(join(home, 'passwords', 'forgotten'), 'another secret');
    expect(() => Forgotten.of(settings())).toThrow(EngineError);
    rmSync(join(home, 'passwords', 'forgotten'));
    expect(() => Forgotten.of(settings())).toThrow('restore both from the same backup');
  });

  test('is counted in a user file that says nothing of who is suspended', async () => {
    Forgotten.add(settings(), 7);
    const day = writeDay();
    writeFileSync(join(day, 'user.csv'), 'user_id,discoverable\n7,1\n1,0\n7,0\n');
    await using staged = await readFolder(await openFolder(day), {
      workDir: join(home, 'work'),
      rejectsPath: join(home, 'rejects.csv'),
      limits: inputLimits,
      forgotten: Forgotten.of(settings()),
    });
    expect(staged).toMatchObject({ forgotten: 6, words: 1 });
  });

  test('is left out of what is read: every line is counted, no rejected one names them, and others stay known', async () => {
    {
      await using whole = await read();
      expect(await usersIn(whole)).toEqual([1, 2, 7, 8, 70]);
      expect(whole.forgotten).toBe(0);
      expect(readFileSync(join(home, 'rejects.csv'), 'utf8')).toContain('7,x');
    }
    Forgotten.add(settings(), 7);
    await using staged = await read(Forgotten.of(settings()));
    expect(await usersIn(staged)).toEqual([1, 2, 8, 70]);
    // Of follow.csv 2, of like.csv 1 (what 7 does towards themself never counts), of block.csv 1, of user.csv 1.
    expect(staged).toMatchObject({ forgotten: 5, activities: { follow: 2, like: 1 }, words: 1, repeated: 0 });
    for (const { lines, parsed, rejected } of staged.files) expect(parsed + rejected).toBe(lines);
    expect(staged.files.map(({ rejected }) => rejected).reduce((sum, each) => sum + each)).toBe(2);
    expect(readFileSync(join(home, 'rejects.csv'), 'utf8')).not.toContain('7,x');
    expect(readFileSync(join(home, 'rejects.csv'), 'utf8')).toContain('1,x,0');
  });
});

describe('erasing a user', () => {
  test('from accepted rows leaves what a load without the user would have kept', async () => {
    const accepted = new Accepted({ lake: home });
    accepted.remember({ isComplete: true });
    const keep = async (token: bigint, forgotten?: Forgotten) => {
      await using staged = await read(forgotten);
      const draft = accepted.draftOf(token, `run${token}`);
      await staged.writeAccepted(draft, { at: 100, isUndated: false });
      accepted.take(draft, `run${token}`);
    };
    const opened = async () => {
      const { folder, flags } = await accepted.open(join(home, 'work'));
      await using staged = folder;
      const { activities, words } = staged;
      return { users: await usersIn(staged), activities, words, flags };
    };
    await keep(1n);
    expect((await opened()).users).toContain(7);
    expect(await accepted.countOf(7, join(home, 'work'))).toBe(6);
    expect(await accepted.erase(7, join(home, 'work'))).toBe(6);
    const erased = await opened();
    expect(await accepted.erase(7, join(home, 'work'))).toBe(0);
    expect(readdirSync(accepted.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    rmSync(accepted.folder, { recursive: true });
    Forgotten.add(settings(), 7);
    await keep(2n, Forgotten.of(settings()));
    expect(erased).toEqual(await opened());
    expect(erased.users).toEqual([1, 2, 8, 70]);
  });

  test('from messages leaves no byte of their words in the file', async () => {
    const path = join(home, 'messages.duckdb');
    const messages = [1, 7, 2].map((userId, i) => ({
      id: BigInt(i),
      userId,
      at: 1000 + i,
      words: `word of user${'abcdefghij'[userId]}zq`,
      isGood: undefined,
    }));
    {
      await using store = await MessageStore.open(path);
      const stage = await store.stage();
      stage(messages);
      await store.commit();
      await store.addScores('model', [
        { userId: 7, week: 1, content: 5n, probability: 1 },
        { userId: 1, week: 1, content: 6n, probability: 2 },
      ]);
    }
    expect(readFileSync(path).includes('userhzq')).toBe(true);
    const work = join(home, '[w]ork');
    mkdirSync(work);
    // DuckDB would take the brackets for a pattern, which this fits.
    mkdirSync(join(home, 'work'));
    writeFileSync(join(home, 'work', 'message.parquet'), 'no Parquet');
    expect(await MessageStore.erase(path, 7, work, { userIds: 'int' })).toBe(2);
    expect(readFileSync(path).includes('userhzq')).toBe(false);
    expect(readFileSync(path).includes('userbzq')).toBe(true);
    await using store = await MessageStore.open(path);
    expect(await store.count(2000)).toEqual({ messages: 2, upToAsOf: 2 });
    expect([await store.countOf(7), await store.countOf(1)]).toEqual([0, 2]);
  });

  test('from files of runs takes out rejected lines with the id, and the score', async () => {
    const run = join(home, 'runs', 'a');
    mkdirSync(run, { recursive: true });
    const rejects = [
      'file,line,reason,text',
      'like.csv,7,too few,"1,2"',
      'like.csv,8,too few,"7,2"',
      'messages.jsonl,1,no body,"{""user_id"": 7,\n""x"": 1}"',
      'like.csv,,"and 7 more, which are not kept",',
      '',
    ];
    writeFileSync(join(run, 'rejects.csv'), rejects.join('\n'));
    writeFileSync(join(run, 'reputation_score.csv'), 'user_id,pred\n1,0.7\n7,1\n70,0.5\n');
    const lines = [
      { time: '2024-06-07T07:00:00.007Z', level: 'info', run: 'a', step: 'ingest', rows: 7, msg: 'step done' },
      { level: 'error', run: 'a', why: 'user 7, recommended 70', msg: 'step failed' },
      { level: 'warn', run: 'a', error: { type: 'E7', message: 'no', cause: { message: 'user 7' } }, msg: 'hook' },
    ];
    const logOf = (all: readonly object[]) => all.map((line) => `${JSON.stringify(line)}\n`).join('');
    writeFileSync(join(run, 'log.jsonl'), `${logOf(lines)}{"level":"error","why":"user 7`);
    const folders = [join(home, 'runs'), join(home, 'nothing')];
    const seven = { userId: 7, seen: 7 };
    expect(await countInFiles(folders, seven)).toBe(6);
    expect(await eraseInFiles(folders, seven)).toBe(6);
    expect(readFileSync(join(run, 'log.jsonl'), 'utf8')).toBe(
      `${logOf([
        lines[0] as object,
        { ...lines[1], why: 'user ***, recommended 70' },
        { ...lines[2], error: { type: 'E***', message: 'no', cause: { message: 'user ***' } } },
      ])}{"level":"error","why":"user ***\n`,
    );
    expect(readFileSync(join(run, 'rejects.csv'), 'utf8')).toBe(
      [...rejects.slice(0, 2), ...rejects.slice(4)].join('\n'),
    );
    expect(readFileSync(join(run, 'reputation_score.csv'), 'utf8')).toBe('user_id,pred\n1,0.7\n70,0.5\n');
    expect(await eraseInFiles(folders, seven)).toBe(0);
    expect(readdirSync(run).sort()).toEqual(['log.jsonl', 'rejects.csv', 'reputation_score.csv']);
  });

  test.each([
    ['1,7', ''],
    ['{""user_id"": 7,\n""x""', ''],
    ['1,70', 'like.csv,9,too few,"1,70'],
  ])('from rejected lines, the last of which was cut after %j, takes out what names them', async (text, left) => {
    const run = join(home, 'runs', 'a');
    mkdirSync(run, { recursive: true });
    const whole = 'file,line,reason,text\nlike.csv,7,too few,"1,2"\n';
    writeFileSync(join(run, 'rejects.csv'), `${whole}like.csv,9,too few,"${text}`);
    const seven = { userId: 7, seen: 7 };
    expect(await countInFiles([join(home, 'runs')], seven)).toBe(left === '' ? 1 : 0);
    expect(await eraseInFiles([join(home, 'runs')], seven)).toBe(left === '' ? 1 : 0);
    expect(readFileSync(join(run, 'rejects.csv'), 'utf8')).toBe(whole + left);
  });

  test('from files fails with the reason if one is a folder', async () => {
    mkdirSync(join(home, 'runs', 'a', 'rejects.csv'), { recursive: true });
    await expect(countInFiles([join(home, 'runs')], { userId: 7, seen: 7 })).rejects.toThrow('EISDIR');
  });
});
