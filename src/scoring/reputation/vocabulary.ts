import { BadInputError } from '../../errors.ts';
import type { UserId } from '../../user-id.ts';

/** Row 0 of an embedding: padding, where a text is shorter than its batch. It is all zeros. */
export const padding = 0;
/** Row 1: a word that is not in the vocabulary. */
export const unknownWord = 1;
/** The rows before the vocabulary's first word. */
export const specialRows = 2;

/** Words used by fewer users are left out, so that nobody is recognised by a word of their own. */
const leastUsers = 2;

/** The most different words that are counted: a Map holds no more. */
const mostWords = 2 ** 24;

/** Words by frequency, and their rows in the embedding. */
export class Vocabulary {
  readonly words: readonly string[];
  readonly #rows: ReadonlyMap<string, number>;

  constructor(words: readonly string[]) {
    this.words = words;
    this.#rows = new Map(words.map((word, i) => [word, i + specialRows]));
  }

  /** The rows of a text's first `length` words. */
  encode(text: string, length: number): Int32Array {
    const words = wordsOf(text);
    const rows = new Int32Array(Math.min(words.length, length));
    for (let i = 0; i < rows.length; i++) rows[i] = this.#rows.get(words[i] as string) ?? unknownWord;
    return rows;
  }
}

/** Counts how many users use each word; texts have to be grouped by user. */
export class WordCounter {
  readonly #most: number;
  readonly #words = new Map<string, { users: number; last: UserId }>();

  /** @param most how many different words are counted at most */
  constructor(most = mostWords) {
    this.#most = most;
  }

  /** @throws BadInputError if there are too many different words */
  add(userId: UserId, text: string): void {
    for (const word of wordsOf(text)) {
      const count = this.#words.get(word);
      if (!count && this.#words.size === this.#most)
        throw new BadInputError(
          `The messages have more than ${this.#most} different words, which can't be counted: train on fewer messages (--as-of).`,
        );
      if (!count) this.#words.set(word, { users: 1, last: userId });
      else if (count.last !== userId) {
        count.users++;
        count.last = userId;
      }
    }
  }

  /** The words used by the most users, at most `size`; equally frequent ones alphabetically. */
  vocabulary(size: number): Vocabulary {
    const frequent = [...this.#words].filter(([, { users }]) => users >= leastUsers);
    frequent.sort(([a, countA], [b, countB]) => countB.users - countA.users || (a < b ? -1 : 1));
    return new Vocabulary(frequent.slice(0, size).map(([word]) => word));
  }
}

function wordsOf(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}
