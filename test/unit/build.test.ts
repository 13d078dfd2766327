import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kith-build-'));
  cpSync(join(projectRoot, 'bin'), join(root, 'bin'), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'src', 'cli'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  source('cli/main.ts', "import { word } from '../word.ts';\nconsole.log(word, process.argv[2]);");
  source('word.ts', "export const word: string = 'one';");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const source = (name: string, text: string) => writeFileSync(join(root, 'src', name), text);

/** What `kith run` says of the sources. */
function kith(): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin', 'kith.mjs'), 'run'], { encoding: 'utf8' });
  return `${stdout}${stderr}`.trim();
}

const builds = () => readdirSync(join(root, '.setup'));

test('a command runs what its sources say now, and makes it but once', () => {
  expect([kith(), kith()]).toEqual(['one run', 'one run']);
  expect(builds()).toHaveLength(1);
  source('word.ts', "export const word: string = 'two';");
  expect(kith()).toBe('two run');
});

test('what was made of sources long ago goes', () => {
  kith();
  const [first] = builds() as [string];
  utimesSync(join(root, '.setup', first), 0, 0);
  source('word.ts', "export const word = 'three';");
  expect(kith()).toBe('three run');
  expect(builds()).toHaveLength(1);
  expect(builds()).not.toContain(first);
});

test('where nothing can be written the sources run as they are', () => {
  writeFileSync(join(root, '.setup'), '');
  expect(kith()).toBe('one run');
});
