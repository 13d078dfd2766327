import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { EngineError } from '../../src/errors.ts';
import { Accepted } from '../../src/ingest/accepted.ts';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { DuckDbFile } from '../../src/storage/duckdb-file.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';
import { seededRandom } from '../oracle/seeded-random.ts';

const tsx = ['--import', 'tsx'];

describe('accepted rows', () => {
  let home: string;
  let accepted: Accepted;

  beforeEach(() => {
    // DuckDB would take the brackets for a pattern.
    home = mkdtempSync(join(tmpdir(), 'kith-[unit]-'));
    accepted = new Accepted({ lake: home });
    accepted.remember({ isComplete: true });
  });
  afterEach(() => rmSync(home, { recursive: true }));

  test('of several folders are one: distinct activities, and flags as the graph has them', async () => {
    await keep(
      1n,
      'a',
      { follow: ['1,2,2024-05-01'], like: ['1,2,7,2024-05-02,like'], user: ['1,1', '3,0', '4,1'] },
      100,
      false,
    );
    // Of one date suspended wins; an earlier one changes nothing.
    await keep(2n, 'b', { follow: ['1,2,2024-05-01', '1,3,2024-05-03'], user: ['1,0', '3,1'] }, 100, false);
    await keep(3n, 'c', { follow: ['2,5,2024-05-03'], user: ['4,0', '5,1'] }, 50, false);
    // An undated folder is later by its arrival.
    await keep(4n, 'd', { follow: ['2,5,2024-05-03'], user: ['1,0'] }, 100, true);
    const flags = [
      { userId: 1, suspended: false, at: 100 },
      { userId: 3, suspended: true, at: 100 },
      { userId: 4, suspended: true, at: 100 },
      { userId: 5, suspended: true, at: 50 },
    ];
    expect(await opened()).toEqual({ users: 5, follow: 3, like: 1, flags });
    // The same once they are written anew, and after a folder that comes later.
    await accepted.shrink(5n, 'd', join(home, 'work'));
    expect(accepted.count()).toBe(1);
    expect(await opened()).toEqual({ users: 5, follow: 3, like: 1, flags });
    await keep(6n, 'e', { follow: ['2,5,2024-05-03'], user: ['1,1'] }, 100, false);
    expect((await opened()).flags[0]).toEqual({ userId: 1, suspended: true, at: 100 });
  });

  test('that say nothing of who is suspended leave the flags of earlier folders', async () => {
    await keep(1n, 'a', { follow: ['1,2,2024-05-01'], user: ['1,1', '2,0'] }, 100, false);
    const only = (name: string) => [`user_id,${name}`, '1,0', '2,0', '3,0'];
    await keep(2n, 'b', { follow: ['1,2,2024-05-01'], user: only('discoverable') }, 200, false);
    await keep(3n, 'c', { follow: ['1,2,2024-05-01'], user: only('deleted') }, 300, true);
    expect((await opened()).flags).toEqual([
      { userId: 1, suspended: true, at: 100 },
      { userId: 2, suspended: false, at: 100 },
    ]);
  });

  test("of another attempt at the same run take the earlier attempt's place", async () => {
    await keep(1n, 'a', { follow: ['1,2,2024-05-01'] }, 100, false);
    await keep(2n, 'a', { follow: ['1,3,2024-05-01'] }, 100, false);
    expect(await opened()).toMatchObject({ users: 2, follow: 1 });
    expect(readdirSync(accepted.folder)).toHaveLength(3);
  });

  test('what the horizon has passed is left out, but no follows and no users', async () => {
    await keep(
      1n,
      'a',
      { follow: ['1,2,2024-05-01'], like: ['1,8,7,2024-05-02,like', '1,9,7,2024-05-04,like'] },
      100,
      false,
    );
    accepted.remember({ horizon: Date.parse('2024-05-03') / 1000 });
    expect(await opened()).toMatchObject({ users: 4, follow: 1, like: 1 });
    await accepted.shrink(2n, 'a', join(home, 'work'));
    expect(await opened()).toMatchObject({ users: 4, follow: 1, like: 1 });
  });

  test('that a killed attempt has left half written are removed, but not those of a later attempt', async () => {
    for (const token of [9n, 10n]) await writeFile(accepted.draftOf(token, `run${token}`).users, '');
    accepted.removeDrafts(10n);
    expect(readdirSync(accepted.folder).filter((name) => name.endsWith('.part'))).toEqual([
      '00000000000000000010-run10.users.parquet.part',
    ]);
  });

  test.each(['{"isComplete": tr', '', '{}'])(
    'of which too little is known (%s) say which file is damaged',
    async (torn) => {
      const file = join(accepted.folder, 'known.json');
      await writeFile(file, torn);
      expect(() => accepted.known()).toThrow(EngineError);
      expect(() => accepted.known()).toThrow(file);
    },
  );

  test('are too many if they are far more than those of the graph', async () => {
    await keep(1n, 'a', { follow: ['1,2,2024-05-01'] }, 100, false);
    expect(await accepted.isLong(3, join(home, 'work'))).toBe(false);
    expect(await accepted.isLong(-1e6, join(home, 'work'))).toBe(true);
  });

  test('are kept by day, so that who reads a window can skip the rest', async () => {
    const days = 40;
    const perDay = 10_000;
    const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + (i % days))).toISOString().slice(0, 10);
    const like = Array.from({ length: days * perDay }, (_, i) => `${i % 997},${i % 991},${i},${day(i)},like`);
    await keep(1n, 'a', { like, follow: ['1,2,2024-01-01', '1,3,2024-02-09'], block: ['1,9,2024-01-01'] }, 100, false);
    await using file = await DuckDbFile.open(join(home, 'look.duckdb'));
    const groups = await file.run(
      `SELECT row_group_id, max(CASE WHEN path_in_schema = 'instant' THEN stats_max END)::BIGINT
       FROM parquet_metadata($path) GROUP BY ALL ORDER BY ALL`,
      { path: join(accepted.folder, [...accepted.files().keys()][0] as string).replace(/\[/g, '[[]') },
    );
    const newest = groups.map(([, instant]) => Number(instant));
    expect(newest.length).toBeGreaterThan(3);
    // The last day is in the last group only, but for the follows in the first one.
    const ofLastDay = newest.slice(1).filter((instant) => instant >= Date.parse('2024-02-09') / 1000);
    expect(ofLastDay).toHaveLength(1);
  });

  test('are all there, each once, whenever writing them anew is killed', async () => {
    const like = Array.from({ length: 20_000 }, (_, i) => `${i % 97},${i % 91},${i % 5_000},2024-05-02,like`);
    const files = { like, follow: ['1,2,2024-05-01'], user: ['1,1', '98,0'] };
    for (const [i, run] of ['a', 'b', 'c'].entries()) await keep(BigInt(i + 1), run, files, 100 + i, false);
    const before = await opened();
    const random = seededRandom(5);
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, [...tsx, join(projectRoot, 'test', 'harness', 'shrink.ts'), home], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, random(120)));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
      expect(await opened()).toEqual(before);
    }
    await accepted.shrink(2n ** 40n, 'z', join(home, 'work'));
    expect(await opened()).toEqual(before);
    expect(accepted.count()).toBe(1);
  });

  /** A row of user.csv. */
  const withFlag = (line: string) => line.replace(',', ',b,c,d,e,f,g,h,i,j,k,');

  async function keep(token: bigint, run: string, files: Record<string, string[]>, at: number, isUndated: boolean) {
    const day = join(home, `day-${run}-${token}`);
    await mkdir(day);
    for (const [name, rows] of Object.entries(files)) {
      const lines = name === 'user' && !rows[0]?.startsWith('user_id') ? rows.map(withFlag) : rows;
      await writeFile(join(day, `${name}.csv`), `${lines.join('\n')}\n`);
    }
    const options = { workDir: join(home, 'work'), rejectsPath: join(home, 'rejects.csv'), limits: inputLimits };
    await using staged = await readFolder(await openFolder(day), options);
    const draft = accepted.draftOf(token, run);
    await staged.writeAccepted(draft, { at, isUndated });
    accepted.take(draft, run);
  }

  async function opened() {
    const { folder, flags } = await accepted.open(join(home, 'work'));
    await using staged = folder;
    return { users: staged.users, follow: staged.activities.follow, like: staged.activities.like, flags };
  }
});
