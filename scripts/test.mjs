// `npm test`: sets up, then formatting, types and the suites, the cheap ones first. `npm test -- unit` runs one suite,
// `npm test -- integration publish` the files of a suite whose names hold a word. The last line is always the sum of jest's totals.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupOrExplain } from './setup.mjs';
import { runSuite } from './test/run-suite.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Minutes after which a suite is ended, more than twice what it takes on two cores; and how many of its files go side by side. */
const suites = {
  unit: { minutes: 5, workers: 1 },
  integration: { minutes: 35, workers: 2 },
  timed: { minutes: 10, workers: 1 },
  slow: { minutes: 25, workers: 2 },
};
const [wanted, ...patterns] = process.argv.slice(2);

// Jest gives tests a copy of the environment, which TensorFlow does not see: as in src/scoring/reputation/tensorflow.ts.
const env = { TF_ENABLE_ONEDNN_OPTS: '1', TF_CPP_MIN_LOG_LEVEL: '2', ...process.env };
const bin = (...path) => [process.execPath, join(root, 'node_modules', ...path)];
const run = ([program, ...args]) => spawnSync(program, args, { cwd: root, env, stdio: 'inherit' }).status === 0;

async function main() {
  if (wanted !== undefined && !(wanted in suites)) {
    console.error(`npm test: there is no suite "${wanted}"; the suites are ${Object.keys(suites).join(', ')}.`);
    return 2;
  }
  if (!(await setupOrExplain({ quiet: true }))) return 2;
  if (wanted === undefined) {
    if (!run([...bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '.'])) return 1;
    if (!run([...bin('typescript', 'bin', 'tsc'), '-p', '.'])) return 1;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort());
  const total = { passed: 0, failed: 0, skipped: 0 };
  let isGood = true;
  for (const suite of wanted === undefined ? Object.keys(suites) : [wanted]) {
    if (stop.signal.aborted) break;
    const [node, jest] = bin('jest', 'bin', 'jest.js');
    const { minutes, workers } = suites[suite];
    const result = await runSuite(suite, {
      limitMs: minutes * 60_000,
      command: [
        node,
        '--experimental-vm-modules',
        '--no-warnings',
        jest,
        '--selectProjects',
        suite,
        `--maxWorkers=${workers}`,
        '--passWithNoTests',
        ...patterns,
      ],
      cwd: root,
      env,
      signal: stop.signal,
    });
    isGood &&= result.isGood;
    for (const name of Object.keys(total)) total[name] += result[name];
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
  return isGood && total.failed === 0 && !stop.signal.aborted ? 0 : 1;
}

process.exitCode = await main();
