// Plain JavaScript, because the setup of a bare clone reads the same file, before TypeScript can be run.
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';

/** What a settings file may set; anything else in it, such as NODE_OPTIONS or PATH, has no effect. */
const takenNames = /^((KITH|AWS|OTEL)_\w+|JAVA_HOME)$/;

const largestBytes = 1024 ** 2;

/** A blank line, a comment, or NAME=value; a value in quotes may have several lines. */
const entry =
  /[^\S\n]*(?:#[^\n]*|(?:export[^\S\n]+)?[A-Za-z_][\w.-]*[^\S\n]*=[^\S\n]*(?:(["'`])(?:(?!\1)[\s\S])*\1[^\n]*|(?!["'`])[^\n]*))?(?:\n|$)/y;

/** A settings file that can't be used; the message is one sentence that says why. */
export class EnvFileError extends Error {}

/**
 * Puts the settings of a file into the environment. Variables that are already set, if only to nothing, win.
 *
 * @param {string} file
 * @throws EnvFileError see `readEnvFile`
 */
export function takeEnvFile(file) {
  for (const [name, value] of Object.entries(readEnvFile(file))) process.env[name] ??= value;
}

/**
 * The settings in a file of lines NAME=value. It decides what Kith connects to and which programs run, so nobody but us
 * and root may be able to write it.
 *
 * @param {string} file
 * @returns {Record<string, string>}
 * @throws EnvFileError if it is there and can't be read, others could have written it, or a line is in another form
 */
export function readEnvFile(file) {
  const text = textOf(file)
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n');
  entry.lastIndex = 0;
  while (entry.lastIndex < text.length) {
    const at = entry.lastIndex;
    if (entry.test(text)) continue;
    const line = text.slice(0, at).split('\n').length;
    throw new EnvFileError(`${file}:${line} is neither NAME=value nor a comment: correct the line or remove it.`);
  }
  const settings = /** @type {Record<string, string>} */ (parseEnv(text));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => takenNames.test(name)));
}

/**
 * The text of the file; nothing if there is no such file, or if it is /dev/null.
 *
 * @param {string} file
 */
function textOf(file) {
  // How nobody's settings are asked for.
  if (file === '/dev/null' || !isThere(file)) return '';
  let descriptor;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for whoever writes to it.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new EnvFileError(`${file} is not a plain file: give a file of lines NAME=value.`);
    if (stats.size > largestBytes)
      throw new EnvFileError(`${file} is larger than 1 MiB, too large for a settings file.`);
    refuseForeign(file, stats);
    const bytes = readFileSync(descriptor);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    if (bytes.includes(0) || text.includes('\ufffd'))
      throw new EnvFileError(`${file} is not text in UTF-8: write it as lines NAME=value.`);
    return text;
  } catch (error) {
    if (error instanceof EnvFileError) throw error;
    throw new EnvFileError(`${file} can't be read (${error instanceof Error ? error.message : error}).`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** @param {string} file */
function isThere(file) {
  try {
    lstatSync(file);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(String(/** @type {NodeJS.ErrnoException} */ (error).code))) return false;
    throw new EnvFileError(`${file} can't be read (${error instanceof Error ? error.message : error}).`);
  }
}

/**
 * Refuses a file that somebody else could have written or replaced: itself, its folder, or a folder above.
 *
 * @param {string} file
 * @param {import('node:fs').Stats} stats
 */
function refuseForeign(file, stats) {
  refuse(file, stats, false);
  for (const way of new Set([dirname(resolve(file)), dirname(realpathSync(file))])) {
    let folder = realpathSync(way);
    refuse(folder, statSync(folder), false);
    while (folder !== dirname(folder)) {
      folder = dirname(folder);
      // In a folder like /tmp, only its owner can replace what is in it.
      refuse(folder, statSync(folder), true);
    }
  }

  /** @type {(path: string, stats: import('node:fs').Stats, isSharedFine: boolean) => void} */
  function refuse(path, { uid, mode }, isSharedFine) {
    const own = process.getuid?.();
    if (own === undefined) return;
    const what = path === file ? path : `${file} is in ${path}, which`;
    if (uid !== own && uid !== 0)
      throw new EnvFileError(
        `${what} belongs to another user, who could change the settings: give a file of your own with --env-file.`,
      );
    if ((mode & 0o022) !== 0 && !(isSharedFine && (mode & 0o1000) !== 0))
      throw new EnvFileError(
        `${what} can be written by others, who could change the settings: chmod go-w ${path}, or give another file with --env-file.`,
      );
  }
}
