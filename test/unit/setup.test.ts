import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';

/**
 * As npm does: it says nothing below its log level, which it takes from its options first, then from its environment.
 */
const silenceable = `case " $* " in *" --loglevel="*) ;; *) [ "$npm_config_loglevel" = silent ] && exec >/dev/null 2>&1 ;; esac\n`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kith-setup-'));
  for (const folder of ['bin', 'scripts', 'src/engines'])
    cpSync(join(projectRoot, folder), join(root, folder), { recursive: true });
  writeFileSync(join(root, 'package-lock.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Calls a function of setup in a process of its own; gives what it returns, or says. */
function callSetup(file: string, name: string, env: NodeJS.ProcessEnv): string {
  const code = `
    import { ${name} } from ${JSON.stringify(join(root, 'scripts', 'setup', file))};
    await ${name}().then(console.log, (error) => console.log(error.message));`;
  const node = ['--input-type=module', '--eval', code];
  const { stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8', env });
  return (stdout + stderr).trim();
}

/** Installs packages by an npm that does as the script says, as `npm run -s setup` would. */
function install(npm: string) {
  const bin = join(root, 'path');
  mkdirSync(bin);
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "$*" >> "${root}/calls"\n${silenceable}${npm}`);
  chmodSync(join(bin, 'npm'), 0o755);
  const said = callSetup('packages.mjs', 'installPackages', {
    PATH: `${bin}:${process.env.PATH}`,
    npm_config_loglevel: 'silent',
  });
  const calls = readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');
  return {
    said,
    calls: calls.map((call) => call.split(' ').find((word) => !word.startsWith('-'))),
  };
}

const isComplete = () => existsSync(join(root, '.setup', 'packages'));

test('packages come by npm ci', () => {
  expect(install('exit 0')).toEqual({ said: 'installed', calls: ['ci'] });
  expect(isComplete()).toBe(true);
});

test("when it fails, npm's words are shown, although its log level is silent", () => {
  const { said } = install('echo "npm error of $*" >&2; exit 1');
  expect(said).toMatch(/^npm could not install the packages\. npm ci said:\nnpm error of .* ci /);
  expect(isComplete()).toBe(false);
});

test('an npm that fails without a word is said to', () => {
  expect(install('exit 7').said).toContain('npm ci said nothing and ended with code 7.');
});

test('our Java is compiled whatever the language of the system', () => {
  const neo4j = join('engines', 'neo4j');
  for (const part of ['pom.xml', 'src', join('plugin', 'src')])
    cpSync(join(projectRoot, neo4j, part), join(root, neo4j, part), { recursive: true });
  symlinkSync(join(projectRoot, neo4j, 'lib'), join(root, neo4j, 'lib'));
  const { PATH, JAVA_HOME } = process.env;
  expect(callSetup('neo4j.mjs', 'compileJava', { PATH, JAVA_HOME, LC_ALL: 'C' })).toBe('compiled');
});
