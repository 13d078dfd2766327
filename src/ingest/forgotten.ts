import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { homeOf, passwordOf, prepareHome } from '../engines/home.ts';
import { EngineError } from '../errors.ts';
import { replaceFile } from '../storage/private-file.ts';
import { numberOfText, type UserId } from '../user-id.ts';

/** Numbers in a text, without leading zeros, as ids are compared. */
const numbers = /(?<!\d)0*(\d{1,19})(?!\d)/g;

/**
 * Who was forgotten, by `kith forget`: `$KITH_HOME/forgotten` has a line for each, the HMAC-SHA-256 of the decimal id
 * under a secret of the home. Its first line is that of the empty text, which tells whether the secret is the right one.
 */
export class Forgotten {
  readonly #secret: string;
  readonly #hashes: ReadonlySet<string>;
  /** Whether ids are texts. */
  readonly #isText: boolean;
  readonly #known = new Map<UserId, boolean>();

  private constructor(secret: string, hashes: ReadonlySet<string>, isText: boolean) {
    this.#secret = secret;
    this.#hashes = hashes;
    this.#isText = isText;
  }

  /** @throws EngineError if the secret is lost, since then nobody could be recognised */
  static of(settings: Settings): Forgotten {
    const home = homeOf(settings);
    const file = join(home.root, 'forgotten');
    const isText = settings.userIds === 'text';
    if (!existsSync(file)) return new Forgotten('', new Set(), isText);
    const [check, ...hashes] = readFileSync(file, 'utf8').trim().split('\n');
    const secret = passwordOf(home.passwords.forgotten);
    if (secret === undefined || hashOf(secret, '') !== check)
      throw new EngineError(
        `${home.passwords.forgotten} is not the secret by which ${file} was written, so those who were forgotten could come ` +
          'back: restore both from the same backup.',
      );
    return new Forgotten(secret, new Set(hashes), isText);
  }

  /**
   * Remembers that a user is forgotten; once is enough.
   *
   * @returns whether the user had been forgotten before
   */
  static add(settings: Settings, userId: UserId): boolean {
    const home = prepareHome(settings);
    const before = Forgotten.of(settings);
    if (before.has(userId)) return true;
    const secret = passwordOf(home.passwords.forgotten) as string;
    const lines = [hashOf(secret, ''), ...before.#hashes, hashOf(secret, String(userId))];
    replaceFile(join(home.root, 'forgotten'), `${lines.join('\n')}\n`);
    return false;
  }

  get isEmpty(): boolean {
    return this.#hashes.size === 0;
  }

  has(userId: UserId): boolean {
    if (this.isEmpty) return false;
    let is = this.#known.get(userId);
    if (is === undefined) {
      is = this.#hashes.has(hashOf(this.#secret, String(userId)));
      this.#known.set(userId, is);
    }
    return is;
  }

  /**
   * Whether anything in a text is the id of somebody forgotten, for texts that nobody can read as rows.
   *
   * @param text with one character per byte
   */
  isIn(text: string): boolean {
    if (this.isEmpty) return false;
    const numbers = this.#isText
      ? textsIn(text).map((one) => String(numberOfText(Buffer.from(one, 'latin1'))))
      : numbersIn(text);
    return numbers.some((number) => this.#hashes.has(hashOf(this.#secret, number)));
  }
}

/**
 * What may be an id in a row that can't be read: what is between delimiters, also between blanks and quotes, fields in
 * quotes with quotes in them, and texts of JSON.
 */
export function textsIn(row: string): string[] {
  const found = new Set<string>();
  for (const delimiter of [/[,;\t|\r\n]/, /[,;\t|\s"'{}[\]]+/, /["\r\n]/])
    for (const part of row.split(delimiter)) for (const text of [part, part.trim()]) if (text !== '') found.add(text);
  for (const [, text = ''] of row.matchAll(/"((?:[^"]|"")*)"/g)) found.add(text.replaceAll('""', '"'));
  for (const [text] of row.matchAll(/"(?:[^"\\]|\\.)*\\(?:[^"\\]|\\.)*"/g))
    try {
      found.add(Buffer.from(JSON.parse(Buffer.from(text, 'latin1').toString('utf8'))).toString('latin1'));
    } catch {
      // It is no text of JSON.
    }
  return [...found];
}

/** The whole numbers in a text, without leading zeros. */
export function numbersIn(text: string): string[] {
  return [...text.matchAll(numbers)].map(([, number = '']) => number);
}

function hashOf(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
