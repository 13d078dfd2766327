import { relative } from 'node:path';
import { projectRoot } from '../config/project.ts';

/**
 * How to call Kith from here for the same network, so that a suggested command works when it is pasted.
 * In the checkout that is `npx kith`; anywhere else npx would look for a package of that name.
 */
export function calledAs(env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): string {
  const isInside = !relative(projectRoot, cwd).startsWith('..');
  const kith = isInside ? 'npx kith' : `node -- ${quoted(`${projectRoot}/bin/kith.mjs`)}`;
  return env.KITH_HOME ? `KITH_HOME=${quoted(env.KITH_HOME)} ${kith}` : kith;
}

/** Quotes a word for the shell if it needs it. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
