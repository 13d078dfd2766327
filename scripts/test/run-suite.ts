// Runs a test suite so that it always ends, whatever its tests do, and leaves no processes or files behind.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transformSync } from 'esbuild';
import { projectRoot } from '../../src/config/project.ts';
import { noTotals, type Totals } from './totals-reporter.ts';

export interface SuiteOptions {
  limitMs: number;
  /** How long the global teardown, which stops engines, may take after the last test. */
  teardownMs?: number;
  /** The program and arguments that start jest. */
  command: [string, ...string[]];
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

export interface SuiteResult extends Totals {
  isGood: boolean;
}

/**
 * Runs one of jest's projects. The suite is ended, and has failed, if it exceeds the time limit or keeps running after
 * its tests are over because something is still open. The totals are then those known so far.
 */
export async function runSuite(
  suite: string,
  { limitMs, teardownMs = 120_000, command, cwd, env, signal }: SuiteOptions,
): Promise<SuiteResult> {
  // The tests get their own temporary folder, by which everything they leave behind can be found.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `kith-${suite}-`)));
  // If we are root, Postgres runs as another user, which needs access.
  chmodSync(folder, 0o711);
  const file = join(folder, 'totals.json');
  const [program, ...args] = command;
  const child = spawn(program, [...args, '--reporters=default', `--reporters=${writeReporter(folder)}`], {
    cwd,
    env: { ...env, TMPDIR: folder, KITH_TEST_TOTALS: file },
    stdio: 'inherit',
    // Its own process group, which can be killed as a whole.
    detached: true,
  });
  const code = new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
  try {
    const why = await firstOf(code, { limitMs, teardownMs }, () => totalsOf(file).isOver, signal);
    const { isOver, ...totals } = totalsOf(file);
    if (why === undefined) {
      const isGood = (await code) === 0;
      // It failed to start, or ended in the middle.
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

/** Writes the reporter as JavaScript, since jest does not transform reporters as it does tests. */
function writeReporter(folder: string): string {
  const file = join(folder, 'totals-reporter.mjs');
  const source = readFileSync(join(projectRoot, 'scripts', 'test', 'totals-reporter.ts'), 'utf8');
  writeFileSync(file, transformSync(source, { loader: 'ts', target: 'node20' }).code);
  return file;
}

/** Waits until the suite ends; returns the reason if it has to be ended. */
async function firstOf(
  code: Promise<number>,
  { limitMs, teardownMs }: { limitMs: number; teardownMs: number },
  isOver: () => boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  let ended = false;
  void code.then(() => {
    ended = true;
  });
  const limit = performance.now() + limitMs;
  let teardownEnd = Number.POSITIVE_INFINITY;
  while (!ended) {
    if (signal.aborted) return 'it was stopped';
    if (isOver()) teardownEnd = Math.min(teardownEnd, performance.now() + teardownMs);
    if (performance.now() > limit) return `it took longer than ${limitMs / 60_000} minutes`;
    if (performance.now() > teardownEnd) return 'its tests are over, but they left something open';
    await Promise.race([code, sleep(500)]);
  }
  return undefined;
}

function totalsOf(file: string): Totals & { isOver: boolean } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { ...noTotals(), isOver: false };
  }
}

/** Kills jest and all processes in its group. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has already ended.
  }
}

/** Kills processes outside the group, such as engines, by the folder on their command lines. */
function endNamed(folder: string): void {
  const listing = spawnSync('ps', ['-axwwo', 'pid=,command='], { encoding: 'utf8' }).stdout ?? '';
  for (const line of listing.split('\n'))
    if (line.includes(folder))
      try {
        process.kill(Number.parseInt(line, 10), 'SIGKILL');
      } catch {
        // The process has just ended.
      }
}
