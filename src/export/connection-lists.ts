import { RowReader } from './row-reader.ts';

/** Everybody's closest connections with their weights, in the order of ids: 16 bytes each. */
export class ConnectionLists {
  readonly #reader = new RowReader(2);
  readonly #placeOf = new Map<number, number>();
  /** By place: where the user's list begins; it ends where the next one begins. */
  readonly #starts: number[] = [];
  readonly #ids: Int32Array;
  /** Weights, see RowReader. */
  readonly #upper: Float64Array;
  readonly #lower: Int32Array;
  #count = 0;
  #lastUser = -1;

  /** @param rows how many there will be */
  constructor(rows: number) {
    this.#ids = new Int32Array(rows);
    this.#upper = new Float64Array(rows);
    this.#lower = new Int32Array(rows);
  }

  /** Adds whole rows of closest_connections, which must come in key order. */
  add(rows: Uint8Array): void {
    const reader = this.#reader;
    reader.open(rows);
    while (reader.next()) {
      const [user, id] = reader.key as [number, number];
      reader.readWeight();
      if (user !== this.#lastUser) {
        this.#lastUser = user;
        this.#placeOf.set(user, this.#starts.length);
        this.#starts.push(this.#count);
      }
      this.#ids[this.#count] = id;
      this.#upper[this.#count] = reader.upper;
      this.#lower[this.#count++] = reader.lower;
    }
  }

  /** Where the connection of two users is; −1 if they have none. */
  find(user: number, id: number): number {
    const place = this.#placeOf.get(user);
    if (place === undefined) return -1;
    let low = this.#starts[place] as number;
    let high = (this.#starts[place + 1] ?? this.#count) - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#ids[middle] as number;
      if (found === id) return middle;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Whether a connection that was found has this weight. */
  isOf(found: number, upper: number, lower: number): boolean {
    return this.#upper[found] === upper && this.#lower[found] === lower;
  }
}
