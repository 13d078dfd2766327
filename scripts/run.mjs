// `node scripts/run.mjs SCRIPT …`: sets the checkout up, so that a bare clone will do, then runs a script of TypeScript with the
// arguments after it. In this process, so that a signal reaches nobody else.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setupOrExplain } from './setup.mjs';

if (!(await setupOrExplain({ quiet: true }))) process.exitCode = 2;
else {
  const { register } = await import('tsx/esm/api');
  register();
  // The script finds its arguments where it would if Node had been given it.
  process.argv.splice(1, 1);
  await import(pathToFileURL(resolve(process.argv[1] ?? '')).href);
}
