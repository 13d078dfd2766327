#!/usr/bin/env node
// The command line. It runs what src/ is made into, anew whenever anything in it has changed: see bin/build.mjs.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!existsSync(join(root, 'node_modules', 'esbuild'))) {
  console.error('kith: this checkout is not set up yet; run `npm run setup` first.');
  process.exitCode = 2;
} else {
  const { built } = await import('./build.mjs');
  await import(pathToFileURL(await built(root)).href);
}
