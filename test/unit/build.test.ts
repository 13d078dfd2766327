import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';

const changed = 'kith: this checkout has changed since it was built: run `npm run setup`.\n';
/** Says a statement; with `wait`, only once its standard input has ended, and by what it loads then. */
const main = `
  import { statement } from '../config/project.ts';
  if (process.argv[2] === 'wait') {
    console.log('waiting');
    for await (const _ of process.stdin);
    const { late } = await import('./late.ts');
    console.log(late, statement('sql/one.sql'));
  } else console.log(statement('sql/one.sql'));
  export {};`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kith-build-'));
  for (const folder of ['bin', 'scripts', 'src/config'])
    cpSync(join(projectRoot, folder), join(root, folder), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  file('package.json', '{ "type": "module", "version": "1.2.3" }');
  file('tsconfig.json', '{}');
  file('src/cli/main.ts', main);
  file('src/cli/late.ts', "export const late = 'first';");
  file('src/dashboard/style.css', '');
  file('sql/one.sql', 'SELECT 1');
  file('cypher/one.cypher', 'RETURN 1');
  file('spark/one.sql', 'SELECT 1');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function file(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

function node(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const kith = () => node(join(root, 'bin', 'kith.mjs'));

/** The step of `npm run setup`: what it did, if anything. */
function build(): string {
  const { stdout, stderr } = node(
    '--input-type=module',
    '--eval',
    `import { buildProgram } from ${JSON.stringify(join(root, 'scripts', 'setup', 'build.mjs'))}; console.log(await buildProgram());`,
  );
  return (stdout + stderr).trim();
}

test('a checkout that is not built yet says how to set it up', () => {
  expect(kith()).toEqual({
    status: 2,
    stdout: '',
    stderr: 'kith: this checkout is not set up yet: run `npm run setup`.\n',
  });
});

test('the program holds its statements, and is built once', () => {
  expect([build(), build()]).toEqual(['built', 'undefined']);
  expect(kith()).toEqual({ status: 0, stdout: 'SELECT 1\n', stderr: '' });
});

test.each(['sql/one.sql', 'cypher/one.cypher', 'src/cli/late.ts', 'package.json'])(
  'once %s has changed, a command refuses to run until the program is built again',
  (path) => {
    build();
    appendFileSync(join(root, path), '\n');
    expect(kith()).toEqual({ status: 2, stdout: '', stderr: changed });
    expect(build()).toBe('built');
    expect(kith().status).toBe(0);
  },
);

test('a new statement is a change; another date of a file and what an editor leaves are none', () => {
  build();
  utimesSync(join(root, 'sql', 'one.sql'), 0, 0);
  file('sql/.one.sql.swp', '');
  expect(kith().status).toBe(0);
  file('sql/two.sql', 'SELECT 2');
  expect(kith()).toEqual({ status: 2, stdout: '', stderr: changed });
});

test('a process that lives through a new build goes on with its own: chunks that it loads later and statements', async () => {
  build();
  const child = spawn(process.execPath, [join(root, 'bin', 'kith.mjs'), 'wait'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  const waiting = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      said += text;
      if (said.includes('waiting')) resolve();
    });
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await waiting;
  file('src/cli/late.ts', "export const late = 'second';");
  file('sql/one.sql', 'SELECT 2');
  expect(build()).toBe('built');
  child.stdin.end();
  expect(await ended).toBe(0);
  expect(said).toBe('waiting\nfirst SELECT 1\n');
  expect(kith().stdout).toBe('SELECT 2\n');
});
