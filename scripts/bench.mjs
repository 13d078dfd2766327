// `npm run bench`: sets up, then measures whole runs (bench/main.ts). `npm run bench -- --help` shows what can be asked for.
import { setupOrExplain } from './setup.mjs';

if (!(await setupOrExplain({ quiet: true }))) process.exitCode = 2;
else {
  // In this process, so that Ctrl-C reaches nobody else: what is running has to be stopped in order.
  const { register } = await import('tsx/esm/api');
  register();
  await import('../bench/main.ts');
}
