import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';

test('a signal that comes when the work is done, before the process is gone, takes nothing back', async () => {
  const module = JSON.stringify(join(projectRoot, 'src', 'cli', 'interruptible.ts'));
  // Lives on until its standard input ends.
  const script = `
    const { interruptible } = await import(${module});
    console.log(await interruptible(async () => 'done'));
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: projectRoot,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  expect(String(await once(child.stdout, 'data'))).toBe('done\n');
  child.kill('SIGINT');
  child.stdin.end();
  expect(await once(child, 'close')).toEqual([0, null]);
});
