import { relative } from 'node:path';
import { projectRoot } from '../config/project.ts';

/**
 * How a further command of the same network is typed where this one was: what Kith suggests works when it is pasted.
 * In the checkout that is `npx kith`; anywhere else npx would look for a package of that name.
 */
export function calledAs(env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): string {
  const isInside = !relative(projectRoot, cwd).startsWith('..');
  const kith = isInside ? 'npx kith' : `node ${quoted(`${projectRoot}/bin/kith.mjs`)}`;
  return env.KITH_HOME ? `KITH_HOME=${quoted(env.KITH_HOME)} ${kith}` : kith;
}

/** A word as a shell takes it for one. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
