#!/usr/bin/env -S node --
// With --, Node leaves --env-file to Kith. Otherwise it would take NODE_OPTIONS from that file, before Kith can check it.
// The command line. It runs dist/, which `npm run setup` builds, if dist/ was built from the current sources.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stampOfSources } from './stamp.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'dist', 'stamp');
if (!existsSync(stamp)) fail('this checkout is not set up yet: run `npm run setup`.');
else if (readFileSync(stamp, 'utf8') !== stampOfSources(root))
  fail('this checkout has changed since it was built: run `npm run setup`.');
else await import(new URL('../dist/kith.js', import.meta.url).href);

function fail(/** @type {string} */ sentence) {
  console.error(`kith: ${sentence}`);
  process.exitCode = 2;
}
