import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Results } from '../../bench/chaos/results.ts';
import { projectRoot } from '../../src/config/project.ts';
import { until } from '../harness/until.ts';

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
function begin(...args: string[]): {
  child: ChildProcess;
  hasSaid: (words: string) => boolean;
  ended: Promise<{ code: number | null; said: string }>;
} {
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
  const ended = new Promise<{ code: number | null; said: string }>((resolve, reject) =>
    child.once('error', reject).once('close', (code) => resolve({ code, said })),
  );
  return { child, hasSaid: (words) => said.includes(words), ended };
}

test(`three rounds in which things go wrong end with the tables of undisturbed runs (seed ${seed})`, async () => {
  const small = ['--rounds', '3', '--seed', String(seed), '--without', 'full-disk', '--activities', '8000'];
  const { code, said } = await begin(...small).ended;
  // What was said names every fault.
  expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  const { equal, rounds } = JSON.parse(readFileSync(join(folder, 'chaos.json'), 'utf8')) as Results;
  expect({ equal, rounds: rounds.length }).toEqual({ equal: 3, rounds: 3 });
  expect(rounds.flatMap(({ done }) => done).length).toBeGreaterThan(0);
  for (const { readers } of rounds) expect(readers?.polls).toBeGreaterThan(0);
});

test('Ctrl-C in the middle of a round ends it soon, without a word too much, and leaves nothing', async () => {
  // Of this seed the first round is one of the queue: it is in the middle of it once its run was queued.
  const { child, hasSaid, ended } = begin('--rounds', '1', '--seed', '1', '--only', 'kill', '--activities', '8000');
  await until('the run to be queued', () => hasSaid('a run is queued'));
  const stopped = performance.now();
  child.kill('SIGINT');
  const { code, said } = await ended;
  expect({ code, said }).toMatchObject({ code: 130, said: expect.stringMatching(/\nchaos: Stopped\.\n$/) });
  expect(said).not.toMatch(/rejection| at .*:\d+:\d+/);
  expect((performance.now() - stopped) / 1000).toBeLessThan(360);
  expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
  expect(existsSync(join(folder, 'chaos.json'))).toBe(false);
});
