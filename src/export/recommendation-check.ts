import type { UserRange } from '../graph/user-ranges.ts';
import { ByRange } from './by-range.ts';
import type { ConnectionLists } from './connection-lists.ts';
import { ListCheck } from './list-check.ts';
import { type Findings, Offences } from './offences.ts';
import { RowReader } from './row-reader.ts';

/** Whom each user of a range follows, in the order of ids. */
export type Followed = ReadonlyMap<number, Int32Array>;

export interface RecommendationRules {
  suspended: ReadonlySet<number>;
  /** All users. */
  ranges: readonly UserRange[];
  readFollowed: (range: UserRange) => Promise<Followed>;
  /** As they will be published; undefined if they are not known, so that nothing is said about them. */
  connections: ConnectionLists | undefined;
}

const nobody: Int32Array = new Int32Array(0);

/** How many people a user is recommended at most. */
const mostRecommended = 20;

/**
 * Checks recommendations and their reasons as their rows pass: what the surveys of sql/checks ask of the tables.
 */
export class RecommendationCheck {
  readonly #rules: RecommendationRules;
  readonly #lists: ListCheck;
  readonly #followed: ByRange<Followed>;
  readonly #ofFollowed = new Offences(['no followed']);
  readonly #ofSums = new Offences(['sums']);
  readonly #ofReasons: Offences;
  readonly #reader = new RowReader(3);
  #reasons = 0;
  #following: { user: number; ids: Int32Array; next: number } = { user: -1, ids: nobody, next: 0 };
  #near: Near = { user: -1, start: 0, end: 0, lists: [] };
  /** The recommendations whose reasons come next: user, recommended, the two parts of the score. */
  #pending: number[] = [];

  constructor(rules: RecommendationRules) {
    this.#rules = rules;
    this.#lists = new ListCheck({ most: mostRecommended, suspended: rules.suspended });
    this.#followed = new ByRange(rules.ranges, rules.readFollowed, new Map());
    const checks = ['one run', 'no self', 'no suspended'];
    this.#ofReasons = new Offences(rules.connections ? [...checks, 'reasons'] : checks);
  }

  /** How many rows were taken. */
  get rows(): number {
    return this.#lists.rows + this.#reasons;
  }

  /** Takes all recommendations of some users and all of their reasons, both in key order. */
  async take(recommendations: Uint8Array, reasons: Uint8Array): Promise<void> {
    this.#pending = [];
    this.#lists.take(recommendations, (user, id, upper, lower) => this.#pending.push(user, id, upper, lower));
    await this.#checkFollowed();
    this.#checkReasons(reasons);
  }

  /** What was found about the two tables, by survey. Call it after the last rows. */
  answers(): { recommendations: Findings; reasons: Findings } {
    const ofRecommendations = {
      recommendations: this.#lists.answers(),
      followed: this.#ofFollowed.answers(),
      sums: this.#ofSums.answers(),
    };
    const ofReasons: Findings = this.#rules.connections ? { reasons: this.#ofReasons.answers() } : {};
    return { recommendations: ofRecommendations, reasons: ofReasons };
  }

  async #checkFollowed(): Promise<void> {
    const pending = this.#pending;
    for (let i = 0; i < pending.length; ) {
      await this.#followed.moveTo(pending[i] as number);
      const { part, end } = this.#followed;
      for (; i < pending.length && (pending[i] as number) < end; i += 4) {
        const [user, id] = [pending[i] as number, pending[i + 1] as number];
        if (user !== this.#following.user) this.#following = { user, ids: part.get(user) ?? nobody, next: 0 };
        // Both are in the order of ids.
        const { ids } = this.#following;
        let { next } = this.#following;
        while (next < ids.length && (ids[next] as number) < id) next++;
        this.#following.next = next;
        if (ids[next] === id) this.#ofFollowed.add('no followed', `user ${user}, recommended ${id}`);
      }
    }
  }

  #checkReasons(reasons: Uint8Array): void {
    const reader = this.#reader;
    const pending = this.#pending;
    let at = 0;
    reader.open(reasons);
    for (let hasRow = reader.next(); hasRow; ) {
      const [user, rec] = reader.key as [number, number, number];
      let [upper, lower, count, lastVia] = [0, 0, 0, -1];
      do {
        const via = reader.key[2] as number;
        if (via <= lastVia) throw new Error(`Reasons were computed in the wrong order: user ${user}, ${rec}, ${via}.`);
        lastVia = via;
        reader.readWeight();
        upper += reader.upper;
        lower += reader.lower;
        count++;
        this.#reasons++;
        this.#checkReason(user, rec, via, reader.upper, reader.lower);
        hasRow = reader.next();
      } while (hasRow && reader.key[0] === user && reader.key[1] === rec);
      for (; at < pending.length && isBefore(pending, at, user, rec); at += 4) this.#checkSum(at, 0, 0, 0);
      if (pending[at] === user && pending[at + 1] === rec) {
        this.#checkSum(at, upper, lower, count);
        at += 4;
      } else this.#ofSums.add('sums', `user ${user}, recommended ${rec}`);
    }
    for (; at < pending.length; at += 4) this.#checkSum(at, 0, 0, 0);
  }

  #checkReason(user: number, rec: number, via: number, upper: number, lower: number): void {
    const { suspended, connections } = this.#rules;
    if (user === rec || user === via || rec === via) this.#ofReasons.add('no self', `user ${user}`);
    if (suspended.has(via)) this.#ofReasons.add('no suspended', `user ${via}`);
    if (!connections) return;
    if (user !== this.#near.user) this.#near = nearOf(connections, user);
    const { start, end, lists } = this.#near;
    const near = connections.find(via, start, end);
    const list = near < 0 ? undefined : lists[near - start];
    const far = list ? connections.find(rec, list[0], list[1]) : -1;
    if (far < 0 || !connections.isOf(far, upper, lower))
      this.#ofReasons.add('reasons', `user ${user}, recommended ${rec}, reason ${via}`);
  }

  /**
   * Compares a score with the sum of its reasons. Each of them was rounded by at most half a unit of 1e-12, and so was
   * the score: they may differ by half a unit for each.
   */
  #checkSum(at: number, upper: number, lower: number, count: number): void {
    const pending = this.#pending;
    const difference = (upper - (pending[at + 2] as number)) * 1_000_000 + (lower - (pending[at + 3] as number));
    if (count === 0 || 2 * Math.abs(difference) > count + 1)
      this.#ofSums.add('sums', `user ${pending[at]}, recommended ${pending[at + 1]}`);
  }
}

/** A user's closest connections, and where the list of each is. */
interface Near {
  user: number;
  start: number;
  end: number;
  lists: (readonly [start: number, end: number])[];
}

function nearOf(connections: ConnectionLists, user: number): Near {
  const [start, end] = connections.listOf(user);
  const lists = Array.from({ length: end - start }, (_, i) => connections.listOf(connections.idAt(start + i)));
  return { user, start, end, lists };
}

function isBefore(pending: readonly number[], at: number, user: number, rec: number): boolean {
  return (pending[at] as number) < user || (pending[at] === user && (pending[at + 1] as number) < rec);
}
