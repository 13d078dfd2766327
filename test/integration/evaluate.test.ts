import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseInstant } from '../../src/ingest/instant.ts';
import { type EndedCommand, kith as kithWith, RunningCommand } from '../harness/command-line.ts';
import { textNames } from '../harness/renamed-network.ts';
import { seededRandom, shuffled } from '../oracle/seeded-random.ts';

let home: string;
let input: string;
/** As lines of the files; times are ISO 8601, so text sorts by them. */
let rows: Row[];

interface Row {
  type: 'follow' | 'reply' | 'like' | 'mention';
  user: number;
  engaged: number;
  /** Epoch seconds. */
  at: number;
}

const start = Date.UTC(2024, 0, 1) / 1000;
const day = 86_400;
const cut = '2024-02-10T00:00:00Z';
const cutAt = start + 40 * day;

/** Scratch folders go there, so that a test can see that none is left. */
const kith = (...args: string[]): Promise<EndedCommand> =>
  kithWith(['evaluate', ...args], { KITH_HOME: '/dev/null/kith', TMPDIR: join(home, 'tmp') });

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kith-evaluate-test-'));
  mkdirSync(join(home, 'tmp'));
  rows = circlesOfFriends();
  input = write('20240220', rows);
});
// A library makes a folder for its cache there.
afterEach(() => expect(readdirSync(join(home, 'tmp')).filter((name) => name.startsWith('kith-'))).toEqual([]));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/**
 * 240 users in groups of 12, who engage within their group, mostly; over fifty days, evenly. So who is next is far easier
 * to tell by one's group than by anything else.
 */
function circlesOfFriends(): Row[] {
  const random = seededRandom(5);
  const types = ['follow', 'reply', 'like', 'mention'] as const;
  return Array.from({ length: 4200 }, () => {
    const user = random(240);
    const isNear = random(10) > 0;
    const engaged = isNear ? user - (user % 12) + random(12) : random(240);
    const type = types[[0, 1, 1, 2, 2, 2, 3][random(7)] ?? 0] ?? 'like';
    return { type, user: 10 + user, engaged: 10 + engaged, at: start + random(50 * day) };
  });
}

/** Writes a folder of a day, and gives its path. */
function write(
  name: string,
  activities: readonly Row[],
  named: (id: number) => number | bigint | string = (id) => id,
): string {
  const dir = join(home, name);
  mkdirSync(dir, { recursive: true });
  for (const type of ['follow', 'reply', 'like', 'mention'] as const) {
    const lines = activities
      .filter((row) => row.type === type)
      .map(({ user, engaged, at }) => {
        const time = new Date(at * 1000).toISOString().replace('.000Z', 'Z');
        const ids = `${named(user)},${named(engaged)}`;
        return type === 'follow' ? `${ids},${time}\n` : `${ids},${at},${time},${type}\n`;
      });
    writeFileSync(join(dir, `${type}.csv`), lines.join(''));
  }
  return dir;
}

interface Report {
  cut: string;
  before: number;
  after: number;
  users: { all: number; drawn: number };
  cold: { all: number };
  judged: {
    ranking: string;
    recall: { mean: number; low: number; high: number };
    difference?: { recall: { low: number } };
    settings: { windowSeconds: number | 'all' };
    lists: { recommendations: number };
  }[];
  sweep?: { cut: string; before: number; after: number; tried: { recall: { mean: number } }[] };
}

/** Evaluates into a folder, and reads the report. */
async function evaluated(name: string, ...args: string[]): Promise<Report> {
  const out = join(home, name);
  const { code, stderr } = await kith('--out', out, ...args);
  expect(code === 0 ? '' : stderr).toBe('');
  return JSON.parse(readFileSync(join(out, 'evaluation.json'), 'utf8'));
}

