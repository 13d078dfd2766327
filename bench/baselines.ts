import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { estimates } from '../src/evaluate/bootstrap.ts';
import type { Quality } from '../src/evaluate/judge.ts';
import { benchSql, withDuckDb } from './peer.ts';
import { pythonWith } from './python.ts';
import { say } from './words.ts';

/** A recommender of another library, tuned on the inner cut. */
export interface Baseline extends Quality {
  name: string;
  /** What was chosen on the inner cut. */
  settings: Record<string, number | boolean>;
}

/** What quality-baselines.py prints. */
type Printed = Pick<Baseline, 'name' | 'settings'> & { recall: number[]; ndcg: number[] };

const run = promisify(execFile);

/**
 * Writes what a baseline learns from and is judged by.
 *
 * @param database of an `EvaluatedNetwork` that was split and ranked, and is closed
 * @param folder to write into
 */
export async function writeSplit(database: string, folder: string, signal: AbortSignal): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await withDuckDb(database, signal, async (connection) => {
    for (const name of ['training', 'truth'] as const) {
      await connection.run('SET VARIABLE path = $path', { path: join(folder, `${name}.csv`) });
      await connection.run(await benchSql(`quality-${name}`));
    }
  });
}

/**
 * Tunes and judges the baselines.
 *
 * @param folder holds inner/ and outer/, as {@link writeSplit} writes them
 * @param seed of the intervals
 */
export async function measureBaselines(folder: string, seed: number, signal: AbortSignal): Promise<Baseline[]> {
  const python = await pythonWith('implicit==0.7.2', 'numpy==2.4.6', 'scipy==1.17.1', 'threadpoolctl');
  const script = join(dirname(fileURLToPath(import.meta.url)), 'quality-baselines.py');
  const running = run(python, [script, folder], {
    signal,
    maxBuffer: 2 ** 26,
    env: { ...process.env, OPENBLAS_NUM_THREADS: '1' },
  });
  running.child.stderr?.on('data', (text: Buffer) => {
    for (const line of String(text).split('\n')) if (line.includes('inner split')) say(line);
  });
  const { stdout } = await running;
  return (JSON.parse(stdout) as Printed[]).map(({ name, settings, recall, ndcg }) => {
    const [ofRecall, ofNdcg] = estimates([recall, ndcg], seed);
    return { name, settings, recall: ofRecall, ndcg: ofNdcg } as Baseline;
  });
}
