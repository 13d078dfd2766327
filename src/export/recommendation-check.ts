import type { UserRange } from '../graph/user-ranges.ts';
import { combinations, mostRecommended, type Ranking } from '../scoring/ranking/ranking.ts';
import type { UserId } from '../user-id.ts';
import { ByRange } from './by-range.ts';
import type { ConnectionLists } from './connection-lists.ts';
import { ListCheck } from './list-check.ts';
import { type Findings, Offences } from './offences.ts';
import { RowReader } from './row-reader.ts';

/** In the order of ids. */
export type Ids = Int32Array | readonly UserId[];

/** Some other users for each user of a range, such as whom they follow. */
export type Others = ReadonlyMap<UserId, Ids>;

export interface RecommendationRules {
  suspended: ReadonlySet<UserId>;
  /** All users. */
  ranges: readonly UserRange[];
  readFollowed: (range: UserRange) => Promise<Others>;
  ranking: Pick<Ranking, 'places' | 'sources' | 'reasons'>;
  /**
   * For a ranking whose reasons are closest connections: as they will be published; undefined if they are not known, so
   * that nothing is said about them.
   */
  connections: ConnectionLists | undefined;
  /** For one whose reasons are ties: through whom people are recommended to each user of a range, in the order of ids. */
  readVias: (range: UserRange) => Promise<Others>;
}

const nobody: Int32Array = new Int32Array(0);

/**
 * Checks recommendations and their reasons as their rows pass: what the surveys of sql/checks ask of the tables.
 */
export class RecommendationCheck {
  readonly #rules: RecommendationRules;
  readonly #lists: ListCheck;
  readonly #followed: ByRange<Others>;
  readonly #vias: ByRange<Others>;
  /** Every source that a reason may name; which of them name the list of a via, and the one that names nothing else. */
  readonly #sources: readonly string[];
  readonly #namesTies: readonly boolean[];
  readonly #onlyTies: number;
  readonly #ofFollowed = new Offences(['no followed']);
  readonly #ofSums = new Offences(['sums']);
  readonly #ofReasons: Offences;
  readonly #reader: RowReader;
  #reasons = 0;
  #following: { user: UserId; ids: Ids; next: number } = { user: -1, ids: nobody, next: 0 };
  #around: { user: UserId; vias: readonly UserId[] } = { user: -1, vias: [] };
  /** A user's closest connections: their places, and the number of the list of each, see ConnectionLists. */
  readonly #near = { user: -1 as UserId, start: 0, end: 0, lists: nobody };
  /** The recommendations whose reasons come next: user, recommended, the two parts of the score. */
  #pending: UserId[] = [];

