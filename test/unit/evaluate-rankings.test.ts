import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { projectRoot } from '../../src/config/project.ts';
import { EvaluatedNetwork } from '../../src/evaluate/evaluated-network.ts';
import type { RankingName } from '../../src/evaluate/rankings.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';
import { arbitraryCase, denseNetwork, writeFolder } from '../oracle/arbitrary-network.ts';
import { type CirclesOptions, expectedCircles } from '../oracle/circles.ts';
import { type Case, distinct, expectedTables } from '../oracle/oracle.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kith-evaluate-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

type CirclesCase = Case & { options: CirclesOptions };

/** In small networks nearly everybody is busy who engages with more than one or two people. */
const strangers = fc.option(fc.constantFrom(1, 2), { nil: undefined });

/** Everybody who is named in an activity that may count. */
function usersOf({ network, options }: Case): number[] {
  const isSuspended = (user: number) => network.suspended.get(user) === true;
  const counted = network.activities.filter(
    ({ user, engaged, at }) => at <= options.asOf && user !== engaged && !isSuspended(user) && !isSuspended(engaged),
  );
  return [...new Set(counted.flatMap(({ user, engaged }) => [user, engaged]))].sort((a, b) => a - b);
}

/** What the evaluation's ranking recommends to everybody: lines of user, recommended and place, as runs exclude. */
async function listsOf(example: CirclesCase, ranking: RankingName): Promise<string[]> {
  const { network: given, options } = example;
  const users = usersOf(example);
  if (users.length === 0) return [];
  const input = join(home, 'input');
  const scratch = join(home, 'scratch');
  for (const dir of [input, scratch]) rmSync(dir, { recursive: true, force: true });
  writeFolder(given, input);
  await using network = await EvaluatedNetwork.read(await openFolder(input), {
    scratch,
    rejectsPath: join(home, 'rejects.csv'),
    limits: inputLimits,
    types: ['follow', 'reply', 'like', 'mention'],
    scores: options.reputation,
  });
  await network.split(options.asOf, 2 ** 50);
  await network.draw(users, 'followed');
  await network.rank([ranking], options);
  const lines: string[] = [];
  for await (const { user, rec, place } of network.recommendations(ranking)) lines.push(`${user},${rec},${place}`);
  return lines;
}

/** Second-degree, from the oracle with which published tables are compared, without places. */
function secondDegree({ network, options }: Case): string[] {
  return expectedTables(network, options).recommendations;
}

const withoutPlace = (line: string) => line.slice(0, line.lastIndexOf(','));

