import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listRuns } from '../../src/jobs/list-runs.ts';
import { latestBegun } from '../../src/jobs/runs-with-steps.ts';
import { withDatabase } from '../../src/jobs/with-database.ts';
import type { Database } from '../../src/postgres/database.ts';
import { findShown } from '../../src/show/shown-run.ts';
import type { PublishedTables, TestNetwork } from '../harness/network.ts';
import { expectedCircles } from '../oracle/circles.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { CommandLineNetwork, day, dense, expected, expectOneSentence, options } from './dense-day.ts';

let scene: CommandLineNetwork;
let network: TestNetwork;
let input: string;
let asOf: string[];

beforeAll(async () => {
  scene = await CommandLineNetwork.open();
  ({ network } = scene);
  input = scene.written(dense);
  asOf = ['--as-of', new Date(options.asOf * 1000).toISOString()];
  expect(await scene.kith('run', '--input', input)).toMatchObject({ code: 0 });
  expect(await network.tables()).toEqual(expected);
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

/** Whatever a reader or the graph would show, times included. */
async function everything(): Promise<string> {
  const { rows } = await network.pool.query(
    `SELECT (SELECT jsonb_agg(to_jsonb(r) ORDER BY user_id, rec_id) FROM graph_recs.recommendations AS r) AS recommendations,
      (SELECT to_jsonb(p) FROM graph_recs.published_run AS p) AS published`,
  );
  return JSON.stringify([rows, await network.tables(), await network.userProperties()]);
}

const ask = <T>(question: (database: Database) => Promise<T>) => withDatabase(network.settings, undefined, question);
const isGraphOfRun = () => ask(async (database) => (await findShown(database)).isGraphOfRun);

/** How many runs have computed closest connections, those that a dry run has put back included. */
const computedRuns = async () =>
  (await network.pool.query("SELECT FROM kith.run_steps WHERE step = 'closest'")).rowCount;

/** The new rows and those that are gone, as a dry run counts them. */
function between(before: string[], after: string[]): { added: number; gone: number } {
  const [was, is] = [new Set(before), new Set(after)];
  return { added: after.filter((row) => !was.has(row)).length, gone: before.filter((row) => !is.has(row)).length };
}

const pairs = (lines: string[]) => lines.map((line) => line.split(',').slice(0, 2).join());

function expectChanges(stdout: string, other: Pick<PublishedTables, 'closest' | 'recommendations'>): void {
  const closest = between(pairs(expected.closest), pairs(other.closest));
  const recommendations = between(pairs(expected.recommendations), pairs(other.recommendations));
  const text = (value: number) => value.toLocaleString('en');
  expect(stdout).toContain(`closest_connections ${text(closest.added)} new, ${text(closest.gone)} gone`);
  expect(stdout).toContain(
    `recommendations     ${text(recommendations.added)} new, ${text(recommendations.gone)} gone, `,
  );
}

test('a dry run of other settings says what would change, and changes nothing that anybody sees', async () => {
  const before = await everything();
  const { code, stdout, stderr } = await scene.kith('run', '--dry-run', ...asOf, '--window-days', '20');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('a dry run, nothing was published');
  const other = expectedTables(dense, { ...options, windowSeconds: 20 * day });
  expectChanges(stdout, other);
  expect(stdout).toMatch(/followed [\d,]+ \(published: [\d,]+\)/);
  expect(await everything()).toBe(before);
  expect(await isGraphOfRun()).toBe(true);
  expect((await network.pool.query("SELECT FROM kith.runs WHERE status = 'published'")).rows).toHaveLength(1);
  // What was put back is nobody's run.
  const changed = expect.objectContaining({ status: 'done', changes: expect.anything() });
  expect(await ask((database) => listRuns(database, 9))).toEqual([
    changed,
    expect.objectContaining({ status: 'published' }),
  ]);
  expect((await ask((database) => latestBegun(database, 9))).map(({ status }) => status)).toEqual([
    'done',
    'published',
  ]);
  expect(await computedRuns()).toBe(3);
});

test('one that is refused before it has computed anything puts nothing back', async () => {
  const [before, computed] = [await everything(), await computedRuns()];
  const unreadable = network.folder('20240601');
  mkdirSync(unreadable);
  writeFileSync(join(unreadable, 'like.csv'), 'no row at all\n'.repeat(9));
  expect(await scene.kith('run', '--dry-run', '--input', unreadable)).toMatchObject({ code: 2 });
  expect(await computedRuns()).toBe(computed);
  expect(await isGraphOfRun()).toBe(true);
  expect(await everything()).toBe(before);
});

test('by circles, too, whose lists go again', async () => {
  const before = await everything();
  const { code, stdout } = await scene.kith('run', '--dry-run', ...asOf, '--ranking', 'circles');
  expect(code).toBe(0);
  expectChanges(stdout, expectedCircles(dense, options));
  const [, changed = '', users = ''] = /first five +change for ([\d,]+) of ([\d,]+) users/.exec(stdout) ?? [];
  expect(Number(changed.replaceAll(',', ''))).toBeGreaterThan(0);
  expect(Number(changed.replaceAll(',', ''))).toBeLessThanOrEqual(Number(users.replaceAll(',', '')));
  expect(await everything()).toBe(before);
});

test('nothing changes by the same settings, and a folder whose tables would be refused is refused here, too', async () => {
  const before = await everything();
  const same = await scene.kith('run', '--dry-run', '--input', input);
  expect(same.stdout).toContain('closest_connections 0 new, 0 gone');
  expect(same.stdout).toContain('recommendations     0 new, 0 gone, 0 of another rank');
  expect(same.stdout).toMatch(/first five +change for 0 of/);
  const earlier = ['--as-of', new Date((options.asOf - 20 * day) * 1000).toISOString()];
  const computed = await computedRuns();
  const refused = await scene.kith('run', '--dry-run', ...earlier);
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/earlier than that of the published tables/),
  });
  expect(await computedRuns()).toBe(computed);
  const shrinks = await scene.kith('run', '--dry-run', ...earlier, '--allow', 'earlier');
  expect([0, 3]).toContain(shrinks.code);
  expect(await everything()).toBe(before);
  // The lists were computed again, but with what the folder has brought.
  const shown = await ask(findShown);
  expect(shown).toMatchObject({ isGraphOfRun: false, whyNot: expect.stringMatching(/^run \S+ has ingested a folder/) });
});

