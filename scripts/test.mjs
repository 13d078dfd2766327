// `npm test`: sets up, then formatting, types and the suites, the cheap ones first. `npm test -- unit` runs one suite,
// `npm test -- integration publish` the files of a suite whose names hold a word. The last line is jest's own totals.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupOrExplain } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const suites = ['unit', 'integration', 'slow'];
const [wanted, ...patterns] = process.argv.slice(2);

// Jest gives tests a copy of the environment, which TensorFlow does not see: as in src/reputation/tensorflow.ts.
const env = { TF_ENABLE_ONEDNN_OPTS: '1', TF_CPP_MIN_LOG_LEVEL: '2', ...process.env };
const node = (args) => spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
const bin = (...path) => join(root, 'node_modules', ...path);

async function main() {
  if (wanted !== undefined && !suites.includes(wanted)) {
    console.error(`npm test: there is no suite "${wanted}"; the suites are ${suites.join(', ')}.`);
    return 2;
  }
  if (!(await setupOrExplain({ quiet: true }))) return 2;
  if (wanted === undefined) {
    if (node([bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '.']) !== 0) return 1;
    if (node([bin('typescript', 'bin', 'tsc'), '-p', '.']) !== 0) return 1;
  }
  const reports = mkdtempSync(join(tmpdir(), 'kith-reports-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  let failed = false;
  try {
    for (const suite of wanted === undefined ? suites : [wanted]) {
      const report = join(reports, `${suite}.json`);
      const jest = [bin('jest', 'bin', 'jest.js'), '--selectProjects', suite, '--json', `--outputFile=${report}`];
      const code = node(['--experimental-vm-modules', '--no-warnings', ...jest, '--passWithNoTests', ...patterns]);
      failed ||= code !== 0;
      addTotals(total, report);
    }
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
  return failed || total.failed > 0 ? 1 : 0;
}

/** A suite that ended without a report, or a file that could not even be loaded, counts as one failure. */
function addTotals(total, report) {
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += result.numPassedTests;
    total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    total.skipped += result.numPendingTests;
  } catch {
    total.failed += 1;
  }
}

process.exitCode = await main();
