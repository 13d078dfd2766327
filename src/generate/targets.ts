import { mix, type Random } from '../random.ts';
import { AliasTable } from './alias-table.ts';
import type { Population } from './population.ts';

const favourites = 12;
const selfShare = 0.003;
/** Shares of favourites, their favourites and the community; the rest goes to anyone. */
const engage = [0.55, 0.6, 0.88] as const;
const follow = [0.3, 0.6, 0.86] as const;

/** Groups users by community: `group(c)` are its active members. */
function groupByCommunity(population: Population): Int32Array[] {
  const sizes = new Int32Array(population.communities);
  for (const community of population.community) sizes[community] = (sizes[community] as number) + 1;
  const groups = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(population.communities);
  for (let user = 0; user < population.users; user++) {
    const community = population.community[user] as number;
    const at = filled[community] as number;
    (groups[community] as Int32Array)[at] = user;
    filled[community] = at + 1;
  }
  return groups;
}

/**
 * Whom a user engages with: mostly a few favourites in their own community (stars and peers), for follows also the
 * favourites' favourites, otherwise the community by popularity, and now and then anyone by popularity.
 * Favourites are computed and not stored, so memory doesn't grow with activities.
 */
export class Targets {
  readonly #population: Population;
  readonly #salt: number;
  readonly #stars: AliasTable[];
  readonly #members: AliasTable[];
  readonly #anyone: AliasTable;

  constructor(population: Population, seed: number) {
    const weight = (user: number) => population.popularity[user] as number;
    // Flatter inside a community, or its star would get nearly everything.
    const flatter = (user: number) => (population.popularity[user] as number) ** 0.6;
    this.#population = population;
    this.#salt = mix(seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32));
    const groups = groupByCommunity(population);
    this.#stars = groups.map((group) => new AliasTable(group, flatter));
    this.#members = groups.map((group) => new AliasTable(group, (user) => (weight(user) > 0 ? 1 : 0)));
    this.#anyone = new AliasTable(
      Int32Array.from({ length: population.users }, (_, user) => user),
      weight,
    );
  }

  /** A user whom `user` engages with, very rarely themself. */
  draw(user: number, type: 'follow' | 'engage', random: Random): number {
    if (random.chance(selfShare)) return user;
    for (let attempt = 0; attempt < 16; attempt++) {
      const target = this.#candidate(user, type === 'follow' ? follow : engage, random);
      if (target >= 0 && target !== user) return target;
    }
    return (user + 1) % this.#population.users;
  }

  #candidate(user: number, shares: readonly [number, number, number], random: Random): number {
    const way = random.fraction();
    if (way < shares[0]) return this.#favourite(user, this.#place(random));
    if (way < shares[1]) {
      const friend = this.#favourite(user, this.#place(random));
      return friend < 0 ? friend : this.#favourite(friend, this.#place(random));
    }
    if (way < shares[2]) return (this.#stars[this.#population.community[user] as number] as AliasTable).draw(random);
    return this.#anyone.draw(random);
  }

  /** 0…favourites − 1, lower ones more often. */
  #place(random: Random): number {
    return Math.min(random.below(favourites), random.below(favourites));
  }

  #favourite(user: number, place: number): number {
    const first = mix(Math.imul(user, favourites) + place + this.#salt);
    const tables = place % 2 === 0 ? this.#members : this.#stars;
    return (tables[this.#population.community[user] as number] as AliasTable).at(first, mix(first ^ 0x5bd1e995));
  }
}