const recallOf = ({ judged }: Report, ranking: string) =>
  judged.find((each) => each.ranking === ranking)?.recall ?? { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
/** What the rankings did, whatever came of it. */
const listsOf = ({ judged }: Report) => judged.map(({ ranking, lists }) => ({ ranking, lists }));

/** Ids of other kinds in the same order: large ones, of which neighbours are one number as doubles, and texts. */
const smallIds = Array.from({ length: 250 }, (_, i) => i);
const texts = textNames(smallIds);
const others = {
  bigint: (id: number) => 2n ** 62n + BigInt(id),
  text: (id: number) => texts.get(id)?.id as string,
};

describe('kith evaluate', () => {
  test.each(['bigint', 'text'] as const)('judges a network of %s ids as the same one of small ids', async (kind) => {
    const scores = join(home, 'scores.csv');
    const options = (list: string) => ['--cut', cut, '--users', '100', '--reputation', list, '--window-days', '30'];
    const other = others[kind];
    const list = (named: (id: number) => unknown) =>
      `user_id,pred\n${smallIds.map((id) => `${named(id)},${(id % 5) / 4}\n`).join('')}`;
    writeFileSync(scores, list(Number));
    writeFileSync(`${scores}.${kind}`, list(other));
    const { judged, users } = await evaluated(`small-ids-${kind}`, '--input', input, ...options(scores));
    const env = { KITH_HOME: '/dev/null/kith', TMPDIR: join(home, 'tmp'), KITH_USER_IDS: kind };
    const out = join(home, `${kind}-ids`);
    const args = ['--out', out, '--input', write(`${kind}/20240220`, rows, other), ...options(`${scores}.${kind}`)];
    expect(await kithWith(['evaluate', ...args], env)).toMatchObject({ code: 0 });
    const report = JSON.parse(readFileSync(join(out, 'evaluation.json'), 'utf8'));
    expect({ judged: report.judged, users: report.users }).toEqual({ judged, users });
    expect(judged.some(({ recall }) => recall.mean > 0)).toBe(true);
  });

  test('prints a table, and writes JSON and a page with pictures', async () => {
    const out = join(home, 'report');
    const { code, stdout, stderr } = await kith('--input', input, '--window-days', 'all', '--out', out);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('evaluate: begins') });
    const report: Report = JSON.parse(readFileSync(join(out, 'evaluation.json'), 'utf8'));
    const distinct = new Set(rows.filter((row) => row.user !== row.engaged).map((row) => Object.values(row).join()));
    expect(report.before + report.after).toBe(distinct.size);
    // The instant of the activity at ceil(0.8 · n).
    const instants = rows
      .filter((row) => row.user !== row.engaged)
      .map(({ at }) => at)
      .sort((a, b) => a - b);
    expect(parseInstant(report.cut)).toBe(instants[Math.ceil((8 * distinct.size) / 10) - 1]);
    expect(report.users.drawn).toBe(report.users.all);
    // Whom one's group engages with is what circles know; who is popular is a matter of chance here.
    expect(recallOf(report, 'circles').low).toBeGreaterThan(recallOf(report, 'popularity').high);
    expect(recallOf(report, 'circles').mean).toBeGreaterThan(0.5);
    for (const { ranking, recall } of report.judged) {
      expect(recall.low).toBeLessThanOrEqual(recall.mean);
      expect(stdout).toMatch(new RegExp(`^  ${ranking} +${recall.mean.toFixed(4)} \\[`, 'm'));
    }
    const page = readFileSync(join(out, 'evaluation.html'), 'utf8');
    expect(page.match(/<svg /g)).toHaveLength(4);
    expect(page).not.toMatch(/<script|http:\/\/(?!www\.w3\.org)|https:/);
  });

  test('gives the same for the same seed, whatever the order of rows, and other users for another', async () => {
    const args = ['--window-days', 'all', '--users', '60'];
    const first = await evaluated('first', '--input', input, ...args);
    const other = write('shuffled/20240220', [...shuffled(rows, 3), ...rows.slice(0, 100)]);
    const second = await evaluated('second', '--input', other, ...args);
    expect({ ...second, input: '' }).toEqual({ ...first, input: '' });
    const third = await evaluated('third', '--input', input, ...args, '--seed', '2');
    expect(third.users).toEqual(first.users);
    expect(third.judged).not.toEqual(first.judged);
  });

  test('what happens a second after the cut changes no list', async () => {
    const args = ['--cut', cut, '--window-days', '30'];
    const known = await evaluated('known', '--input', input, ...args);
    // Everybody engages with one user who was hardly there, many times; those who were drawn stay the same.
    const users = [...new Set(rows.map(({ user }) => user))];
    const telling = users.flatMap((user): Row[] =>
      [1, 2, 3].map((second) => ({ type: 'like', user, engaged: 11, at: cutAt + second })),
    );
    const everybody = users.map((user): Row => ({ type: 'mention', user, engaged: 9999, at: cutAt + 5 }));
    const before = await evaluated('quiet', '--input', write('quiet/20240220', [...rows, ...everybody]), ...args);
    const after = await evaluated(
      'telling',
      '--input',
      write('telling/20240220', [...rows, ...everybody, ...telling]),
      ...args,
    );
    expect(after.before).toBe(known.before);
    expect(after.after).toBeGreaterThan(before.after);
    expect(listsOf(after)).toEqual(listsOf(before));
    // The same at the cut changes them.
    const atCut = telling.map((row) => ({ ...row, at: cutAt }));
    const early = await evaluated(
      'early',
      '--input',
      write('early/20240220', [...rows, ...everybody, ...atCut]),
      ...args,
    );
    expect(listsOf(early)).not.toEqual(listsOf(before));
  });

  test('finds next to nothing of what others did next', async () => {
    const args = ['--cut', cut, '--window-days', 'all', '--rankings', 'second-degree,circles'];
    const real = await evaluated('real', '--input', input, ...args);
    // Everybody does what somebody of another group did after the cut.
    const other = (user: number) => 10 + ((user - 10 + 132) % 240);
    const swapped = rows.map((row) => (row.at > cutAt ? { ...row, user: other(row.user) } : row));
    const control = await evaluated('control', '--input', write('control/20240220', swapped), ...args);
    for (const ranking of ['second-degree', 'circles']) {
      expect(recallOf(real, ranking).low).toBeGreaterThan(0.3);
      expect(recallOf(control, ranking).mean).toBeLessThan(recallOf(real, ranking).mean / 5);
    }
  });

  test('--exclude followed recommends those engaged with again; --without leaves types out', async () => {
    const args = ['--input', input, '--cut', cut, '--rankings', 'second-degree'];
    const engaged = await evaluated('engaged', ...args);
    const followed = await evaluated('followed', ...args, '--exclude', 'followed');
    // Nobody of them is a new partner, so what is right among the 20 gets less.
    expect(recallOf(followed, 'second-degree').mean).toBeLessThan(recallOf(engaged, 'second-degree').mean);
    const without = await evaluated('without', ...args, '--without', 'follow,like');
    const removed = write(
      'removed/20240220',
      rows.filter(({ type }) => type === 'reply' || type === 'mention'),
    );
    const plain = await evaluated('plain', '--input', removed, ...args.slice(2));
    expect(without.judged).toEqual(plain.judged);
    expect(without.before).toBeLessThan(engaged.before);
  });

  test('a list of scores leaves nobody else to be recommended', async () => {
    const scores = join(home, 'scores.csv');
    writeFileSync(scores, ['user_id,pred', '15,0.9', '16,0.6', '17,0.4', ''].join('\n'));
    const args = ['--input', input, '--cut', cut, '--reputation', scores, '--rankings', 'circles,popularity'];
    const report = await evaluated('scores', ...args);
    expect(report.judged.every(({ lists }) => lists.recommendations > 0)).toBe(true);
    const most = 2 * report.users.drawn;
    for (const { lists } of report.judged) expect(lists.recommendations).toBeLessThanOrEqual(most);
    const stricter = await evaluated('stricter', ...args, '--min-reputation', '0.7');
    for (const { lists } of stricter.judged) expect(lists.recommendations).toBeLessThanOrEqual(most / 2);
  });

  test('a sweep chooses on an inner cut, which never sees what came after the outer one', async () => {
    const sweep = ['--sweep', 'window-days=1,20,all', '--sweep', 'ranking=second-degree,circles'];
    const args = ['--cut', cut, ...sweep];
    const report = await evaluated('sweep', '--input', input, ...args);
    expect(report.sweep?.tried).toHaveLength(6);
    expect((report.sweep?.before ?? 0) + (report.sweep?.after ?? 0)).toBe(report.before);
    expect(Date.parse(report.sweep?.cut ?? '')).toBeLessThan(Date.parse(report.cut));
    const recalls = report.sweep?.tried.map(({ recall }) => recall.mean) ?? [];
    expect([...recalls].sort((a, b) => b - a)).toEqual(recalls);
    expect(report.judged.map(({ ranking }) => ranking)).toEqual(['second-degree', 'popularity', 'circles']);
    // Another truth after the outer cut, of as many activities, chooses no other.
    const turned = rows.map((row) =>
      row.at > cutAt && row.user !== row.engaged
        ? { ...row, engaged: 10 + ((row.user - 10 + 100 + (row.at % 50)) % 240) }
        : row,
    );
    const other = await evaluated('turned', '--input', write('turned/20240220', turned), ...args);
    expect(other.before).toBe(report.before);
    expect(other.judged).not.toEqual(report.judged);
    expect(other.sweep).toEqual(report.sweep);
  });

  test('says so where popularity is better than the default', async () => {
    const random = seededRandom(9);
    // Everybody engages with three of ten stars, once each, and nobody else with anybody.
    const asked = Array.from({ length: 900 }, (_, i): Row => {
      const user = 100 + (i % 300);
      return { type: 'reply', user, engaged: 1 + random(10), at: start + Math.floor(i / 300) * day + random(day) };
    });
    const { code, stdout } = await kith('--input', write('asked/20240105', asked), '--window-days', 'all');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^On this network second-degree finds fewer new partners than popularity/m);
    expect((await kith('--input', input, '--window-days', 'all')).stdout).not.toMatch(/^On this network/m);
  });

  test('names what people chose safely', async () => {
    const strange = write('<b>"&/20240220', rows);
    await evaluated('strange', '--input', strange, '--rankings', 'popularity');
    const page = readFileSync(join(home, 'strange', 'evaluation.html'), 'utf8');
    expect(page).toContain('&lt;b&gt;&quot;&amp;');
    expect(page).not.toContain('<b>"');
  });

  test.each([
    ['no folder', [], /--input/],
    ['a folder that is not there', ['--input', '/nowhere/20240220'], /nowhere/],
    ['an unknown ranking', ['--input', 'INPUT', '--rankings', 'best'], /There is no ranking "best"/],
    ['a sweep of nothing', ['--input', 'INPUT', '--sweep', 'colour=red'], /--sweep should be a setting/],
    [
      'a cut after everything',
      ['--input', 'INPUT', '--cut', '2025-01-01'],
      /Nobody who did anything .* has a new partner/,
    ],
    [
      'a cut before everything',
      ['--input', 'INPUT', '--cut', '2020-01-01'],
      /Nobody who did anything .* has a new partner/,
    ],
    ['types of which there is nothing', ['--input', 'EMPTY', '--without', 'like'], /no activity/],
    ['a report that can not be written', ['--input', 'INPUT', '--out', '/dev/null/report'], /--out/],
  ])('exits with 2 for %s', async (_, args, why) => {
    const empty = write('empty/20240220', [{ type: 'like', user: 1, engaged: 2, at: start }]);
    const { code, stdout, stderr } = await kith(
      ...args.map((arg) => (arg === 'INPUT' ? input : arg === 'EMPTY' ? empty : arg)),
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(why);
    expect(stderr).not.toMatch(/a bug in Kith/);
  });

  test('keeps the bad rows that it refuses a folder for, and nothing else', async () => {
    const bad = write('bad/20240220', rows);
    writeFileSync(join(bad, 'like.csv'), 'a,b,c,d,e\n'.repeat(100));
    const { code, stderr } = await kith('--input', bad);
    expect(code).toBe(2);
    const [, path = ''] = /(?:All are|It is) in (\S+);/.exec(stderr) ?? [];
    expect(existsSync(path)).toBe(true);
    rmSync(path);
  });

  test('stops at Ctrl-C, and leaves nothing behind', async () => {
    const out = join(home, 'stopped');
    // It would take a minute.
    const values = Array.from({ length: 200 }, (_, i) => i + 1).join();
    const args = ['--input', input, '--out', out, '--sweep', `window-days=${values}`];
    const running = new RunningCommand(['evaluate', ...args], {
      KITH_HOME: '/dev/null/kith',
      TMPDIR: join(home, 'tmp'),
    });
    await running.says('evaluate: begins');
    const { code } = await running.end('SIGINT');
    expect(code).toBe(130);
    expect(readdirSync(out)).toEqual([]);
  });
});
