// Builds dist/, which `kith` runs: src/ as JavaScript, with the statements in sql/, cypher/ and spark/ inlined.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesIn, stampOfSources } from '../../bin/stamp.mjs';
import { root, SetupError } from './tools.mjs';

const dist = join(root, 'dist');

export async function buildProgram() {
  const stamp = stampOfSources(root);
  if (isBuiltFrom(stamp)) return undefined;
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { kith: 'src/cli/main.ts' },
    outdir: dist,
    // A worker that has been running for days still loads chunks of its own build, so names depend on the contents and
    // no chunk is ever removed.
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.12',
    format: 'esm',
    sourcemap: true,
    logLevel: 'silent',
    write: false,
    plugins: [{ name: 'texts', setup: replaceTexts }],
  }).catch((error) => {
    throw new SetupError(`esbuild could not build the program. ${error.message}`);
  });
  mkdirSync(dist, { recursive: true });
  // Chunks are written before the entry file that loads them.
  const isEntry = (/** @type {string} */ path) => /^kith\.js(\.map)?$/.test(basename(path));
  for (const { path, contents } of outputFiles.sort((a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path))))
    if (isEntry(path) || !existsSync(path)) writeWhole(path, contents);
  writeWhole(join(dist, 'stamp'), stamp);
  return 'built';
}

function isBuiltFrom(/** @type {string} */ stamp) {
  const file = join(dist, 'stamp');
  return existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

/**
 * Replaces src/config/texts.ts by a module with the texts inlined, which reads no files.
 *
 * @param {import('esbuild').PluginBuild} build
 */
function replaceTexts({ onLoad }) {
  onLoad({ filter: /[\\/]src[\\/]config[\\/]texts\.ts$/ }, () => {
    const statements = ['sql', 'cypher', 'spark'].flatMap((folder) => filesIn(root, folder));
    const paths = [...statements, 'src/dashboard/style.css', 'package.json'];
    const texts = paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]);
    return {
      contents: `
        const texts = new Map(${JSON.stringify(texts)});
        export const textOf = (path) => texts.get(path);
        export const namesIn = (folder) =>
          [...texts.keys()].filter((path) => path.startsWith(folder + '/')).map((path) => path.slice(folder.length + 1));`,
    };
  });
}

/**
 * Writes a file atomically, so that nobody ever reads half of it.
 *
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
function writeWhole(path, contents) {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
