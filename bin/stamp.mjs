// What the program is built from. Plain Node without a dependency: every command compares it, in some milliseconds.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const folders = ['src', 'sql', 'cypher'];
const files = ['package.json', 'tsconfig.json', 'scripts/setup/build.mjs'];

/**
 * A hash of everything that the built program is made of, by content: a checkout that is copied, or goes to another
 * branch and back, is the same.
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
 * The sources anywhere in a folder, by their paths in the checkout, in order; not what editors put beside them.
 *
 * @param {string} root the checkout
 * @param {string} folder
 * @returns {string[]}
 */
export function filesIn(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|css|sql|cypher)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