  constructor(rules: RecommendationRules) {
    this.#rules = rules;
    const { places, sources } = rules.ranking;
    // Rows of a ranking with one source leave it to the table to name it.
    this.#sources = sources.length > 1 ? combinations(sources) : [];
    const [ofTies = ''] = sources;
    this.#namesTies = this.#sources.map((source) => source.startsWith(ofTies));
    this.#onlyTies = this.#sources.indexOf(ofTies);
    this.#lists = new ListCheck({
      most: mostRecommended,
      suspended: rules.suspended,
      places,
      sources: sources.length > 1 ? sources : undefined,
    });
    this.#reader = new RowReader(3, places, this.#sources);
    this.#followed = new ByRange(rules.ranges, rules.readFollowed, new Map());
    this.#vias = new ByRange(rules.ranking.reasons === 'ties' ? rules.ranges : [], rules.readVias, new Map());
    const checks = ['one run', 'no self', 'no suspended', 'sources'];
    this.#ofReasons = new Offences(this.#knowsReasons ? [...checks, 'reasons'] : checks);
  }

  get #knowsReasons(): boolean {
    return this.#rules.ranking.reasons === 'ties' || this.#rules.connections !== undefined;
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
    await this.#checkReasons(reasons);
  }

  /** What was found about the two tables, by survey. Call it after the last rows. */
  answers(): { recommendations: Findings; reasons: Findings } {
    const ofRecommendations = {
      recommendations: this.#lists.answers(),
      followed: this.#ofFollowed.answers(),
      sums: this.#ofSums.answers(),
    };
    const ofReasons: Findings = this.#knowsReasons ? { reasons: this.#ofReasons.answers() } : {};
    return { recommendations: ofRecommendations, reasons: ofReasons };
  }

  async #checkFollowed(): Promise<void> {
    const pending = this.#pending;
    for (let i = 0; i < pending.length; ) {
      await this.#followed.moveTo(pending[i] as UserId);
      const { part, end } = this.#followed;
      for (; i < pending.length && (pending[i] as UserId) < end; i += 4) {
        const [user, id] = [pending[i] as UserId, pending[i + 1] as UserId];
        if (user !== this.#following.user) this.#following = { user, ids: part.get(user) ?? nobody, next: 0 };
        // Both are in the order of ids.
        const { ids } = this.#following;
        let { next } = this.#following;
        while (next < ids.length && (ids[next] as UserId) < id) next++;
        this.#following.next = next;
        if (ids[next] === id) this.#ofFollowed.add('no followed', `user ${user}, recommended ${id}`);
      }
    }
  }

  async #checkReasons(reasons: Uint8Array): Promise<void> {
    const reader = this.#reader;
    const pending = this.#pending;
    let at = 0;
    reader.open(reasons);
    for (let hasRow = reader.next(); hasRow; ) {
      const [user, rec] = reader.key as [UserId, UserId, UserId];
      let [upper, lower, count] = [0, 0, 0];
      let lastVia: UserId = -1;
      if (this.#rules.ranking.reasons === 'ties' && user >= this.#vias.end) await this.#vias.moveTo(user);
      do {
        const via = reader.key[2] as UserId;
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

  #checkReason(user: UserId, rec: UserId, via: UserId, upper: number, lower: number): void {
    const { suspended, connections } = this.#rules;
    const isTies = this.#rules.ranking.reasons === 'ties';
    if (user === rec || user === via || (rec === via && !isTies)) this.#ofReasons.add('no self', `user ${user}`);
    if (suspended.has(via)) this.#ofReasons.add('no suspended', `user ${via}`);
    if (isTies) this.#checkTie(user, rec, via);
    if (!connections) return;
    if (user !== this.#near.user) this.#comeNear(user, connections);
    const { start, end, lists } = this.#near;
    const near = connections.find(via, start, end);
    const list = near < 0 ? -1 : (lists[near - start] as number);
    const far = list < 0 ? -1 : connections.find(rec, connections.startOf(list), connections.endOf(list));
    if (far < 0 || !connections.isOf(far, upper, lower))
      this.#ofReasons.add('reasons', `user ${user}, recommended ${rec}, reason ${via}`);
  }

  #comeNear(user: UserId, connections: ConnectionLists): void {
    const near = this.#near;
    const list = connections.listOf(user);
    near.user = user;
    near.start = list < 0 ? 0 : connections.startOf(list);
    near.end = list < 0 ? 0 : connections.endOf(list);
    if (near.end - near.start > near.lists.length) near.lists = new Int32Array(near.end - near.start);
    for (let place = near.start; place < near.end; place++)
      near.lists[place - near.start] = connections.listOf(connections.idAt(place));
  }

  /** The list of a tie is one source among others; a reason of another source is the recommended themself. */
  #checkTie(user: UserId, rec: UserId, via: UserId): void {
    const source = this.#reader.readSource();
    const isRight = (!this.#namesTies[source] || this.#isVia(user, via)) && (via === rec || source === this.#onlyTies);
    if (source >= 0 && isRight) return;
    this.#ofReasons.add(source < 0 ? 'sources' : 'reasons', `user ${user}, recommended ${rec}, reason ${via}`);
  }

  #isVia(user: UserId, via: UserId): boolean {
    if (user !== this.#around.user)
      this.#around = { user, vias: (this.#vias.part.get(user) as readonly UserId[] | undefined) ?? [] };
    return this.#around.vias.includes(via);
  }

  /**
   * Compares a score with the sum of its reasons. Weights of 12 places were rounded by at most half a unit of the last
   * one, and so was the score: they may differ by half a unit for each. Others are exact.
   */
  #checkSum(at: number, upper: number, lower: number, count: number): void {
    const pending = this.#pending;
    const { places } = this.#rules.ranking;
    const unit = 10 ** (places - 6);
    const difference = (upper - (pending[at + 2] as number)) * unit + (lower - (pending[at + 3] as number));
    if (count === 0 || 2 * Math.abs(difference) > (places === 12 ? count + 1 : 0))
      this.#ofSums.add('sums', `user ${pending[at]}, recommended ${pending[at + 1]}`);
  }
}

function isBefore(pending: readonly UserId[], at: number, user: UserId, rec: UserId): boolean {
  return (pending[at] as UserId) < user || (pending[at] === user && (pending[at + 1] as UserId) < rec);
}
