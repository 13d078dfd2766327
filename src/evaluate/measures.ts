import type { UserId } from '../user-id.ts';
import type { Person, Recommendation } from './evaluated-network.ts';

/** As many recommendations as a run makes for a user. */
const listLength = 20;

/** From how many recommendations on a list counts as one. */
const enough = 10;

/** How well a user's list foretold their new partners. */
export interface Score {
  /** Hits to new partners, of which at most 20 count. */
  recall: number;
  /** Each hit counts 1 / log2(place + 1), in relation to the best possible list. */
  ndcg: number;
}

/** What a ranking's lists are like, whatever came of them. */
export interface ListFigures {
  /** Recommendations in all. */
  recommendations: number;
  /** Share of users with at least 10 recommendations. */
  atLeast10: number;
  /** Share of the catalogue that is recommended to anybody. */
  catalogueShare: number;
  /** How unequally recommendations are spread over the catalogue: 0 evenly, 1 all are of one. */
  gini: number;
  /** Share of recommendations that are of the 1 % of the catalogue that most users have engaged with. */
  topPercentShare: number;
  /** Mean of −log2(share of users who have engaged with the recommended one). */
  noveltyBits: number;
  /** Share of recommendations of somebody who has engaged with the user already. */
  mutualShare: number;
}

/**
 * The score of a list.
 *
 * @param hits the places of hits, from 1
 * @param partners how many new partners there are, at least 1
 */
export function scoreOf(hits: readonly number[], partners: number): Score {
  const most = Math.min(partners, listLength);
  return { recall: hits.length / most, ndcg: sum(hits.map(gain)) / (bestGains[most - 1] as number) };
}

const gain = (place: number) => 1 / Math.log2(place + 1);

/** The gain of a list that begins with n hits, by n − 1. */
const bestGains = Array.from({ length: listLength }, (_, n) =>
  sum(Array.from({ length: n + 1 }, (_, i) => gain(i + 1))),
);

/** Adds up what lists are like, recommendation by recommendation. */
export class ListSurvey {
  readonly #timesByRec = new Map<UserId, number>();
  readonly #lengths = new Map<UserId, number>();
  readonly #size: { catalogue: number; users: number };
  #recommendations = 0;
  #top = 0;
  #bits = 0;
  #mutual = 0;

  /** @param size how many may be recommended, and how many users have engaged with anybody */
  constructor(size: { catalogue: number; users: number }) {
    this.#size = size;
  }

  add({ user, rec, degree, popularPlace, isMutual }: Recommendation): void {
    this.#timesByRec.set(rec, (this.#timesByRec.get(rec) ?? 0) + 1);
    this.#lengths.set(user, (this.#lengths.get(user) ?? 0) + 1);
    this.#recommendations++;
    if (popularPlace <= Math.ceil(this.#size.catalogue / 100)) this.#top++;
    // Nobody may have engaged with them: then one counts as having done so.
    this.#bits += Math.log2(this.#size.users / Math.max(degree, 1));
    if (isMutual) this.#mutual++;
  }

  /** @param persons the users for whom lists were made */
  figures(persons: readonly Person[]): ListFigures {
    const all = this.#recommendations || Number.NaN;
    const long = persons.filter(({ user }) => (this.#lengths.get(user) ?? 0) >= enough).length;
    return {
      recommendations: this.#recommendations,
      atLeast10: long / persons.length,
      catalogueShare: this.#timesByRec.size / this.#size.catalogue,
      gini: giniOf([...this.#timesByRec.values()], this.#size.catalogue),
      topPercentShare: this.#top / all,
      noveltyBits: this.#bits / all,
      mutualShare: this.#mutual / all,
    };
  }
}

/**
 * The Gini coefficient of amounts.
 *
 * @param amounts those above 0
 * @param count how many there are with those that are 0
 */
export function giniOf(amounts: readonly number[], count: number): number {
  const zeros = count - amounts.length;
  const sorted = [...amounts].sort((a, b) => a - b);
  const weighted = sum(sorted.map((amount, i) => (2 * (zeros + i + 1) - count - 1) * amount));
  return weighted / (count * sum(sorted));
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
