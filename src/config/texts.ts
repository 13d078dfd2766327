// Texts that are read from files. In the built program they are inlined: scripts/setup/build.mjs replaces this module.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const texts = new Map<string, string>();

/** The text of a file, by its path in the checkout; read once per process. */
export function textOf(path: string): string {
  let text = texts.get(path);
  if (text === undefined) {
    text = readFileSync(join(root, path), 'utf8');
    texts.set(path, text);
  }
  return text;
}

/** The names of the files in a folder of the checkout, sorted. */
export function namesIn(folder: string): string[] {
  return readdirSync(join(root, folder)).sort();
}
