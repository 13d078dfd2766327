import { rmSync } from 'node:fs';
import { runDry } from '../../src/jobs/by-hand.ts';
import { rebuildGraph } from '../../src/jobs/rebuild.ts';
import type { RunSettings } from '../../src/jobs/run.ts';
import { planRun } from '../../src/jobs/run-options.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { previewUser } from '../../src/show/preview.ts';
import { kith } from '../harness/command-line.ts';
import { TestNetwork } from '../harness/network.ts';
import { denseNetwork } from '../oracle/arbitrary-network.ts';
import { type CirclesOptions, expectedCircles } from '../oracle/circles.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { writeFolder, writeReputation } from '../oracle/write-folder.ts';

const { network: given, options: dense } = denseNetwork(2);
const reputation = new Map(given.activities.map(({ user }) => [user, (user % 10) / 10]));
const options: CirclesOptions = { ...dense, reputation };
const day = 86_400;

let network: TestNetwork;
let env: Record<string, string>;

beforeAll(async () => {
  network = await TestNetwork.open();
  env = { KITH_HOME: network.settings.home };
  const input = network.folder('20240601');
  await writeFolder(given, input);
  const scores = `${input}.csv`;
  await writeReputation(reputation, scores);
  const { asOf, reputation: _, ...weighting } = options;
  await network.run({
    input,
    reputation: scores,
    asOf: new Date(asOf * 1000).toISOString(),
    allow: 'stale',
    settings: { weighting },
  });
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

const users = [...new Set(given.activities.map(({ user }) => user))]
  .sort((a, b) => a - b)
  .filter((_, i) => i % 30 === 0);

/** A change of a run's settings, and what it is for the oracle. */
const changes: [string, (of: RunSettings) => RunSettings, (of: CirclesOptions) => CirclesOptions][] = [
  ['nothing', (of) => of, (of) => of],
  [
    'another window',
    (of) => ({ ...of, weighting: { ...of.weighting, windowSeconds: 40 * day } }),
    (of) => ({ ...of, windowSeconds: 40 * day }),
  ],
  [
    'another least reputation',
    (of) => ({ ...of, weighting: { ...of.weighting, minReputation: 0.8 } }),
    (of) => ({ ...of, minReputation: 0.8 }),
  ],
  // Nobody was dismissed.
  ['another time for dismissals', (of) => ({ ...of, dismissDays: 7 }), (of) => of],
  ['circles', (of) => ({ ...of, ranking: 'circles' }), (of) => of],
  [
    'circles with other weights and bounds',
    (of) => ({
      ...of,
      ranking: 'circles',
      popularAtMost: 3,
      strangersAtMost: 20,
      weighting: { ...of.weighting, decay: { kind: 'exponential', halfLifeSeconds: 20 * day } },
    }),
    (of) => ({
      ...of,
      popularAtMost: 3,
      strangersAtMost: 20,
      decay: { kind: 'exponential', halfLifeSeconds: 20 * day },
    }),
  ],
];

test.each(changes)(
  'a preview with %s is what a run with it would publish, and leaves no trace',
  async (_, change, changed) => {
    const before = await network.userProperties();
    const tables = await network.tables();
    const byCircles = expectedCircles(given, changed(options));
    const bySecondDegree = expectedTables(given, changed(options));
    let recommended = 0;
    for (const user of users) {
      const preview = await previewUser(network.settings, user, change, { onProgress: () => undefined });
      const { run, closest, recommendations } = preview.user;
      const own = (lines: readonly string[]) => lines.filter((line) => line.startsWith(`${user},`)).sort();
      const expected = run.settings.ranking === 'circles' ? byCircles : bySecondDegree;
      expect(closest.map((one) => `${user},${one.userId}`).sort()).toEqual(
        own(expected.closest).map((line) => line.split(',').slice(0, 2).join()),
      );
      const ofRow = (line: string) => line.split(',').slice(0, 2).join();
      expect(recommendations.map((one) => `${user},${one.userId}`).sort()).toEqual(
        own(expected.recommendations).map(ofRow),
      );
      // Beside it stands what is published.
      const published = own(tables.recommendations).map((line) => Number(line.split(',')[1]));
      const was = preview.recommendations.filter((one) => one.was !== undefined);
      expect(was.map(({ userId }) => Number(userId)).sort((a, b) => a - b)).toEqual(published.sort((a, b) => a - b));
      expect(preview.recommendations.flatMap(({ rank }) => rank ?? [])).toEqual(
        recommendations.map(({ rank }) => rank),
      );
      recommended += recommendations.length;
    }
    expect(recommended).toBeGreaterThan(10);
    expect(await network.userProperties()).toBe(before);
    expect(await network.tables()).toEqual(tables);
  },
);

test('the command says what is new, what moved and what is out, and names a wrong option', async () => {
  const [user] = users as [number];
  const { code, stdout } = await kith(['preview', String(user), '--window-days', '20', '--ranking', 'circles'], env);
  expect(code).toBe(0);
  expect(stdout).toContain('with KITH_WINDOW_DAYS=20 instead of ');
  expect(stdout).toContain('KITH_RANKING=circles instead of second-degree');
  expect(stdout).toMatch(/Recommendations \(20\): \d+ new, \d+ at another rank, \d+ out/);
  const json = await kith(['preview', String(user), '--json', '--base-reply', '3'], env);
  expect(JSON.parse(json.stdout).user.run.settings.weighting.bases).toMatchObject({ reply: 3000, like: 1000 });
  expect(await kith(['preview', String(user), '--window-days', 'x'], env)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--window-days should be a whole number'),
  });
  expect(await kith(['preview', '999999999'], env)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no user 999999999'),
  });
});

test('a preview that takes too long ends, and says so', async () => {
  const [user] = users as [number];
  const options = { onProgress: () => undefined, limit: 1 };
  const late = previewUser(network.settings, user, (of) => ({ ...of, ranking: 'circles' }), options);
  await expect(late).rejects.toThrow('The preview took longer than 0.001 seconds');
});

test('without the scores of the published run there is no preview, and a dry run by other scores leaves the published ones', async () => {
  const [user] = users as [number];
  const { signal } = new AbortController();
  const same = () => previewUser(network.settings, user, (of) => of, { onProgress: () => undefined });
  const before = await same();
  expect(before.recommendations.length).toBeGreaterThan(0);
  const { aside } = await rebuildGraph(network.settings, signal, () => undefined);
  if (aside) rmSync(aside, { recursive: true });
  const refused = await kith(['preview', String(user)], env);
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^kith: Run \S+ is published, but the graph has no scores now, since it was rebuilt, .*do the next run first\.$/m,
    ),
  });
  const others = network.folder('others.csv');
  await writeReputation(new Map([...reputation].map(([id, score]) => [id, 0.9 - score])), others);
  const settings = { ...network.settings, weighting: before.published.settings.weighting };
  const asOf = new Date(options.asOf * 1000).toISOString();
  const planned = await planRun(settings, { reputation: others, asOf, allow: 'stale,shrink' });
  const notes: string[] = [];
  await runDry(planned, silent, signal, (note) => notes.push(note));
  expect(notes).toEqual([]);
  const after = await same();
  expect([after.closest, after.recommendations]).toEqual([before.closest, before.recommendations]);
});
