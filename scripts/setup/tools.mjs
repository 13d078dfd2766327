// What every part of the setup needs. Plain Node without a dependency, since it runs on a bare clone.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A sentence for a person: something on this machine is missing or broke. */
export class SetupError extends Error {}

/** A program of the JDK: JAVA_HOME's, or the path's. */
export function java(name) {
  const own = process.env.JAVA_HOME && join(process.env.JAVA_HOME, 'bin', name);
  return own && existsSync(own) ? own : name;
}

/** Tells whether a part is complete already, for inputs of this content; a part that was interrupted has none. */
export function stampOf(name, content) {
  const file = join(root, '.setup', name);
  return {
    fits: () => existsSync(file) && readFileSync(file, 'utf8') === content,
    remove: () => rmSync(file, { force: true }),
    write: () => {
      mkdirSync(join(root, '.setup'), { recursive: true });
      writeFileSync(file, content);
    },
  };
}

export function hashOf(...files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Throws the sentence unless the program runs; gives what it said. */
export async function need(program, args, sentence) {
  const { code, output } = await start(java(program), args, root);
  if (code !== 0) throw new SetupError(sentence);
  return output;
}

export async function run(program, args, sentence, cwd = root) {
  const { code, output } = await start(program, args, cwd);
  failUnlessZero(code, output, sentence);
}

export function failUnlessZero(code, output, sentence) {
  if (code === 0) return;
  const lines = output.split('\n').filter((line) => line.trim() && !line.startsWith('npm warn'));
  throw new SetupError(`${sentence}; it said:\n${[...lines.slice(0, 8), ...lines.slice(8).slice(-8)].join('\n')}`);
}

export function start(program, args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
