import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstDay, networkOf } from '../../bench/data.ts';
import { realNetworks } from '../../bench/quality.ts';
import { measureSpam, type SpamFigures } from '../../bench/spam.ts';

const { signal } = new AbortController();
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kith-spam-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const nobody = { reached: 0, recommended: 0, first: 0 };

/** What is so on every network: docs/quality.md, "Spam". */
function expectSpam(figures: readonly SpamFigures[]): void {
  expect(figures.map(({ accounts, against }) => [accounts, against])).toEqual([
    [1, 'nothing'],
    [1, 'scores'],
    [1, 'strangers'],
    [20, 'nothing'],
    [20, 'scores'],
    [20, 'strangers'],
  ]);
  const [one, oneWithScores, oneBounded, ring, ringWithScores, ringBounded] = figures as [
    ...[SpamFigures, SpamFigures, SpamFigures],
    ...[SpamFigures, SpamFigures, SpamFigures],
  ];
  for (const { secondDegree } of figures) expect(secondDegree).toEqual(nobody);
  for (const { circles, source } of [oneWithScores, ringWithScores])
    expect({ circles, source }).toEqual({ circles: nobody, source: null });
  for (const { circles, source } of [one, ring]) {
    expect(circles.reached).toBeGreaterThan(0.5);
    expect(source).toBe('engages-with-you');
  }
  // Strangers who engage with everybody count for nobody, and reach nobody through each other.
  for (const { circles, vias } of [oneBounded, ringBounded])
    expect({ circles, vias }).toEqual({ circles: nobody, vias: 0 });
  expect(one.circles.recommended).toBeLessThanOrEqual(1 / 20);
  expect(ring.circles.recommended).toBeGreaterThan(5 * one.circles.recommended);
  // Scores say who is recommended, and not who is a via.
  expect(oneWithScores.vias).toBe(one.vias);
  expect(ringWithScores.vias).toBe(ring.vias);
  expect(ring.vias).toBeGreaterThanOrEqual(one.vias);
}

describe('accounts that like everybody once reach nobody by second-degree or without a good score, and most users by circles', () => {
  test('in a generated network', async () => {
    const { folder } = await firstDay(networkOf(home, 20_000, 1), signal);
    const dir = mkdtempSync(join(home, 'generated-'));
    expectSpam(await measureSpam({ name: 'generated', folder, options: {} }, dir, signal));
  });

  // The data's licence doesn't let it into the repository.
  const students = realNetworks.find(({ name }) => name === 'collegemsg');
  (students && existsSync(students.folder) ? test : test.skip)('among students who write to each other', async () => {
    if (!students) return;
    expectSpam(await measureSpam(students, mkdtempSync(join(home, 'students-')), signal));
  });
});
