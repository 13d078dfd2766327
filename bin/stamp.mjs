// A hash of what the program is built from. Every command compares it, which takes a few milliseconds; plain Node
// without dependencies.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const folders = ['src', 'sql', 'cypher', 'spark'];
const files = ['package.json', 'tsconfig.json', 'scripts/setup/build.mjs'];

/**
 * A hash of the contents of everything that the program is built from. It does not change when the checkout is copied,
 * or switched to another branch and back.
 *
 * @param {string} root the checkout
 */
export function stampOfSources(root) {
  const hash = createHash('sha256');
  for (const path of [...folders.flatMap((folder) => filesIn(root, folder)), ...files]) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * The source files below a folder, as sorted paths in the checkout, without other files such as those of editors.
 *
 * @param {string} root the checkout
 * @param {string} folder
 * @returns {string[]}
 */
export function filesIn(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|css|sql|cypher)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
