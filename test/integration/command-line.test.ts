import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { kith as kithWith } from '../harness/command-line.ts';

describe('the command line', () => {
  // Nothing may be started by a mistake.
  const nowhere = { KITH_HOME: '/dev/null/kith' };

  test('shows an example for kith and for every command', async () => {
    const { code, stdout } = await kithWith(['--help'], nowhere);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +\$ kith /m);
    const commands = [...(stdout.split('Commands:')[1] ?? '').matchAll(/^ {2}([a-z-]+) /gm)].map(
      ([, name]) => name as string,
    );
    expect(commands).toEqual(
      expect.arrayContaining(['run', 'ingest', 'closest', 'recommend', 'publish', 'check', 'reset']),
    );
    const helped = commands.filter((name) => name !== 'help');
    const helps = await Promise.all(helped.map((command) => kithWith([command, '--help'], nowhere)));
    for (const [i, command] of helped.entries()) {
      expect({ command, ...helps[i] }).toMatchObject({ code: 0, stderr: '' });
      expect(helps[i]?.stdout).toMatch(new RegExp(`^ +\\$ .*kith ${command}`, 'm'));
    }
  });

  test('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
    expect(await kithWith(['--version'], nowhere)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    ['an unknown command', ['rum']],
    ['no command', []],
    ['an unknown option', ['run', '--inputs', 'x']],
    ['an option without its value', ['run', '--input']],
    ['an argument too many', ['run', 'graph_data/20240601']],
    ['no folder', ['run', '--as-of', '2024-06-01']],
    ['no folder for ingest', ['ingest']],
    ['a step without an as-of', ['closest']],
  ])('exits with 2 for %s', async (_, args) => {
    const { code, stdout, stderr } = await kithWith(args, nowhere);
    expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: '' });
    expect(stderr).not.toMatch(/ at .*:\d+:\d+|\bfault\b|a bug in Kith/);
    expect(stderr).not.toBe('');
  });
});
