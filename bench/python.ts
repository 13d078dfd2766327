import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const environment = join(dirname(fileURLToPath(import.meta.url)), '.venv');

/** A Python with these packages, made once in bench/.venv unless KITH_BENCH_PYTHON names one that has them. */
export async function pythonWith(...packages: string[]): Promise<string> {
  if (process.env.KITH_BENCH_PYTHON) return process.env.KITH_BENCH_PYTHON;
  const own = join(environment, 'bin', 'python');
  if (!existsSync(own)) await run('python3', ['-m', 'venv', environment]);
  await run(own, ['-m', 'pip', 'install', '-q', ...packages]);
  return own;
}
