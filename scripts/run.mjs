// `node scripts/run.mjs SCRIPT …` sets the checkout up, so that it works in a fresh clone, then runs a TypeScript script
// with the remaining arguments. It runs in this process, so that signals reach it directly.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setupOrExplain } from './setup.mjs';

if (!(await setupOrExplain({ quiet: true }))) process.exitCode = 2;
else {
  const { register } = await import('tsx/esm/api');
  register();
  // The script finds its arguments as if Node had been started with it.
  process.argv.splice(1, 1);
  await import(pathToFileURL(resolve(process.argv[1] ?? '')).href);
}
