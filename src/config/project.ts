import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { namesIn, textOf } from './texts.ts';

/** The checkout: the folder that holds package.json, cypher/, spark/, sql/, src/ and, once built, dist/. */
export const projectRoot = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}

/** The text of a statement file, e.g. `statement('cypher/closest/compute-linear.cypher')`. */
export function statement(path: `cypher/${string}.cypher` | `sql/${string}.sql` | `spark/${string}.sql`): string {
  return textOf(path);
}

/** The names of the database migrations; `statement('sql/migrations/NAME')` gives the text of one. */
export function migrationNames(): `${string}.sql`[] {
  return namesIn('sql/migrations') as `${string}.sql`[];
}

/** The dashboard's style sheet. */
export function styleSheet(): string {
  return textOf('src/dashboard/style.css');
}

/** Kith's version, from package.json. */
export function version(): string {
  return JSON.parse(textOf('package.json')).version;
}
