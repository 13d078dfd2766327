import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import pg from 'pg';
import { addShowCommand } from '../../src/cli/commands/show.ts';
import { BadInputError } from '../../src/errors.ts';
import type { Computing } from '../../src/graph/compiled.ts';
import type { RunFacts } from '../../src/jobs/run.ts';
import { Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { type Explanation, explain } from '../../src/show/explain.ts';
import type { CirclesExplanation } from '../../src/show/explain-circles.ts';
import type { Obstacle } from '../../src/show/obstacle.ts';
import { showUser, type UserView } from '../../src/show/show-user.ts';
import { kith } from '../harness/command-line.ts';
import { expectedCircles } from '../oracle/circles.ts';
import { activityTypes, type Network } from '../oracle/network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { networkOfFolder } from '../oracle/read-folder.ts';
import { type GeneratedNetwork, generatedNetwork } from './generated-network.ts';

let network: GeneratedNetwork;
let run: RunFacts;
/** What the folder says, read without any code of Kith's. */
let read: Network;
let expected: ReturnType<typeof expectedTables>;

beforeAll(async () => {
  network = await generatedNetwork();
  // Commands read it; Jest gives this file a copy of the environment.
  process.env.KITH_HOME = network.settings.home;
  const { weighting } = network.settings;
  run = {
    id: 'the-run',
    asOf: network.asOf,
    startedAt: '2024-06-01T07:00:00.000Z',
    settings: { weighting, ranking: 'second-degree', recommendEngaged: true, reputation: 'list' },
  };
  const { asOf, reputation } = network;
  read = networkOfFolder(withoutQuotes(network.folder));
  expected = expectedTables(read, { ...weighting, asOf, reputation });
});

afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

/** What a person sees who types the command. */
async function shown(...args: string[]): Promise<string> {
  const written: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0),
  );
  try {
    const program = new Command().exitOverride();
    addShowCommand(program);
    for (const command of program.commands) command.exitOverride();
    await program.parseAsync(['show', ...args], { from: 'user' });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return written.join('');
}

const compiled: Computing = { by: 'compiled' };
const plain: Computing = { by: 'cypher', why: 'this test asks for it' };
const linesOf = (lines: string[], user: number) => lines.filter((line) => line.startsWith(`${user},`));

/** The same folder with only the columns of user.csv that count, since the reader takes no quotes. */
function withoutQuotes(folder: string): string {
  const plain = join(folder, 'plain');
  mkdirSync(plain);
  for (const type of activityTypes) linkSync(join(folder, `${type}.csv`), join(plain, `${type}.csv`));
  const users = parse(readFileSync(join(folder, 'user.csv'))) as string[][];
  writeFileSync(join(plain, 'user.csv'), users.map((row) => `${row[0]},,,,,,,,,,,${row[11]}\n`).join(''));
  return plain;
}

async function obstacles(userId: number, recId: number, of = run): Promise<string[]> {
  return (await explain(network.graph, of, userId, recId)).obstacles.map(({ kind }) => kind);
}

test('before the first run a sentence says what to do', async () => {
  await expect(shown('2770')).rejects.toThrow(
    new BadInputError('Nothing has been published yet, so there is nothing to show: run `kith run --input DIR` first.'),
  );
});

test('a user whom no file names is unknown', async () => {
  await expect(showUser(network.graph, run, 4711, compiled)).rejects.toThrow('The graph has no user 4711');
  await expect(explain(network.graph, run, 2770, 4711)).rejects.toThrow('The graph has no user 4711');
  await expect(explain(network.graph, run, 4711, 2770)).rejects.toThrow('The graph has no user 4711');
});

test('shows many users exactly what the definition says they should see', async () => {
  let recommendations = 0;
  for (let user = 0; user < 3000; user += 61) {
    const view = await showUser(network.graph, run, user, compiled);
    expect(await showUser(network.graph, run, user, plain)).toEqual(view);
    const { closest } = view;
    expect(closest.map((one) => `${user},${one.userId},${one.weight}`).sort()).toEqual(linesOf(expected.closest, user));
    expect(closest.map(({ rank }) => rank)).toEqual(closest.map((_, i) => i + 1));
    expect(view.recommendations.map((one) => `${user},${one.userId}`).sort()).toEqual(
      linesOf(expected.recommendations, user),
    );
    const reasons = view.recommendations.flatMap((one) =>
      one.reasons.map((reason) => `${user},${one.userId},${reason.userId},${reason.weight}`),
    );
    expect(reasons.sort()).toEqual(linesOf(expected.reasons, user));
    recommendations += view.recommendations.length;
  }
  expect(recommendations).toBeGreaterThan(200);
});

