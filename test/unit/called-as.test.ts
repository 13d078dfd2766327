import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { calledAs } from '../../src/cli/called-as.ts';
import { projectRoot } from '../../src/config/project.ts';

test('in the checkout a command is that of npx, elsewhere it names the program', () => {
  expect(calledAs({}, projectRoot)).toBe('npx kith');
  expect(calledAs({}, join(projectRoot, 'docs'))).toBe('npx kith');
  expect(calledAs({}, join(projectRoot, '..'))).toBe(`node -- ${projectRoot}/bin/kith.mjs`);
});

test('a command names the home where one is set, as it was given', () => {
  expect(calledAs({ KITH_HOME: '.kith-demo' }, projectRoot)).toBe('KITH_HOME=.kith-demo npx kith');
});

test.each(["it's here", 'a b', '$HOME', '`x`'])('a shell takes the home %j as it is', (home) => {
  const { stdout } = spawnSync('sh', [
    '-c',
    calledAs({ KITH_HOME: home }, projectRoot).replace('npx kith', 'printenv KITH_HOME'),
  ]);
  expect(String(stdout)).toBe(`${home}\n`);
});
