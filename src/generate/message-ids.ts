import { Random } from '../random.ts';
import { AliasTable } from './alias-table.ts';
import type { Calendar } from './calendar.ts';
import { streamOf } from './part.ts';
import { label, type Population } from './population.ts';

/** How many messages of a user activities refer to, if the user has none in messages.jsonl. */
const unseenMessages = 12;
/** This share is written by labelled users, however talkative they are, so that few of them have no text. */
const labelledShare = 0.15;

/**
 * Id of a user's n-th message (n from 0) of a part, as text: 18 digits, beyond 2^53, and 19 in parts other than the
 * first, so that no two parts have the same; with less than 10 million messages per user.
 */
export function messageId(author: number, n: number, part: number): string {
  const writer = 100_000_000 + author;
  if (part === 0) return `${writer}${String(1_000_000_000 + n).slice(1)}`;
  return `${writer}${String(1000 + part).slice(1)}${String(10_000_000 + n).slice(1)}`;
}

/** Who writes which message; the same for every call with the same population, seed, part and count. */
export class Authors {
  /** Messages in messages.jsonl per user. */
  readonly counts: Int32Array;
  readonly #messages: number;
  readonly #seed: number;
  readonly #part: number;
  readonly #talkers: AliasTable;
  readonly #labelled: Int32Array;

  constructor(population: Population, seed: number, part: number, messages: number) {
    const everyone = Int32Array.from({ length: population.users }, (_, user) => user);
    this.#talkers = new AliasTable(everyone, (user) => population.talkativeness[user] as number);
    this.#labelled = everyone.filter((user) => population.label[user] !== label.none);
    this.#messages = messages;
    this.#seed = seed;
    this.#part = part;
    this.counts = new Int32Array(population.users);
    for (const author of this.all()) this.counts[author] = (this.counts[author] as number) + 1;
  }

  /** The author of each message, in the order of the file. Drawn again at every call, so nothing is stored. */
  *all(): Generator<number> {
    const random = new Random(this.#seed, streamOf('authors', this.#part));
    const labelled = this.#labelled;
    for (let i = 0; i < this.#messages; i++) {
      if (labelled.length > 0 && random.chance(labelledShare)) yield labelled[random.below(labelled.length)] as number;
      else yield this.#talkers.draw(random);
    }
  }

  /** When a user's n-th message is written: spread evenly over the history, with some variation. */
  instant(author: number, n: number, calendar: Calendar, random: Random): number {
    const place = (n + random.fraction()) / (this.counts[author] as number);
    return Math.min(calendar.asOf, calendar.start + Math.floor(place * calendar.seconds));
  }

  /** A message by `author` from before `instant` if there is one, more often a recent one. */
  referred(author: number, instant: number, calendar: Calendar, random: Random): string {
    const count = this.counts[author] || unseenMessages;
    const newest = Math.min(count, Math.floor(((instant - calendar.start) / calendar.seconds) * count)) - 1;
    return messageId(author, Math.max(0, newest - Math.floor(count * 0.3 * random.fraction() ** 3)), this.#part);
  }
}