test('explains every recommendation of a user with the rank, the score and the reasons that are shown', async () => {
  const view = await showUser(network.graph, run, 2770, compiled);
  expect(view.recommendations.length).toBeGreaterThan(10);
  for (const one of view.recommendations) {
    const why = (await explain(network.graph, run, 2770, one.userId)) as Explanation;
    expect([why.recommended, why.rank, why.score]).toEqual([true, one.rank, one.score]);
    const weights = one.reasons.map(({ userId, weight }) => ({ userId, weight }));
    expect(why.reasons.map(({ userId, weight }) => ({ userId, weight }))).toEqual(weights);
  }
});

test('the activities behind each step make up its weight', async () => {
  const view = await showUser(network.graph, run, 2770, compiled);
  const { windowSeconds } = run.settings.weighting;
  const why = (await explain(network.graph, run, 2770, view.recommendations[0]?.userId ?? -1)) as Explanation;
  for (const { userId, steps } of why.reasons) {
    expect(steps.map(({ from, to }) => [from, to])).toEqual([
      [2770, userId],
      [userId, why.recId],
    ]);
    for (const { weight, activities } of steps) {
      const seconds = activities.reduce((sum, { at }) => sum + windowSeconds - (run.asOf - at), 0);
      expect(seconds / windowSeconds).toBeCloseTo(Number(weight), 9);
      expect(activities.every(({ type, messageId }) => (type === 'follow') === (messageId === undefined))).toBe(true);
    }
  }
});

test("says why somebody is not recommended, for everybody who isn't and nobody else", async () => {
  const recommended = new Set(
    (await showUser(network.graph, run, 2770, compiled)).recommendations.map(({ userId }) => userId),
  );
  const kinds = new Map<string, number>();
  const everyFourth = Array.from({ length: 750 }, (_, i) => i * 4);
  for (const candidate of [2770, ...everyFourth]) {
    const [first] = await obstacles(2770, candidate);
    expect(first === undefined).toBe(recommended.has(candidate));
    kinds.set(first ?? 'none', (kinds.get(first ?? 'none') ?? 0) + 1);
  }
  expect([...kinds.keys()].sort()).toEqual([
    'followed',
    'no-path',
    'none',
    'not-among-best',
    'reputation',
    'self',
    'suspended',
  ]);
});

test('names the first follow at or before the as-of', async () => {
  const follows = read.activities.filter(({ type, at }) => type === 'follow' && at <= run.asOf);
  const [follow] = follows.filter(({ user }) => user === 2770);
  if (!follow) throw new Error('the example follows nobody');
  const times = follows.filter(({ user, engaged }) => user === 2770 && engaged === follow.engaged);
  const { obstacles: found } = await explain(network.graph, run, 2770, follow.engaged);
  expect(found).toContainEqual({ kind: 'followed', followedAt: Math.min(...times.map(({ at }) => at)) });
  const before = { ...run, asOf: Math.min(...times.map(({ at }) => at)) - 1 };
  expect(await obstacles(2770, follow.engaged, before)).not.toContain('followed');
});

test('without a list of scores nobody is filtered by reputation', async () => {
  const open: RunFacts = { ...run, settings: { ...run.settings, reputation: 'none' } };
  const { asOf } = network;
  const all = expectedTables(read, { ...run.settings.weighting, asOf, reputation: undefined });
  const view = await showUser(network.graph, open, 2770, compiled);
  expect(view.recommendations.map(({ userId }) => `2770,${userId}`).sort()).toEqual(linesOf(all.recommendations, 2770));
  for (const { userId, rank } of view.recommendations)
    expect(await explain(network.graph, open, 2770, userId)).toMatchObject({ recommended: true, rank });
});

