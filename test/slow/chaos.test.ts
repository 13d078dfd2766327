import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Results } from '../../bench/chaos/results.ts';
import { projectRoot } from '../../src/config/project.ts';

// A minute and a half on an idle machine.
jest.setTimeout(900_000);

const seed = 1;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-chaos-test-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'scratch'), { mode: 0o711 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `npm run chaos -- …` on a small network. */
async function chaos(...args: string[]): Promise<{ code: number | null; said: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(KITH|JEST|NODE)_/.test(name));
  const places = ['--scratch', join(folder, 'scratch'), '--results', folder, '--report', join(folder, 'none.md')];
  const child = spawn(
    process.execPath,
    [join('scripts', 'run.mjs'), join('bench', 'chaos', 'main.ts'), ...args, ...places],
    { cwd: projectRoot, env: Object.fromEntries(inherited), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said += text;
    });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', (code) => resolve(code)),
  );
  return { code, said };
}

test(`three rounds in which things go wrong end with the tables of undisturbed runs (seed ${seed})`, async () => {
  const small = ['--rounds', '3', '--seed', String(seed), '--without', 'full-disk', '--activities', '8000'];
  const { code, said } = await chaos(...small);
  // What was said names every fault.
  expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  const { equal, rounds } = JSON.parse(readFileSync(join(folder, 'chaos.json'), 'utf8')) as Results;
  expect({ equal, rounds: rounds.length }).toEqual({ equal: 3, rounds: 3 });
  expect(rounds.flatMap(({ done }) => done).length).toBeGreaterThan(0);
  for (const { readers } of rounds) expect(readers?.polls).toBeGreaterThan(0);
});
