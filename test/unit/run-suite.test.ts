import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSuite } from '../../scripts/test/run-suite.ts';
import { until } from '../harness/until.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-run-suite-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A jest of the suite that says what it came to, starts an engine apart from itself, and goes on as `end` says. */
async function suite(totals: object, end: string, options: { limitMs?: number; teardownMs?: number } = {}) {
  const jest = join(folder, 'jest.mjs');
  const note = join(folder, 'engine');
  writeFileSync(
    jest,
    `import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const engine = ['-e', 'setInterval(() => {}, 1000)', process.env.TMPDIR];
    const { pid } = spawn(process.execPath, engine, { detached: true, stdio: 'ignore' });
    writeFileSync(${JSON.stringify(note)}, pid + ' ' + process.env.TMPDIR);
    writeFileSync(process.env.KITH_TEST_TOTALS, ${JSON.stringify(JSON.stringify(totals))});
    ${end}`,
  );
  const result = await runSuite('fake', {
    limitMs: 30_000,
    command: [process.execPath, jest],
    cwd: folder,
    env: process.env,
    signal: new AbortController().signal,
    ...options,
  });
  const [pid, made] = readFileSync(note, 'utf8').split(' ');
  return { result, engine: Number(pid), made: made as string };
}

function runs(pid: number): boolean {
  try {
    // A process that nobody has waited for yet is no longer one.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

test('a suite that ends is as good as its exit code, and nothing of it is left running or on disk', async () => {
  const { result, engine, made } = await suite({ passed: 3, failed: 0, skipped: 0, isOver: true }, 'process.exit(0)');
  expect(result).toEqual({ passed: 3, failed: 0, skipped: 0, isGood: true });
  await until('the end of the engine', () => !runs(engine));
  expect(() => readFileSync(join(made, 'totals.json'))).toThrow('ENOENT');
});

test('a suite that takes too long is ended and fails, with what passed until then', async () => {
  const totals = { passed: 2, failed: 1, skipped: 0, isOver: false };
  const { result, engine } = await suite(totals, 'setInterval(() => {}, 1000)', { limitMs: 15_000 });
  expect(result).toEqual({ passed: 2, failed: 2, skipped: 0, isGood: false });
  await until('the end of the engine', () => !runs(engine));
});

test('a suite whose tests are over, but which goes on, is ended and fails', async () => {
  const totals = { passed: 2, failed: 0, skipped: 1, isOver: true };
  const { result } = await suite(totals, 'setInterval(() => {}, 1000)', { teardownMs: 2_000 });
  expect(result).toEqual({ passed: 2, failed: 1, skipped: 1, isGood: false });
});

test('a suite that ends in the middle fails, with what passed until then', async () => {
  const { result } = await suite({ passed: 2, failed: 0, skipped: 0, isOver: false }, 'process.exit(1)');
  expect(result).toEqual({ passed: 2, failed: 1, skipped: 0, isGood: false });
});
