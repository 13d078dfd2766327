// Makes JavaScript of src/, so that a command starts in half a second instead of in more than one (tsx).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What commands that still run may yet load is kept for this long. */
const keptMs = 7 * 86_400_000;

/**
 * The program's first file, made if it isn't there for just these sources. Where it can't be written, sources run as they are.
 *
 * @param {string} root the checkout
 * @returns {Promise<string>}
 */
export async function built(root) {
  // Two folders below the checkout, as the sources are, which find the rest from there.
  const folder = join(root, '.setup', `kith-${keyOf(join(root, 'src'))}`);
  const program = join(folder, 'main.js');
  if (existsSync(program)) return program;
  try {
    const draft = `${folder}.${process.pid}.new`;
    await build(join(root, 'src', 'cli', 'main.ts'), draft);
    // Of commands that start at the same time the first one's is everybody's.
    if (existsSync(program)) rmSync(draft, { recursive: true });
    else renameSync(draft, folder);
    removeOld(join(root, '.setup'));
    return program;
  } catch {
    if (existsSync(program)) return program;
    const { register } = await import('tsx/esm/api');
    register();
    return join(root, 'src', 'cli', 'main.ts');
  }
}

async function build(entry, outdir) {
  mkdirSync(outdir, { recursive: true });
  const esbuild = await import('esbuild');
  await esbuild.build({
    entryPoints: [entry],
    outdir,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.12',
    format: 'esm',
    sourcemap: true,
    logLevel: 'silent',
  });
}

/** Another one whenever a file of the folder comes, goes or changes. */
function keyOf(folder) {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    const { mtimeMs, size } = statSync(join(folder, name));
    hash.update(`${name}\0${mtimeMs}\0${size}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}

function removeOld(setup) {
  for (const name of readdirSync(setup)) {
    const folder = join(setup, name);
    if (name.startsWith('kith-') && Date.now() - statSync(folder).mtimeMs > keptMs)
      rmSync(folder, { recursive: true, force: true });
  }
}
