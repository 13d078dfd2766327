// Shared by all parts of the setup. Plain Node without dependencies, since it runs in a fresh clone.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A sentence for people: something on this machine is missing or failed. */
export class SetupError extends Error {}

/**
 * A file that records for which content of its inputs a part is complete; an interrupted part has none.
 *
 * @param {string} name
 * @param {string} content
 */
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

/** @param {string[]} files */
export function hashOf(...files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/**
 * Runs a program and returns its output; throws the sentence if it fails.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {string} sentence
 */
export async function need(program, args, sentence) {
  const { code, output } = await start(program, args);
  if (code !== 0) throw new SetupError(sentence);
  return output;
}

/**
 * Runs a program; if it fails, throws the sentence with the program's output.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {string} sentence
 * @param {string} cwd
 */
export async function run(program, args, sentence, cwd = root) {
  const ended = await start(program, args, cwd);
  if (ended.code !== 0) throw new SetupError(`${sentence}. ${wordsOf(basename(program), ended)}`);
}

/**
 * Runs npm with a log level of its own: under `npm run -s` it would inherit silence and fail without a message.
 *
 * @param {string[]} args
 */
export function startNpm(args) {
  return start('npm', ['--loglevel=error', ...args]);
}

/**
 * Runs `npm rebuild` with the package's install scripts, which the repository's .npmrc turns off.
 *
 * @param {string} name
 * @param {string} sentence
 */
export async function rebuildPackage(name, sentence) {
  const ended = await startNpm(['rebuild', '--ignore-scripts=false', name]);
  if (ended.code !== 0) throw new SetupError(`${sentence}. ${wordsOf('npm', ended)}`);
}

/**
 * The first and the last lines of a failed program's output.
 *
 * @param {string} program
 * @param {{ code: number | null, output: string }} ended
 */
export function wordsOf(program, { code, output }) {
  const lines = output.split('\n').filter((line) => line.trim());
  if (lines.length === 0) return `${program} said nothing and ended with code ${code}.`;
  return `${program} said:\n${[...lines.slice(0, 8), ...lines.slice(8).slice(-8)].join('\n')}`;
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function start(program, args, cwd = root) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
