// Runs one of jest's suites so that it comes to an end whatever its tests do, and leaves nothing running or on disk.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const reporter = fileURLToPath(new URL('totals-reporter.mjs', import.meta.url));
/**
 * Runs jest; ended when it takes longer than the limit, or goes on though its tests are over (something is still open), and then
 * failed, with the totals as far as they are known.
 *
 * @param {string} suite one of jest's projects
 * @param {import('./run-suite.d.mts').SuiteOptions} options
 * @returns {Promise<import('./run-suite.d.mts').SuiteResult>}
 */
export async function runSuite(suite, { limitMs, teardownMs = 120_000, command, cwd, env, signal }) {
  // A folder of its own for whatever the tests make, so that what they leave is known by it.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `kith-${suite}-`)));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(folder, 0o711);
  const file = join(folder, 'totals.json');
  const [program, ...args] = [...command, '--reporters=default', `--reporters=${reporter}`];
  const child = spawn(program, args, {
    cwd,
    env: { ...env, TMPDIR: folder, KITH_TEST_TOTALS: file },
    stdio: 'inherit',
    // A group of processes of its own, which can be ended as one.
    detached: true,
  });
  const code = new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
  try {
    const why = await firstOf(code, { limitMs, teardownMs }, () => totalsOf(file).isOver, signal);
    const { isOver, ...totals } = totalsOf(file);
    if (why === undefined) {
      const isGood = (await code) === 0;
      // It did not even begin, or ended in the middle.
      if (!isOver && !isGood) totals.failed++;
      return { ...totals, isGood };
    }
    process.stderr.write(`\nnpm test: the suite "${suite}" was ended: ${why}.\n`);
    return { ...totals, failed: totals.failed + 1, isGood: false };
  } finally {
    if (child.pid !== undefined) endGroup(child.pid);
    await code;
    endNamed(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits for the suite's end; says why if it has to be ended. */
async function firstOf(code, { limitMs, teardownMs }, isOver, signal) {
  let ended = false;
  void code.then(() => {
    ended = true;
  });
  const limit = performance.now() + limitMs;
  let teardownEnd;
  while (!ended) {
    if (signal.aborted) return 'it was stopped';
    if (isOver()) teardownEnd ??= performance.now() + teardownMs;
    if (performance.now() > limit) return `it took longer than ${limitMs / 60_000} minutes`;
    if (performance.now() > teardownEnd) return 'its tests are over, but something of them is still open';
    await Promise.race([code, sleep(500)]);
  }
  return undefined;
}

function totalsOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, isOver: false };
  }
}

/** Jest, and what was started by it or its tests and not apart from them. */
function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

/** Engines are apart from whoever started them, but the folder is on their command lines. */
function endNamed(folder) {
  const listing = spawnSync('ps', ['-axwwo', 'pid=,command='], { encoding: 'utf8' }).stdout ?? '';
  for (const line of listing.split('\n'))
    if (line.includes(folder))
      try {
        process.kill(Number.parseInt(line, 10), 'SIGKILL');
      } catch {
        // It has just ended.
      }
}
