import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { kith } from '../harness/command-line.ts';
import { denseNetwork } from '../oracle/dense-network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { writeFolder } from '../oracle/write-folder.ts';

const { network, options } = denseNetwork(5);
const half = { ...network, activities: network.activities.slice(0, network.activities.length / 2) };

let parent: string;
let env: Record<string, string>;
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'kith-backup-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(parent, 0o711);
  env = { KITH_HOME: join(parent, '.kith'), KITH_NEO4J_HEAP: '512m', KITH_NEO4J_PAGE_CACHE: '128m' };
});
afterAll(async () => {
  await kith(['down'], env);
  rmSync(parent, { recursive: true, force: true });
});

async function succeeds(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kith(args, env);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

/** Writes a day's folder and gives the options of a run on it. */
function day(given: typeof network, name: string): string[] {
  const input = join(parent, name);
  writeFolder(given, input);
  return ['--input', input, '--as-of', new Date(options.asOf * 1000).toISOString(), '--allow', 'stale'];
}

/** The published rows with their times, as a notebook gets them. */
async function exported(name: string): Promise<string[]> {
  await succeeds('export', '--format', 'csv', '--out', join(parent, name));
  return ['closest_connections', 'recommendations', 'rec_reasons'].map((table) =>
    readFileSync(join(parent, name, `${table}.csv`), 'utf8'),
  );
}

test('a home that is unpacked from its backup shows the same, times included, and its next run is right', async () => {
  // As docs/backup.md says.
  const page = readFileSync(join(projectRoot, 'docs', 'backup.md'), 'utf8');
  const pack = 'tar -czf kith-home.tar.gz .kith';
  expect(page).toContain(`npx kith down\n${pack}\nnpx kith up\n`);
  await succeeds('run', ...day(half, 'half'));
  const before = await exported('before');
  await succeeds('down');
  execFileSync('bash', ['-c', pack], { cwd: parent });
  await succeeds('up');
  // What happens between the backup and the loss is lost.
  await succeeds('reset', '--yes');
  await succeeds('down');
  rmSync(env.KITH_HOME as string, { recursive: true });
  execFileSync('tar', ['--same-owner', '-xzf', 'kith-home.tar.gz'], { cwd: parent });
  await succeeds('up');
  expect(await exported('after')).toEqual(before);
  await succeeds('check');
  await succeeds('run', ...day(network, 'whole'));
  const [closest = ''] = await exported('next');
  const expected = expectedTables(network, options);
  const rows = closest.trim().split('\n').slice(1);
  expect(rows.map((row) => row.split(',').slice(0, 3).join()).sort()).toEqual(expected.closest);
});
