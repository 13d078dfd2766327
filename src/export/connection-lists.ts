import { largestUserId, type UserId, userIdOf } from '../user-id.ts';
import { RowReader } from './row-reader.ts';

const largestInt = Number(largestUserId.int);

/** Everybody's closest connections with their weights, in the order of ids: 16 bytes each. */
export class ConnectionLists {
  readonly #reader = new RowReader(2);
  /** The number of each user's list. */
  readonly #listOf = new Map<UserId, number>();
  /** By number: where the list begins; it ends where the next one begins. */
  readonly #starts: number[] = [];
  /** Of BigInts from the first id on that is too large. */
  #ids: Int32Array | BigInt64Array;
  /** Weights, see RowReader. */
  #upper: Float64Array;
  #lower: Int32Array;
  #count = 0;
  #lastUser: UserId = -1;

  /** @param rows about how many there will be */
  constructor(rows: number) {
    this.#ids = new Int32Array(rows);
    this.#upper = new Float64Array(rows);
    this.#lower = new Int32Array(rows);
  }

  /** Adds whole rows of closest_connections, which must come in key order. */
  addRows(rows: Uint8Array): void {
    const reader = this.#reader;
    reader.open(rows);
    while (reader.next()) {
      reader.readWeight();
      this.add(reader.key[0] as UserId, reader.key[1] as UserId, reader.upper, reader.lower);
    }
  }

  /** Adds a connection with the two parts of its weight; they must come in key order. */
  add(user: UserId, id: UserId, upper: number, lower: number): void {
    const place = this.#count++;
    if (place === this.#ids.length) this.#grow();
    if (user !== this.#lastUser) {
      this.#lastUser = user;
      this.#listOf.set(user, this.#starts.length);
      this.#starts.push(place);
    }
    if (this.#ids instanceof Int32Array && id > largestInt) this.#ids = BigInt64Array.from(this.#ids, BigInt);
    if (this.#ids instanceof Int32Array) this.#ids[place] = id as number;
    else this.#ids[place] = BigInt(id);
    this.#upper[place] = upper;
    this.#lower[place] = lower;
  }

  #grow(): void {
    const size = Math.max(1024, 2 * this.#ids.length);
    const [ids, upper, lower] = [this.#ids, this.#upper, this.#lower];
    if (ids instanceof Int32Array) {
      this.#ids = new Int32Array(size);
      this.#ids.set(ids);
    } else {
      this.#ids = new BigInt64Array(size);
      this.#ids.set(ids);
    }
    this.#upper = new Float64Array(size);
    this.#upper.set(upper);
    this.#lower = new Int32Array(size);
    this.#lower.set(lower);
  }

  /** The number of a user's list; −1 if the user has none. */
  listOf(user: UserId): number {
    return this.#listOf.get(user) ?? -1;
  }

  /** The first place of a list. */
  startOf(list: number): number {
    return list < this.#starts.length ? (this.#starts[list] as number) : this.#count;
  }

  /** The place beyond the last one of a list. */
  endOf(list: number): number {
    return this.startOf(list + 1);
  }

  /** Whose connection a place holds. */
  idAt(place: number): UserId {
    return userIdOf(this.#ids[place] as UserId);
  }

  /** The place of a user in a list; −1 if it is not there. */
  find(id: UserId, start: number, end: number): number {
    let low = start;
    let high = end - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#ids[middle] as UserId;
      if (found < id) low = middle + 1;
      else if (found > id) high = middle - 1;
      else return middle;
    }
    return -1;
  }

  /** Whether the connection in a place has this weight. */
  isOf(place: number, upper: number, lower: number): boolean {
    return this.#upper[place] === upper && this.#lower[place] === lower;
  }
}
