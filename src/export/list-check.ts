import { several } from '../figures.ts';
import type { UserId } from '../user-id.ts';
import { type Answers, Offences } from './offences.ts';
import { RowReader } from './row-reader.ts';

/** What a list's rows are checked for. */
export interface ListRules {
  /** How many rows a user may have. */
  most: number;
  /** Of both columns of the key. */
  suspended: ReadonlySet<UserId>;
  /** Decimal places of their measure, 12 by default. */
  places?: number;
  /** What a row may say where it comes from; undefined if rows say nothing. */
  sources?: readonly string[];
}

/** No user has more rows than these; ranks beyond are wrong anyway. */
const ranksLookedAt = 64;

/**
 * Checks ranked lists as their rows pass, closest connections or recommendations: what the surveys of sql/checks ask
 * of the tables.
 */
export class ListCheck {
  readonly #rules: ListRules;
  readonly #reader: RowReader;
  readonly #offences = new Offences(['one run', 'no self', 'no suspended', 'short lists', 'sources']);
  /** How many rows were taken. */
  rows = 0;
  /** Of the list at hand. */
  #user: UserId = -1;
  #rows = 0;
  #lastId: UserId = -1;
  #highestRank = 0;
  #isTwice = false;
  readonly #hasRank = new Uint8Array(ranksLookedAt + 1);

  constructor(rules: ListRules) {
    this.#rules = rules;
    this.#reader = new RowReader(2, rules.places, rules.sources);
  }

  /**
   * @param each called with every row's key and the two parts of its measure, see RowReader
   * @throws Error if rows are not in key order
   */
  take(rows: Uint8Array, each?: (user: UserId, id: UserId, upper: number, lower: number) => void): void {
    const reader = this.#reader;
    reader.open(rows);
    while (reader.next()) {
      const [user, id] = reader.key as [UserId, UserId];
      reader.readWeight();
      const rank = reader.readRank();
      if (this.#rules.sources && reader.readSource() < 0) this.#offences.add('sources', `user ${user}, ${id}`);
      if (user !== this.#user) this.#begin(user);
      else if (id <= this.#lastId) throw new Error(`Rows were computed in the wrong order: user ${user}, ${id}.`);
      this.#lastId = id;
      this.#rows++;
      this.rows++;
      if (rank > this.#highestRank) this.#highestRank = rank;
      const place = Math.min(rank, ranksLookedAt);
      if (this.#hasRank[place]) this.#isTwice = true;
      this.#hasRank[place] = 1;
      if (user === id) this.#offences.add('no self', `user ${user}`);
      const { suspended } = this.#rules;
      if (suspended.has(id) || suspended.has(user)) this.#offences.add('no suspended', `user ${user}`);
      each?.(user, id, reader.upper, reader.lower);
    }
  }

  /** Call it after the last row. */
  answers(): Answers {
    this.#begin(Number.POSITIVE_INFINITY);
    return this.#offences.answers();
  }

  #begin(user: UserId): void {
    if (user < this.#user) throw new Error(`Rows were computed in the wrong order: user ${user}.`);
    // As many different ranks as rows, none above their number: 1, 2, 3 …
    const isRight = !this.#isTwice && this.#highestRank === this.#rows && !this.#hasRank[0];
    if (this.#rows > this.#rules.most || !isRight)
      this.#offences.add(
        'short lists',
        `user ${this.#user}: ${several(this.#rows, 'row')}, the highest rank is ${this.#highestRank}`,
      );
    this.#user = user;
    this.#rows = 0;
    this.#lastId = -1;
    this.#highestRank = 0;
    this.#isTwice = false;
    this.#hasRank.fill(0);
  }
}
