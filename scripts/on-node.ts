// `npm run on-node -- 24` tries this commit on another version of Node: a clone of it sets itself up, runs its unit tests
// and its demo. Node itself comes from npm, and everything is removed at the end.
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../src/config/project.ts';

function run(command: string, args: string[], options: SpawnSyncOptions = {}): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`);
}

/** Fetches a version of Node into a folder; gives the folder of its program. */
function fetchNode(version: string, folder: string): string {
  mkdirSync(folder);
  run('npm', ['pack', '--silent', `node-${process.platform}-${process.arch}@${version}`], { cwd: folder });
  const [packed] = readdirSync(folder);
  run('tar', ['-xzf', packed as string], { cwd: folder });
  return join(folder, 'package', 'bin');
}

function tryOn(version: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-on-node-'));
  // As root, engines' users have to get through.
  chmodSync(scratch, 0o711);
  try {
    const PATH = [fetchNode(version, join(scratch, 'node')), process.env.PATH].join(delimiter);
    const cwd = join(scratch, 'kith');
    run('git', ['clone', '--quiet', projectRoot, cwd]);
    const inherited = Object.entries(process.env).filter(([name]) => !/^(KITH|npm)_/.test(name));
    const env = { ...Object.fromEntries(inherited), PATH };
    run('node', ['--version'], { env });
    run('npm', ['test', '--', 'unit'], { cwd, env });
    try {
      run('npm', ['run', 'demo'], { cwd, env });
    } finally {
      // The demo has a home of its own.
      run('npx', ['kith', 'down'], { cwd, env: { ...env, KITH_HOME: '.kith-demo' } });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [version] = process.argv.slice(2);
if (version === undefined || !/^\d+(\.\d+)*$/.test(version)) {
  console.error('on-node: say which version of Node, such as 24: npm run on-node -- 24');
  process.exitCode = 2;
} else tryOn(version);
