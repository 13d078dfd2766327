import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import neo4j from 'neo4j-driver';
import { codeOf } from '../../src/engines/failure.ts';
import { type FoundIn, forget } from '../../src/jobs/forget/forget.ts';
import { withNetworkLock } from '../../src/jobs/network-lock.ts';
import { Database } from '../../src/postgres/database.ts';
import { writeModel } from '../../src/scoring/reputation/model-folder.ts';
import { kith, RunningCommand } from '../harness/command-line.ts';
import { bullishModel } from '../harness/hand-made-model.ts';
import { heldInGraph, heldInPostgres } from '../harness/held-locks.ts';
import { TestNetwork } from '../harness/network.ts';
import { until } from '../harness/until.ts';
import { arbitraryCase, denseNetwork, writeFolder, writeReputation } from '../oracle/arbitrary-network.ts';
import type { Case, Network } from '../oracle/network.ts';
import { expectedTables } from '../oracle/oracle.ts';

let network: TestNetwork;
let env: Record<string, string>;
let model: string;
beforeAll(async () => {
  network = await TestNetwork.open();
  env = { KITH_HOME: network.settings.home };
  model = network.folder('model');
  await writeModel(model, bullishModel(), 1, {});
});
beforeEach(async () => {
  await network.reset();
  remember();
});
afterAll(async () => {
  remember();
  await network?.[Symbol.asyncDispose]();
});

/** The home is shared with other tests, who know nobody as forgotten. */
function remember(): void {
  rmSync(join(network.settings.home, 'forgotten'), { force: true });
}

/** Everybody of a dense network under an id that occurs nowhere by chance, and one of them. */
const { network: given, options } = denseNetwork(4);
const apart = 1_713_000_000;
const activities = given.activities.map((each) => ({
  ...each,
  user: each.user + apart,
  engaged: each.engaged + apart,
}));
const dense: Network = {
  activities,
  suspended: new Map([...given.suspended].map(([user, is]): [number, boolean] => [user + apart, is])),
};
const asOf = new Date(options.asOf * 1000).toISOString();
/** Whom most others are close to. */
const person = mostNamed();