describe('second-degree is what a run publishes', () => {
  test('for random small networks, both decays, reputation, suspended users and borders of the window', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase(), async (example) => {
        const lists = await listsOf(example, 'second-degree');
        expect(lists.map(withoutPlace).sort()).toEqual(secondDegree(example));
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  test('for a dense network with ties at the borders of the 50 and of the 20', async () => {
    const dense = denseNetwork(1);
    const lists = await listsOf(dense, 'second-degree');
    expect(lists.map(withoutPlace).sort()).toEqual(secondDegree(dense));
    expect(lists.length).toBeGreaterThan(1000);
  });

  test('in the order of scores, equal ones by lower id', async () => {
    const asOf = Date.UTC(2024, 5, 1) / 1000;
    const like = (user: number, engaged: number, days: number) => ({
      type: 'like' as const,
      user,
      engaged,
      message: 1n,
      at: asOf - days * 86_400,
    });
    const activities = [like(1, 2, 1), like(2, 9, 5), like(2, 8, 5), like(2, 7, 6), like(2, 10, 1)];
    const { options } = denseNetwork(1);
    const example = { network: { activities, suspended: new Map() }, options: { ...options, asOf } };
    expect(await listsOf(example, 'second-degree')).toEqual(['1,10,1', '1,8,2', '1,9,3', '1,7,4']);
  });
});

/** Circles, from the oracle, for those who have done something or with whom somebody has engaged. */
function circlesOf(example: CirclesCase): string[] {
  const users = new Set(usersOf(example).map(String));
  return expectedCircles(example.network, example.options)
    .recommendations.map((line) => line.split(','))
    .filter(([user = '']) => users.has(user))
    .map(([user, rec, , rank]) => `${user},${rec},${rank}`);
}

describe('circles is what a run publishes', () => {
  test('for random small networks, both decays, reputation, suspended users and borders of the window', async () => {
    let recommended = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryCase(), strangers, async ({ network, options }, strangersAtMost) => {
        const example: CirclesCase = { network, options: { ...options, strangersAtMost } };
        const lists = await listsOf(example, 'circles');
        expect(lists.sort()).toEqual(circlesOf(example).sort());
        recommended += lists.length;
      }),
      { numRuns: 40, endOnFailure: true },
    );
    expect(recommended).toBeGreaterThan(100);
  });

  test.each([
    ['linear', { kind: 'linear' as const }],
    ['exponential', { kind: 'exponential' as const, halfLifeSeconds: 10 * 86_400 }],
  ])('for a dense network with %s decay and reputation, in which users have more than 20 ties', async (_, decay) => {
    const { network, options } = denseNetwork(3);
    const users = usersOf({ network, options });
    const reputation = new Map(users.map((user) => [user, (user % 4) / 4]));
    const example: CirclesCase = { network, options: { ...options, decay, reputation, strangersAtMost: 30 } };
    const lists = await listsOf(example, 'circles');
    expect(lists.sort()).toEqual(circlesOf(example).sort());
    expect(lists.length).toBeGreaterThan(1000);
  });
});

// The reference lies beside the checkout; where it doesn't, these are skipped.
const reference = join(projectRoot, '..', 'shared', 'design', 'reference', 'circles.sql');
const describeWith = existsSync(reference) ? describe : describe.skip;

/** The reference's lists of circles; linear decay and no reputation, which are all that it knows. */
async function referenceLists(example: Case): Promise<string[]> {
  const { network, options } = example;
  const isSuspended = (user: number) => network.suspended.get(user) === true;
  const known = distinct(network.activities).filter(
    ({ user, engaged, at }) => user !== engaged && at <= options.asOf && !isSuspended(user) && !isSuspended(engaged),
  );
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run(`CREATE MACRO win() AS ${options.windowSeconds}::BIGINT`);
    await connection.run('CREATE TABLE act (u INTEGER, v INTEGER, age BIGINT, base BIGINT)');
    await connection.run('CREATE TABLE followed (u INTEGER, w INTEGER)');
    for (const { type, user, engaged, at } of known) {
      await connection.run(
        `INSERT INTO act VALUES (${user}, ${engaged}, ${options.asOf - at}, ${options.bases[type]})`,
      );
      if (type === 'follow') await connection.run(`INSERT INTO followed VALUES (${user}, ${engaged})`);
    }
    // `source` has become a word of DuckDB's own, which needs an AS before it.
    await connection.run(readFileSync(reference, 'utf8').replaceAll(' source FROM', ' AS source FROM'));
    const rows = await (await connection.run('SELECT u, w, k FROM recs ORDER BY u, k')).getRows();
    return rows.map((row) => row.join(','));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describeWith('circles is what its reference says', () => {
  test('for random small networks', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase(), async ({ network, options }) => {
        const decay = { kind: 'linear' as const };
        const example: Case = { network, options: { ...options, decay, reputation: undefined } };
        expect(await listsOf(example, 'circles')).toEqual(await referenceLists(example));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  test('for a dense network, in which users have more than 20 ties', async () => {
    const dense = denseNetwork(2);
    const lists = await listsOf(dense, 'circles');
    expect(lists).toEqual(await referenceLists(dense));
    expect(lists.length).toBeGreaterThan(1000);
  });
});
