import type { Ranking, UserRecommendations, UserRows } from './ranking.ts';

/** What a reason adds to a score. */
interface Reason {
  via: bigint;
  units: bigint;
  /** Places in the ranking's list of sources. */
  sources: Set<number>;
}

/**
 * A user's rows of both tables in key order: user, recommended, score, rank, source; and user, recommended, reason,
 * weight, source. Terms of one reason are one row. A recommendation's source is the one with the largest share of its
 * score, of equal ones the first.
 */
export function rowsWithSources(user: UserRecommendations, { sources, places }: Ranking): UserRows {
  const { userId, recommended, scores, reasonOf, reasons, reasonWeights, reasonSources = [] } = user;
  const found = new Map(
    recommended.map((rec) => [rec, { reasons: new Map<bigint, Reason>(), shares: [] as bigint[] }]),
  );
  for (const [i, rec] of reasonOf.entries()) {
    const [via, units, source] = [reasons[i] as bigint, reasonWeights[i] as bigint, Number(reasonSources[i])];
    const { reasons: ofRec, shares } = found.get(rec) as { reasons: Map<bigint, Reason>; shares: bigint[] };
    const reason = ofRec.get(via) ?? { via, units: 0n, sources: new Set() };
    ofRec.set(via, { via, units: reason.units + units, sources: reason.sources.add(source) });
    shares[source] = (shares[source] ?? 0n) + units;
  }
  const rows = { recommendations: '', reasons: '' };
  const byId = recommended.map((rec, i) => ({ rec, rank: i + 1 })).sort((a, b) => (a.rec < b.rec ? -1 : 1));
  for (const { rec, rank } of byId) {
    const { reasons: ofRec, shares } = found.get(rec) as { reasons: Map<bigint, Reason>; shares: bigint[] };
    const score = exactDecimal(scores[rank - 1] as bigint, places);
    rows.recommendations += `${userId}\t${rec}\t${score}\t${rank}\t${sources[largest(shares)]}\n`;
    for (const reason of [...ofRec.values()].sort((a, b) => (a.via < b.via ? -1 : 1))) {
      const named = sources.filter((_, i) => reason.sources.has(i)).join(' + ');
      rows.reasons += `${userId}\t${rec}\t${reason.via}\t${exactDecimal(reason.units, places)}\t${named}\n`;
    }
  }
  return rows;
}

/** The place of the largest, of equal ones the first. */
function largest(shares: readonly bigint[]): number {
  let best = 0;
  for (let i = 1; i < shares.length; i++) if ((shares[i] ?? 0n) > (shares[best] ?? 0n)) best = i;
  return best;
}

/**
 * Units of which 10^places are 1, as a decimal.
 *
 * @example exactDecimal(1_234n, 7) // '0.0001234'
 */
export function exactDecimal(units: bigint, places: number): string {
  const digits = units.toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
