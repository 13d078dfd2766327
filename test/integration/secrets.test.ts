import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `kith …` in the folder, as the shell would find it. */
function kith(args: string[], env: Record<string, string> = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(KITH|JEST|NODE)_/.test(name));
  const { status, stdout, stderr } = spawnSync(join(projectRoot, 'bin', 'kith.mjs'), args, {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), KITH_HOME: join(folder, 'home'), ...env },
    encoding: 'utf8',
    timeout: 600_000,
  });
  return { status, stdout, stderr };
}

test.each([
  [
    ['run', '--input', 'https://u:P@W/x%41@host/y?sig=SIG'],
    /^kith: https:\/\/u:\*\*\*@host\/y\?sig=\*\*\* a folder is/,
  ],
  [['run', '--input=ftp://PWPWPWPW12345@host'], /^kith: ftp:\/\//],
  [['run', '--https://u:P@W@host'], /^error: unknown option '--https:\/\/u:\*\*\*@host'/],
  [['show', 'https://u:P@W@host'], /^kith: A user id is a whole number from 0 to 2147483647\.$/m],
])('kith %j shows no password', (args, said) => {
  const { status, stdout, stderr } = kith([...args]);
  expect(status).toBe(2);
  expect(stderr).toMatch(said);
  expect(stdout + stderr).not.toMatch(/P@W|x%41|SIG/);
});

test.each([
  [['run', '--input', 'a\u001b[31mb\nc\u202e\u009b'], 'a\\x1b[31mb\\nc\\u202e\\x9b'],
  [['run', '--a\u001b]0;b\u0007'], '--a\\x1b]0;b\\x07'],
  [['reputation', 'score', '--input', 'x', '--out', 'y', '--model', 'm\u001bc'], 'm\\x1bc holds no model.json'],
])('kith %j shows control characters as text', (args, shown) => {
  const { status, stderr } = kith([...args]);
  expect(status).toBe(2);
  expect(stderr).toContain(shown);
  expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
});

test('settings of the working folder have no effect, those of --env-file have, wherever it stands', () => {
  writeFileSync(join(folder, '.env'), 'KITH_WINDOW_DAYS=of-the-folder\nJAVA_HOME=/nowhere\n', { mode: 0o600 });
  expect(kith(['status'])).toMatchObject({ status: 0, stderr: '' });
  const evil = join(folder, 'evil.cjs');
  writeFileSync(evil, 'console.log("evil ran")');
  const file = join(folder, 'kith.env');
  writeFileSync(file, `NODE_OPTIONS=--require=${evil}\nKITH_WINDOW_DAYS=none\n`, { mode: 0o600 });
  for (const args of [
    ['--env-file', file, 'status'],
    ['status', '--env-file', file],
    [`--env-file=${file}`, 'status'],
  ]) {
    const { status, stdout, stderr } = kith(args);
    expect([status, stderr]).toEqual([2, expect.stringContaining('KITH_WINDOW_DAYS should be')]);
    expect(stdout).toBe('');
  }
  expect(kith(['status', '--env-file', file], { KITH_WINDOW_DAYS: '7' }).status).toBe(0);
});

test('a settings file that is a pipe, or is not there, is told in one sentence, without waiting', () => {
  const pipe = join(folder, 'pipe');
  spawnSync('mkfifo', [pipe]);
  for (const file of [pipe, folder, join(folder, 'none')]) {
    const { status, stderr } = kith(['status', '--env-file', file]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^kith: [^\n]+\.\n$/)]);
  }
});
