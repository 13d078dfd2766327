import { relative } from 'node:path';
import { projectRoot } from '../config/project.ts';
import { shellWord } from '../shell-word.ts';

/**
 * How to call Kith from here for the same network, so that a suggested command works when it is pasted.
 * In the checkout that is `npx kith`; anywhere else npx would look for a package of that name.
 */
export function calledAs(env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): string {
  const isInside = !relative(projectRoot, cwd).startsWith('..');
  const kith = isInside ? 'npx kith' : `node -- ${shellWord(`${projectRoot}/bin/kith.mjs`)}`;
  return env.KITH_HOME ? `KITH_HOME=${shellWord(env.KITH_HOME)} ${kith}` : kith;
}