test('an option for every setting of a ranking; a run like an earlier one has its settings, but for what is given', async () => {
  const given = ['--base-like', '2.5', '--decay', 'exponential', '--half-life-days', '10', '--no-recommend-engaged'];
  expect(await scene.kith('run', '--dry-run', ...asOf, ...given)).toMatchObject({ code: 2 });
  given.splice(-1, 1, '--recommend-engaged', 'no');
  const first = await scene.kith('run', '--dry-run', ...asOf, ...given);
  expect(first).toMatchObject({ code: 0 });
  const idOf = (stdout: string) => /Run (\S+), as of/.exec(stdout)?.[1] as string;
  const like = await scene.kith('run', '--dry-run', ...asOf, '--like', idOf(first.stdout), '--base-like', '1');
  expect(like).toMatchObject({ code: 0 });
  const { rows } = await network.pool.query<{ settings: Record<string, unknown> }>(
    'SELECT settings FROM kith.runs WHERE id = ANY ($1) ORDER BY started_at',
    [[idOf(first.stdout), idOf(like.stdout)]],
  );
  const [one, two] = rows.map(({ settings }) => settings) as [{ weighting: object }, { weighting: object }];
  expect(one).toMatchObject({
    recommendEngaged: false,
    weighting: { bases: { follow: 1000, like: 2500 }, decay: { kind: 'exponential', halfLifeSeconds: 10 * day } },
  });
  expect(two).toEqual({
    ...one,
    weighting: { ...one.weighting, bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 } },
  });
  const unknown = await scene.kith('run', '--input', input, '--like', '20200101-none');
  expect(unknown).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/There is no run 20200101-none: `kith runs` lists/),
  });
  expectOneSentence(unknown);
});
