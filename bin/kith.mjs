#!/usr/bin/env node
// The command line. TypeScript is run as it is (tsx), so that a change shows at the next call without a build.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!existsSync(join(root, 'node_modules', 'tsx'))) {
  console.error('kith: this checkout is not set up yet; run `npm run setup` first.');
  process.exitCode = 2;
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import('../src/cli/main.ts');
}
