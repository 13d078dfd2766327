import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';

let checkout: string;
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'kith-tutorials-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(checkout, 0o711);
  for (const name of readdirSync(projectRoot).filter((each) => !each.startsWith('.')))
    symlinkSync(join(projectRoot, name), join(checkout, name));
});
afterAll(() => {
  rmSync(checkout, { recursive: true, force: true });
});

/** What a page tells to type, in one shell, which ends where a command fails. */
function commandsOf(page: string): string {
  const blocks = readFileSync(join(projectRoot, page), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms);
  return ['set -euo pipefail', ...Array.from(blocks, ([, commands]) => commands)].join('\n');
}

/** Types all of a page, as a person would in a checkout of their own. */
function follow(page: string): string {
  const mine = Object.entries(process.env).filter(([name]) => !/^(KITH|JEST|NODE)_/.test(name));
  const env = { ...Object.fromEntries(mine), KITH_NEO4J_HEAP: '512m', KITH_NEO4J_PAGE_CACHE: '128m' };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', commandsOf(page)], {
    cwd: checkout,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  expect({ page, status, said: status === 0 ? '' : stdout + stderr }).toEqual({ page, status: 0, said: '' });
  // Each page cleans up after itself.
  expect(readdirSync(checkout).filter((name) => name.startsWith('.kith'))).toEqual([]);
  return stdout;
}

test('the data engineer', () => {
  const said = follow('docs/tutorials/data-engineer.md');
  expect(said).toMatch(/^Run \S+, as of 2024-06-01T00:00:00Z: published$/m);
  expect(said).toMatch(/^Run \S+, as of 2024-06-01T00:00:00Z: a dry run, nothing was published$/m);
  expect(said).toMatch(/^0 7 \* \* \* in America\/New_York/m);
  expect(said).toMatch(/^exit code 2$/m);
});

test('the analyst', () => {
  const said = follow('docs/tutorials/analyst.md');
  expect(said).toMatch(/^User 7 as of 2024-06-01/m);
  expect(said).toMatch(/with KITH_WINDOW_DAYS=30 instead of 90/);
  expect(said).toMatch(/^recommendations\.parquet$/m);
});

test('the data scientist', () => {
  const said = follow('docs/tutorials/data-scientist.md');
  expect(said).toMatch(/^evaluation\.html$/m);
  expect(said).toMatch(/a dry run, nothing was published/);
  expect(said).toMatch(/KITH_RANKING=circles instead of second-degree/);
});
