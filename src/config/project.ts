import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: the folder that holds package.json, cypher/ and sql/. */
export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const texts = new Map<string, string>();

/** The text of a statement's file, e.g. `statement('cypher/closest/write-linear.cypher')`; read once a process. */
export function statement(path: `cypher/${string}.cypher` | `sql/${string}.sql`): string {
  let text = texts.get(path);
  if (text === undefined) {
    text = readFileSync(join(projectRoot, path), 'utf8');
    texts.set(path, text);
  }
  return text;
}

/** Kith's own version, as package.json has it. */
export function version(): string {
  return JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version;
}