describe('the command, once a run is published', () => {
  const [suspended, idle] = [839, 9];
  let view: UserView;

  beforeAll(async () => {
    await using database = await Database.connect(network.stack.postgres.url);
    await migrate(database, 30, () => undefined);
    const client = new pg.Client({ connectionString: network.stack.postgres.url });
    await client.connect();
    try {
      await client.query(
        `INSERT INTO kith.runs (id, as_of, settings, steps, status, started_at, finished_at)
         VALUES ($1, to_timestamp($2), $3, '{closest,publish}', 'published', $4, $4)`,
        [run.id, run.asOf, JSON.stringify(run.settings), run.startedAt],
      );
      await client.query(
        `INSERT INTO kith.run_steps (run_id, step, status, attempts, token, started_at)
         VALUES ($1, 'closest', 'done', 1, 1, $2), ($1, 'reputation', 'done', 1, 2, $2)`,
        [run.id, run.startedAt],
      );
    } finally {
      await client.end();
    }
    view = await showUser(network.graph, run, 2770, compiled);
  });

  test('shows a user as lines, with the heaviest reasons of each recommendation', async () => {
    const text = await shown('2770');
    expect(text).toMatch(/^User 2770 as of 2024-06-01 00:00:00 UTC \(run the-run\)\nnot suspended, reputation 0\.\d+ /);
    expect(text).toContain(`Closest connections (${view.closest.length})`);
    const [first] = view.recommendations;
    expect(text).toMatch(new RegExp(`^ +1 +${first?.userId} +\\d+\\.\\d{4} +${first?.reasons[0]?.userId} \\(`, 'm'));
    expect(text).toContain(`followed ${view.dropped?.followed}`);
  });

  test('gives the same as JSON, in full', async () => {
    expect(JSON.parse(await shown('2770', '--json'))).toEqual(JSON.parse(JSON.stringify(view)));
    const rec = view.recommendations[0]?.userId ?? -1;
    const why = JSON.parse(await shown('2770', '--why', String(rec), '--json')) as Explanation;
    expect(why.reasons.length).toBe(view.recommendations[0]?.reasons.length);
  });

  test('explains a recommendation with the activities behind it', async () => {
    const [first] = view.recommendations;
    const text = await shown('2770', '--why', String(first?.userId));
    expect(text).toContain(`${first?.userId} is recommended to 2770: rank 1, score `);
    expect(text).toContain(`Because of ${first?.reasons[0]?.userId}, weight `);
    expect(text).toMatch(/2024-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}(follow|(reply|like|mention), message \d+)/);
  });

  test('suggests a command that works as it is printed, in the same home', async () => {
    const { code, stdout } = await kith(['show', '2770'], { KITH_HOME: network.settings.home });
    expect(code).toBe(0);
    const suggested = /^Why someone is recommended, or isn't: (.+)$/m.exec(stdout)?.[1] ?? '';
    // A shell without any setting of Kith's, in the folder of the first command.
    const env = { PATH: process.env.PATH, HOME: process.env.HOME };
    const { status, stdout: explained } = spawnSync('sh', ['-c', suggested], { cwd: tmpdir(), env, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(explained).toContain(`${view.recommendations[0]?.userId} is recommended to 2770: rank 1, score `);
  });

  test('has a sentence for suspended users, for oneself and for those without any path', async () => {
    expect(await shown(String(suspended))).toContain(`User ${suspended} is suspended: suspended users have no closest`);
    expect(await shown(String(suspended), '--why', '1')).toContain(
      `${suspended} is suspended, and suspended users get no`,
    );
    expect(await shown('2770', '--why', String(suspended))).toContain(
      `${suspended} is suspended, and suspended users are left`,
    );
    expect(await shown('2770', '--why', '2770')).toContain('Nobody is recommended to themself.');
    expect(await shown('2770', '--why', String(idle))).toContain(
      `None of the closest connections of 2770 has ${idle} among`,
    );
  });

  test('refuses what is not a user id', async () => {
    await expect(shown('trader')).rejects.toThrow('A user id is a whole number from 0 to 2147483647.');
    await expect(shown('2770', '--why', '2147483648')).rejects.toThrow('A user id is a whole number');
  });
});

describe('by circles', () => {
  const byCircles = (more: Partial<RunFacts['settings']> = {}): RunFacts => ({
    ...run,
    settings: { ...run.settings, ranking: 'circles', ...more },
  });
  let circles: ReturnType<typeof expectedCircles>;
  beforeAll(() => {
    const { asOf, reputation } = network;
    circles = expectedCircles(read, { ...network.settings.weighting, asOf, reputation });
  });
  const explained = async (userId: number, recId: number, of = byCircles()) =>
    (await explain(network.graph, of, userId, recId)) as CirclesExplanation;

  test('shows many users exactly what the definition says they should see', async () => {
    let recommendations = 0;
    for (let user = 0; user < 3000; user += 97) {
      const view = await showUser(network.graph, byCircles(), user, plain);
      const lines = view.recommendations.map(
        ({ userId, score, rank, source }) => `${user},${userId},${score},${rank},${source}`,
      );
      expect(lines.sort()).toEqual(linesOf(circles.recommendations, user));
      const reasons = view.recommendations.flatMap((one) =>
        one.reasons.map(({ userId, weight, source }) => `${user},${one.userId},${userId},${weight},${source}`),
      );
      expect(reasons.sort()).toEqual(linesOf(circles.reasons, user));
      recommendations += lines.length;
    }
    expect(recommendations).toBeGreaterThan(400);
  });

  test('explains every recommendation by terms that sum to its score, and who speaks for it', async () => {
    const view = await showUser(network.graph, byCircles(), 2770, plain);
    expect(view.vias?.length).toBe(10);
    for (const one of view.recommendations) {
      const why = await explained(2770, Number(one.userId));
      expect([why.recommended, why.rank, why.score]).toEqual([true, one.rank, one.score]);
      const units = why.terms.reduce((sum, { weight }) => sum + BigInt(weight.replace('.', '')), 0n);
      expect(units).toBe(BigInt(one.score.replace('.', '')));
      for (const term of why.terms) {
        if (term.source !== 'circle') continue;
        expect(view.vias?.[term.rank - 1]).toBe(term.via);
        const voters = [...term.lately, ...term.before];
        expect(voters.length).toBeGreaterThan(0);
        expect(voters.length).toBeLessThanOrEqual(term.members);
        // Whoever votes has the recommended among their closest.
        for (const voter of voters)
          expect(
            linesOf(circles.closest, Number(voter)).some((line) => line.split(',')[1] === String(one.userId)),
          ).toBe(true);
      }
    }
  });

  test('says what keeps somebody from being recommended, with the rank and what is missing', async () => {
    const all = await showUser(network.graph, byCircles(), 2770, plain);
    const [first] = all.recommendations;
    const best = first?.userId as number;
    expect((await explained(2770, 2770)).obstacles).toEqual([{ kind: 'self' }]);
    const follow = read.activities.find(({ type, user, at }) => type === 'follow' && user === 2770 && at <= run.asOf);
    expect((await explained(2770, follow?.engaged ?? -1)).obstacles.map(({ kind }) => kind)).toContain('followed');
    const [popular] = circles.recommendations.filter((line) => line.endsWith('popular'));
    const lists = new Set(all.recommendations.map(({ userId }) => userId));
    const others = [...new Set(circles.recommendations.map((line) => Number(line.split(',')[1])))];
    const kinds = new Map<string, Obstacle>();
    for (const other of others.filter((id) => !lists.has(id)).slice(0, 60)) {
      const { obstacles: found, rank, score } = await explained(2770, other);
      for (const one of found) kinds.set(one.kind, one);
      const missed = found.find((one) => one.kind === 'not-among-best');
      if (!missed) continue;
      expect(rank).toBeGreaterThan(20);
      expect(missed.lowestScore).toBe(all.recommendations[19]?.score);
      expect(Number(score) + Number(missed.missing)).toBeCloseTo(Number(missed.lowestScore), 7);
    }
    expect([...kinds.keys()]).toContain('not-among-best');
    expect(popular).toBeDefined();
    const none = byCircles({ popularAtMost: 0 });
    const surplus = all.recommendations.find(({ reasons }) => reasons.some(({ source }) => source.includes('popular')));
    expect((await explained(2770, Number(surplus?.userId ?? -1), none)).obstacles).toEqual([
      { kind: 'popular-at-most', most: 0 },
    ]);
    const engaged = linesOf(circles.closest, 2770).map((line) => Number(line.split(',')[1]));
    const known = all.recommendations.find(({ userId }) => engaged.includes(Number(userId)));
    const unengaged = byCircles({ recommendEngaged: false });
    if (known)
      expect((await explained(2770, Number(known.userId), unengaged)).obstacles.map(({ kind }) => kind)).toEqual([
        'engaged',
      ]);
    expect((await explained(2770, best)).obstacles).toEqual([]);
  });
});
