// `npm test` checks formatting and types and runs all suites, the fastest first. `npm test -- unit` runs one suite,
// `npm test -- integration publish` the files of a suite whose names contain a word. The last line is always the sum of
// jest's totals.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../src/config/project.ts';
import { runSuite } from './test/run-suite.ts';
import { noTotals } from './test/totals-reporter.ts';

/**
 * The time limit of each suite, well above what it takes on two cores, and how many of its files run in parallel: three
 * where tests wait for engines to start or locks to end half of the time.
 */
const suites = new Map([
  ['unit', { minutes: 15, workers: 2 }],
  ['integration', { minutes: 60, workers: 3 }],
  ['timed', { minutes: 10, workers: 1 }],
  ['slow', { minutes: 50, workers: 3 }],
]);
const [wanted, ...patterns] = process.argv.slice(2);

// Jest gives tests a copy of the environment, which TensorFlow does not see, so what
// src/scoring/reputation/training/tensorflow.ts sets is set here too.
const env = {
  TF_ENABLE_ONEDNN_OPTS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
  // A Neo4j that lives for minutes on a hundred rows is quicker without the compiler that takes its time: 40 % less work.
  JDK_JAVA_OPTIONS: '-XX:TieredStopAtLevel=1',
  ...process.env,
};
const modules = join(projectRoot, 'node_modules');

function succeeds(script: string, ...args: string[]): boolean {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: projectRoot, env, stdio: 'inherit' });
  return status === 0;
}

async function main(): Promise<number> {
  if (wanted !== undefined && !suites.has(wanted)) {
    console.error(`npm test: there is no suite "${wanted}"; the suites are ${[...suites.keys()].join(', ')}.`);
    return 2;
  }
  if (wanted === undefined) {
    if (!succeeds(join(modules, '@biomejs', 'biome', 'bin', 'biome'), 'check', '.')) return 1;
    if (!succeeds(join(modules, 'typescript', 'bin', 'tsc'), '-p', '.')) return 1;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort());
  const total = noTotals();
  let isGood = true;
  for (const [suite, { minutes, workers }] of suites) {
    if (wanted !== undefined && suite !== wanted) continue;
    if (stop.signal.aborted) break;
    const jest = ['--experimental-vm-modules', '--no-warnings', join(modules, 'jest', 'bin', 'jest.js')];
    const options = ['--selectProjects', suite, `--maxWorkers=${workers}`, '--passWithNoTests', ...patterns];
    const result = await runSuite(suite, {
      limitMs: minutes * 60_000,
      command: [process.execPath, ...jest, ...options],
      cwd: projectRoot,
      env,
      signal: stop.signal,
    });
    isGood &&= result.isGood;
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
  return isGood && total.failed === 0 && !stop.signal.aborted ? 0 : 1;
}

process.exitCode = await main();
