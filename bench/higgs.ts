/**
 * The first benchmark: one whole run of real activities (Higgs, 918,120 lines of 322,792 users) from files to published
 * tables, in a home of its own, beside DuckDB doing the same three tables from the same files. Seconds per step, and the ratio.
 *
 *   npx tsx bench/higgs.ts [--input DIR] [--runs N]
 *
 * DuckDB keeps no graph, serves nobody and checks nothing: it is a yardstick, not a rival.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { waves } from '../src/cli/conduct.ts';
import { projectRoot } from '../src/config/project.ts';
import { readSettings } from '../src/config/settings.ts';
import { down } from '../src/engines/stack.ts';
import { runOnce } from '../src/jobs/run.ts';
import { planRun } from '../src/jobs/run-options.ts';
import type { Conducted } from '../src/jobs/step.ts';

const { values } = parseArgs({
  options: {
    input: { type: 'string', default: join(projectRoot, '..', 'shared', 'data', 'higgs', 'graph_data', '20120708') },
    runs: { type: 'string', default: '1' },
  },
});

/** The pipeline as `kith run` goes through it, without showing anything. */
async function conduct<Item extends Conducted>(
  steps: readonly Item[],
  work: (step: Item, report: () => void) => Promise<void>,
): Promise<void> {
  for (const wave of waves(steps)) await Promise.all(wave.map((step) => work(step, () => undefined)));
}

async function kithRun(input: string) {
  const settings = readSettings({ KITH_HOME: mkdtempSync(join(tmpdir(), 'kith-bench-')) });
  try {
    const once = async () => {
      const started = performance.now();
      const { summary } = await runOnce(
        settings,
        await planRun(settings, { input }),
        input,
        conduct,
        new AbortController().signal,
      );
      return { total: (performance.now() - started) / 1000, ...summary };
    };
    // The second run finds everything there: nothing to add, no rank to change, every published row to confirm.
    return { first: await once(), again: await once() };
  } finally {
    await down(settings);
    rmSync(settings.home, { recursive: true, force: true });
  }
}

/** DuckDB from the same files to three CSV files. */
async function duckdbRun(input: string) {
  const dir = mkdtempSync(join(tmpdir(), 'kith-bench-duckdb-'));
  const started = performance.now();
  try {
    const instance = await DuckDBInstance.create(join(dir, 'peer.duckdb'), { threads: '2' });
    const connection = await instance.connect();
    const sql = readFileSync(join(projectRoot, 'bench', 'peer.sql'), 'utf8');
    await connection.run('SET VARIABLE input = $input', { input });
    await connection.run('SET VARIABLE out = $dir', { dir });
    await connection.run(sql);
    const counts = await connection.runAndReadAll(
      'SELECT (SELECT count(*) FROM closest), (SELECT count(*) FROM recommendations), (SELECT count(*) FROM reasons)',
    );
    const [closest, recommendations, reasons] = (counts.getRows()[0] ?? []).map(Number);
    connection.closeSync();
    instance.closeSync();
    return { total: (performance.now() - started) / 1000, rows: { closest, recommendations, reasons } };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const results = [];
for (let i = 0; i < Number(values.runs); i++) {
  const peer = await duckdbRun(values.input);
  const kith = await kithRun(values.input);
  if (JSON.stringify(peer.rows) !== JSON.stringify(kith.first.rows))
    throw new Error(`different rows: DuckDB ${JSON.stringify(peer.rows)}, Kith ${JSON.stringify(kith.first.rows)}`);
  results.push({
    duckdb: peer.total,
    first: { total: kith.first.total, ratio: kith.first.total / peer.total, seconds: kith.first.seconds },
    again: { total: kith.again.total, ratio: kith.again.total / peer.total, seconds: kith.again.seconds },
    rows: peer.rows,
  });
  console.log(JSON.stringify(results.at(-1), null, 2));
}
const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
mkdirSync(join(projectRoot, 'bench', 'results'), { recursive: true });
writeFileSync(
  join(projectRoot, 'bench', 'results', 'higgs.json'),
  `${JSON.stringify({ machine, results }, null, 2)}\n`,
);