function mostNamed(): number {
  const counts = new Map<number, number>();
  for (const line of expectedTables(dense, options).closest) {
    const other = Number(line.split(',')[1]);
    counts.set(other, (counts.get(other) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] as number;
}

/** Without whatever names a user; whom else it names stays known. */
function without(user: number, { activities, suspended, words }: Network): Network {
  return {
    activities: activities.filter((each) => each.user !== user && each.engaged !== user),
    suspended: new Map([...suspended].filter(([id]) => id !== user)),
    ...(words && { words: words.filter((each) => each.user !== user && each.other !== user) }),
  };
}

/** The day of the dense network, with messages, words, and lines that are rejected. */
function written(): string {
  const input = network.folder('20210315');
  writeFolder(dense, input);
  const [other = 0] = activities.flatMap(({ user }) => (user === person ? [] : [user]));
  const time = '2021-03-10 00:00:00';
  writeFileSync(join(input, 'block.csv'), `${other},${person},${time}\n`);
  writeFileSync(join(input, 'mute.csv'), `${other},${person},${time}\n`);
  writeFileSync(join(input, 'dismiss.csv'), `${other},${person},${time}\n`);
  writeFileSync(join(input, 'unfollow.csv'), `${person},${other},${time}\n`);
  appendFileSync(join(input, 'like.csv'), `${person},${other},12\n`);
  const ids = [person, other, ...new Set(activities.map(({ user }) => user))];
  const messages = ids.map((user_id, id) =>
    JSON.stringify({ id, user_id, body: `bullish quizzaciously${'ab'[id] ?? ''}`, created_at: '2021-03-09T00:00:00Z' }),
  );
  writeFileSync(join(input, 'messages.jsonl'), `${messages.join('\n')}\n{"user_id": ${person}}\n`);
  return input;
}

const unlimited = { isDry: false, signal: new AbortController().signal, onProgress: () => undefined };
const forgotten = (user: number) => forget(network.settings, user, unlimited);
const sumOf = (found: FoundIn[]) => found.reduce((sum, { count }) => sum + count, 0);

/** Where in Postgres, in the graph and in the home's files a text occurs. */
async function placesOf(text: string): Promise<string[]> {
  const places: string[] = [];
  const { rows } = await network.pool.query<{ name: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE nspname LIKE ANY ('{kith%,graph\\_recs}') AND relkind IN ('r', 'p', 'v')`,
  );
  for (const { name } of rows) {
    const found = await network.pool.query(`SELECT FROM ${name} AS found WHERE found::text LIKE $1 LIMIT 1`, [
      `%${text}%`,
    ]);
    if (found.rowCount) places.push(name);
  }
  const stats = await network.pool.query(
    "SELECT FROM pg_stats WHERE concat(most_common_vals, histogram_bounds) LIKE $1 AND schemaname <> 'pg_catalog' LIMIT 1",
    [`%${text}%`],
  );
  if (stats.rowCount) places.push('statistics');
  const { uri, username, password } = network.stack.neo4j;
  await using driver = neo4j.driver(uri, neo4j.auth.basic(username, password), { disableLosslessIntegers: true });
  for (const match of ['(x)', '()-[x]->()']) {
    const { records } = await driver.executeQuery(`MATCH ${match} RETURN properties(x) AS x`);
    if (records.some((record) => JSON.stringify(record.get('x')).includes(text))) places.push(match);
  }
  return [...places, ...(await until('files that stay where they are', () => filesWith(text)))];
}

/** Files of the home in which a text occurs; undefined if one has gone meanwhile, as a worker's do. */
function filesWith(text: string): string[] | undefined {
  const { home } = network.settings;
  // The engines' own files keep old bytes for a while, and input is not Kith's.
  const skipped = /^(neo4j|postgres|input-)/;
  try {
    const names = readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(home, join(entry.parentPath, entry.name)));
    return names.filter((name) => !skipped.test(name) && readFileSync(join(home, name)).includes(text));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

describe('kith forget', () => {
  test('erases a person everywhere, the tables stay right, it can be repeated, and a reload brings nobody back', async () => {
    const input = written();
    const settings = { drawAtMost: 1_000_000 };
    const scored = { input, model, minReputation: '0', allow: 'stale' };
    await network.run({ ...scored, settings });
    const { summary } = await network.run({ ...scored, settings: { ...settings, ranking: 'circles' } });
    expect(summary.forgotten).toBeUndefined();
    await network.pool.query('UPDATE kith.runs SET error = $1', [`bad luck with user ${person}, and ${person}1`]);
    const before = await placesOf(String(person));
    for (const place of ['graph_recs.closest_connections', 'graph_recs.recommendations', 'graph_recs.rec_reasons'])
      expect(before).toContain(place);
    expect(before).toEqual(expect.arrayContaining(['kith.past_recommendations', 'kith.runs', '(x)', 'statistics']));
    expect(before.some((place) => place.endsWith('rejects.csv'))).toBe(true);
    expect(before.some((place) => place.endsWith('reputation_score.csv'))).toBe(true);
    expect(await placesOf('quizzaciouslya')).toContain('messages.duckdb');
    const shown = await network.tables();

    const dry = await kith(['forget', String(person), '--dry-run'], env);
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining(`Of user ${person} there are:`) });
    expect(await kith(['forget', String(person)], env)).toMatchObject({ code: 2 });
    expect(await network.tables()).toEqual(shown);
    expect(existsSync(join(network.settings.home, 'forgotten'))).toBe(false);

    const done = await kith(['forget', String(person), '--yes'], env);
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining(input) });
    // What was counted is what was removed.
    const figures = (text: string) => text.split('\n').slice(1, text.split('\n').indexOf('Out of reach:'));
    expect(figures(done.stdout)).toEqual(figures(dry.stdout));
    const { rows } = await network.pool.query<{ error: string }>('SELECT DISTINCT error FROM kith.runs');
    expect(rows).toEqual([{ error: `bad luck with user ***, and ${person}1` }]);
    await network.pool.query('UPDATE kith.runs SET error = NULL');
    // What is left there is the longer number, which is nobody's.
    await network.pool.query('ANALYZE kith.runs');
    expect(await placesOf(String(person))).toEqual([]);
    expect(await placesOf('quizzaciouslya')).toEqual([]);
    expect(await placesOf('quizzaciouslyb')).toContain('messages.duckdb');

    const names = new RegExp(`(^|,)${person}(,|$)`);
    const others = (lines: string[]) => lines.filter((line) => !names.test(line));
    const pairs = new Set(
      shown.reasons.filter((line) => names.test(line)).map((line) => line.split(',').slice(0, 2).join(',')),
    );
    const left = await network.tables();
    expect(left.closest).toEqual(others(shown.closest));
    expect(left.recommendations).toEqual(others(shown.recommendations).filter((pair) => !pairs.has(pair)));
    expect(left.reasons).toEqual(shown.reasons.filter((line) => !pairs.has(line.split(',').slice(0, 2).join(','))));
    expect(left.recommendations.length).toBeGreaterThan(100);
    expect(left.recommendations.length).toBeLessThan(others(shown.recommendations).length);
    const check = await kith(['check'], env);
    expect(check).toMatchObject({ code: 0, stdout: expect.not.stringMatching(/failed/) });
    const { rows: runs } = await network.pool.query('SELECT closest_rows, reason_rows FROM graph_recs.published_run');
    expect(runs).toEqual([{ closest_rows: String(left.closest.length), reason_rows: String(left.reasons.length) }]);

    const again = await kith(['forget', String(person), '--yes'], env);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('had been forgotten before') });
    expect(figures(again.stdout).map((line) => line.trim().split(' ')[0])).toEqual(
      figures(again.stdout).map(() => '0'),
    );

    const reloaded = await network.run({ input, reputation: false, allow: 'stale', settings });
    expect(reloaded.summary.forgotten).toBeGreaterThan(10);
    for (const { lines, parsed, rejected } of reloaded.summary.files ?? []) expect(parsed + rejected).toBe(lines);
    const { dropped: _, ...tables } = expectedTables(without(person, dense), options);
    expect(await network.tables()).toEqual(tables);
    expect(await placesOf(String(person))).toEqual([]);
    expect(await placesOf('quizzaciouslya')).toEqual([]);
  });

  test('then a reload of the same history, by either loader, gives the tables of a history without the person', async () => {
    // Nothing is kept of what somebody did towards themselves, and so nothing forgotten.
    const kept = ({ network: { activities } }: Case) => activities.filter(({ user, engaged }) => user !== engaged);
    const cases = arbitraryCase().filter((example) => kept(example).length > 5);
    await fc.assert(
      fc.asyncProperty(cases, fc.nat(), fc.constantFrom('merge', 'merge', 'bulk'), async (example, choice, loader) => {
        await network.reset();
        remember();
        const ids = [...new Set(kept(example).flatMap(({ user, engaged }) => [user, engaged]))];
        const user = ids[choice % ids.length] as number;
        const input = network.folder('20240601');
        writeFolder(example.network, input);
        const { asOf: at, reputation, ...weighting } = example.options;
        if (reputation) await writeReputation(reputation, `${input}.csv`);
        const run = (settings: object) =>
          network.run({
            input,
            reputation: reputation ? `${input}.csv` : false,
            asOf: new Date(at * 1000).toISOString(),
            allow: 'stale,shrink',
            settings: { weighting, ...settings },
          });
        await run({ loader: 'merge' });
        await forgotten(user);
        if (loader === 'bulk') await network.reset();
        const { summary } = await run({ loader });
        expect(summary.forgotten).toBeGreaterThan(0);
        const { dropped: _, ...tables } = expectedTables(without(user, example.network), example.options);
        expect(await network.tables()).toEqual(tables);
        // A small id is a number of many texts, such as those of checks.
        const { found } = await forgotten(user);
        expect(sumOf(found.filter(({ place }) => place !== 'kith.runs and run_steps'))).toBe(0);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test('that is killed anywhere finishes when it is repeated', async () => {
    await network.run({ input: written(), reputation: false, allow: 'stale' });
    const holdUps = [
      () => heldInPostgres(network.stack, 'SELECT FROM graph_recs.recommendations LIMIT 1'),
      () => heldInPostgres(network.stack, 'LOCK TABLE kith.past_recommendations IN SHARE MODE'),
      () => heldInGraph(network.stack, `MATCH (u:User {userId: ${person}}) SET u.held = true`),
    ];
    const waits = ['waiting for', 'past lists', 'graph'];
    for (const [i, holdUp] of holdUps.entries()) {
      await using _held = await holdUp();
      const command = new RunningCommand(['forget', String(person), '--yes'], env);
      await command.says(waits[i] as string);
      await command.end('SIGKILL');
      // Before anything goes, the person can't come back.
      expect(existsSync(join(network.settings.home, 'forgotten'))).toBe(true);
    }
    expect(await kith(['forget', String(person), '--yes'], env)).toMatchObject({ code: 0 });
    expect(await placesOf(String(person))).toEqual([]);
    expect(await kith(['check'], env)).toMatchObject({ code: 0 });
  });

  test('waits while a run is under way, and says so; Ctrl-C ends it with nothing changed', async () => {
    await network.run({ input: written(), reputation: false, allow: 'stale' });
    await using database = await Database.connect(network.stack.postgres.url);
    let stopped: RunningCommand | undefined;
    let waiting: RunningCommand | undefined;
    await withNetworkLock(database, async () => {
      stopped = new RunningCommand(['forget', String(person), '--yes'], env);
      await stopped.says('waiting: Another run is in progress');
      expect(await stopped.end('SIGINT')).toMatchObject({ code: 130 });
      expect(existsSync(join(network.settings.home, 'forgotten'))).toBe(false);
      waiting = new RunningCommand(['forget', String(person), '--yes'], env);
      await waiting.says('waiting: ');
      expect(await placesOf(String(person))).toContain('graph_recs.recommendations');
    });
    expect(await waiting?.ended).toMatchObject({ code: 0 });
    expect(await placesOf(String(person))).toEqual([]);
  });

  test('while a worker lives waits for the run of the queue, and the next one leaves the person out', async () => {
    const input = written();
    const worker = new RunningCommand(['worker'], env);
    try {
      await worker.says('worker ready');
      const enqueue = () => kith(['enqueue', '--input', input, '--as-of', asOf, '--allow', 'stale'], env);
      const published = async () => {
        const { rows } = await network.pool.query("SELECT FROM kith.runs WHERE status = 'published'");
        return rows.length;
      };
      expect(await enqueue()).toMatchObject({ code: 0 });
      await until('the run to begin', async () => {
        const { rows } = await network.pool.query("SELECT FROM kith.runs WHERE status <> 'queued'");
        return rows.length > 0;
      });
      expect(await kith(['forget', String(person), '--yes'], env)).toMatchObject({ code: 0 });
      expect(await published()).toBe(1);
      expect(await placesOf(String(person))).toEqual([]);
      expect(await enqueue()).toMatchObject({ code: 0 });
      await until('the second run', async () => (await published()) === 2);
      const { dropped: _, ...tables } = expectedTables(without(person, dense), options);
      expect(await network.tables()).toEqual(tables);
      expect(worker.process.exitCode).toBeNull();
    } finally {
      await worker.end('SIGTERM');
    }
    expect(await placesOf(String(person))).toEqual([]);
  });
});
